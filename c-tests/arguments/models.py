#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""models.py OUT.h SYMBOL=DIRECTORY...

Writes the argument table of generated models: every function of their headers with a good call, with each pointer NULL, and with each
number at its limits. A function or a pointer that FUNCTIONS does not know is an error, and so is one that no model has.
"""
import pathlib
import re
import sys

OK = "TVM_STATUS_OK"
INPUTS, OUTPUTS, CONTEXT, ARGUMENT = (f"TVM_STATUS_NULL_{what}" for what in ("INPUTS", "OUTPUTS", "CONTEXT", "ARGUMENT"))
# Of a model without state there is nothing to reset; one with its tensors in the workspace needs no structs.
STATELESS = {"TVMReset_": {"context": OK}}
MAPPED = {name: {"inputs": OK, "outputs": OK} for name in ("TVMExecute_", "TVMExecuteLayers_", "TVMBegin_")}
# Not called with NULL: the description does not allow it.
NEVER = None

# Good arguments by name, `$` for the model's symbol. Types tell the structs of a self-test from those of a run.
GOOD = {
    "context": "&$_context", "run": "&$_run", "hooks": "NULL", "layers": "0xFFFFFFFFu", "index": "0", "output": "TVMGetLayer_$(0)->outputs",
    "inputs": "&$_inputs", "outputs": "&$_outputs", "result": "&$_result", "parameters": "&$_parameters", "update": "nothing",
    "bytes": "NOTHING_BYTES",
}
BY_TYPE = {"tvm_$_input_t *": "&$_input", "tvm_$_output_t *": "&$_output"}


class Function:
    """What a good call returns (`answer`, or the condition `holds` over `found`), and what each NULL gives."""

    def __init__(self, nulls, answer=OK, holds=None, before="", rows=()):
        self.nulls, self.answer, self.holds, self.before, self.rows, self.seen = nulls, answer, holds, before, rows, False


RESET = f"CHECK_STATUS(TVMReset_$(&$_context), {OK});"
BEGUN = f"{RESET} CHECK_STATUS(TVMBegin_$(&$_run, &$_inputs, &$_outputs, &$_context, NULL), {OK});"
RUN = {"inputs": INPUTS, "outputs": OUTPUTS, "context": CONTEXT}
FUNCTIONS = {
    "TVMExecute_": Function(RUN, before=RESET),
    "TVMReset_": Function({"context": CONTEXT}),
    "TVMExecuteLayers_": Function({**RUN, "hooks": OK}, before=RESET),
    "TVMBegin_": Function({**RUN, "hooks": OK, "run": ARGUMENT}),
    "TVMStep_": Function({"run": ARGUMENT}, before=BEGUN, rows=[
        ("layers is 0", "&$_run, 0", "TVM_STATUS_UNFINISHED"), ("run ended", "($_run.entry = NULL, &$_run), 1", "TVM_STATUS_RUN_NOT_BEGUN")]),
    "TVMGetLayer_": Function({}, holds="found != NULL && found->index == 0", rows=[
        ("the last index", "TVM_^_LAYER_COUNT - 1", "found != NULL && found->index == TVM_^_LAYER_COUNT - 1"),
        ("an index too large", "TVM_^_LAYER_COUNT", "found == NULL"), ("the largest index", "UINT32_MAX", "found == NULL")]),
    "TVMLayerData_": Function({"inputs": NEVER, "outputs": NEVER, "context": NEVER, "output": NEVER}, holds="found != NULL"),
    "TVMSelfTest_": Function({"input": INPUTS, "output": OUTPUTS, "context": CONTEXT, "result": ARGUMENT}),
    "TVMReadUpdate_": Function({"update": ARGUMENT, "parameters": ARGUMENT}, answer="TVM_STATUS_NOT_AN_UPDATE", rows=[
        ("no bytes", "nothing, 0, &$_parameters", "TVM_STATUS_UPDATE_TRUNCATED"),
        ("misaligned", "nothing + 1, NOTHING_BYTES - 1, &$_parameters", "TVM_STATUS_MISALIGNED_PARAMETER")]),
    "TVMMapInputs_": Function({"context": CONTEXT, "inputs": INPUTS}),
    "TVMMapOutputs_": Function({"context": CONTEXT, "outputs": OUTPUTS}),
    # For TVMExecute and TVMReset, after their checks; for TVMReadUpdate.
    "TVMEntry_": Function({"inputs": NEVER, "outputs": NEVER, "context": NEVER}, before=RESET),
    "TVMResetEntry_": Function({"context": NEVER}),
    "tvm_$_update_word": Function({"at": NEVER}, holds="found == 0"),
    "tvm_$_update_crc": Function({"at": NEVER}, holds="found == 0x2144DF1C"),
}
# Of a tensor: the last words of the name. `low` and `high` are the limits of its elements.
ELEMENTS = {
    "quantize": ["found(NAN_VALUE) == low", "found(3e38f) == high", "found(-3e38f) == low"],
    "dequantize": ["back(found(low)) == low", "back(found(high)) == high"],
    "quantize_fixed": ["found(INT32_MAX, 0) == high", "found(INT32_MIN, 0) == low", "found(0, INT32_MIN / 2) == found(0, 31)"],
    "dequantize_fixed": ["found(high, 15) > found(low, 15)", "found(high, INT32_MIN / 2) == 0"],
    "quantize_array": ["(found(&real, &element, 1), element) == back(real)", "(found(NULL, NULL, 0), 1)"],
    "dequantize_array": ["(found(&element, &real, 1), back(real)) == element", "(found(NULL, NULL, 0), 1)"],
}


def declared(text, symbol):
    """Name and parameters of each function."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"^#(.*\\\n)*.*$", "", text, flags=re.MULTILINE)
    for found in re.finditer(r"^\w[\w ]*[ *](\w+)\(([^()]*)\)(?: \{|;)$", text, re.MULTILINE):
        name, parameters = found.groups()
        yield name, [parameter_of(" ".join(part.split())) for part in parameters.split(",")]
    if symbol not in text:
        sys.exit(f"{symbol}: this is not its header")


