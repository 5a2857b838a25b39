"""TRANSPOSE_CONV on int8, int16 and float32: strides, kernels smaller and larger than them, paddings, various output sizes."""

import dataclasses
import itertools

import numpy as np

import quantities
from builder import FLOAT, Model, Quantization, activation, options, padding
from cases.weighted import Weighted


@dataclasses.dataclass(frozen=True)
class Spec(Weighted):
    """One transposed convolution; pairs are (height, width). `result` is the output's height and width."""

    image: tuple = (4, 5)
    channels: int = 3
    filters: int = 4
    kernel: tuple = (3, 3)
    stride: tuple = (2, 2)
    padding: str = "SAME"
    batch: int = 1
    result: tuple | None = None
    dtype: str = "int8"

    def size(self):
        """Height and width of the output: those that TensorFlow's converter asks for, if none are given."""
        if self.result:
            return self.result
        more = [0 if self.padding == "SAME" else max(k - s, 0) for k, s in zip(self.kernel, self.stride)]
        return tuple(n * s + m for n, s, m in zip(self.image, self.stride, more))


def cases():
    """See the package."""
    for name, spec in _specs():
        yield f"transpose_conv-int8-{name}", lambda state, spec=spec: _build(state, spec)
        if spec.per_channel and spec.bias in ("random", "none") and spec.weights == "uniform" and spec.gain is None:
            floats = dataclasses.replace(spec, dtype="float32")
            yield f"transpose_conv-float32-{name}", lambda state, spec=floats: _build(state, spec)
            wide = dataclasses.replace(spec, dtype="int16")
            yield f"transpose_conv-int16-{name}", lambda state, spec=wide: _build(state, spec)
    yield "transpose_conv-int16-weights_highest", lambda state: _build(
        state, Spec(dtype="int16", weights="highest", channels=120, kernel=(5, 5))
    )
    for dtype in ("int8", "int16", "float32"):
        for what in ("shape_differs", "batch_differs", "channels_differ"):
            spec = Spec(dtype=dtype)
            yield f"contradiction-transpose_conv-{dtype}-{what}", lambda state, a=(spec, what): _build(state, *a)


def _specs():
    strides = ((1, 1), (2, 2), (3, 3), (2, 1), (1, 3), (4, 2))
    kernels = ((3, 3), (2, 2), (4, 4), (1, 1), (5, 2), (2, 5))
    for (stride, kernel), pad in itertools.product(itertools.product(strides, kernels), ("SAME", "VALID")):
        name = f"s{stride[0]}x{stride[1]}-k{kernel[0]}x{kernel[1]}-{pad.lower()}"
        yield name, Spec(stride=stride, kernel=kernel, padding=pad)
    for channels, filters in ((1, 1), (2, 3), (5, 8), (16, 7), (33, 17)):
        yield f"c{channels}-o{filters}", Spec(channels=channels, filters=filters, kernel=(4, 4))
    # Larger and smaller outputs than the input covers, and padding larger than the part of a stride outside the kernel.
    for result in ((1, 1), (7, 9), (9, 12), (20, 3)):
        yield f"result{result[0]}x{result[1]}", Spec(result=result)
    yield "k5x5-s4x4-result13x17", Spec(kernel=(5, 5), stride=(4, 4), result=(13, 17))
    yield "k9x9-s3x3-valid-result2x3", Spec(kernel=(9, 9), stride=(3, 3), padding="VALID", result=(2, 3))
    yield "k9x9-s4x4-valid-result2x2", Spec(kernel=(9, 9), stride=(4, 4), padding="VALID", result=(2, 2))
    yield "whole-s1x1", Spec(image=(1, 1), kernel=(1, 1), stride=(1, 1))
    yield "batch2", Spec(batch=2)
    yield "image33001x1", Spec(image=(33001, 1), kernel=(3, 1), channels=2, filters=1)
    yield "batch3-s1x1", Spec(batch=3, stride=(1, 1))
    yield "no_bias", Spec(bias="none")
    yield "bias_omitted", Spec(bias="omitted")
    for act in ("RELU", "RELU6", "RELU_N1_TO_1"):
        yield act.lower(), Spec(activation=act)
    yield "per_tensor", Spec(per_channel=False)
    yield "weights_full", Spec(weights="full", channels=16)
    yield "weights_highest", Spec(weights="highest", channels=16)
    yield "scales_apart", Spec(decades=6.0, filters=12)
    yield "bias_limit", Spec(bias="limit", gain=2.0**-25 * 1.3, filters=16)
    yield "gain2e-12", Spec(gain=2.0**-12, per_channel=False, input=Quantization(0.5, 3), weight_scale=0.25)
    for zero in (-128, 127):
        yield f"in_zero{zero}", Spec(input=Quantization(0.05, zero), kernel=(2, 3))
        yield f"out_zero{zero}", Spec(output_zero_point=zero)


def layer(graph, state, spec, source, what=None):
    """Puts it on `source` and returns its output."""
    shape = (spec.filters, *spec.kernel, spec.channels)
    if spec.dtype == "float32":
        inputs = [source, graph.constant("weights", state.standard_normal(shape).astype(np.float32))]
        if spec.bias != "none":
            inputs.append(graph.constant("bias", state.standard_normal(spec.filters).astype(np.float32)))
        quantization = None
    elif spec.dtype == "int16":
        inputs, quantization = _wide(graph, state, spec, source, shape)
    else:
        inputs, quantization = spec.parameters(graph, state, source, shape, 0, "transpose_conv")
    result = (spec.batch + (what == "batch_differs"), *spec.size(), spec.filters + (what == "channels_differ"))
    given = (result[0], result[1] + (what == "shape_differs"), *result[2:])
    wanted = graph.constant("shape", np.int32(given))
    output = graph.tensor("output", result, quantization, np.dtype(spec.dtype))
    fields = options(
        "TransposeConvOptions",
        padding=padding(spec.padding),
        strideH=spec.stride[0],
        strideW=spec.stride[1],
        fusedActivationFunction=activation(spec.activation),
    )
    return graph.operator("TRANSPOSE_CONV", [wanted, inputs[1], source, *inputs[2:]], [output], fields)


def _wide(graph, state, spec, source, shape):
    """Weights of int8 and a bias of int64 on int16, outputs of all sizes."""
    weights = quantities.weights(state, shape, spec.weights)
    scales = np.float32(0.01 * 2.0 ** state.uniform(-1, 1, spec.filters))
    inputs = [source, graph.constant("weights", weights, Quantization(scales, axis=0))]
    products = np.float64(source.scale) * scales
    if spec.bias != "none":
        bias = state.randint(-(1 << 24), 1 << 24, spec.filters).astype(np.int64)
        inputs.append(graph.constant("bias", bias, Quantization(np.float32(products))))
    typical = max(1.0, float(np.abs(weights.astype(float)).mean()) * np.sqrt(weights.size / spec.filters))
    return inputs, Quantization(float(np.float32(products.max() * typical * 2.0 ** state.uniform(-1, 1))))


def _build(state, spec, what=None):
    model = Model()
    graph = model.graph()
    shape = (spec.batch, *spec.image, spec.channels)
    if spec.dtype == "float32":
        source = graph.input("input", shape, None, FLOAT)
    elif spec.dtype == "int16":
        source = graph.input("input", shape, Quantization(0.001), np.int16)
    else:
        source = graph.input("input", shape, spec.input or quantities.activations(state))
    graph.output(layer(graph, state, spec, source, what))
    return model.bytes()
