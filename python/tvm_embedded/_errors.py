# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, with the text of the program `tvm-embedded`."""
from __future__ import annotations


class Error(Exception):
    """The base of all errors of this package. `code` is the exit code of the program, or None where it was not called."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class ModelRefused(Error):
    """The model or archive was refused; the message says where and why."""


class UsageError(Error):
    """An option, a module or a tensor that does not exist, or an array that does not fit its tensor."""


class FileError(Error):
    """A file could not be read or written, or does not hold what it should."""


class RunFailed(Error):
    """The model's code failed when it ran."""


class CompilerMissing(Error):
    """There is no C compiler, or it failed. `pip install "tvm-embedded[run]"` brings one."""


BY_CODE = {1: ModelRefused, 2: UsageError, 3: FileError, 4: RunFailed, 5: CompilerMissing}
