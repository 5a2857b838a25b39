"""RESIZE_BILINEAR on int8 and float32, larger and smaller, with each option."""

import itertools

import numpy as np

import quantities
from builder import Model, options

SIZES = (((3, 5), (6, 10)), ((7, 4), (3, 9)), ((1, 1), (4, 3)), ((6, 6), (1, 1)), ((5, 11), (13, 7)), ((2, 2), (97, 50)))


def cases():
    """See the package."""
    pairs = ((False, False), (True, False), (False, True))
    for (size, result), (align, half) in itertools.product(SIZES, pairs):
        name = f"{size[0]}x{size[1]}-{result[0]}x{result[1]}{'-align' * align}{'-half' * half}"
        for dtype, channels in (("int8", 3), ("float32", 2)):
            yield (
                f"resize_bilinear-{dtype}-{name}",
                lambda state, args=(size, result, align, half, dtype, channels): _build(state, *args),
            )
    yield "resize_bilinear-batch2", lambda state: _build(state, (4, 4), (6, 3), False, False, "int8", 5, 2)


def _build(state, size, result, align, half, dtype, channels, batch=1):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    source = graph.input("input", (batch, *size, channels), quantization, np.dtype(dtype))
    wanted = graph.constant("size", np.int32(result))
    output = graph.tensor("output", (batch, *result, channels), quantization, np.dtype(dtype))
    fields = options("ResizeBilinearOptions", alignCorners=align, halfPixelCenters=half)
    graph.output(graph.operator("RESIZE_BILINEAR", [source, wanted], [output], fields))
    return model.bytes()
