"""One model in TFLite Micro's reference interpreter."""

import contextlib
import os
import tempfile

import numpy as np
from tflite_micro.python.tflite_micro import _version, runtime

import inputs

VERSION = f"tflite-micro {_version.__version__}" if hasattr(_version, "__version__") else "tflite-micro"

# The interpreter allocates its memory at once; a model that needs more than this is not for microcontrollers.
LARGEST_ARENA = 1 << 28


class Refused(Exception):
    """The interpreter can't load or run this model; the message holds what it printed."""


class Interpreter:
    """Runs a model sample by sample. With `preserve`, tensors between input and output can be read as well."""

    VERSION = VERSION
    ODD_FLOATS = inputs.ODD_FLOATS

    def __init__(self, model, preserve=False):
        self._model = model
        self._config = (
            runtime.InterpreterConfig.kPreserveAllTensors
            if preserve
            else runtime.InterpreterConfig.kAllocationRecording
        )
        self._arena = model.arena()
        self.reset()

    def reset(self):
        """Resets the model to its state before the first invoke.

        This makes a new interpreter: it is not specified which state the old one's `reset` clears.
        """
        while True:
            try:
                with _heard() as said:
                    # The package spells the keyword this way.
                    self._interpreter = runtime.Interpreter.from_bytes(
                        self._model.data, arena_size=self._arena, intrepreter_config=self._config
                    )
                return
            except Exception as error:
                text = said.text()
                # Every refusal ends in "failed to allocate tensors"; if memory is missing, the text says how much.
                too_small = any(sign in text for sign in ("missing:", "Failed to resize", "tail memory", "arena"))
                if not too_small or self._arena >= LARGEST_ARENA:
                    raise Refused(_reason(error, text)) from error
                self._arena = min(2 * self._arena, LARGEST_ARENA)

    def invoke(self, values):
        """Runs the model once on one array for each input."""
        with _heard() as said:
            try:
                for index, value in enumerate(values):
                    self._interpreter.set_input(value, index)
                status = self._interpreter.invoke()
            except Exception as error:
                raise Refused(_reason(error, said.text())) from error
        if status != 0:
            raise Refused(f"invoke returned {status}: {said.text().strip()}")

    def output(self, position):
        """A copy of the output at `position`."""
        try:
            return np.array(self._interpreter.get_output(position), copy=True)
        except ValueError as error:
            raise Refused(f"output {position}: {error}") from error

    def tensor(self, tensor):
        """A copy of any tensor of the last invoke; needs `preserve`."""
        return np.array(self._interpreter.GetTensor(tensor.index, tensor.subgraph)["tensor_data"], copy=True)


class _Heard:
    def __init__(self, file):
        self._file = file
        self._kept = None

    def text(self):
        if self._kept is not None:
            return self._kept
        self._file.flush()
        self._file.seek(0)
        return self._file.read().decode("utf-8", "replace")

    def keep(self):
        """Reads what was written before the file is closed."""
        self._kept = self.text()


@contextlib.contextmanager
def _heard():
    """Captures what C++ code prints to standard error: it contains the reason for a refusal."""
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            heard = _Heard(file)
            yield heard
        finally:
            heard.keep()
            os.dup2(before, 2)
            os.close(before)


def _reason(error, text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join([*lines, str(error)]) if lines else str(error)
