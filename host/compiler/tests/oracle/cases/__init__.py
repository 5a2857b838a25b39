"""The models of the grid, by name.

Every module here, and every `cases.py` in a directory of `src/ops`, has a function `cases()` that yields pairs of a name
and a function. The function takes a random state, which depends on nothing but the seed and the name, and returns the
file's bytes.
"""

import importlib
import importlib.util
import pathlib
import sys
import zlib

import numpy as np

import litert

_OPERATORS = pathlib.Path(__file__).resolve().parents[3] / "src" / "ops"


class _OfOperators:
    """Makes the cases in an operator's directory a module of this package, named like the directory."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """The finder that `import` calls for modules not found elsewhere."""
        package, _, operator = name.rpartition(".")
        file = _OPERATORS / operator / "cases.py"
        if package != __name__ or not file.is_file():
            return None
        return importlib.util.spec_from_file_location(name, file)


sys.meta_path.append(_OfOperators)

# Cases for several operators; the other modules contain code that the cases of several operators share.
_MODULES = (
    "dimensions",
    "edges",
    "refusals",
    "floats",
    "folding",
    "ahead",
    "empty",
    "int16",
    "hybrid",
    "run_weights",
    "chains",
    "channels",
    "drawn",
    "streaming",
    "through_float",
    "uint8",
    "uint8_layers",
)

# What the reference can't run although the file is valid; the correct bytes are undefined.
REFUSED = {
    "depthwise_conv_2d-bias_left_out": "reads the bias that is left out, and crashes",
    "quantize-float32-uint8": "has no such pair of types",
}


# Cases with this prefix are refused by the reference, and must be by the compiler.
REFUSAL = "refused-"

# Cases with this prefix are run by TensorFlow Lite's reference kernels: see `litert.py`.
BEYOND = litert.PREFIX

# Cases with this prefix contradict themselves: the reference may read anything, or crash; the compiler must refuse them.
CONTRADICTION = "contradiction-"


def _first_of(module):
    """The first case of an operator's directory that the reference runs, with one element more along the last dimension of an
    output than the operator computes.
    """
    stored = importlib.import_module(f"{__name__}.stored")
    for name, make in module.cases():
        # The file determines the length of SignalEnergy's output.
        if not name.startswith((REFUSAL, CONTRADICTION, BEYOND, "signal_energy-")) and name not in REFUSED:
            return f"{CONTRADICTION}stored_shape-{name}", lambda state: stored.longer(make(state))
    if all(name.startswith((REFUSAL, CONTRADICTION, BEYOND)) for name, _ in module.cases()):
        return None
    raise ValueError(f"{module.__name__} has no case that the reference runs")


def every():
    """All cases, in a fixed order, as a dictionary from name to function."""
    found = {}
    operators = sorted(path.parent.name for path in _OPERATORS.glob("*/cases.py"))
    for module in (*_MODULES, *operators):
        for name, make in importlib.import_module(f"{__name__}.{module}").cases():
            if name in found:
                raise ValueError(f"two cases are called {name}")
            found[name] = make
    longer = (_first_of(importlib.import_module(f"{__name__}.{name}")) for name in operators)
    found.update(case for case in longer if case is not None)
    return found


def build(name, make, seed):
    """The bytes of one case; or a pair of what the reference runs and what the compiler compiles instead."""
    return make(np.random.RandomState(zlib.crc32(f"{seed}/{name}".encode())))
