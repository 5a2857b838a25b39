# SPDX-License-Identifier: Apache-2.0
"""Calls of the program, with a C compiler for its verb `run`."""
from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys

from . import _paths
from ._errors import BY_CODE, Error


def with_compiler() -> dict[str, str]:
    """The environment of the program: `CC`, where neither it nor `cc` is there but Zig is (the extra `run`)."""
    environment = dict(os.environ)
    # The program separates CC at spaces.
    zig = " " not in sys.executable and importlib.util.find_spec("ziglang") is not None
    if not environment.get("CC") and shutil.which("cc") is None and zig:
        environment["CC"] = f"{sys.executable} -m ziglang cc"
    return environment


def call(*words: str | os.PathLike[str]) -> str:
    """What the program prints; its error as an exception."""
    command = [str(_paths.tool()), *(str(word) for word in words)]
    environment = with_compiler()
    environment["NO_COLOR"] = "1"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.strip() or f"the program ended with code {done.returncode}"
    if done.returncode == 5 and "CC" not in environment and shutil.which("cc") is None:
        said += '\n  or: pip install "tvm-embedded[run]", which brings one'
    raise BY_CODE.get(done.returncode, Error)(said.removeprefix("error: "), done.returncode)
