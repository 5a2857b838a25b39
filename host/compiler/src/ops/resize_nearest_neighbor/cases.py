"""RESIZE_NEAREST_NEIGHBOR on int8, int16 and float32, larger and smaller, with each pair of options."""

import itertools

import numpy as np

import quantities
from builder import Model, options

SIZES = (((3, 5), (6, 10)), ((7, 4), (3, 9)), ((1, 1), (4, 3)), ((6, 6), (1, 1)), ((5, 11), (13, 7)))


def cases():
    """See the package."""
    for (size, result), align, half in itertools.product(SIZES, (False, True), (False, True)):
        name = f"{size[0]}x{size[1]}-{result[0]}x{result[1]}{'-align' * align}{'-half' * half}"
        for dtype, channels in (("int8", 3), ("int16", 1), ("float32", 2)):
            yield (
                f"resize_nearest_neighbor-{dtype}-{name}",
                lambda state, args=(size, result, align, half, dtype, channels): _build(state, *args),
            )
    yield "resize_nearest_neighbor-batch2", lambda state: _build(state, (4, 4), (6, 3), False, False, "int8", 5, 2)


def _build(state, size, result, align, half, dtype, channels, batch=1):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    source = graph.input("input", (batch, *size, channels), quantization, np.dtype(dtype))
    wanted = graph.constant("size", np.int32(result))
    output = graph.tensor("output", (batch, *result, channels), quantization, np.dtype(dtype))
    fields = options("ResizeNearestNeighborOptions", alignCorners=align, halfPixelCenters=half)
    graph.output(graph.operator("RESIZE_NEAREST_NEIGHBOR", [source, wanted], [output], fields))
    return model.bytes()
