"""STRIDED_SLICE, int8."""

import numpy as np

from builder import options
from cases.moves import model


def cases():
    """See the package."""
    for name, make in _specs():
        yield f"strided_slice-{name}", make


def strided_slice(graph, source, begin, end, strides=None, name="slice", **masks):
    """STRIDED_SLICE; the shape of the result follows Python's rules."""
    strides = strides or [1] * len(begin)
    picked = []
    for i, (first, last, step) in enumerate(zip(begin, end, strides)):
        if masks.get("shrinkAxisMask", 0) >> i & 1:
            picked.append(first)
            continue
        first = None if masks.get("beginMask", 0) >> i & 1 else first
        last = None if masks.get("endMask", 0) >> i & 1 else last
        picked.append(slice(first, last, step))
    shape = np.zeros(source.shape)[tuple(picked)].shape
    output = graph.tensor(name, shape, source.quantization, source.dtype)
    words = (("begin", begin), ("end", end), ("strides", strides))
    inputs = [source, *[graph.constant(f"{name}/{word}", np.int32(values)) for word, values in words]]
    return graph.operator("STRIDED_SLICE", inputs, [output], options("StridedSliceOptions", **masks))


def _specs():
    image, line = (1, 6, 7, 5), (11,)
    for name, shape, begin, end, strides, masks in (
        ("inside", image, (0, 1, 2, 0), (1, 4, 6, 5), None, {}),
        ("strides", image, (0, 0, 1, 0), (1, 6, 7, 5), (1, 2, 3, 2), {}),
        ("negative", image, (0, -5, -3, 0), (1, -1, 7, 5), None, {}),
        ("masks", image, (0, 2, 0, 0), (0, 0, 3, 0), None, {"beginMask": 0b1001, "endMask": 0b1011}),
        ("stream", (1, 5, 1, 40), (0, 1, 0, 0), (0, 0, 0, 0), None, {"beginMask": 0b1101, "endMask": 0b1111}),
        ("stream_last", (1, 23, 1, 8), (0, -15, 0, 0), (0, 0, 0, 0), None, {"beginMask": 0b1101, "endMask": 0b1111}),
        ("shrink", image, (0, 2, 0, 0), (1, 3, 7, 5), None, {"shrinkAxisMask": 0b10}),
        ("shrink_last", (3, 4), (0, -1), (3, 0), None, {"shrinkAxisMask": 0b10, "beginMask": 1, "endMask": 1}),
        ("backwards", line, (-1,), (0,), (-2,), {}),
        ("backwards_all", line, (0,), (0,), (-1,), {"beginMask": 1, "endMask": 1}),
        ("beyond", line, (3,), (100,), None, {}),
        ("rank2", (5, 6), (1, 0), (4, 6), (2, 5), {}),
        ("rank3", (3, 4, 5), (0, 1, 1), (3, 3, 5), (1, 1, 2), {}),
    ):
        yield (
            name,
            model(
                [shape],
                lambda g, x, a=(begin, end, strides), masks=masks: strided_slice(g, x, *a, **masks),
            ),
        )
