#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_symbols.py NM SYMBOLS.txt HEADER STATIC_LIBRARY [SHARED_LIBRARY]

The functions that the libraries export, those that the header declares, and the committed list must be the same. A
deliberate change of the list is a change of the ABI: see the changelog.
"""
import re
import subprocess
import sys


def exported(nm, library, *options):
    printed = subprocess.run([nm, *options, "--defined-only", library], capture_output=True, text=True, check=True).stdout
    symbols = [line.split() for line in printed.splitlines()]
    # Text and data symbols; archives also print the names of their members.
    return {fields[2] for fields in symbols if len(fields) == 3 and fields[1] in "TDBRVW"}


def main():
    nm, list_path, header_path, static, *shared = sys.argv[1:]
    listed = open(list_path, encoding="utf-8").read().split()
    header = open(header_path, encoding="utf-8").read()
    block = header[header.index('extern "C" {'):header.index('}  // extern "C"')]
    block = re.sub(r"/\*.*?\*/", "", block, flags=re.DOTALL)
    found = {header_path: set(re.findall(r"\b(TVM\w+)\s*\(", block))}
    # Rust mangles what is its own; a C program can't name it, and the linker drops it.
    found[static] = {name for name in exported(nm, static, "--extern-only") if not re.match(r"_ZN|_R|rust_|__rust", name)}
    for library in shared:
        found[library] = exported(nm, library, "--dynamic")
    failures = 0
    if listed != sorted(set(listed)):
        print(f"{list_path} is not sorted")
        failures += 1
    for where, names in found.items():
        for name in sorted(names - set(listed)):
            print(f"{where} has {name}, which {list_path} has not")
            failures += 1
        for name in sorted(set(listed) - names):
            print(f"{where} lacks {name}")
            failures += 1
    print(f"{len(listed)} functions in {len(found)} places, {failures} differences")
    sys.exit(1 if failures else 0)


main()
