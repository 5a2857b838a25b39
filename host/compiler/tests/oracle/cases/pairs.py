"""Code shared by ADD, SUB, MUL, MINIMUM and MAXIMUM: int8, and int32 without scale."""

import numpy as np

import quantities
from builder import Model, Quantization, activation, options

from .conv_2d import CHANNELS

_OPTIONS = {"ADD": "AddOptions", "SUB": "SubOptions", "MUL": "MulOptions", "MINIMUM": None, "MAXIMUM": None}


def cases(operator):
    """Cases of one of them on int8."""
    for name, arguments in _specs(operator):
        yield f"{operator.lower()}-{name}", lambda state, arguments=arguments: _build(state, operator, **arguments)


def integers(state, operator, fused, second):
    """A model of int32 without scale: an input, and a constant of the shape `second`."""
    model = Model()
    graph = model.graph()
    first = graph.input("input", (3, 5), None, np.int32)
    other = graph.constant("other", state.randint(-(1 << 31), 1 << 31, second).astype(np.int32))
    output = graph.tensor("output", (3, 5), None, np.int32)
    fields = options(_OPTIONS[operator], fusedActivationFunction=activation(fused))
    graph.output(graph.operator(operator, [first, other], [output], fields))
    return model.bytes()


def _specs(operator):
    for channels in CHANNELS:
        yield f"c{channels}", {"first": (1, 3, 5, channels)}
    yield "vector", {"first": (1, 19)}
    yield "itself", {"first": (1, 4, 4, 3), "second": "same"}
    broadcasts = {
        "scalar": ((1, 3, 4, 5), (1,)),
        "channels": ((1, 3, 4, 5), (5,)),
        "pixels": ((1, 3, 4, 5), (1, 3, 4, 1)),
        "rows": ((1, 3, 4, 5), (1, 3, 1, 1)),
        "both": ((1, 3, 1, 5), (1, 1, 4, 5)),
        "first_small": ((1, 1, 1, 5), (1, 3, 4, 5)),
        "ranks": ((4, 5), (1, 3, 4, 5)),
    }
    for name, (first, second) in broadcasts.items():
        yield f"broadcast_{name}", {"first": first, "second": second}
    for name in ("scalar", "channels"):
        first, second = broadcasts[name]
        scales = (0.06, 0.05, 0.1)
        yield f"constant_{name}", {"first": first, "second": second, "constant": True, "scales": scales}
    yield "constant_full", {"first": (1, 3, 4, 5), "second": (1, 3, 4, 5), "constant": True}
    if _OPTIONS[operator] is None:
        # The reference compares bytes: both inputs and the output share their quantisation.
        return
    image = (1, 4, 8, 4)
    for act in ("RELU", "RELU6", "RELU_N1_TO_1"):
        scales = (0.05, 0.04, 0.03 if act == "RELU_N1_TO_1" else 0.07)
        yield f"{act.lower()}", {"first": image, "fused": act, "scales": scales, "zeros": (5, -9, 10)}
        yield f"{act.lower()}-zero-128", {"first": image, "fused": act, "scales": scales, "zeros": (-128, 0, -128)}
    for zeros in ((-128, 127, 0), (127, 127, _far(operator)), (-128, -128, -128), (0, 0, 0), (127, -128, 3)):
        yield "zeros" + "_".join(map(str, zeros)), {"first": image, "zeros": zeros}
    for name, scales in (_PRODUCTS if operator == "MUL" else _SUMS).items():
        yield f"scales_{name}", {"first": image, "scales": scales, "zeros": (11, -6, -21)}


# Scales of both inputs and the output.
_SUMS = {
    "equal": (0.1, 0.1, 0.1),
    "powers_of_two": (0.5, 0.25, 0.5),
    "first_large": (8.0, 0.001, 7.0),
    "second_large": (0.003, 30.0, 20.0),
    "output_small": (0.5, 0.5, 0.05),
    "output_large": (0.01, 0.01, 0.7),
    "tiny": (1e-7, 3e-7, 2e-7),
}
_PRODUCTS = {
    "equal": (0.1, 0.1, 0.1),
    "powers_of_two": (0.5, 0.25, 8.0),
    "far_apart": (8.0, 0.001, 0.4),
    "output_small": (0.5, 0.5, 0.05),
    "output_large": (0.01, 0.01, 0.5),
    "tiny": (1e-7, 3e-7, 3e-12),
}


def _far(operator):
    """The output's zero point if both inputs are below theirs: products are positive then, sums negative."""
    return -128 if operator == "MUL" else 127


def layer(graph, state, operator, first, second, fused="NONE", scale=None, zero=None, name="elementwise"):
    """Puts the operator on two tensors and returns its output."""
    shape = np.broadcast_shapes(first.shape, second.shape)
    if _OPTIONS[operator] is None:
        quantization = first.quantization
    else:
        wide = first.scale * second.scale * 100 if operator == "MUL" else max(first.scale, second.scale) * 1.3
        chosen = int(state.randint(-40, 41)) if fused == "NONE" else -128
        quantization = Quantization(wide if scale is None else scale, chosen if zero is None else zero)
    output = graph.tensor(f"{name}/output", shape, quantization)
    if _OPTIONS[operator] is None:
        fields = options("MaximumMinimumOptions")
    else:
        fields = options(_OPTIONS[operator], fusedActivationFunction=activation(fused))
    return graph.operator(operator, [first, second], [output], fields)


def _build(state, operator, first, second=None, constant=False, fused="NONE", scales=None, zeros=None):
    model = Model()
    graph = model.graph()
    parameters = [quantities.activations(state) for _ in range(2)]
    if scales is not None:
        parameters = [Quantization(s, p.zero_point) for s, p in zip(scales, parameters)]
    if zeros is not None:
        parameters = [Quantization(p.scale, z) for z, p in zip(zeros, parameters)]
    if _OPTIONS[operator] is None:
        parameters[1] = parameters[0]
    a = graph.input("first", first, parameters[0])
    if second == "same":
        b = a
    elif constant:
        b = graph.constant("second", state.randint(-128, 128, second).astype(np.int8), parameters[1])
    else:
        b = graph.input("second", second or first, parameters[1])
    scale = None if scales is None else scales[2]
    zero = None if zeros is None else zeros[2]
    graph.output(layer(graph, state, operator, a, b, fused, scale, zero))
    return model.bytes()
