"""DEQUANTIZE, from integers to float32."""

from builder import Model, Quantization, options


def cases():
    """See the package."""
    for name, *arguments in _specs():
        yield f"dequantize-{name}", lambda state, arguments=arguments: _build(*arguments)


def _specs():
    for zero in (-128, 0, 127, -31):
        yield f"int8-zero{zero}", "int8", Quantization(0.0431, zero)
    yield "int8-scale_tiny", "int8", Quantization(3.1e-30, 1)
    yield "uint8", "uint8", Quantization(0.02, 100)
    yield "int16", "int16", Quantization(0.0007, 0)


def layer(graph, source, name="converted"):
    """Puts the operator on `source` and returns its output."""
    output = graph.tensor(name, source.shape, None, "float32")
    return graph.operator("DEQUANTIZE", [source], [output], options("DequantizeOptions"))


def _build(source_type, source):
    model = Model()
    graph = model.graph()
    graph.output(layer(graph, graph.input("input", (1, 5, 53, 1), source, source_type)))
    return model.bytes()