def parameter_of(text):
    name = re.search(r"\w+$", text)[0]
    return text[:-len(name)], name


def row(out, symbol, call, expected, what, function):
    if function.before:
        out.append(f"  {function.before}")
    if expected.startswith("TVM_STATUS_"):
        out.append(f"  CHECK_STATUS({call}, {expected}); /* {what} */")
    else:
        condition = re.sub(r"\bfound\b", call, expected)
        out.append(f"  CHECK({condition}); /* {what} */")


def rows_of(out, symbol, name, parameters, exceptions):
    key = re.sub(rf"_{symbol}$", "_", name).replace(f"tvm_{symbol}_", "tvm_$_")
    function = FUNCTIONS.get(key)
    if function is None:
        sys.exit(f"{name} is new: say in FUNCTIONS of models.py what it returns")
    function.seen = True
    good = []
    for type_, parameter in parameters:
        value = BY_TYPE.get(type_.replace(f"tvm_{symbol}_", "tvm_$_"), GOOD.get(parameter))
        if key.startswith("tvm_$_update") and parameter in ("at", "bytes"):
            value = {"at": "nothing", "bytes": "4u"}[parameter]
        if value is None:
            sys.exit(f"{name}: models.py has no good value for '{type_}{parameter}'")
        good.append(value)
    count = 0
    row(out, symbol, f"{name}({', '.join(good)})", function.holds or function.answer, "good", function)
    for at, (type_, parameter) in enumerate(parameters):
        if not type_.endswith("*"):
            continue
        if parameter not in function.nulls:
            sys.exit(f"{name}: FUNCTIONS of models.py does not say what a NULL '{parameter}' gives")
        expected = exceptions.get(key, {}).get(parameter, function.nulls[parameter])
        if expected is not NEVER:
            row(out, symbol, f"{name}({', '.join([*good[:at], 'NULL', *good[at + 1:]])})", expected, f"{parameter} null", function)
            count += 1
    for what, arguments, expected in function.rows:
        row(out, symbol, f"{name}({arguments})", expected, what, function)
        count += 1
    return count + 1


