"""SOFTMAX, int8, and int8 to int16."""

import numpy as np

import quantities
from builder import Model, Quantization, options


def cases():
    """See the package."""
    for name, arguments in _specs():
        yield f"softmax-{name}", lambda state, arguments=arguments: _build(state, **arguments)


def _specs():
    for size in (1, 2, 3, 5, 8, 10, 12, 17, 100):
        yield f"n{size}", {"shape": (1, size), "scale": 0.1}
    for scale in (1e-6, 0.004, 0.0625, 0.33, 1.0, 30.0):
        yield f"scale{scale:g}", {"shape": (1, 12), "scale": scale}
    for beta in (0.25, 2.0, 10.0):
        yield f"beta{beta:g}", {"shape": (1, 12), "scale": 0.05, "beta": beta}
    yield "batch4", {"shape": (4, 7), "scale": 0.08}
    yield "image2x3x5", {"shape": (1, 2, 3, 5), "scale": 0.08}
    for zero in (-128, 127):
        yield f"zero{zero}", {"shape": (1, 9), "scale": 0.09, "zero": zero}
    for size in (2, 12, 33):
        yield f"int16-n{size}", {"shape": (1, size), "scale": 0.1, "wide": True}


def layer(graph, source, beta=1.0, wide=False, name="softmax"):
    """Puts the operator on `source` and returns its output, whose quantisation is prescribed."""
    quantization = Quantization(1 / 65536, -32768) if wide else Quantization(1 / 256, -128)
    output = graph.tensor(name, source.shape, quantization, np.int16 if wide else np.int8)
    return graph.operator("SOFTMAX", [source], [output], options("SoftmaxOptions", beta=beta))


def _build(state, shape, scale, zero=None, beta=1.0, wide=False):
    model = Model()
    graph = model.graph()
    drawn = quantities.activations(state).zero_point
    source = graph.input("input", shape, Quantization(scale, drawn if zero is None else zero))
    graph.output(layer(graph, source, beta, wide))
    return model.bytes()
