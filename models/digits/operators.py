"""Layers as operators of a .tflite file."""

import numpy as np
from builder import INT8, Quantization, activation, options, padding
from layers import Depthwise, weight_scales
from layers import padding as extent


def convolution(graph, x, layer, name):
    """A convolution, of all channels or of each channel separately."""
    channels, filters = x.shape[3], layer.bias.size
    fields = {
        "padding": padding("SAME" if layer.same else "VALID"),
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
    constants = _parameters(graph, x, layer, weight, weight_scales(layer.weight, 0), axis, name)
    extents = [extent(x.shape[i], layer.size, layer.stride, layer.same)[2] for i in (1, 2)]
    output = graph.tensor(name, (1, *extents, filters), _result(x, layer), x.dtype)
    return graph.operator(operator, [x, *constants], [output], fields)


def dense(graph, x, layer):
    """The classifier's scores."""
    constants = _parameters(graph, x, layer, layer.weight.T, weight_scales(layer.weight, None)[None], 0, "scores")
    output = graph.tensor("scores", (1, layer.bias.size), _result(x, layer), x.dtype)
    return graph.operator("FULLY_CONNECTED", [x, *constants], [output], options("FullyConnectedOptions"))


def _result(x, layer):
    """The quantisation of a layer's results, if its input has one."""
    return Quantization(*layer.range.quantization()) if x.dtype == INT8 else None


def _parameters(graph, x, layer, weight, scales, axis, name):
    """Weights and bias as constants; `axis` of the weights counts output channels."""
    if x.dtype != INT8:
        return [graph.constant(f"{name}/weights", weight), graph.constant(f"{name}/bias", layer.bias)]
    along = scales.reshape([-1 if i == axis else 1 for i in range(weight.ndim)])
    product = np.float32(x.scale) * scales
    bias = np.rint(layer.bias / product).astype(np.int32)
    return [
        graph.constant(f"{name}/weights", np.rint(weight / along).astype(np.int8), Quantization(scales, axis=axis)),
        graph.constant(f"{name}/bias", bias, Quantization(product)),
    ]
