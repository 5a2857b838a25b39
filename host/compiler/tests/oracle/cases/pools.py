"""Code shared by AVERAGE_POOL_2D and MAX_POOL_2D, int8."""

import dataclasses
import itertools

import quantities
from builder import Model, Quantization, activation, options, padding

from .conv_2d import CHANNELS, extent


@dataclasses.dataclass(frozen=True)
class Spec:
    """One pooling; pairs are (height, width)."""

    image: tuple = (7, 6)
    channels: int = 3
    window: tuple = (2, 2)
    stride: tuple = (2, 2)
    padding: str = "VALID"
    activation: str = "NONE"
    quantization: Quantization | None = None
    batch: int = 1


def cases(operator):
    """Cases of one of them."""
    for name, spec in _specs():
        yield f"{operator.lower()}-{name}", lambda state, spec=spec: _build(state, operator, spec)


def _specs():
    for channels in CHANNELS:
        yield f"c{channels}", Spec(channels=channels)
    shapes = (((3, 3), (1, 1)), ((3, 2), (2, 3)), ((1, 4), (1, 3)), ((5, 5), (3, 3)))
    for (window, stride), pad in itertools.product(shapes, ("SAME", "VALID")):
        name = f"w{window[0]}x{window[1]}-s{stride[0]}x{stride[1]}-{pad.lower()}"
        yield name, Spec(image=(8, 9), window=window, stride=stride, padding=pad, channels=4)
    yield "image66001x1-s300x300", Spec(image=(66001, 1), channels=2, window=(9, 1), stride=(300, 300))
    yield "global", Spec(image=(25, 5), window=(25, 5), stride=(25, 5), channels=16)
    yield "window_above_image-same", Spec(image=(2, 3), window=(5, 7), stride=(1, 1), padding="SAME")
    yield "w1x1-s2x2", Spec(window=(1, 1))
    yield "batch2", Spec(batch=2)
    for zero, act in itertools.product((-128, 100), ("RELU", "RELU6", "RELU_N1_TO_1")):
        yield f"{act.lower()}-zero{zero}", Spec(activation=act, quantization=Quantization(0.06, zero))


def layer(graph, spec, source, operator, name="pool"):
    """Puts the pooling on `source` and returns its output."""
    size = [extent(i, w, s, 1, spec.padding) for i, w, s in zip(source.shape[1:3], spec.window, spec.stride)]
    shape = (source.shape[0], *size, source.shape[3])
    output = graph.tensor(f"{name}/output", shape, source.quantization, source.dtype)
    fields = options(
        "Pool2DOptions",
        padding=padding(spec.padding),
        strideH=spec.stride[0],
        strideW=spec.stride[1],
        filterHeight=spec.window[0],
        filterWidth=spec.window[1],
        fusedActivationFunction=activation(spec.activation),
    )
    return graph.operator(operator, [source], [output], fields)


def _build(state, operator, spec):
    model = Model()
    graph = model.graph()
    quantization = spec.quantization or quantities.activations(state)
    source = graph.input("input", (spec.batch, *spec.image, spec.channels), quantization)
    graph.output(layer(graph, spec, source, operator))
    return model.bytes()
