"""The models of the grid, by name.

Every module here, and every `cases.py` in a directory of `src/ops`, has a function `cases()` that yields pairs of a name
and a function. The function takes a random state, which depends on nothing but the seed and the name, and returns the
file's bytes.
"""

import importlib.util
import pathlib
import sys
import zlib

import numpy as np

_OPERATORS = pathlib.Path(__file__).resolve().parents[3] / "src" / "ops"


def _load(name, path):
    """The module in a file, known to importers by this name."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


# Cases of operators from which those of others, and networks, are built: importers know them as modules of this package.
_SHARED = {"convolution": "conv_2d", "depthwise": "depthwise_conv_2d", "dense": "fully_connected", "softmax": "softmax"}
for _name, _operator in _SHARED.items():
    globals()[_name] = _load(f"{__name__}.{_name}", _OPERATORS / _operator / "cases.py")

from . import (  # noqa: E402, they import those above
    activations,
    arithmetic,
    chains,
    conversion,
    dimensions,
    drawn,
    edges,
    floats,
    folding,
    int16,
    layout,
    pooling,
    reduction,
    refusals,
    streaming,
)

MODULES = (
    pooling,
    arithmetic,
    dimensions,
    activations,
    conversion,
    edges,
    layout,
    reduction,
    refusals,
    floats,
    folding,
    int16,
    chains,
    drawn,
    streaming,
)

# What the reference can't run although the file is valid; the right bytes are not defined.
REFUSED = {
    "depthwise_conv_2d-bias_left_out": "reads the bias that is left out, and crashes",
    "quantize-float32-uint8": "has no such pair of types",
}


# Cases called so are refused by the reference, and must be by the compiler.
REFUSAL = "refused-"

# Cases called so contradict themselves: the reference may read what it likes, or crash; the compiler must refuse them.
CONTRADICTION = "contradiction-"


def _of_operators():
    """The cases in the directories of the operators."""
    for name in _SHARED:
        yield globals()[name]
    for path in sorted(_OPERATORS.glob("*/cases.py")):
        if path.parent.name not in _SHARED.values():
            yield _load(f"cases_of_{path.parent.name}", path)


def every():
    """All cases, in a fixed order, as a dictionary from name to function."""
    found = {}
    for module in (*MODULES, *_of_operators()):
        for name, make in module.cases():
            if name in found:
                raise ValueError(f"two cases are called {name}")
            found[name] = make
    return found


def build(name, make, seed):
    """The bytes of one case; or a pair of what the reference runs and what the compiler takes in its place."""
    return make(np.random.RandomState(zlib.crc32(f"{seed}/{name}".encode())))
