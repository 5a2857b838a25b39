"""Models of one operator that moves the contents of its first input."""

import numpy as np

import quantities
from builder import Model, Quantization


def single(operator, shape, dtype, constants, results, fields=None):
    """A function that makes a model: one input, followed by constants, and outputs of the same type in `results`' shapes.

    A constant is an array of numbers, or a function of the type and the quantisation that returns one and its quantisation.
    """

    def make(state):
        model = Model()
        graph = model.graph()
        quantization = quantities.activations(state) if dtype in ("int8", "uint8") else None
        if dtype == "uint8":
            quantization = Quantization(quantization.scale, quantization.zero_point + 128)
        source = graph.input("input", shape, quantization, np.dtype(dtype))
        inputs = [source]
        for i, given in enumerate(constants):
            values, own = given(np.dtype(dtype), quantization) if callable(given) else (given, None)
            inputs.append(graph.constant(f"constant{i}", values, own))
        outputs = [graph.tensor(f"output{i}", s, quantization, np.dtype(dtype)) for i, s in enumerate(results)]
        graph.operator(operator, inputs, outputs, fields)
        graph.output(*outputs)
        return model.bytes()

    return make


def named(shape):
    """A shape as part of a name."""
    return "x".join(map(str, shape))
