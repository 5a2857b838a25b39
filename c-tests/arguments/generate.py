#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""generate.py HEADER OUT.h

Writes the argument table: every function of tvm_embedded.h, exported or inline, every pointer and size of it, every way in which that can be
bad, and what must be returned. Types, names, directions and statuses come from the header; facts.py says which values are
good. Fails, and reports what to add, for a function or a type it does not know, for an incomplete description, and if
the statuses in a description differ from those that the rows of the function produce.
"""
import fnmatch
import re
import sys

import facts
from header import Header, Problem

INDICES = ["255", "256", "65535", "65536", "INT32_MAX", "(size_t)INT32_MAX + 1", "SIZE_MAX / sizeof(TVMPool) + 1",
           "SIZE_MAX / sizeof(TVMTensor) + 1", "SIZE_MAX - 1", "SIZE_MAX"]
MODEL_WAYS = [("NULL", "zeros", "NOT_A_MODEL"), ("ONES", "ones", "NOT_A_MODEL"),
              *((f"MAGIC_BIT + {bit}", f"magic's bit {bit} wrong", "NOT_A_MODEL") for bit in range(32)),
              ("ABI_BY + 255", "older version", "ABI_MISMATCH"), ("ABI_BY + 1", "newer version", "ABI_MISMATCH"),
              ("ABI_BY + 127", "version far off", "ABI_MISMATCH"), ("SIZE_BY + 255", "struct_size too short", "CORRUPT_MODEL"),
              ("SIZE_BY + 1", "struct_size too long", "CORRUPT_MODEL"), ("SIZE_ZERO", "struct_size 0", "CORRUPT_MODEL")]


class Row:
    def __init__(self, parameter, kind, how, number, status, target_64=False):
        self.parameter, self.kind, self.how, self.number, self.status = parameter, kind, how, number, status
        self.target_64 = target_64  # only if pointers have 64 bits


class Table:
    """The rows of one good call."""

    def __init__(self, header, function, case):
        self.header, self.function, self.case = header, function, case
        self.at = {parameter.name: number for number, parameter in enumerate(function.parameters)}
        self.values = {}
        for parameter in function.parameters:
            value = case.values.get(parameter.name, facts.VALUES.get(parameter.name))
            if parameter.name == "size" and case.size:
                value = case.size.good
            if value is None:
                raise Problem(f"{function.name}: facts.py has no good value for '{parameter.name}'")
            self.values[parameter.name] = value
        self.model = facts.MODELS.get(self.values.get("model", "").lstrip("&"), {})
        self.answers_status = function.returns == "int32_t"
        self.rows, self.extras = [], []
        for parameter in function.parameters if not function.helper else ():
            self.ways(parameter)
        for aspect in case.aspects:
            self.context(aspect)
        if not function.helper:
            self.aliases()
        for parameter, kind, statement, status in case.rows:
            self.extra(parameter, kind, statement, status)

    def add(self, parameter, kind, how, number, status, target_64=False):
        expected = [value for pattern, value in self.case.expect.items() if fnmatch.fnmatch(f"{parameter} {kind}", pattern)]
        self.rows.append(Row(parameter, kind, how, number, expected[0] if expected else status, target_64))

    def extra(self, parameter, kind, statement, status):
        self.add(parameter, kind, "CALL", str(len(self.extras)), status)
        self.extras.append(statement)

    def ways(self, parameter):
        type_, name = parameter.type, parameter.name
        if type_ == "size_t" and name == "index":
            self.index(name)
        elif type_ == "size_t" and name == "size":
            self.size(name)
        elif type_ == "int32_t" and name == "status":
            for value in ["0", "1", "-1", "INT32_MIN", "INT32_MAX", "-7400", *self.header.statuses, "-7431", "-7499", "-7500"]:
                self.add(name, f"is {value}", "SET", f"(uintptr_t)(intptr_t)({value})", "OK")
        elif name in facts.NUMBERS and not parameter.is_pointer:
            for value in facts.NUMBERS.get(f"{self.function.name}.{name}", facts.NUMBERS[name]):
                self.add(name, f"is {value}", "SET", f"(uintptr_t)(intptr_t)({value})", "OK")
        elif type_ == "const char *":
            self.text(name)
        elif parameter.is_pointer:
            self.pointer(parameter)
        else:
            raise Problem(f"{self.function.name}: generate.py does not know how '{type_} {name}' can be bad: add it in `ways`")

    def pointer(self, parameter):
        type_, name = parameter.type, parameter.name
        alignment, extent, null, misaligned, what = self.pointee(parameter)
        self.add(name, "null", "SET", "0", null)
        for offset in range(1, alignment):
            self.add(name, f"misaligned by {offset}", "ADD", str(offset), misaligned, target_64=alignment == 8 and offset >= 4)
        if alignment > 1:
            for bytes_ in (1, 2, 3, 5) if alignment > 2 else (1, 3):
                status = misaligned if bytes_ % min(alignment, 4) else "OK"
                self.add(name, f"last address but {bytes_ - 1}", "SET", f"(uintptr_t)0 - {bytes_}", status)
        if what == "stored":
            self.add(name, "untouchable", "UNTOUCHABLE", "0", "OK")
            return
        read_only = parameter.direction == "in"
        for end in ("START", "END"):
            self.add(name, f"page {end.lower()}{', read-only' if read_only else ''}", f"PAGE_{end}{'_READ_ONLY' if read_only else ''}",
                     extent, "OK")
        if type_ == "const TVMModel *":
            for way, kind, status in MODEL_WAYS:
                self.add(name, kind, "MODEL", f"MODEL_{way}".replace("MODEL_NULL", "MODEL_ZEROS"), status)
        if name in ("inputs", "outputs") and parameter.direction == "in":
            for at, needed in enumerate(self.model[name]):
                self.add(name, f"tensor {at} null", "TENSOR", f"{at} << 8 | TENSOR_NULL", "NULL_TENSOR")
                for offset in range(1, needed):
                    self.add(name, f"tensor {at} misaligned by {offset}", "TENSOR", f"{at} << 8 | {offset}", "MISALIGNED_TENSOR")

    def pointee(self, parameter):
        """Alignment, bytes, statuses for NULL and for misaligned, and what a pointer points at."""
        name = parameter.name
        if parameter.type in ("void *", "const void *"):
            found = facts.VOID.get(f"{self.function.name}.{name}", facts.VOID.get(name))
            if not found:
                raise Problem(f"{self.function.name}: facts.VOID says nothing about '{name}'")
            alignment, null, misaligned, what = found
            entries = self.model.get(name, 2)
            return alignment, f"{entries if isinstance(entries, int) else len(entries)} * sizeof(void *)", null, misaligned, what
        pointee = re.sub(r"^const (?=TVM)", "", re.sub(r" ?\*$", "", parameter.type))
        if pointee not in facts.POINTEES:
            raise Problem(f"{self.function.name}: facts.POINTEES says nothing about '{pointee}', at which '{name}' points")
        alignment, extent = facts.POINTEES[pointee]

        def status(what):
            own = f"TVM_STATUS_{what}_{name.upper()}"
            return own[11:] if pointee.startswith("TVM") and own in self.header.statuses else f"{what}_ARGUMENT"
        return alignment, extent, status("NULL"), status("MISALIGNED"), "object"

    def index(self, name):
        kind = re.search(r"Input|Output|Workspace|Parameter|Device", self.function.name)
        if not kind:
            raise Problem(f"{self.function.name}: unknown meaning of its index")
        kind = kind[0].lower() + "s"

        def count(model):
            entries = facts.MODELS[model][kind]
            return entries if isinstance(entries, int) else len(entries)
        own = self.values["model"].lstrip("&")
        for index in range(count(own)):
            self.add(name, f"is {index}", "SET", str(index), "OK")
        for index in [str(count(own)), str(count(own) + 1), *INDICES]:
            self.add(name, f"is {index}", "SET", index, "INDEX_OUT_OF_RANGE")
        for index in ("0", "1"):
            self.add(name, f"is {index} + 2^32", "SET", f"((uintptr_t)1 << 16 << 16) + {index}", "INDEX_OUT_OF_RANGE", target_64=True)
        for model in facts.MODELS:
            for index in (count(model), count(model) + 1):
                self.extra(name, f"is {index} of {model}",
                           f"a[0] = (uintptr_t)&{model}, a[{self.at[name]}] = {index}", "INDEX_OUT_OF_RANGE")

    def size(self, name):
        size = self.case.size
        if size is None:
            raise Problem(f"{self.function.name}: facts.py does not say how many bytes '{name}' must be")
        for text, enough in (("0", size.probe is not None), ("1", False), (f"{size.need} - 1", False), (size.need, True),
                             (f"{size.need} + 1", True), (f"SIZE_MAX - {size.alignment} + 1", True), ("SIZE_MAX", True)):
            status = "OK" if enough or size.probe else size.status
            self.add(name, f"is {text}", "SET", f"(size_t)({text})", status)
            if size.probe:
                probe = f"W->probe = {size.probe}, W->probe_answer = {'TVM_STATUS_OK' if enough else 'TVM_STATUS_' + size.status}"
                self.extra(name, f"is {text}, then run", f"a[{self.at[name]}] = (size_t)({text}), {probe}", "OK")

    def text(self, name):
        at = self.at[name]
        self.add(name, "null", "SET", "0", "NULL_ARGUMENT")
        self.add(name, "page start, read-only", "PAGE_START_READ_ONLY", "TEXT_EXTENT", "OK")
        self.add(name, "page end, read-only", "PAGE_END_READ_ONLY", "TEXT_EXTENT", "OK")
        if name == "name":
            names = facts.NAMES[self.function.name.replace("TVMFind", "")]
            for index, both in enumerate(names):
                for text in both:
                    self.extra(name, f"is '{text}'", f'a[{at}] = (uintptr_t)"{text}"', index)
                    for wrong in (text[:-1], text[1:], text + "s", " " + text, text.upper(), text + "\\001"):
                        self.extra(name, f"is '{wrong}'".replace("\\", "\\\\"), f'a[{at}] = (uintptr_t)"{wrong}"', "NAME_UNKNOWN")
            for wrong in ("", "no such name"):
                self.extra(name, f"is '{wrong}'", f'a[{at}] = (uintptr_t)"{wrong}"', "NAME_UNKNOWN")
            self.extra(name, "is very long", f"a[{at}] = (uintptr_t)long_text(4000)", "NAME_UNKNOWN")
        elif name == "message":
            for length in (0, 1, 126, 127, 128, 129, 4000):
                self.extra(name, f"has {length} bytes", f"a[{at}] = (uintptr_t)long_text({length})", "OK")
            self.extra(name, "is the last one", f'TVMAPISetLastError("before"), a[{at}] = (uintptr_t)TVMGetLastError()', "OK")
            self.extra(name, "is a part of the last one", f'TVMAPISetLastError("before"), a[{at}] = (uintptr_t)TVMGetLastError() + 2', "OK")
        else:
            raise Problem(f"{self.function.name}: generate.py does not know the text '{name}': add it in `text`")

    def context(self, aspect):
        """The binding of one aspect of the context, bad in every way."""
        count = self.model[aspect]
        index = int(self.values["index"]) if "index" in self.at else None
        looked_at = range(count) if index is None else [index]
        name = {"workspaces": "WORKSPACES", "parameters": "PARAMETERS", "devices": "DEVICES"}[aspect]
        null = f"NULL_{name[:-1]}"

        def bad(kind, way, value, status, target_64=False):
            self.add("context", f"{aspect} {kind}", "CONTEXT", f"OF_{name} | {way} | {value}", status, target_64)
        for value in (0, 1, 0x6B, 0xAA, 0xFF):
            bad(f"never set (0x{value:02x})", "BYTES", value, f"{name}_NOT_SET")
        for bit in range(32):
            bad(f"never set, bit {bit}", "KIND_BIT", bit, f"{name}_NOT_SET")
        bad("null", "TABLE_NULL", 0, null)
        for offset in range(1, 8):
            bad(f"misaligned by {offset}", "TABLE_AT", offset, "MISALIGNED_ARGUMENT", target_64=offset >= 4)
        bad("of no bytes", "TABLE_LESS", 255, "WRONG_COUNT")
        bad("one byte short", "TABLE_LESS", 1, "WRONG_COUNT")
        bad("just long enough", "TABLE_LESS", 0, "OK")
        for at in looked_at:
            bad(f"{at} null", "ENTRY_NULL", at, null)
            if aspect == "workspaces":
                bad(f"{at} at the end", "ENTRY_AT_THE_END", at, "ADDRESS_OVERFLOW")
            if aspect == "parameters" and self.values["model"] != "&one":
                bad(f"{at} misaligned", "ENTRY_ODD", at, "MISALIGNED_PARAMETER")
            if aspect == "parameters" and self.values["model"] == "&full" and at == 0:
                bad(f"{at} at the end", "ENTRY_AT_THE_END", at, "ADDRESS_OVERFLOW")
        if count > 1:
            bad("one buffer for several", "BUFFER_LESS", 0, "WRONG_COUNT")
            return
        bad("null buffer", "BUFFER_NULL", 0, null)
        if aspect != "devices":
            status = "WORKSPACE_TOO_SMALL" if aspect == "workspaces" else "PARAMETER_TOO_SMALL"
            bad("buffer of no bytes", "BUFFER_LESS", 255, status)
            bad("buffer one byte short", "BUFFER_LESS", 1, status)
            bad("buffer just large enough", "BUFFER_LESS", 0, "OK")
        if aspect == "workspaces":
            bad("buffer at the end", "BUFFER_AT_THE_END", 0, "ADDRESS_OVERFLOW")
        if aspect == "parameters" and self.values["model"] != "&one":
            bad("buffer misaligned", "BUFFER_ODD", 0, "MISALIGNED_PARAMETER")

    def aliases(self):
        """Two parameters that name the same memory: legal if both are read, or both are results."""
        pointers = [parameter for parameter in self.function.parameters if parameter.is_pointer]
        for number, one in enumerate(pointers):
            for other in pointers[number + 1:]:
                results = one.direction == other.direction == "out" and not one.type.startswith(("TVM", "void *")) or \
                    {one.type, other.type} <= {"void *", "const void *"}
                if results:
                    self.add(other.name, f"same as {one.name}", "SAME", str(self.at[one.name]), "OK")

    def produced(self):
        own = {f"TVM_STATUS_{row.status}" for row in self.rows if isinstance(row.status, str)}
        return own if self.case.answer is None else own - {"TVM_STATUS_OK"}

    def write(self, out, name):
        function, case = self.function, self.case
        out.append(f"\n/* ---- {function.name}, {name} ---- */")
        out.append(f"static void {name}_good(uintptr_t *a) {{")
        if case.setup:
            out.append(f"  {case.setup};")
        out += [f"  a[{at}] = (uintptr_t)({self.values[parameter]});" for parameter, at in self.at.items()]
        out += ["  (void)a;", "}"] if not self.at else ["}"]
        out.append(f"static int {name}_holds(const uintptr_t *a, intptr_t answer) {{")
        for parameter in function.parameters:
            declared = parameter.type if parameter.is_pointer else parameter.type + " "
            out.append(f"  {declared}const {parameter.name} = {argument(parameter, self.at[parameter.name])};")
        out += [f"  (void){parameter};" for parameter in self.at] + ["  (void)a;", "  (void)answer;"]
        conditions = [case.answer or "answer == TVM_STATUS_OK", *([case.holds] if case.holds else [])]
        out.append(f"  return {' && '.join(f'({condition})' for condition in conditions)};\n}}")
        out.append(f"static void {name}_allow(const uintptr_t *a) {{")
        if case.writes is None:
            for parameter in function.parameters:
                if parameter.is_pointer and parameter.direction != "in":
                    extent = self.pointee(parameter)[1]
                    out.append(f"  allow((const void *)a[{self.at[parameter.name]}], {extent});")
        else:
            out += [f"  allow(&W->{member}, sizeof(W->{member}));" for member in case.writes]
        out.append("  (void)a;\n}")
        for number, statement in enumerate(self.extras):
            out.append(f"static void {name}_extra_{number}(uintptr_t *a) {{\n  {statement};\n  (void)a;\n}}")
        extras = "NULL"
        if self.extras:
            extras = f"{name}_extras"
            out.append(f"static void (*const {extras}[])(uintptr_t *a) = {{")
            out += [f"  {name}_extra_{number}," for number in range(len(self.extras))] + ["};"]
        out.append(f"static const Row {name}_rows[] = {{")
        for row in self.rows:
            at = self.at[row.parameter]
            line = f'  {{ {at}, {row.how}, {row.number}, {self.expected(row)}, "{row.parameter}", "{row.kind}" }},'
            out.append(f"#if UINTPTR_MAX > 0xFFFFFFFF\n{line}\n#endif" if row.target_64 else line)
        if not self.rows:
            out.append('  { 0, NOTHING, 0, LEGAL, "no parameter", "" },')
        out.append("};")
        return f"  {{ {name}_good, {name}_holds, {name}_allow, {extras}, {name}_rows, sizeof({name}_rows) / sizeof(Row), {int(case.reports)} }},"

    def expected(self, row):
        if row.status == "OK":
            return "LEGAL"
        if not isinstance(row.status, str):
            return str(row.status)
        if not self.answers_status:
            return "0"
        name = f"TVM_STATUS_{row.status}"
        return f"{self.header.statuses[name]} /* {name} */"


def argument(parameter, at):
    return f"real(a[{at}])" if parameter.type == "float" else f"({parameter.type})a[{at}]"


def call(function):
    arguments = ", ".join(argument(parameter, at) for at, parameter in enumerate(function.parameters))
    # In parentheses: two functions have macros with their names.
    body = f"({function.name})({arguments})"
    if function.returns == "void":
        body = f"  {body};\n  return 1;"
    elif function.returns == "float":
        body = f"  return bits({body});"
    elif function.returns == "TVMLayerHooks":
        body = f"  returned_hooks = {body};\n  return 1;"
    else:
        body = f"  return (intptr_t){body};"
    return f"static intptr_t {function.name}_call(const uintptr_t *a) {{\n  (void)a;\n{body}\n}}"


def models(out):
    """The facts about the models, to be compared with the models."""
    out.append("\nstatic void the_models_are_as_the_table_says(void) {")
    for model, entries in facts.MODELS.items():
        for kind, value in entries.items():
            count = value if isinstance(value, int) else len(value)
            out.append(f"  CHECK({model}.num_{kind} == {count});")
            if not isinstance(value, int):
                out += [f"  CHECK({model}.{kind}[{at}].alignment == {needed});" for at, needed in enumerate(value)]
    out.append("}")


def generate(header):
    out = ["/* Generated by generate.py from tvm_embedded.h and facts.py. */"]
    entries, rows = [], 0
    for unknown in (facts.CASES.keys() | facts.HELPERS.keys()) - header.functions.keys():
        raise Problem(f"facts.CASES has {unknown}, which the header does not have")
    for unknown in header.without_library ^ facts.WITHOUT_LIBRARY:
        raise Problem(f"{unknown} is in facts.WITHOUT_LIBRARY or in that part of the header, not in both")
    for name, function in header.functions.items():
        if name not in facts.CASES and not function.helper:
            raise Problem(f"{name} is new: say in facts.CASES what a good call is, and what must hold after it")
        out.append("\n" + call(function))
        produced, cases = set(), []
        for number, case in enumerate(facts.HELPERS[name] if function.helper else facts.CASES[name]):
            table = Table(header, function, case)
            produced |= table.produced() if table.answers_status and not function.helper else set()
            rows += len(table.rows)
            cases.append(table.write(out, f"{name}_{number}"))
        documented = set() if function.helper else header.documented(name)
        for status in sorted(documented - produced):
            raise Problem(f"{name}: its description names {status}, and no row produces it")
        for status in sorted(produced - documented):
            raise Problem(f"{name}: a row produces {status}, and its description does not name it")
        out += [f"static const Case {name}_cases[] = {{", *cases, "};"]
        entries.append(f'  {{ "{name}", {name}_call, {name}_cases, sizeof({name}_cases) / sizeof(Case), {len(function.parameters)} }},')
    out += ["\nstatic const Function functions[] = {", *entries, "};"]
    models(out)
    return "\n".join(out) + "\n", len(entries), rows


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: generate.py HEADER OUT.h")
    try:
        text, functions, rows = generate(Header(open(sys.argv[1], encoding="utf-8").read(), facts.HELPERS))
    except Problem as problem:
        sys.exit(f"argument table: {problem}")
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(text)
    print(f"argument table: {functions} functions, {rows} rows")


main()
