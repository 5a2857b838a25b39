"""Writes the trained network as an int8 .tflite file."""

import data
import numpy as np
from builder import Model, Quantization, activation, options, padding
from layers import AveragePool, Dense, Depthwise, weight_scales


def flatbuffer(layers):
    """The bytes of the file."""
    model = Model("Handwritten digits, 8x8, int8")
    graph = model.graph()
    x = graph.input("image", (1, 8, 8, 1), Quantization(data.SCALE, data.ZERO_POINT))
    for number, layer in enumerate(layers):
        if isinstance(layer, AveragePool):
            x = _pool(graph, x, layer)
        elif isinstance(layer, Dense):
            x = _dense(graph, x, layer)
        else:
            x = _convolution(graph, x, layer, f"layer{number}")
    output = graph.tensor("probabilities", x.shape, Quantization(1 / 256, -128))
    graph.output(graph.operator("SOFTMAX", [x], [output], options("SoftmaxOptions", beta=1.0)))
    return model.bytes()


def _convolution(graph, x, layer, name):
    channels, filters = x.shape[3], layer.bias.size
    fields = {
        "padding": padding("SAME"),
        "strideH": layer.stride,
        "strideW": layer.stride,
        "fusedActivationFunction": activation("RELU"),
    }
    if isinstance(layer, Depthwise):
        operator, axis, fields = "DEPTHWISE_CONV_2D", 3, options("DepthwiseConv2DOptions", depthMultiplier=1, **fields)
        weight = layer.weight.reshape(1, 3, 3, filters)
    else:
        operator, axis, fields = "CONV_2D", 0, options("Conv2DOptions", **fields)
        weight = layer.weight.T.reshape(filters, layer.size, layer.size, channels)
    parameters = _parameters(graph, x, layer, weight, weight_scales(layer.weight, 0), axis, name)
    extent = -(-x.shape[1] // layer.stride)
    output = graph.tensor(name, (1, extent, extent, filters), Quantization(*layer.range.quantization()))
    return graph.operator(operator, [x, *parameters], [output], fields)


def _pool(graph, x, layer):
    extent, channels = x.shape[1] // layer.size, x.shape[3]
    pooled = graph.tensor("pooled", (1, extent, extent, channels), x.quantization)
    sizes = dict.fromkeys(("strideH", "strideW", "filterHeight", "filterWidth"), layer.size)
    graph.operator("AVERAGE_POOL_2D", [x], [pooled], options("Pool2DOptions", padding=padding("VALID"), **sizes))
    flat = graph.tensor("features", (1, extent * extent * channels), x.quantization)
    shape = graph.constant("features/shape", np.int32(flat.shape))
    return graph.operator("RESHAPE", [pooled, shape], [flat], options("ReshapeOptions", newShape=list(flat.shape)))


def _dense(graph, x, layer):
    parameters = _parameters(graph, x, layer, layer.weight.T, weight_scales(layer.weight, None)[None], 0, "scores")
    output = graph.tensor("scores", (1, layer.bias.size), Quantization(*layer.range.quantization()))
    return graph.operator("FULLY_CONNECTED", [x, *parameters], [output], options("FullyConnectedOptions"))


def _parameters(graph, x, layer, weight, scales, axis, name):
    """Weights and bias as constants; `axis` of the weights counts output channels."""
    along = scales.reshape([-1 if i == axis else 1 for i in range(weight.ndim)])
    product = np.float32(x.scale) * scales
    bias = np.rint(layer.bias / product).astype(np.int32)
    return [
        graph.constant(f"{name}/weights", np.rint(weight / along).astype(np.int8), Quantization(scales, axis=axis)),
        graph.constant(f"{name}/bias", bias, Quantization(product)),
    ]
