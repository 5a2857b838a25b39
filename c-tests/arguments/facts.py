# SPDX-License-Identifier: Apache-2.0
"""What generate.py can't derive from the header: which values are good, what a good call does, and exceptions.

A new exported function needs an entry in CASES; a new kind of parameter one in POINTEES or in `ways` of generate.py.
"""
P = "sizeof(void *)"

# Types that parameters point at: their alignment (8 means a pointer's size), and their size in bytes.
POINTEES = {
    "TVMModel": (8, "sizeof(TVMModel)"),
    "TVMContext": (8, "sizeof(TVMContext)"),
    "TVMDataType": (2, "sizeof(TVMDataType)"),
    "void *": (8, P),
    "const void *": (8, P),
    "const int32_t *": (8, P),
    "size_t": (8, P),
    "float": (4, "sizeof(float)"),
    "int32_t": (4, "sizeof(int32_t)"),
    "TVMInstance": (8, "2 * sizeof(TVMInstance)"),
    "TVMContextProblem": (8, "sizeof(TVMContextProblem)"),
}

# Parameters that are numbers, by name or by function and name: every one is legal. Floats are their bits: zeros, the smallest
# and the largest numbers, infinities, quiet and signalling NaN.
ELEMENTS = ["-65536", "-1", "0", "1", "65535"]
NUMBERS = {
    "count": ["0", "1"],
    "value": ["INT32_MIN", "-1", "0", "1", "INT32_MAX"],
    "TVMQuantize.value": ["0", "0x80000000u", "1", "0x80000001u", "0x7F7FFFFF", "0xFF7FFFFFu", "0x7F800000", "0xFF800000u", "0x7FC00000",
                          "0xFFC00000u", "0x7F800001"],
    "scale": ["1", "0x00800000", "0x3F800000", "0x7F7FFFFF"],
    "multiplier": ["0", "1", "INT32_MAX"],
    "shift": ["INT32_MIN", "-64", "-32", "-31", "-1", "0", "1", "31", "32", "62", "63", "64", "INT32_MAX"],
    "zero_point": ELEMENTS,
    "element": ELEMENTS,
    "low": ["-65536", "-32768", "127"],
    "high": ["-128", "32767", "65535"],
}

# `void *` parameters, by name or by function and name: alignment as above, status for NULL and for a misaligned one.
# "stored": the function keeps the address and never reads the memory; the others are tables of pointers.
VOID = {
    "TVMSetWorkspaces.memory": (1, "NULL_WORKSPACE", None, "stored"),
    "TVMSetWorkspaceBuffer.buffer": (1, "NULL_WORKSPACE", None, "stored"),
    "TVMSetWorkspaceTable.pointers": (8, "NULL_WORKSPACE", "MISALIGNED_ARGUMENT", "stored"),
    "TVMSetWorkspace.memory": (1, "NULL_WORKSPACE", None, "stored"),
    "TVMSetParameters.memory": (1, "NULL_PARAMETER", None, "stored"),
    "TVMSetParameterBuffer.buffer": (1, "NULL_PARAMETER", None, "stored"),
    "TVMSetParameterTable.pointers": (8, "NULL_PARAMETER", "MISALIGNED_ARGUMENT", "stored"),
    "TVMSetParameter.memory": (8, "NULL_PARAMETER", "MISALIGNED_PARAMETER", "stored"),
    "TVMSetDevices.devices": (8, "NULL_DEVICE", "MISALIGNED_ARGUMENT", "stored"),
    "workspaces": (8, "NULL_ARGUMENT", "MISALIGNED_ARGUMENT", "table"),
    "parameters": (8, "NULL_ARGUMENT", "MISALIGNED_ARGUMENT", "table"),
    "inputs": (8, "NULL_INPUTS", "MISALIGNED_ARGUMENT", "table"),
    "outputs": (8, "NULL_OUTPUTS", "MISALIGNED_ARGUMENT", "table"),
}

# The models of execution/fake.c: alignments of their tensors, numbers of the rest. The table checks them.
MODELS = {
    "full": {"inputs": (1, 4), "outputs": (1, 4), "workspaces": 2, "parameters": 2, "devices": 2},
    "plain": {"inputs": (1,), "outputs": (1,), "workspaces": 1, "parameters": 0, "devices": 0},
    "careful": {"inputs": (1,), "outputs": (1,), "workspaces": 1, "parameters": 0, "devices": 0},
    "inside": {"inputs": (8,), "outputs": (16,), "workspaces": 1, "parameters": 0, "devices": 0},
    "alone": {"inputs": (1,), "outputs": (1,), "workspaces": 0, "parameters": 0, "devices": 0},
    "one": {"inputs": (1,), "outputs": (1,), "workspaces": 0, "parameters": 1, "devices": 0},
    "brought": {"inputs": (1,), "outputs": (1,), "workspaces": 0, "parameters": 1, "devices": 0},
    "device": {"inputs": (1,), "outputs": (1,), "workspaces": 0, "parameters": 0, "devices": 1},
}

