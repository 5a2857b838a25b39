#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_complete.py TABLE.h HEADER FOLDER NM COMPILER [FLAG...]: no function of the header is missing in the argument table.

The functions are not read from the header's text, but from objects that the compiler makes: inline ones because it is told to
keep them, exported ones because a program takes the address of each name that the header has.
"""
import pathlib
import re
import subprocess
import sys

import facts

# What a program can define, and which functions it then has.
KINDS = {"plain": [], "layers": ["-DTVM_EMBEDDED_LAYERS"], "without_library": ["-DTVM_EMBEDDED_NO_LIBRARY"]}


def functions(folder, kind, source, nm, command):
    """The functions that the object of `source` has (T, t) or needs (U); nothing if it does not compile."""
    file, made = folder / f"{kind}.c", folder / f"{kind}.o"
    file.write_text(source, encoding="utf-8")
    done = subprocess.run([*command, "-c", file, "-o", made], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return set()
    listed = subprocess.run([nm, made], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^[0-9a-f ]*[TtU] (TVM\w+)$", listed, re.MULTILINE))


def main():
    table, header, folder, nm, *compiler = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    command = [*compiler, "-std=c99", "-O0", "-I", str(pathlib.Path(header).parent)]
    include = '#include "tvm_embedded.h"\n'
    found = set()
    for kind, flags in KINDS.items():
        inline = functions(folder, kind, include, nm, [*command, "-fkeep-inline-functions", *flags])
        if not inline:
            sys.exit(f"{kind}: the header does not compile, or has no functions")
        found |= inline
    # Of the names, those that are functions: their address converts to that of a function.
    text = pathlib.Path(header).read_text(encoding="utf-8")
    for name in sorted(set(re.findall(r"\b(TVM\w+) *\(", text)) - found):
        found |= functions(folder, name, f"{include}void (*address)(void) = (void (*)(void)){name};\n", nm, command) & {name}
    listed = set(re.findall(r'^  \{ "(TVM\w+)", ', pathlib.Path(table).read_text(encoding="utf-8"), re.MULTILINE))
    missing, extra = found - listed - facts.WITHOUT_LIBRARY, (listed | facts.WITHOUT_LIBRARY) - found
    print(f"{len(found)} functions in the header, {len(listed)} in the table")
    if missing or extra:
        sys.exit(f"not in the table: {sorted(missing)}; not in the header: {sorted(extra)}")


main()
