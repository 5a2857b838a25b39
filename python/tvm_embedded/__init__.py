# SPDX-License-Identifier: Apache-2.0
"""Neural networks for microcontrollers: compile `.tflite` files to C, run and measure them on this computer.

    import tvm_embedded

    model = tvm_embedded.compile("digits.tflite")
    outputs = model.run({"image": picture})
    print(model.evaluate(pictures, labels))
    model.write_c("firmware/digits")

A model runs as the C that a firmware gets, compiled by the C compiler of this computer, in a process of its own.
"""
from ._errors import CompilerMissing, Error, FileError, ModelRefused, RunFailed, UsageError
from ._model import Comparison, Evaluation, Model, Workspace, compile, load
from ._paths import cmake_dir, cores, include_dir, lib_dir, tool
from ._report import Report
from ._tensor import Tensor

__all__ = [
    "Comparison",
    "CompilerMissing",
    "Error",
    "Evaluation",
    "FileError",
    "Model",
    "ModelRefused",
    "Report",
    "RunFailed",
    "Tensor",
    "UsageError",
    "Workspace",
    "cmake_dir",
    "compile",
    "cores",
    "include_dir",
    "lib_dir",
    "load",
    "tool",
]
