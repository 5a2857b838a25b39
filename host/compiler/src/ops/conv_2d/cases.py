"""CONV_2D, int8."""

import dataclasses
import itertools

from builder import Model, Quantization, activation, options, padding

from cases.weighted import Weighted

CHANNELS = (1, 2, 3, 4, 5, 7, 8, 16, 17)


@dataclasses.dataclass(frozen=True)
class Spec(Weighted):
    """One convolution; pairs are (height, width)."""

    image: tuple = (5, 6)
    channels: int = 3
    filters: int = 4
    kernel: tuple = (3, 3)
    stride: tuple = (1, 1)
    dilation: tuple = (1, 1)
    padding: str = "SAME"
    batch: int = 1
    groups: int = 1


def cases():
    """See the package."""
    for name, spec in itertools.chain(_windows(), _quantisation(), _groups(), _int4(), _sums(), _winograd()):
        yield f"conv_2d-{name}", lambda state, spec=spec: _build(state, spec)


def _windows():
    for i, channels in enumerate(CHANNELS):
        for step in (0, 4):
            filters = CHANNELS[(i + step) % len(CHANNELS)]
            for kernel in ((1, 1), (3, 3)):
                name = f"c{channels}-o{filters}-k{kernel[0]}x{kernel[1]}"
                yield name, Spec(channels=channels, filters=filters, kernel=kernel)
    strides = ((1, 1), (2, 2), (3, 3), (1, 2), (3, 1))
    kernels = ((3, 3), (2, 2), (5, 1), (1, 3), (4, 5))
    for i, (stride, pad) in enumerate(itertools.product(strides, ("SAME", "VALID"))):
        for kernel in (kernels[i % 5], kernels[(i + 2) % 5]):
            name = f"s{stride[0]}x{stride[1]}-k{kernel[0]}x{kernel[1]}-{pad.lower()}"
            yield name, Spec(image=(9, 11), stride=stride, kernel=kernel, padding=pad, channels=4, filters=5)
    for stride in ((2, 2), (3, 2)):
        yield f"k1x1-s{stride[0]}x{stride[1]}", Spec(image=(7, 5), kernel=(1, 1), stride=stride, channels=8)
    for dilation, pad in itertools.product(((2, 2), (1, 2), (3, 1)), ("SAME", "VALID")):
        name = f"d{dilation[0]}x{dilation[1]}-{pad.lower()}"
        yield name, Spec(image=(9, 8), dilation=dilation, padding=pad)
    yield "image1x1-k3x3-same", Spec(image=(1, 1), channels=5)
    yield "image3x3-k3x3-valid", Spec(image=(3, 3), padding="VALID", channels=7, filters=2)
    yield "image2x3-k5x5-same", Spec(image=(2, 3), kernel=(5, 5), channels=2)
    yield "image1x16-k1x5", Spec(image=(1, 16), kernel=(1, 5), channels=4, filters=8)
    yield "image12x1-k4x1-s2x1-valid", Spec(image=(12, 1), kernel=(4, 1), stride=(2, 1), padding="VALID", filters=3)
    yield "first_layer-10x4-s2x2", Spec(image=(17, 10), kernel=(10, 4), stride=(2, 2), channels=1, filters=8)
    yield "first_layer-rgb-s2x2-relu6", Spec(image=(12, 12), stride=(2, 2), filters=8, activation="RELU6")
    yield "batch2", Spec(batch=2)
    # Sizes and strides for which structs of kernels have more bits.
    yield "stride300", Spec(image=(1, 1000), channels=1, filters=3, kernel=(1, 9), stride=(1, 300))
    yield "image66001x1", Spec(image=(66001, 1), channels=2, filters=2, kernel=(3, 1))
    yield "image1x65540-k1x1", Spec(image=(1, 65540), channels=3, filters=2, kernel=(1, 1))
    yield "image1x70003-c1-s1x7-valid", Spec(image=(1, 70003), channels=1, kernel=(1, 16), stride=(1, 7), padding="VALID")
    yield "c65537-k1x1", Spec(image=(1, 2), channels=65537, filters=2, kernel=(1, 1), weights="small")
    yield "wide-c64-o32-k1x1", Spec(image=(3, 3), channels=64, filters=32, kernel=(1, 1), activation="RELU")
    yield "wide-c33-o19-k3x3-s2x2", Spec(image=(5, 5), channels=33, filters=19, stride=(2, 2))


