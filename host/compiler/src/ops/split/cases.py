"""SPLIT and SPLIT_V, int8."""

import numpy as np

from builder import options
from cases.moves import model


def cases():
    """See the package."""
    for group in (_split, _split_v):
        for name, make in group():
            yield f"{group.__name__[1:]}-{name}", make


def split(graph, source, axis, count, name="part"):
    """SPLIT into `count` equal parts."""
    shape = list(source.shape)
    shape[axis] //= count
    outputs = [graph.tensor(f"{name}{i}", shape, source.quantization, source.dtype) for i in range(count)]
    inputs = [graph.constant(f"{name}/axis", np.int32(axis)), source]
    graph.operator("SPLIT", inputs, outputs, options("SplitOptions", numSplits=count))
    return outputs


def split_v(graph, source, axis, sizes, said=None, name="part"):
    """SPLIT_V into parts of given sizes; `said` is what the file says, with -1 for at most one of them."""
    outputs = []
    for i, size in enumerate(sizes):
        shape = list(source.shape)
        shape[axis] = size
        outputs.append(graph.tensor(f"{name}{i}", shape, source.quantization, source.dtype))
    inputs = [
        source,
        graph.constant(f"{name}/sizes", np.int32(said or sizes)),
        graph.constant(f"{name}/axis", np.int32(axis)),
    ]
    graph.operator("SPLIT_V", inputs, outputs, options("SplitVOptions", numSplits=len(sizes)))
    return outputs


def _split():
    for name, shape, axis, count in (
        ("channels", (1, 3, 4, 6), 3, 2),
        ("channels-three", (1, 3, 4, 6), 3, 3),
        ("rows", (1, 6, 2, 3), 1, 2),
        ("negative_axis", (1, 4, 10), -1, 5),
        ("one", (1, 7), 1, 1),
        ("batch", (4, 3), 0, 4),
    ):
        yield name, model([shape], lambda g, x, axis=axis, count=count: split(g, x, axis, count))


def _split_v():
    for name, shape, axis, sizes, said in (
        ("channels", (1, 3, 4, 8), 3, (3, 5), None),
        ("open_size", (1, 11, 1, 8), 3, (4, 4), (4, -1)),
        ("rows", (1, 7, 2, 3), 1, (1, 4, 2), None),
        ("negative_axis", (1, 3, 9), -1, (2, 7), None),
        ("one", (1, 7), 1, (7,), None),
    ):
        arguments = (axis, sizes, said)
        yield name, model([shape], lambda g, x, arguments=arguments: split_v(g, x, *arguments))
