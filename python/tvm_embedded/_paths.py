# SPDX-License-Identifier: Apache-2.0
"""Where this installation holds the program, the headers, the CMake package and the libraries."""
from __future__ import annotations

import os
import pathlib

from ._errors import Error

_DATA = pathlib.Path(__file__).resolve().parent / "data"


def tool() -> pathlib.Path:
    """The program `tvm-embedded`. The environment variable `TVM_EMBEDDED_TOOL` names another."""
    named = os.environ.get("TVM_EMBEDDED_TOOL")
    path = pathlib.Path(named) if named else _DATA / "bin" / "tvm-embedded"
    if not path.is_file():
        raise Error(f"there is no program {path}: install the wheel again, or set TVM_EMBEDDED_TOOL")
    return path


def cmake_dir() -> pathlib.Path:
    """The directory for CMake's `tvm_embedded_DIR`: `find_package(tvm_embedded CONFIG REQUIRED)` finds the package there."""
    return _there(_DATA / "lib" / "cmake" / "tvm_embedded")


def include_dir() -> pathlib.Path:
    """The directory of `tvm_embedded.h` and `tvm_embedded.hpp`."""
    return _there(_DATA / "include")


def cores() -> list[str]:
    """The cores that this installation holds a library for."""
    return sorted(path.parent.name for path in (_DATA / "lib").glob("*/libtvm_embedded.a"))


def lib_dir(core: str) -> pathlib.Path:
    """The directory of `libtvm_embedded.a` for a core, for instance `cortex-m4f`."""
    if core not in cores():
        known = ", ".join(cores()) or "none, since it was built from source: the wheels of a release hold them"
        raise Error(f"no library for the core '{core}'; this installation has: {known}")
    return _DATA / "lib" / core


def _there(path: pathlib.Path) -> pathlib.Path:
    if not path.is_dir():
        raise Error(f"there is no directory {path}: this is no installed wheel")
    return path
