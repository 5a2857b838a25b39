"""DEPTHWISE_CONV_2D, int8."""

import dataclasses
import itertools

from builder import Model, Quantization, activation, options, padding

from cases.conv_2d import CHANNELS, extent
from cases.weighted import Weighted


@dataclasses.dataclass(frozen=True)
class Spec(Weighted):
    """One depthwise convolution; pairs are (height, width)."""

    image: tuple = (6, 5)
    channels: int = 4
    multiplier: int = 1
    kernel: tuple = (3, 3)
    stride: tuple = (1, 1)
    dilation: tuple = (1, 1)
    padding: str = "SAME"
    batch: int = 1


def cases():
    """See the package."""
    for name, spec in (*_specs(), *_int4()):
        yield f"depthwise_conv_2d-{name}", lambda state, spec=spec: _build(state, spec)


def _specs():
    for channels in CHANNELS:
        yield f"c{channels}", Spec(channels=channels)
        yield f"c{channels}-s2x2-valid", Spec(channels=channels, stride=(2, 2), padding="VALID", image=(7, 8))
    for channels, multiplier in ((1, 2), (1, 8), (1, 17), (2, 3), (3, 2), (4, 2), (5, 3), (8, 4), (16, 2)):
        yield f"c{channels}-m{multiplier}", Spec(channels=channels, multiplier=multiplier)
    strides = ((1, 1), (3, 3), (2, 2), (1, 2), (3, 1))
    kernels = ((3, 3), (2, 2), (5, 1), (1, 4), (5, 5))
    for i, (stride, pad) in enumerate(itertools.product(strides, ("SAME", "VALID"))):
        kernel = kernels[i % 5]
        name = f"s{stride[0]}x{stride[1]}-k{kernel[0]}x{kernel[1]}-{pad.lower()}"
        yield name, Spec(image=(9, 10), channels=5, stride=stride, kernel=kernel, padding=pad)
    for dilation, pad in itertools.product(((2, 2), (1, 3), (2, 1)), ("SAME", "VALID")):
        yield f"d{dilation[0]}x{dilation[1]}-{pad.lower()}", Spec(image=(8, 9), dilation=dilation, padding=pad)
    yield "d2x2-m2", Spec(image=(8, 9), dilation=(2, 2), channels=3, multiplier=2)
    for zero, act in itertools.product((-128, 15), ("RELU", "RELU6", "RELU_N1_TO_1")):
        yield f"{act.lower()}-zero{zero}", Spec(activation=act, output_zero_point=zero, channels=8)
    yield "per_tensor", Spec(per_channel=False)
    yield "per_tensor-m3", Spec(per_channel=False, multiplier=3)
    yield "scales_apart", Spec(decades=4.0, channels=16)
    yield "no_bias", Spec(bias="none", channels=5)
    yield "bias_left_out", Spec(bias="omitted", channels=7)
    yield "image1x1", Spec(image=(1, 1), channels=8)
    yield "image2x2-k5x5", Spec(image=(2, 2), kernel=(5, 5), channels=3)
    yield "image5x5-k5x5-valid", Spec(image=(5, 5), kernel=(5, 5), padding="VALID", channels=16)
    yield "stream-23x1-c32", Spec(image=(23, 1), kernel=(23, 1), padding="VALID", channels=32)
    yield (
        "first_layer-10x8-m8-s2x2-relu",
        Spec(image=(21, 20), channels=1, multiplier=8, kernel=(10, 8), stride=(2, 2), activation="RELU"),
    )
    yield "k1x1-c8", Spec(kernel=(1, 1), channels=8)
    yield "batch2", Spec(batch=2, channels=3)
    yield "image1x66001", Spec(image=(1, 66001), channels=2, kernel=(1, 5))
    yield "image66001x1-s300x300", Spec(image=(66001, 1), channels=3, kernel=(7, 1), stride=(300, 300))
    for zero in (-128, 127):
        yield f"in_zero{zero}", Spec(input=Quantization(0.03, zero), channels=8)
        yield f"in_zero{zero}-s2x2", Spec(input=Quantization(0.03, zero), channels=5, stride=(2, 2))
        yield f"out_zero{zero}", Spec(output_zero_point=zero)
    for kind in ("lowest", "highest", "signs", "zero", "full"):
        yield f"weights_{kind}", Spec(weights=kind, channels=8)
    yield "bias_limit", Spec(bias="limit", gain=2.0**-22 * 1.4, channels=24)
    yield "bias_limit-gain_half", Spec(bias="limit", gain=0.5)
    for gain in (1.0, 1.9, 40.0):
        yield f"gain{gain:g}", Spec(gain=gain, weights="small", kernel=(2, 2), bias="zero", per_channel=False)
        for stride in ((1, 1), (2, 2)):
            spec = Spec(gain=gain, weights="small", bias="zero", decades=1.5, channels=7, stride=stride, image=(9, 8))
            yield f"gain{gain:g}-k3x3-s{stride[0]}", spec
    yield "gain2e-31", Spec(gain=2.0**-31)
    yield "wide-c67", Spec(image=(4, 4), channels=67)
    yield "stuck", Spec(stuck=True, channels=8)
    yield "stuck-m2-k5x5-relu", Spec(stuck=True, channels=5, multiplier=2, kernel=(5, 5), activation="RELU")
    # Columns that are better rows: few outputs in a row, windows other than 3 by 3.
    for kernel, image in (((9, 1), (20, 3)), ((4, 1), (11, 1)), ((5, 3), (12, 2)), ((1, 3), (8, 3)), ((3, 1), (4, 3))):
        for pad in ("SAME", "VALID"):
            if image[1] >= kernel[1]:
                name = f"tall-k{kernel[0]}x{kernel[1]}-{pad.lower()}"
                yield name, Spec(image=image, kernel=kernel, padding=pad, channels=6, activation="RELU")
    yield "tall-k9x1-s2x1-m2", Spec(image=(21, 2), kernel=(9, 1), stride=(2, 1), channels=3, multiplier=2)