def _quantisation():
    for zero, act in itertools.product((-128, 0, 90), ("RELU", "RELU6", "RELU_N1_TO_1")):
        name = f"{act.lower()}-zero{zero}"
        yield name, Spec(activation=act, output_zero_point=zero, channels=4)
    yield "per_tensor", Spec(per_channel=False)
    yield "per_tensor-relu6", Spec(per_channel=False, activation="RELU6", channels=8, filters=8)
    yield "scales_apart", Spec(decades=4.0, filters=16)
    yield "no_bias", Spec(bias="none")
    yield "bias_left_out", Spec(bias="omitted", filters=5)
    for zero in (-128, 127):
        quantization = Quantization(0.05, zero)
        for kernel in ((1, 1), (3, 3)):
            yield f"in_zero{zero}-k{kernel[0]}x{kernel[1]}", Spec(input=quantization, kernel=kernel, channels=8)
        yield f"out_zero{zero}", Spec(output_zero_point=zero, filters=5)
    for kind in ("lowest", "highest", "signs", "zero", "full"):
        yield f"weights_{kind}", Spec(weights=kind, channels=16, filters=4)
    yield "bias_limit", Spec(bias="limit", gain=2.0**-25 * 1.3, channels=4, filters=16)
    yield "bias_limit-in_zero-128", Spec(bias="limit", gain=2.0**-20, filters=25, input=Quantization(0.1, -128))
    yield "bias_limit-k1x1-gain_half", Spec(bias="limit", gain=0.5, kernel=(1, 1))
    # Scale factors above 1 shift sums to the left: with few small weights the reference stays within 32 bits.
    for gain in (1.0, 1.7, 2.0, 25.3, 1000.0):
        yield f"gain{gain:g}", Spec(gain=gain, weights="small", kernel=(1, 1), bias="zero", per_channel=False)
    for exponent in (-8, -12, -24, -33):
        # Exact powers of two give exact halves, where rounding modes differ.
        spec = Spec(gain=2.0**exponent, per_channel=False, input=Quantization(0.5, 3), weight_scale=0.25, channels=8)
        yield f"gain2e{exponent}", spec
    tiny, huge = Quantization(1.2e-7, -7), Quantization(3.7e6, 11)
    yield "in_scale_tiny", Spec(input=tiny)
    yield "in_scale_huge", Spec(input=huge)
    yield "weight_scale_tiny", Spec(weight_scale=1.1e-12, per_channel=False)


def _groups():
    for groups, channels, filters in ((2, 8, 8), (2, 6, 2), (3, 9, 15), (4, 16, 4), (5, 10, 25), (8, 32, 24)):
        for kernel, pad in (((3, 3), "SAME"), ((1, 1), "SAME"), ((2, 3), "VALID")):
            spec = Spec(groups=groups, channels=channels, filters=filters, kernel=kernel, padding=pad)
            yield f"groups{groups}-c{channels}-o{filters}-k{kernel[0]}x{kernel[1]}", spec
    groups = {"groups": 2, "channels": 10, "filters": 6}
    yield "groups-s2x1", Spec(stride=(2, 1), image=(9, 7), **groups)
    yield "groups-d2x3", Spec(dilation=(2, 3), image=(9, 11), **groups)
    yield "groups-batch2", Spec(batch=2, **groups)
    yield "groups-per_tensor-relu6", Spec(per_channel=False, activation="RELU6", **groups)
    yield "groups-no_bias", Spec(bias="none", **groups)
    yield "groups-whole", Spec(image=(3, 3), padding="VALID", **groups)
    # Sums that need the general form: in all groups, and in some.
    yield "groups-bias_limit", Spec(bias="limit", gain=2.0**-25 * 1.3, **groups)
    yield "groups-scales_apart", Spec(decades=6.0, groups=4, channels=8, filters=32)
    for channels, multiplier in ((3, 1), (8, 1), (5, 3), (16, 2)):
        spec = Spec(groups=channels, channels=channels, filters=channels * multiplier)
        yield f"groups-each-c{channels}-m{multiplier}", spec
    yield "groups-each-whole", Spec(image=(4, 2), kernel=(4, 2), padding="VALID", groups=6, channels=6, filters=6)


def _sums():
    yield "pruned", Spec(pruned=True, filters=9)
    # Sums of weights that the DSP path must separate, over one block and over two.
    for channels in (58, 70, 130):
        yield f"large_sums-c{channels}-k3x3", Spec(image=(3, 3), channels=channels, filters=5, weights="highest")
    yield "large_sums-c1200-k1x1", Spec(image=(1, 7), channels=1200, filters=4, kernel=(1, 1), weights="highest")
    yield "stuck", Spec(stuck=True, channels=4, filters=8)
    yield "stuck-k1x1-relu", Spec(stuck=True, channels=16, filters=17, kernel=(1, 1), activation="RELU")
    yield "stuck-relu6", Spec(stuck=True, channels=3, filters=9, stride=(2, 2), activation="RELU6")


