"""CAST between all pairs of types, of tensors computed at run time and of constants."""

import numpy as np

from builder import Model, Quantization, options

TYPES = ("float32", "int8", "int16", "int32", "bool")
# At and near the limits of the types, halves, tiny numbers.
FLOATS = (0, -0.0, 0.5, -0.99, 1.5, -1.9, 127.9, 128, -128.9, -129, 32767.5, 32768, -32769, 16777217, 2147483520, 2147483648)
FLOATS += (-2147483648, -2147483904, 1e30, -1e30, np.inf, -np.inf, np.nan, 1e-42, -1e-45)


def cases():
    """See the package."""
    for source in TYPES:
        for target in TYPES:
            yield f"cast-{source}-{target}", lambda state, a=(source, target): _cast(*a, (2, 33, 5))
            yield f"cast-{source}-{target}-known", lambda state, a=(source, target): _cast(*a, (len(FLOATS),), True)
    yield "cast-int8-int32-scaled", lambda state: _cast("int8", "int32", (1, 300), quantization=Quantization(0.1, 7))
    yield "cast-int8-float32-scaled", lambda state: _cast("int8", "float32", (), quantization=Quantization(0.1, 7))
    for source, target in (("int64", "int32"), ("int32", "int64"), ("uint8", "int8"), ("float32", "uint8")):
        yield f"refused-cast-{source}-{target}", lambda state, a=(source, target): _cast(*a, (4,))
    yield "contradiction-cast-shape", lambda state: _cast("int8", "int32", (2, 3), result=(3, 3))


def _cast(source, target, shape, known=False, quantization=None, result=None):
    """One CAST; of a constant, its result in the other type is added to an input."""
    model = Model()
    graph = model.graph()
    output = graph.tensor("output", shape if result is None else result, None, target)
    if not known:
        entry = graph.input("input", shape, quantization, np.dtype(source))
        graph.output(graph.operator("CAST", [entry], [output], options("CastOptions")))
        return model.bytes()
    values = np.float32(FLOATS)
    if source != "float32":
        values = np.resize(np.int32([0, 1, -1, 127, 128, -129, 32768, -32769, 1 << 30, -(1 << 31), (1 << 31) - 1]), shape)
        values = values != 0 if source == "bool" else values.astype(source)
    graph.operator("CAST", [graph.constant("values", values)], [output], options("CastOptions"))
    entry = graph.input("input", shape, None, np.dtype(target))
    both = graph.tensor("both", (2 * len(FLOATS),), None, target)
    graph.output(graph.operator("CONCATENATION", [output, entry], [both], options("ConcatenationOptions", axis=0)))
    return model.bytes()
