#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_symbols.py NM HEADER STATIC_LIBRARY [SHARED_LIBRARY]

The functions that the libraries export and those that the header declares must be the same. Changes since the last
release are checked by `cargo xtask abi`.
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
    nm, header_path, static, *shared = sys.argv[1:]
    header = open(header_path, encoding="utf-8").read()
    block = header[header.index('extern "C" {'):header.index('}  // extern "C"')]
    block = re.sub(r"/\*.*?\*/", "", block, flags=re.DOTALL)
    declared = set(re.findall(r"\b(TVM\w+)\s*\(", block))
    found = {}
    # Rust mangles its own symbols; a C program can't name them, and the linker removes them.
    found[static] = {name for name in exported(nm, static, "--extern-only") if not re.match(r"_ZN|_R|rust_|__rust", name)}
    for library in shared:
        found[library] = exported(nm, library, "--dynamic")
    failures = 0
    for where, names in found.items():
        for name in sorted(names - declared):
            print(f"{where} has {name}, which the header does not declare")
            failures += 1
        for name in sorted(declared - names):
            print(f"{where} does not have {name}")
            failures += 1
    print(f"{len(declared)} functions in {len(found)} libraries, {failures} differences")
    sys.exit(1 if failures or not declared else 0)


main()
