"""MEAN, int8."""

import numpy as np

import quantities
from builder import Model, Quantization, options


def cases():
    """See the package."""
    for name, shape, axes, keep, result in _specs():
        yield f"mean-{name}", lambda state, a=(shape, axes, keep, result): _build(state, *a)


def _specs():
    image = (1, 4, 5, 3)
    for keep in (False, True):
        kept = "-keep" if keep else ""
        yield f"image{kept}", image, (1, 2), keep, None
        yield f"image-rescale{kept}", image, (1, 2), keep, Quantization(0.031, -77)
    for channels in (1, 2, 7, 8, 16, 17):
        yield f"image-c{channels}", (1, 7, 7, channels), (1, 2), True, Quantization(0.02, 5)
    yield "rows", image, (1,), False, None
    yield "columns-rescale", image, (2,), False, Quantization(0.05, 127)
    yield "channels", image, (3,), True, None
    yield "channels-rescale", image, (3,), False, Quantization(0.02, -128)
    yield "negative_axes", image, (-2, -3), False, Quantization(0.03, 0)
    yield "everything", image, (0, 1, 2, 3), False, None
    yield "rank2", (3, 10), (1,), False, Quantization(0.1, 1)
    yield "rank3", (2, 5, 7), (1,), False, Quantization(0.1, -9)
    yield "one_element", (1, 1, 1, 9), (1, 2), True, None
    yield "large", (1, 24, 32, 2), (1, 2), False, Quantization(0.033, -20)


def layer(graph, source, axes, keep, result=None, name="mean"):
    """Puts the operator on `source` and returns its output."""
    gone = {a % len(source.shape) for a in axes}
    shape = tuple(1 if i in gone else n for i, n in enumerate(source.shape) if keep or i not in gone)
    output = graph.tensor(name, shape, result or source.quantization)
    inputs = [source, graph.constant(f"{name}/axes", np.int32(axes))]
    return graph.operator("MEAN", inputs, [output], options("ReducerOptions", keepDims=keep))


def _build(state, shape, axes, keep, result):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state)
    if result is not None:
        quantization = Quantization(0.04, quantization.zero_point)
    source = graph.input("input", shape, quantization)
    graph.output(layer(graph, source, axes, keep, result))
    return model.bytes()