def _int4():
    for channels, multiplier in ((1, 3), (5, 1), (4, 2)):
        yield f"int4-c{channels}-m{multiplier}", Spec(int4=True, channels=channels, multiplier=multiplier)
    yield "int4-pruned", Spec(int4=True, pruned=True, channels=9)
    yield "int4-c40", Spec(int4=True, channels=40)
    yield "int4-c17-s2x2-relu6", Spec(int4=True, channels=17, stride=(2, 2), image=(9, 10), activation="RELU6")
    yield "int4-c19-m2-k2x5", Spec(int4=True, channels=19, multiplier=2, kernel=(2, 5))
    yield "int4-scales_apart", Spec(int4=True, decades=4.0, channels=23)
    yield "int4-whole", Spec(int4=True, image=(5, 5), kernel=(5, 5), padding="VALID", channels=16)
    yield "int4-large", Spec(int4=True, channels=84, kernel=(5, 5), image=(5, 6))


def layer(graph, state, spec, source, name="depthwise"):
    """Puts the convolution on `source` and returns its output."""
    height, width, channels = source.shape[1:]
    filters = channels * spec.multiplier
    inputs, quantization = spec.parameters(graph, state, source, (1, *spec.kernel, filters), 3, name)
    size = [
        extent(i, k, s, d, spec.padding) for i, k, s, d in zip((height, width), spec.kernel, spec.stride, spec.dilation)
    ]
    output = graph.tensor(f"{name}/output", (source.shape[0], *size, filters), quantization)
    fields = options(
        "DepthwiseConv2DOptions",
        padding=padding(spec.padding),
        strideH=spec.stride[0],
        strideW=spec.stride[1],
        dilationHFactor=spec.dilation[0],
        dilationWFactor=spec.dilation[1],
        depthMultiplier=spec.multiplier,
        fusedActivationFunction=activation(spec.activation),
    )
    return graph.operator("DEPTHWISE_CONV_2D", inputs, [output], fields)


def _build(state, spec):
    model = Model()
    graph = model.graph()
    source = spec.source(graph, state, (spec.batch, *spec.image, spec.channels))
    graph.output(layer(graph, state, spec, source))
    return model.bytes()
