"""Writes the trained network as an int8 .tflite file."""

import data
import numpy as np
from builder import Model, Quantization, options, padding
from layers import AveragePool, Dense
from operators import convolution, dense


def flatbuffer(layers):
    """The bytes of the file."""
    model = Model("Handwritten digits, 8x8, int8")
    graph = model.graph()
    x = graph.input("image", (1, 8, 8, 1), Quantization(data.SCALE, data.ZERO_POINT))
    for number, layer in enumerate(layers):
        if isinstance(layer, AveragePool):
            x = _pool(graph, x, layer)
        elif isinstance(layer, Dense):
            x = dense(graph, x, layer)
        else:
            x = convolution(graph, x, layer, f"layer{number}")
    output = graph.tensor("probabilities", x.shape, Quantization(1 / 256, -128))
    graph.output(graph.operator("SOFTMAX", [x], [output], options("SoftmaxOptions", beta=1.0)))
    return model.bytes()


def _pool(graph, x, layer):
    extent, channels = x.shape[1] // layer.size, x.shape[3]
    pooled = graph.tensor("pooled", (1, extent, extent, channels), x.quantization)
    sizes = dict.fromkeys(("strideH", "strideW", "filterHeight", "filterWidth"), layer.size)
    graph.operator("AVERAGE_POOL_2D", [x], [pooled], options("Pool2DOptions", padding=padding("VALID"), **sizes))
    flat = graph.tensor("features", (1, extent * extent * channels), x.quantization)
    shape = graph.constant("features/shape", np.int32(flat.shape))
    return graph.operator("RESHAPE", [pooled, shape], [flat], options("ReshapeOptions", newShape=list(flat.shape)))