def _winograd():
    """Windows of 3 x 3 that `--optimize speed` computes by Winograd's algorithm: images of odd and even sizes, extremes."""
    sizes = ((2, 4), (5, 8), (7, 8), (8, 7), (9, 12), (13, 15), (16, 16))
    for i, (image, pad) in enumerate(itertools.product(sizes, ("SAME", "VALID"))):
        if pad == "VALID":
            image = (image[0] + 2, image[1] + 2)
        channels, filters = (32, 36, 48)[i % 3], (16, 32, 24, 36)[i % 4]
        act = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")[i % 4]
        name = f"winograd-{image[0]}x{image[1]}-c{channels}-o{filters}-{pad.lower()}"
        yield name, Spec(image=image, channels=channels, filters=filters, padding=pad, activation=act)
    wide = {"image": (8, 8), "channels": 32, "filters": 16}
    for kind in ("lowest", "highest", "signs", "full"):
        for zero in (-128, 127):
            yield f"winograd-weights_{kind}-in_zero{zero}", Spec(weights=kind, input=Quantization(0.05, zero), **wide)
    yield "winograd-per_tensor", Spec(per_channel=False, **wide)
    yield "winograd-batch2", Spec(batch=2, **wide)
    yield "winograd-no_bias", Spec(bias="none", **wide)
    yield "winograd-stuck", Spec(stuck=True, **wide)
    yield "winograd-pruned", Spec(pruned=True, **wide)
    yield "winograd-int4", Spec(int4=True, **wide)


def layer(graph, state, spec, source, name="conv"):
    """Puts the convolution on `source` and returns its output."""
    height, width = source.shape[1:3]
    weights = (spec.filters, *spec.kernel, source.shape[3] // spec.groups)
    inputs, quantization = spec.parameters(graph, state, source, weights, 0, name)
    size = [
        extent(i, k, s, d, spec.padding) for i, k, s, d in zip((height, width), spec.kernel, spec.stride, spec.dilation)
    ]
    output = graph.tensor(f"{name}/output", (source.shape[0], *size, spec.filters), quantization)
    fields = options(
        "Conv2DOptions",
        padding=padding(spec.padding),
        strideH=spec.stride[0],
        strideW=spec.stride[1],
        dilationHFactor=spec.dilation[0],
        dilationWFactor=spec.dilation[1],
        fusedActivationFunction=activation(spec.activation),
    )
    return graph.operator("CONV_2D", inputs, [output], fields)


def extent(size, kernel, stride, dilation, pad):
    """The output's extent along one axis."""
    reach = (kernel - 1) * dilation + 1
    return -(-size // stride) if pad == "SAME" else -(-(size - reach + 1) // stride)


def _int4():
    for channels, kernel in ((3, (3, 3)), (8, (1, 1)), (5, (2, 3))):
        yield f"int4-c{channels}-k{kernel[0]}x{kernel[1]}", Spec(int4=True, channels=channels, kernel=kernel, filters=5)
    yield "int4-groups", Spec(int4=True, groups=2, channels=10, filters=6)
    # Enough weights that the compiler packs them by default.
    yield "int4-large", Spec(int4=True, channels=16, filters=17)
    yield "int4-large-k1x1", Spec(int4=True, channels=48, filters=48, kernel=(1, 1))
    yield "int4-rgb-s2x2-relu6", Spec(int4=True, image=(12, 12), stride=(2, 2), filters=9, activation="RELU6")
    yield "int4-d2x3", Spec(int4=True, dilation=(2, 3), image=(9, 11), channels=6, filters=7)
    yield "int4-whole", Spec(int4=True, image=(3, 3), padding="VALID", channels=5, filters=9)
    yield "int4-scales_apart", Spec(int4=True, decades=6.0, channels=9, filters=16)
    yield "int4-batch2", Spec(int4=True, batch=2, channels=8, filters=6)
    yield "int4-groups-scales_apart", Spec(int4=True, decades=6.0, groups=4, channels=8, filters=32)
    yield "int4-weights_full", Spec(int4=True, weights="full")
    yield "int4-per_tensor", Spec(int4=True, per_channel=False)
    yield "int4-pruned", Spec(int4=True, pruned=True, filters=9)


def _build(state, spec):
    model = Model()
    graph = model.graph()
    source = spec.source(graph, state, (spec.batch, *spec.image, spec.channels))
    graph.output(layer(graph, state, spec, source))
    return model.bytes()
