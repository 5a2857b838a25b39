# SPDX-License-Identifier: Apache-2.0
"""The command `tvm-embedded`: the program itself, and where this installation holds what a build needs."""
from __future__ import annotations

import os
import sys

from . import _paths
from ._errors import Error
from ._run import with_compiler

_HELP = """
Of the Python package:
  tvm-embedded --cmake-dir       directory of the CMake package: cmake -Dtvm_embedded_DIR=$(tvm-embedded --cmake-dir) ...
  tvm-embedded --include-dir     directory of tvm_embedded.h and tvm_embedded.hpp
  tvm-embedded --lib-dir CORE    directory of libtvm_embedded.a for a core
  tvm-embedded --cores           the cores"""


def _answer(words: list[str]) -> str | None:
    """What the package itself answers; None where the program does."""
    if words == ["--cmake-dir"]:
        return str(_paths.cmake_dir())
    if words == ["--include-dir"]:
        return str(_paths.include_dir())
    if words == ["--cores"]:
        return "\n".join(_paths.cores())
    if words[:1] == ["--lib-dir"]:
        if len(words) != 2:
            raise Error("expected --lib-dir CORE, with one of: " + ", ".join(_paths.cores()))
        return str(_paths.lib_dir(words[1]))
    return None


def main() -> int:
    words = sys.argv[1:]
    try:
        answer = _answer(words)
        if answer is not None:
            print(answer)
            return 0
        tool = str(_paths.tool())
    except Error as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    environment = with_compiler()
    if words in ([], ["--help"], ["-h"]):
        import subprocess

        code = subprocess.run([tool, *words], env=environment, check=False).returncode
        print(_HELP, file=sys.stdout if words else sys.stderr)
        return code
    sys.stdout.flush()
    os.execve(tool, [tool, *words], environment)
    return 0


if __name__ == "__main__":
    sys.exit(main())
