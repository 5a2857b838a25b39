"""L2_POOL_2D on float32: windows, strides, padding, activations."""

import itertools

from builder import FLOAT, Model, activation, options, padding
from cases.conv_2d import extent


def cases():
    """See the package."""
    windows = (((2, 2), (2, 2)), ((3, 1), (1, 2)), ((5, 4), (2, 3)), ((1, 1), (1, 1)))
    for (window, stride), pad, fused in itertools.product(windows, ("SAME", "VALID"), ("NONE", "RELU6")):
        name = f"{window[0]}x{window[1]}-{stride[0]}x{stride[1]}-{pad.lower()}-{fused.lower()}"
        yield f"l2_pool_2d-{name}", lambda _, args=(window, stride, pad, fused): _build(*args)


def _build(window, stride, pad, fused):
    shape = (2, 7, 6, 3)
    place = [extent(n, w, s, 1, pad) for n, w, s in zip(shape[1:3], window, stride)]
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, None, FLOAT)
    output = graph.tensor("output", (shape[0], *place, shape[3]), None, FLOAT)
    fields = options(
        "Pool2DOptions",
        padding=padding(pad),
        strideH=stride[0],
        strideW=stride[1],
        filterHeight=window[0],
        filterWidth=window[1],
        fusedActivationFunction=activation(fused),
    )
    graph.output(graph.operator("L2_POOL_2D", [source], [output], fields))
    return model.bytes()
