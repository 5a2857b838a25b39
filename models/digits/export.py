"""Writes the trained network as a .tflite file of int8 or float32."""

import data
import numpy as np
from builder import INT8, Model, Quantization, options, padding
from layers import AveragePool, Dense
from operators import convolution, dense


def flatbuffer(layers, dtype=INT8):
    """The bytes of the file, of int8, or of float32 with the weights as they are."""
    model = Model(f"Handwritten digits, 8x8, {dtype}")
    graph = model.graph()
    x = graph.input("image", (1, 8, 8, 1), _only(dtype, data.SCALE, data.ZERO_POINT), dtype)
    for number, layer in enumerate(layers):
        if isinstance(layer, AveragePool):
            x = _pool(graph, x, layer)
        elif isinstance(layer, Dense):
            x = dense(graph, x, layer)
        else:
            x = convolution(graph, x, layer, f"layer{number}")
    output = graph.tensor("probabilities", x.shape, _only(dtype, 1 / 256, -128), dtype)
    graph.output(graph.operator("SOFTMAX", [x], [output], options("SoftmaxOptions", beta=1.0)))
    return model.bytes()


def _only(dtype, scale, zero_point):
    """The quantisation of a tensor, which only int8 has."""
    return Quantization(scale, zero_point) if dtype == INT8 else None


def _pool(graph, x, layer):
    extent, channels = x.shape[1] // layer.size, x.shape[3]
    pooled = graph.tensor("pooled", (1, extent, extent, channels), x.quantization, x.dtype)
    sizes = dict.fromkeys(("strideH", "strideW", "filterHeight", "filterWidth"), layer.size)
    graph.operator("AVERAGE_POOL_2D", [x], [pooled], options("Pool2DOptions", padding=padding("VALID"), **sizes))
    flat = graph.tensor("features", (1, extent * extent * channels), x.quantization, x.dtype)
    shape = graph.constant("features/shape", np.int32(flat.shape))
    return graph.operator("RESHAPE", [pooled, shape], [flat], options("ReshapeOptions", newShape=list(flat.shape)))