# The two names of each entry of the model `full`: its own and its identifier.
NAMES = {
    "Workspace": (("fast memory", "sram"), ("memory of state", "state")),
    "Parameter": (("carried data", "carried"), ("user's weights", "weights")),
    "Device": (("neural unit", "npu"), ("signal processor", "dsp")),
    "Input": (("in/image:0", "image"), ("in/vector", "vector")),
    "Output": (("out/image:0", "image"), ("out/vector", "vector")),
}

# Good arguments unless a case sets others. `W` is all memory that calls may reach, of reachable_memory.h.
VALUES = {
    "model": "&full", "context": "&W->context", "index": "1", "inputs": "W->inputs", "outputs": "W->outputs",
    "workspaces": "W->workspaces", "parameters": "W->parameters", "data_type": "W->data_type", "shape": "W->shape",
    "rank": "W->rank", "scale": "W->scale", "zero_point": "W->zero_point", "device": "W->memory",
}


class Size:
    """A parameter that is a number of bytes: `need` are just enough, fewer give `status`. With a `probe`, the function itself accepts
    any size (0: not known), and the call `probe` afterwards returns the status. `good` is the value in other rows."""

    def __init__(self, need, alignment, status, probe=None, good=None):
        self.need, self.alignment, self.status, self.probe, self.good = need, alignment, status, probe, good or need


class Case:
    """A good call: values of parameters, what `answer` must be (for a status function: TVM_STATUS_OK), what must hold then.

    aspects   of the context, that the call reads; each is made bad in every way
    writes    members of that memory that may change; without it, what the [out] parameters point at
    setup     a statement before the call
    expect    statuses of derived rows, by "parameter kind", where they are not the usual; "OK" for legal
    rows      further rows: parameter, kind, statements that change that memory or `a`, status
    reports   in these further rows, what the [out] parameters point at may change though the call fails
    """

    def __init__(self, answer=None, holds=None, aspects=(), writes=None, setup="", expect=(), rows=(), size=None, reports=False,
                 **values):
        self.answer, self.holds, self.aspects, self.writes, self.setup = answer, holds, aspects, writes, setup
        self.reports = reports
        self.expect, self.rows, self.size, self.values = dict(expect), rows, size, values


def setter(aspect, kind, size=None, **values):
    pointer = next(iter(values))
    given = "size" if size else "SIZE_MAX"
    return [Case(context="&W->spare", size=size, writes=[f"spare.{aspect}"],
                 holds=f"bound(&context->{aspect}, {pointer}, {given}, {kind})", **values)]


def run(model, result, context="&W->one_context", writes=(), **more):
    return Case(model=f"&{model}", context=context, writes=["out_image", *writes], holds=f"first_byte(outputs) == (int8_t)({result})",
                **more)


IGNORED = {"context null": "OK", "context misaligned*": "OK", "context last*": "OK", "context page*": "OK"}
TENSOR_ELSEWHERE = {"inputs tensor*": "TENSOR_NOT_IN_WORKSPACE", "outputs tensor*": "TENSOR_NOT_IN_WORKSPACE",
                    "inputs null": "OK", "outputs null": "OK", "outputs same as inputs": "TENSOR_NOT_IN_WORKSPACE"}
WORKSPACE_SIZE = Size("FAKE_WORKSPACE", "FAKE_ALIGNMENT", "WORKSPACE_TOO_SMALL", good="FAKE_BUFFER")
PARAMETER_SIZE = Size("FAKE_WEIGHTS", "FAKE_WEIGHTS_ALIGNMENT", "PARAMETER_TOO_SMALL")


def number(text):
    return [Case(answer=f"answer == {text}")]


