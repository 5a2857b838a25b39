"""QUANTIZE: from float32, and between integer types."""

from builder import Model, Quantization, options


def cases():
    """See the package."""
    for name, *arguments in _specs():
        yield f"quantize-{name}", lambda state, arguments=arguments: _build(*arguments)


# Scales of input and output: far apart, next to each other, factors whose products wrap in 32 bits; and all pairs of integers.
SCALES = (
    (1e-12, 1e12),
    (1e-12, 1e-3),
    (0.003, 1.0),
    (0.05, 0.1),
    (1.0, 1.0),
    (3.0, 1.0),
    (0.7, 0.0003),
    (1e12, 1e6),
    (1e-3, 1e-12),
)
PAIRS = {"int8": ("int8", "uint8", "int16", "int32"), "uint8": ("int8",), "int16": ("int8", "int16", "int32"), "int32": ("int8", "int16")}


def _sweep():
    for source, results in PAIRS.items():
        for result in results:
            for number, (first, second) in enumerate(SCALES):
                zeros = [_zero(dtype, number + i) for i, dtype in enumerate((source, result))]
                yield f"sweep-{source}-{result}-{number}", source, Quantization(first, zeros[0]), result, Quantization(second, zeros[1])


def _zero(dtype, number):
    choices = {"int8": (-128, 0, 127, -5), "uint8": (0, 128, 255, 9), "int16": (0, -32768, 7, 32767), "int32": (0, 0, 100000, -(1 << 31))}
    return choices[dtype][number % 4]


def _specs():
    yield from _sweep()
    for zero in (-128, 0, 127, 9):
        yield f"float32-int8-zero{zero}", "float32", None, "int8", Quantization(0.0431, zero)
    yield "float32-int8-halves", "float32", None, "int8", Quantization(0.5, 3)
    yield "float32-int8-tiny", "float32", None, "int8", Quantization(1e-20, -5)
    yield "float32-uint8", "float32", None, "uint8", Quantization(0.0431, 113)
    yield "float32-int16", "float32", None, "int16", Quantization(0.00031, 0)
    for name, source, result in (
        ("same", Quantization(0.1, 3), Quantization(0.1, 3)),
        ("zero_only", Quantization(0.1, 3), Quantization(0.1, -20)),
        ("shrink", Quantization(0.1, 127), Quantization(0.37, 127)),
        ("stretch", Quantization(0.1, 5), Quantization(0.0213, -99)),
        ("stretch_far", Quantization(7.0, 5), Quantization(0.0001, 0)),
        ("halves", Quantization(0.25, 1), Quantization(0.5, -2)),
    ):
        yield f"int8-int8-{name}", "int8", source, "int8", result
    yield "int8-uint8-wake_word", "int8", Quantization(1 / 256, -128), "uint8", Quantization(1 / 256, 0)
    yield "int8-uint8-rescale", "int8", Quantization(0.03, -7), "uint8", Quantization(0.044, 200)
    yield "uint8-int8", "uint8", Quantization(1 / 255, 0), "int8", Quantization(1 / 255, -128)
    yield "uint8-int8-rescale", "uint8", Quantization(0.03, 128), "int8", Quantization(0.021, 4)
    yield "int8-int16", "int8", Quantization(0.1, -3), "int16", Quantization(0.0004, 0)
    yield "int16-int8", "int16", Quantization(0.0004, 0), "int8", Quantization(0.1, -3)
    yield "int16-int16", "int16", Quantization(0.0004, 0), "int16", Quantization(0.0003, 0)
    yield "int8-int32", "int8", Quantization(0.1, -3), "int32", Quantization(0.00002, 0)
    yield "int16-int32", "int16", Quantization(0.001, 0), "int32", Quantization(0.00002, 0)


def layer(graph, source, dtype, quantization, name="converted"):
    """Puts the operator on `source` and returns its output."""
    output = graph.tensor(name, source.shape, quantization, dtype)
    return graph.operator("QUANTIZE", [source], [output], options("QuantizeOptions"))


def _build(source_type, source, result_type, result):
    model = Model()
    graph = model.graph()
    graph.output(layer(graph, graph.input("input", (1, 5, 53, 1), source, source_type), result_type, result))
    return model.bytes()
