#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_table.py HEADER TABLE.c GOOD.h

Reads the exported functions and their parameters from the header, derives from each parameter's type and name in which
ways it can be bad, and fails when the argument table lacks a row for one of them, or a good call for a function.
"""
import re
import sys

# Bytes may lie anywhere, so these have no row for a misaligned pointer.
BYTES = {"TVMSetWorkspaces.memory", "TVMSetWorkspaceBuffer.buffer", "TVMSetWorkspace.memory",
         # Checked against the model's alignment when it runs (execution/aspects.c).
         "TVMSetParameters.memory", "TVMSetParameterBuffer.buffer"}
SIZES = {"zero", "one_less", "exact", "one_more", "max"}


def exported(header):
    """{function: [(type, name)]} of the header's extern "C" part."""
    block = header[header.index('extern "C" {'):header.index('}  // extern "C"')]
    block = re.sub(r"/\*.*?\*/|//[^\n]*|#[^\n]*", "", block, flags=re.DOTALL)
    functions = {}
    for statement in block.split(";"):
        found = re.search(r"(\w+)\s*\(([^()]*)\)\s*$", statement.strip(), re.DOTALL)
        if not found:
            continue
        parameters = []
        for text in found[2].split(","):
            text = " ".join(text.split())
            if text not in ("void", ""):
                name = re.search(r"\w+$", text)[0]
                parameters.append((text[:-len(name)].strip(), name))
        functions[found[1]] = parameters
    return functions


def needed(function, kind, name):
    """The ways in which a parameter can be bad."""
    if kind == "const struct TVMModel *":
        return {"wrong"}
    if name == "index" and kind == "size_t":
        return {"out_of_range"}
    if kind == "size_t":
        return SIZES
    if kind == "const char *":
        return {"null", "unknown"} if name == "name" else {"null"}
    if kind.endswith("*"):
        return {"null"} if f"{function}.{name}" in BYTES else {"null", "misaligned"}
    if kind == "int32_t":
        return {"unknown"}
    sys.exit(f"check_table.py does not know how '{kind} {name}' of {function} can be bad: teach it")


def rows(table):
    """{(function, parameter, kind)} of the table, with the macros that stand for several rows."""
    found = set(re.findall(r"\b(?:ROW|LEGAL)\((TVM\w+), (\w+), (\w+),", table))
    found |= {(function, "model", "wrong") for function in re.findall(r"\bMODEL_ROWS\((TVM\w+),", table)}
    found |= {(function, "index", "out_of_range") for function in re.findall(r"\bINDEX_ROWS\((TVM\w+),", table)}
    for function in re.findall(r"\bNAME_ROWS\((TVM\w+),", table):
        found |= {(function, "name", "null"), (function, "name", "unknown")}
    return found


def main():
    header, table, good = (open(path, encoding="utf-8").read() for path in sys.argv[1:4])
    functions = exported(header)
    there = rows(table)
    good = set(re.findall(r"\bGOOD\((TVM\w+),", good))
    missing = [f"{function}: no good call" for function in functions if function not in good]
    count = 0
    for function, parameters in functions.items():
        for kind, name in parameters:
            for way in sorted(needed(function, kind, name)):
                count += 1
                if (function, name, way) not in there:
                    missing.append(f"{function}: no row for '{name}' {way}")
    unknown = sorted({function for function, _, _ in there if function not in functions})
    missing += [f"{function} has rows but is not exported" for function in unknown]
    print("\n".join(missing))
    print(f"{len(functions)} functions, {count} ways to be wrong, {len(missing)} missing")
    sys.exit(1 if missing or not functions else 0)


main()