def tensor_facts(kind):
    lower = kind.lower()
    return {
        f"TVMGet{kind}Count": number(2),
        f"TVMGet{kind}Name": [Case(answer=f'text_is(answer, index == 0 ? "{NAMES[kind][0][0]}" : "{NAMES[kind][1][0]}")')],
        f"TVMGet{kind}Size": number("(index == 0 ? (intptr_t)FAKE_BYTES : (intptr_t)(FAKE_FLOATS * sizeof(float)))"),
        f"TVMGet{kind}Alignment": number("(index == 0 ? 1 : 4)"),
        f"TVMGet{kind}DataType": [Case(
            holds="data_type->code == (index == 0 ? 0 : 2) && data_type->bits == (index == 0 ? 8 : 32) && data_type->lanes == 1")],
        f"TVMGet{kind}Shape": [Case(
            index="0", holds="*rank == 4 && ((const void *)shape == (const void *)rank || (*shape)[3] == 4)",
            expect={"index is 1": "NOT_AVAILABLE"})],
        f"TVMGet{kind}Quantization": [Case(
            index="0", holds="*zero_point == -3 && ((void *)scale == (void *)zero_point || (*scale > 0.4f && *scale < 0.6f))",
            expect={"index is 1": "NOT_AVAILABLE"})],
        f"TVMFind{kind}": [Case(name=f'"{NAMES[kind][1][0]}"', answer="answer == 1", rows=[
            ("name", "of another kind", f'a[1] = (uintptr_t)"{"out" if lower == "input" else "in"}/image:0"', "NAME_UNKNOWN")])],
    }


def pool_facts(kind):
    return {
        f"TVMGet{kind}Count": number(2),
        f"TVMGet{kind}Name": [Case(answer=f'text_is(answer, index == 0 ? "{NAMES[kind][0][0]}" : "{NAMES[kind][1][0]}")')],
        f"TVMFind{kind}": [Case(name=f'"{NAMES[kind][1][1]}"', answer="answer == 1", rows=[
            ("name", "of another kind", 'a[1] = (uintptr_t)"in/image:0"', "NAME_UNKNOWN")])],
    }


def version(value):
    return [Case(answer=f"answer == {value}",
                 rows=[("model", "without the fact", "a[0] = (uintptr_t)&inside", "NOT_AVAILABLE")])]


OTHER = "W->model = full, W->set[1].model = &W->model, W->model"