def element_rows(out, symbol, name):
    verb = next(verb for verb in sorted(ELEMENTS, key=len, reverse=True) if name.endswith(f"_{verb}"))
    tensor = name[:-len(verb) - 1]
    for condition in ELEMENTS[verb]:
        text = re.sub(r"\bfound\b", name, condition)
        for word, meaning in (("back", f"{tensor}_quantize"), ("low", "INT8_MIN"), ("high", "INT8_MAX")):
            text = re.sub(rf"\b{word}\b", meaning, text)
        out.append(f"  CHECK({text});")
    return len(ELEMENTS[verb])


def model(out, symbol, directory):
    text = "".join(file.read_text(encoding="utf-8") for file in sorted(pathlib.Path(directory).glob(f"{symbol}*.h")))
    stateful, mapped = f"TVMResetEntry_{symbol}(" in text, f"TVMMapInputs_{symbol}(" in text
    header = [f'#include "{file.name}"' for file in sorted(pathlib.Path(directory).glob(f"{symbol}*.h"))]
    exceptions = {**({} if stateful else STATELESS), **(MAPPED if mapped else {})}
    body, functions, rows = [], 0, 0
    for name, parameters in declared(text, symbol):
        is_element = re.match(rf"tvm_{symbol}_(in|out)put_\w+quantize", name)
        rows += element_rows(body, symbol, name) if is_element else rows_of(body, symbol, name, parameters, exceptions)
        functions += 1
    data = ["TVM_^_STATIC_CONTEXT($_context);", "static TVMInputs_$ $_inputs;", "static TVMOutputs_$ $_outputs;", "static TVMRun $_run;"]
    if not mapped:
        data += ["static tvm_$_input_t $_input;", "static tvm_$_output_t $_output;"]
        begin = "const TVMInputs_$ inputs = TVM_^_INPUTS(&$_input); const TVMOutputs_$ outputs = TVM_^_OUTPUTS(&$_output);"
        begin += " $_inputs = inputs; $_outputs = outputs;"
    else:
        begin = f"CHECK_STATUS(TVMMapInputs_$(&$_context, &$_inputs), {OK}); CHECK_STATUS(TVMMapOutputs_$(&$_context, &$_outputs), {OK});"
    if f"TVMSelfTest_{symbol}(" in text:
        data.append("static TVMSelfTestResult $_result;")
    if f"TVMReadUpdate_{symbol}(" in text:
        data.append("static TVMParameters_$ $_parameters;")
    lines = [*header, *data, "static void $_rows(void) {", "  float real = 0.25f;", "  int8_t element = 5;", f"  {begin}", *body, "}", ""]
    out += [line.replace("$", symbol).replace("^", symbol.upper()) for line in lines]
    return functions, rows


def main():
    target, *models = sys.argv[1:]
    out, functions, rows, symbols = ["/* Generated by models.py. */"], 0, 0, []
    for given in models:
        symbol, directory = given.split("=", 1)
        more = model(out, symbol, directory)
        functions, rows, symbols = functions + more[0], rows + more[1], [*symbols, symbol]
    unseen = [name for name, function in FUNCTIONS.items() if not function.seen]
    if unseen:
        sys.exit(f"no model has {', '.join(unseen)}")
    out += ["static void rows_of_all_models(void) {", *(f"  {symbol}_rows();" for symbol in symbols), "}"]
    pathlib.Path(target).write_text("\n".join(out) + "\n", encoding="utf-8")
    print(f"argument table of models: {functions} functions of {len(symbols)} models, {rows} rows")


main()
