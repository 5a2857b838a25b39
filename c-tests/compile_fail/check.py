#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check.py FILE --compiler CC --standard STD [--include DIR ...]

FILE must compile without a warning; with CASE set to each number of a line marked `BAD <number>`, it must not, and the
compiler must complain about that very line (not about something else in the file).
"""
import argparse
import re
import subprocess
import sys

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--standard", required=True)
    parser.add_argument("--include", action="append", default=[])
    args = parser.parse_args()

    language = "c++" if "++" in args.standard else "c"
    command = [args.compiler, "-x", language, f"-std={args.standard}", "-fsyntax-only", *WARNINGS]
    command += [f"-I{folder}" for folder in args.include]

    def compile_case(number):
        # Unused objects are not the subject of a case.
        quiet = ["-Wno-unused"] if number else []
        return subprocess.run([*command, *quiet, f"-DCASE={number}", args.file], capture_output=True, text=True, check=False)

    failures = 0
    good = compile_case(0)
    if good.returncode != 0:
        print(f"{args.file}: the good uses do not compile:\n{good.stderr}")
        failures += 1
    lines = open(args.file, encoding="utf-8").read().splitlines()
    cases = [(int(found[1]), at) for at, line in enumerate(lines, 1) if (found := re.search(r"/\* BAD (\d+)", line))]
    if [number for number, _ in cases] != list(range(1, len(cases) + 1)) or not cases:
        sys.exit(f"{args.file}: the cases are not numbered from 1")
    for number, at in cases:
        bad = compile_case(number)
        if bad.returncode == 0:
            print(f"{args.file}:{at}: case {number} compiles, and must not: {lines[at - 1].strip()}")
            failures += 1
        elif not re.search(rf"{re.escape(args.file)}:{at}:", bad.stderr):
            print(f"{args.file}:{at}: case {number} does not compile, but for another reason:\n{bad.stderr}")
            failures += 1
    print(f"{len(cases)} wrong uses, {failures} failures")
    sys.exit(1 if failures else 0)


main()