CASES = {
    "TVMSetWorkspaces": setter("workspaces", "TVM_BINDING_AUTO", memory="W->sram.bytes"),
    "TVMSetWorkspaceBuffer": setter("workspaces", "TVM_BINDING_BUFFER", buffer="aligned_sram()",
                                    size=Size("FAKE_WORKSPACE", "FAKE_ALIGNMENT", "WORKSPACE_TOO_SMALL", "run_plain")),
    "TVMSetWorkspaceTable": setter("workspaces", "TVM_BINDING_TABLE", pointers="W->workspaces",
                                   size=Size(f"2 * {P}", P, "WRONG_COUNT", "run_full")),
    "TVMSetParameters": setter("parameters", "TVM_BINDING_AUTO", memory="W->weights"),
    "TVMSetParameterBuffer": setter("parameters", "TVM_BINDING_BUFFER", buffer="W->weights",
                                    size=Size("FAKE_WEIGHTS", "FAKE_WEIGHTS_ALIGNMENT", "PARAMETER_TOO_SMALL", "run_brought")),
    "TVMSetParameterTable": setter("parameters", "TVM_BINDING_TABLE", pointers="W->parameters",
                                   size=Size(f"2 * {P}", P, "WRONG_COUNT", "run_full")),
    "TVMSetDevices": setter("devices", "TVM_BINDING_TABLE", devices="W->devices"),
    "TVMSetWorkspace": [Case(
        index="0", memory="aligned_sram()", size=WORKSPACE_SIZE,
        holds="((void **)workspaces)[index] == memory && ((void **)workspaces)[1 - index] == before.workspaces[1 - index]",
        rows=[("size", "without the slack", "a[3] += 1, a[4] = FAKE_BUFFER - 1", "WORKSPACE_TOO_SMALL"),
              ("size", "with the slack", "a[3] += 1, a[4] = FAKE_BUFFER", "OK"),
              # In the last block of the address space, at least 48 bytes are needed for 40 at an aligned address.
              *(("memory", f"{bytes} bytes before the end", f"a[3] = (uintptr_t)0 - {bytes}, a[4] = SIZE_MAX",
                 "OK" if bytes >= 48 else "ADDRESS_OVERFLOW") for bytes in range(1, 50))])],
    "TVMSetParameter": [Case(
        memory="W->weights", size=PARAMETER_SIZE,
        holds="((const void **)parameters)[index] == memory && "
              "((const void **)parameters)[1 - index] == before.parameters[1 - index]",
        expect={"index is 0": "PARAMETER_TOO_SMALL"},
        rows=[("memory", "at the end, too large", "a[2] = 0, a[3] = (uintptr_t)0 - 12, a[4] = SIZE_MAX", "ADDRESS_OVERFLOW"),
              ("memory", "at the end, just fitting", "a[2] = 0, a[3] = (uintptr_t)0 - 16, a[4] = 16", "OK")])],
    "TVMExecute": [
        run("full", "FILL + FILL + FILL + 1", "&W->context", ["out_vector", "sram", "state"],
            aspects=["workspaces", "parameters", "devices"],
            rows=[("model", "without an entry", "W->model = full, W->model.entry = NULL, a[0] = (uintptr_t)&W->model", "CORRUPT_MODEL"),
                  ("context", "whose state was never reset", "W->state[3] = FILL", "STATE_NOT_RESET"),
                  ("inputs", "of a value without a result", "W->in_image[0] = W->in_image[1] = INT8_MIN", "VALUE_OUT_OF_RANGE")]),
        run("plain", "FILL + 1", writes=["sram"], aspects=["workspaces"]),
        run("careful", "FILL + 1", writes=["sram"], aspects=["workspaces"]),
        Case(model="&inside", context="&W->one_context", inputs="W->inside_inputs", outputs="W->inside_outputs", writes=["sram"],
             aspects=["workspaces"], expect=TENSOR_ELSEWHERE, holds="aligned_sram()[INSIDE_Y] == (uint8_t)(2 * FILL)"),
        # Needs no context, so none is read. A second call at the same time is refused.
        run("alone", "-FILL", expect=IGNORED,
            rows=[("model", "running already", "from_a_callback = 1", "BUSY")]),
        run("brought", "FILL + FILL", aspects=["parameters"]),
        run("one", "FILL + (parameters_are_set(context) ? FILL : 7)",
            expect={"context null": "OK", "context parameters never set*": "OK"}, aspects=["parameters"]),
        run("device", "FILL ^ FILL", aspects=["devices"]),
    ],
    "TVMReset": [
        Case(holds="W->state[0] == 0 && W->state[1] == FAKE_MARK", writes=["state"], aspects=["workspaces", "parameters"]),
        Case(model="&plain", context="&W->one_context", writes=[], aspects=["workspaces"]),
        Case(model="&brought", context="&W->one_context", writes=[], aspects=["parameters"]),
        Case(model="&alone", writes=[], expect=IGNORED),
    ],
    "TVMMapInputs": [Case(
        model="&inside", context="&W->one_context", inputs="W->inside_inputs", setup="W->inside_inputs[0] = NULL",
        aspects=["workspaces"], holds="((const uint8_t *const *)inputs)[0] == aligned_sram() + INSIDE_X",
        rows=[("model", "whose inputs are the caller's", "a[0] = (uintptr_t)&full, a[1] = (uintptr_t)&W->context", "NOT_AVAILABLE")])],
    "TVMMapOutputs": [Case(
        model="&inside", context="&W->one_context", outputs="W->inside_outputs", setup="W->inside_outputs[0] = NULL",
        aspects=["workspaces"], holds="((const uint8_t *const *)outputs)[0] == aligned_sram() + INSIDE_Y",
        rows=[("model", "whose outputs are the caller's", "a[0] = (uintptr_t)&full, a[1] = (uintptr_t)&W->context", "NOT_AVAILABLE")])],
    "TVMGetWorkspace": [
        Case(memory="W->memory", aspects=["workspaces"], holds="*memory == (index == 0 ? (void *)aligned_sram() : (void *)W->state)"),
        Case(model="&inside", context="&W->one_context", index="0", memory="W->memory", aspects=["workspaces"],
             holds="*memory == (void *)aligned_sram()")],
    "TVMGetParameter": [
        Case(memory="W->constant_memory", aspects=["parameters"],
             holds="*memory == (index == 0 ? (const void *)W->carried : (const void *)W->weights)",
             rows=[("context", "with a parameter at the end", "a[2] = 0, W->parameters[0] = before_the_end(12)", "ADDRESS_OVERFLOW")]),
        Case(model="&brought", context="&W->one_context", index="0", memory="W->constant_memory", aspects=["parameters"],
             holds="*memory == (const void *)W->weights")],
    "TVMGetDevice": [
        Case(aspects=["devices"], holds="*device == (void *)W->state"),
        Case(model="&device", context="&W->one_context", index="0", aspects=["devices"], holds="*device == (void *)W->state")],
    "TVMCheckMapped": [Case(
        model="&inside", context="&W->one_context", inputs="W->inside_inputs", outputs="W->inside_outputs", aspects=["workspaces"],
        expect=TENSOR_ELSEWHERE)],

    "TVMCheckModel": [Case()],
    "TVMGetModelName": [Case(answer='text_is(answer, "full")')],
    "TVMGetTVMVersionMajor": version(0),
    "TVMGetTVMVersionMinor": version(18),
    "TVMGetTVMVersionPatch": version(7),
    "TVMGetABIVersion": number("TVM_EMBEDDED_ABI_VERSION"),
    "TVMGetLibraryVersion": [Case(answer="text_is(answer, library_version())")],
    **pool_facts("Workspace"), **pool_facts("Parameter"), **pool_facts("Device"),
    "TVMGetWorkspaceSize": number("(index == 0 ? FAKE_BUFFER : FAKE_STATE + 3)"),
    "TVMGetWorkspaceAlignedSize": number("(index == 0 ? FAKE_WORKSPACE : FAKE_STATE)"),
    "TVMGetWorkspaceAlignment": number("(index == 0 ? FAKE_ALIGNMENT : 4)"),
    "TVMIsWorkspaceState": number("(index == 0 ? 0 : 1)"),
    "TVMGetParameterSize": number("(index == 0 ? 16 : FAKE_WEIGHTS)"),
    "TVMGetParameterAlignment": number("(index == 0 ? 4 : FAKE_WEIGHTS_ALIGNMENT)"),
    "TVMGetParameterData": [Case(answer="(answer == 0) == (index == 1)")],
    **tensor_facts("Input"), **tensor_facts("Output"),

    "TVMCheckContext": [
        Case(aspects=["workspaces", "parameters", "devices"],
             rows=[("model", "without an entry", "W->model = full, W->model.entry = NULL, a[0] = (uintptr_t)&W->model", "CORRUPT_MODEL"),
                   ("context", "with a parameter at the end", "W->parameters[0] = before_the_end(12)", "ADDRESS_OVERFLOW")]),
        Case(model="&plain", context="&W->one_context", aspects=["workspaces"]),
        Case(model="&brought", context="&W->one_context", aspects=["parameters"]),
        Case(model="&alone", expect=IGNORED)],
    "TVMCheckContexts": [Case(
        set="W->set", count="2", problem="&W->problem", reports=True,
        holds="problem->index == count && problem->other == count && problem->pool == NULL && problem->other_pool == NULL",
        rows=[("set", f"entry 1 {kind}", statement, status) for kind, statement, status in [
            ("without a model", "W->set[1].model = NULL", "NULL_MODEL"),
            ("with a misaligned model", "W->set[1].model = (const TVMModel *)((uintptr_t)&full + 1)", "MISALIGNED_MODEL"),
            ("with another magic", f"{OTHER}.magic++", "NOT_A_MODEL"),
            ("of another version", f"{OTHER}.abi_version++", "ABI_MISMATCH"),
            ("of another size", f"{OTHER}.struct_size++", "CORRUPT_MODEL"),
            ("without an entry", f"{OTHER}.entry = NULL", "CORRUPT_MODEL"),
            ("without a context", "W->set[1].context = NULL", "NULL_CONTEXT"),
            ("with a misaligned context", "W->set[1].context = (const TVMContext *)((uintptr_t)&W->context + 1)", "MISALIGNED_CONTEXT"),
            ("with workspaces not set", "W->context.workspaces.kind = 0", "WORKSPACES_NOT_SET"),
            ("with parameters not set", "W->context.parameters.kind = 0", "PARAMETERS_NOT_SET"),
            ("with devices not set", "W->context.devices.kind = 0", "DEVICES_NOT_SET"),
            ("with a short table", "W->context.workspaces.size = 1", "WRONG_COUNT"),
            ("with a misaligned table", "W->context.workspaces.memory = (const char *)W->workspaces + 1", "MISALIGNED_ARGUMENT"),
            ("with a null workspace", "W->workspaces[1] = NULL", "NULL_WORKSPACE"),
            ("with a null parameter", "W->parameters[1] = NULL", "NULL_PARAMETER"),
            ("with a misaligned parameter", "W->parameters[1] = (const char *)W->weights + 1", "MISALIGNED_PARAMETER"),
            ("with a parameter at the end", "W->parameters[0] = before_the_end(12)", "ADDRESS_OVERFLOW"),
            ("with a null device", "W->devices[1] = NULL", "NULL_DEVICE"),
            ("with its state on its workspace", "W->workspaces[1] = aligned_sram() + FAKE_WORKSPACE - 4", "OVERLAP"),
            ("with its state on a workspace before", "W->one_context.workspaces.memory = W->state, W->workspaces[0] = W->table", "OVERLAP"),
        ]] + [("set", f"entry 0 {kind}", statement, status) for kind, statement, status in [
            ("with a small workspace", "W->one_context.workspaces.size = 1", "WORKSPACE_TOO_SMALL"),
            ("with a small parameter", "W->set[0].model = &brought, W->one_context.parameters.size = 1", "PARAMETER_TOO_SMALL"),
        ]])],
    "TVMQuantize": [Case(
        answer="answer >= low && answer <= high", value="0xC0100000u", scale="0x3F000000", zero_point="3", low="-128", high="127",
        holds="value != -2.25f || scale != 0.5f || zero_point != 3 || answer == -2 || high < -2 || low > -2")],
    "TVMDequantize": [Case(answer="1", element="-7", scale="0x3E800000", zero_point="3",
                           holds="answer == bits(scale * (float)(element - zero_point))")],
    "TVMScale": [Case(answer="1", value="-7", multiplier="5", shift="1",
                      holds="value != -7 || multiplier != 5 || shift != 1 || answer == -18")],
    "TVMQuantizeInteger": [Case(
        answer="answer >= low && answer <= high", value="-7", multiplier="5", shift="1", zero_point="3", low="-128", high="127")],

    "TVMStatusString": [Case(status="TVM_STATUS_BUSY", answer="is_text_of(answer, status)")],
    "TVMGetLastError": [Case(setup='TVMAPISetLastError("why")', answer='text_is(answer, "why")')],
    "TVMAPISetLastError": [Case(answer="1", message='"a message"', holds="last_error_is(message)", expect={"message null": "OK"})],
}

