"""One model in TensorFlow Lite's reference kernels, for what TFLite Micro refuses: see litert.txt."""

import contextlib
import os

import numpy as np

import interpreter

# Generated models with this prefix are run here.
PREFIX = "beyond-"


class Interpreter:
    """As `interpreter.Interpreter`, with the resolver BUILTIN_REF of ai-edge-litert."""

    VERSION = "ai-edge-litert 2.3.0, BUILTIN_REF"
    # Its conversion of other values to integers is undefined: the inverse of a tiny scale is infinite, too.
    ODD_FLOATS = ("zeros",)

    def __init__(self, model, preserve=False, shapes=None):
        from ai_edge_litert import interpreter as litert

        try:
            with _silent():
                self._inner = litert.Interpreter(
                    model_content=bytes(model.data),
                    experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF,
                    experimental_preserve_all_tensors=preserve,
                    num_threads=1,
                )
                for name, shape in (shapes or {}).items():
                    self._inner.resize_tensor_input(self._named(name), shape, strict=False)
                self._inner.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise interpreter.Refused(str(error)) from error
        self._inputs = [entry["index"] for entry in self._inner.get_input_details()]
        self._outputs = [entry["index"] for entry in self._inner.get_output_details()]

    def _named(self, name):
        """The index of an input."""
        found = [entry["index"] for entry in self._inner.get_input_details() if entry["name"] == name]
        if len(found) != 1:
            raise ValueError(f"no input {name}")
        return found[0]

    def shapes(self):
        """The shape of each tensor, by its index; those that depend on others are known after a run."""
        for entry in self._inner.get_input_details():
            self._inner.set_tensor(entry["index"], np.zeros(entry["shape"], entry["dtype"]))
        self._inner.invoke()
        return {entry["index"]: tuple(map(int, entry["shape"])) for entry in self._inner.get_tensor_details()}

    def reset(self):
        """Resets the model to its state before the first invoke."""
        self._inner.reset_all_variables()

    def invoke(self, values):
        """Runs the model once on one array for each input."""
        try:
            for index, value in zip(self._inputs, values, strict=True):
                self._inner.set_tensor(index, np.asarray(value))
            self._inner.invoke()
        except (RuntimeError, ValueError) as error:
            raise interpreter.Refused(str(error)) from error

    def output(self, position):
        """A copy of the output at `position`."""
        return self._inner.get_tensor(self._outputs[position])

    def tensor(self, tensor):
        """A copy of any tensor of the last invoke; needs `preserve`."""
        return self._inner.get_tensor(tensor.index, tensor.subgraph)


@contextlib.contextmanager
def _silent():
    """Nothing is captured: the exception contains everything that C++ code prints to standard error."""
    before, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)
