"""REDUCE_MAX, REDUCE_MIN and REDUCE_ALL, and MEAN and SUM on the types that `ops/mean/cases.py` leaves out."""

import numpy as np

from builder import Model, Quantization, options

SHAPES = (
    ("image", (1, 4, 5, 3), (1, 2)),
    ("rows", (2, 4, 5, 3), (1,)),
    ("channels", (2, 3, 4, 5), (3,)),
    ("batch_and_columns", (2, 3, 4, 5), (0, -2)),
    ("everything", (2, 5, 7), (0, 1)),
    ("rank2", (3, 10), (-1,)),
    ("scalar", (9,), (0,)),
)

Q8, FINE8 = Quantization(0.04, -7), Quantization(0.31, 12)
Q16, FINE16 = Quantization(0.0004), Quantization(0.0031)


def cases():
    """See the package."""
    for operator, dtype, source, result in (
        ("REDUCE_MAX", "int8", Q8, Q8),
        ("REDUCE_MAX", "float32", None, None),
        ("REDUCE_MIN", "int8", Q8, Q8),
        ("REDUCE_MIN", "float32", None, None),
        ("REDUCE_ALL", "bool", None, None),
        ("SUM", "int8", Q8, Q8),
        ("SUM", "int8", Q8, FINE8),
        ("SUM", "int16", Q16, Q16),
        ("SUM", "int16", Q16, FINE16),
        ("SUM", "float32", None, None),
        ("MEAN", "int16", Q16, Q16),
        ("MEAN", "int16", Q16, Quantization(0.0003)),
        ("MEAN", "float32", None, None),
    ):
        rescaled = "" if source == result else "-rescale"
        for (name, shape, axes), keep in ((s, k) for s in SHAPES for k in (False, True)):
            name = f"{operator.lower()}-{dtype}{rescaled}-{name}{'-keep' * keep}"
            yield name, lambda state, args=(operator, dtype, source, result, shape, axes, keep): build(*args)
    image = (1, 4, 5, 3), (1, 2), False
    for operator, dtype, source, result in (
        ("REDUCE_MAX", "int8", Q8, FINE8),
        ("REDUCE_MIN", "int8", Q8, Quantization(0.04, -8)),
        ("REDUCE_MAX", "int16", Q16, Q16),
        ("REDUCE_MIN", "int32", None, None),
        ("REDUCE_ALL", "int8", Q8, Q8),
        ("SUM", "int32", None, None),
        ("MEAN", "int32", None, None),
    ):
        name = f"refused-{operator.lower()}-{dtype}{'' if source == result else '-rescale'}"
        yield name, lambda state, args=(operator, dtype, source, result, *image): build(*args)


def build(operator, dtype, source, result, shape, axes, keep):
    """The operator on one input."""
    model = Model()
    graph = model.graph()
    entry = graph.input("input", shape, source, np.dtype(dtype))
    gone = {axis % len(shape) for axis in axes}
    kept = tuple(1 if i in gone else n for i, n in enumerate(shape) if keep or i not in gone)
    output = graph.tensor("output", kept, result, np.dtype(dtype))
    inputs = [entry, graph.constant("axes", np.int32(axes))]
    graph.output(graph.operator(operator, inputs, [output], options("ReducerOptions", keepDims=keep)))
    return model.bytes()