# Inline functions that only generated code or other functions of the header call, with arguments that are always good: only good
# calls. A new one is an entry here, a new one for users an entry in CASES.
HELPERS = {
    "TVMWorkspaceStart": [
        Case(count="2", index="0", alignment="FAKE_ALIGNMENT", answer="answer == (intptr_t)aligned_sram()", writes=[]),
        Case(context="&W->one_context", count="1", index="0", alignment="1", answer="answer == (intptr_t)odd_sram()", writes=[])],
    "TVMMemoryOf": [
        Case(instance="&W->set[1]", number="1", start="&W->start", writes=["start"],
             answer="answer == (intptr_t)&full.workspaces[1] && W->start == (uintptr_t)W->state"),
        Case(instance="&W->set[1]", number="3", start="&W->start", writes=["start"],
             answer="answer == (intptr_t)&full.parameters[1] && W->start == (uintptr_t)W->weights")],
    "TVMMustNotOverlap": [
        Case(one="&W->set[1]", number="0", other="&W->set[0]", other_number="0", apart=apart, writes=[], answer=f"answer == 1 - {apart}")
        for apart in ("1", "0")],
    "TVMFindOverlap": [Case(set="W->set", problem="&W->problem", setup="W->problem.index = 1", writes=[])],
    "TVMNoHook": [Case(user="NULL", layer="NULL", writes=[])],
    "TVMBothHooks": [
        Case(hooks="&W->run.hooks", writes=[], answer="returned_hooks.before == TVMNoHook && returned_hooks.user == (void *)W->state"),
        Case(hooks="NULL", writes=[], answer="returned_hooks.after == TVMNoHook && returned_hooks.user == NULL")],
    "TVMBeforeInStep": [
        Case(user="&W->run", layer="NULL", writes=["run.remaining"], holds="W->run.remaining == 1"),
        Case(user="&W->run", layer="NULL", setup="W->run.remaining = 0", writes=[], answer="answer == TVM_STATUS_UNFINISHED")],
    "TVMAfterInStep": [Case(user="&W->run", layer="NULL", writes=[])],
    "TVMStepRun": [Case(run="&W->run", layers="3", writes=["run"], holds="W->run.entry == NULL && W->run.remaining == 3")],
}

# What only programs without the library have, which this table can't be built for; c-tests/without_library runs them.
WITHOUT_LIBRARY = {"TVMBound", "TVMParameterOf", "TVMDeviceOf"}
