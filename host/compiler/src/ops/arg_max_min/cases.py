"""ARG_MAX and ARG_MIN along each dimension, of int8 and float32."""

import numpy as np

from builder import Model, Quantization, options

TYPES = {"INT32": 2, "INT64": 4}


def cases():
    """See the package."""
    for operator in ("ARG_MAX", "ARG_MIN"):
        for dtype in ("int8", "float32"):
            for shape, axis in (((1, 10), -1), ((2, 3, 4, 5), 0), ((2, 3, 4, 5), 1), ((2, 3, 4, 5), -1), ((7,), 0), ((1, 1), 1)):
                name = f"{operator.lower()}-{dtype}-{'x'.join(map(str, shape))}-axis{axis}"
                yield name, lambda state, args=(operator, dtype, shape, axis): build(*args)
        for dtype, result in (("int16", "int32"), ("int32", "int32"), ("int8", "int64")):
            name = f"refused-{operator.lower()}-{dtype}-{result}"
            yield name, lambda state, args=(operator, dtype, (2, 5), 1, result): build(*args)


def build(operator, dtype, shape, axis, result="int32"):
    """The operator on one input."""
    model = Model()
    graph = model.graph()
    quantization = Quantization(0.1, 3) if dtype == "int8" else None
    entry = graph.input("input", shape, quantization, np.dtype(dtype))
    kept = tuple(n for i, n in enumerate(shape) if i != axis % len(shape))
    output = graph.tensor("output", kept, None, np.dtype(result))
    # A scalar and a list of one element mean the same.
    said = graph.constant("axis", np.int32(axis) if len(shape) % 2 else np.int32([axis]))
    table = "ArgMaxOptions" if operator == "ARG_MAX" else "ArgMinOptions"
    fields = options(table, outputType=TYPES[result.upper()])
    graph.output(graph.operator(operator, [entry, said], [output], fields))
    return model.bytes()
