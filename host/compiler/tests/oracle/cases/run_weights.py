"""CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV and FULLY_CONNECTED whose weights, biases or both are passed by the caller."""

import dataclasses
import itertools

import numpy as np

from builder import FLOAT, Model, Quantization, activation, options, padding

# Which of weights and bias the caller passes, and the types of biases for those of activations.
GIVEN = ("weights", "bias", "both")
BIASES = {"int8": ("int32",), "int16": ("int64", "int32", "int16"), "float32": ("float32",)}
# The reference reads other biases as if they had these types.
MISREAD = {"CONV_2D": ("int16",), "DEPTHWISE_CONV_2D": ("int32", "int16"), "TRANSPOSE_CONV": ("int32",)}


@dataclasses.dataclass(frozen=True)
class Shape:
    """Input, kernel and output channels; pairs are (height, width)."""

    input: tuple = (1, 6, 5, 4)
    kernel: tuple = (3, 3)
    channels: int = 6
    stride: tuple = (1, 1)
    dilation: tuple = (1, 1)
    pad: str = "SAME"
    groups: int = 1
    fused: str = "NONE"


SHAPES = {
    "CONV_2D": (
        Shape(),
        Shape(kernel=(1, 1), channels=5, fused="RELU6"),
        Shape(input=(2, 7, 9, 3), kernel=(3, 2), stride=(2, 1), channels=9, pad="VALID"),
        Shape(input=(1, 9, 9, 2), dilation=(2, 3), channels=3),
        Shape(input=(1, 5, 4, 6), groups=3, channels=9, fused="RELU"),
        Shape(input=(1, 4, 4, 70), kernel=(4, 4), channels=4, pad="VALID"),
    ),
    "DEPTHWISE_CONV_2D": (
        Shape(channels=4),
        Shape(input=(2, 7, 5, 3), kernel=(3, 2), stride=(2, 2), channels=9, fused="RELU6"),
        Shape(input=(1, 8, 8, 1), channels=5, dilation=(2, 2), pad="VALID"),
    ),
    "TRANSPOSE_CONV": (
        Shape(),
        Shape(input=(2, 3, 4, 3), stride=(2, 3), kernel=(4, 3), channels=5),
        Shape(input=(1, 3, 3, 5), stride=(2, 2), kernel=(1, 5), channels=2, pad="VALID"),
    ),
}


def cases():
    """See the package."""
    for kind, shapes in SHAPES.items():
        for number, shape in enumerate(shapes):
            for dtype, given in itertools.product(BIASES, GIVEN):
                for bias in (*BIASES[dtype], None):
                    if bias in MISREAD[kind] or bias is None and given != "weights":
                        continue
                    # Sums of 32 bits with a bias of 32 bits: longer rows can overflow for some weights.
                    if dtype == "int16" and bias == "int32" and np.prod(shape.kernel) * shape.input[3] > 511:
                        continue
                    name = f"run_weights-{kind.lower()}-{number}-{dtype}-{bias}-{given}"
                    arguments = (kind, shape, dtype, bias, given, number % 2 == 0)
                    yield name, lambda state, a=arguments: _build(state, *a)
    for given in GIVEN:
        name = f"run_weights-fully_connected-per_channel-{given}"
        yield name, lambda state, g=given: _dense(state, "int8", "int32", g)
        yield f"run_weights-fully_connected-int16-int32-{given}", lambda state, g=given: _dense(state, "int16", "int32", g)


def _scales(dtype):
    return {"int8": (0.02, 0.015, 0.9, -9, 7), "int16": (0.0003, 0.015, 0.02, 0, 0)}[dtype]


def _parameters(state, graph, dtype, shape, axis, bias, given, per_channel):
    """The input's and the output's quantisation, weights and bias."""
    channels = shape[axis]
    if dtype == "float32":
        quantized, own, product = (None, None), None, None
    else:
        first, second, third, zero, out_zero = _scales(dtype)
        scales = np.float32(second * 2.0 ** state.uniform(-1, 1, channels if per_channel else 1))
        quantized = Quantization(first, zero), Quantization(third, out_zero)
        own, product = Quantization(scales, 0, axis if per_channel else 0), Quantization(np.float32(scales * first))
    kind = FLOAT if dtype == "float32" else np.dtype("int8")
    tensors = []
    for name, sizes, kind, quantization in (("weights", shape, kind, own), ("bias", (channels,), bias, product)):
        if kind is None:
            continue
        if given in (name, "both"):
            tensors.append(graph.input(name, sizes, quantization, np.dtype(kind)))
        else:
            values = state.standard_normal(sizes) if dtype == "float32" else state.randint(-120, 121, sizes)
            tensors.append(graph.constant(name, values.astype(kind), quantization))
    return quantized, tensors


def _build(state, kind, shape, dtype, bias, given, per_channel):
    model = Model()
    graph = model.graph()
    channels, (height, width) = shape.channels, shape.kernel
    sizes = (channels, height, width, shape.input[3] // shape.groups)
    if kind == "DEPTHWISE_CONV_2D":
        sizes = (1, height, width, channels)
    axis = 3 if kind == "DEPTHWISE_CONV_2D" else 0
    (source, result), tensors = _parameters(state, graph, dtype, sizes, axis, bias, given, per_channel)
    inputs = [graph.input("input", shape.input, source, np.dtype(dtype)), *tensors]
    place = [_extent(*a, shape.pad, kind) for a in zip(shape.input[1:3], shape.kernel, shape.stride, shape.dilation)]
    fields = {"padding": padding(shape.pad), "strideH": shape.stride[0], "strideW": shape.stride[1]}
    fields["fusedActivationFunction"] = activation(shape.fused)
    table = {"CONV_2D": "Conv2DOptions", "TRANSPOSE_CONV": "TransposeConvOptions"}.get(kind, "DepthwiseConv2DOptions")
    if kind == "TRANSPOSE_CONV":
        wanted = graph.constant("shape", np.int32((shape.input[0], *place, channels)))
        inputs = [wanted, inputs[1], inputs[0], *inputs[2:]]
    else:
        fields.update(dilationHFactor=shape.dilation[0], dilationWFactor=shape.dilation[1])
    if kind == "DEPTHWISE_CONV_2D":
        fields["depthMultiplier"] = channels // shape.input[3]
    output = graph.tensor("output", (shape.input[0], *place, channels), result, np.dtype(dtype))
    graph.output(graph.operator(kind, inputs, [output], options(table, **fields)))
    return model.bytes()


def _extent(size, kernel, stride, dilation, pad, kind):
    if kind == "TRANSPOSE_CONV":
        return size * stride + (max(kernel - stride, 0) if pad == "VALID" else 0)
    covered = (kernel - 1) * dilation + 1
    return -(-size // stride) if pad == "SAME" else (size - covered) // stride + 1


def _dense(state, dtype, bias, given):
    model = Model()
    graph = model.graph()
    (source, result), tensors = _parameters(state, graph, dtype, (9, 21), 0, bias, given, dtype == "int8")
    inputs = [graph.input("input", (3, 21), source, np.dtype(dtype)), *tensors]
    output = graph.tensor("output", (3, 9), result, np.dtype(dtype))
    graph.output(graph.operator("FULLY_CONNECTED", inputs, [output], options("FullyConnectedOptions")))
    return model.bytes()
