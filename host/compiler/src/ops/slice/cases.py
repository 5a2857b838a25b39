"""SLICE of one to five dimensions, of every type that the reference has, with begin and size of int32 and int64."""

import numpy as np

from builder import Model, Quantization, options
from single import named, single

SLICES = (
    ((1, 6, 7, 5), (0, 1, 2, 0), (1, 4, 3, 5)),
    ((1, 6, 7, 5), (0, 0, 2, 1), (-1, -1, -1, 3)),
    ((1, 6, 7, 8), (0, 3, 0, 0), (1, 1, 7, 8)),
    ((11,), (3,), (-1,)),
    ((3, 9), (1, 0), (1, 9)),
    ((3, 4, 5), (0, 1, 4), (3, 3, 1)),
    ((2, 3, 4, 2, 5), (1, 0, 1, 0, 2), (1, 2, 2, -1, 3)),
    ((4, 4), (0, 0), (-1, 4)),
)


def cases():
    """See the package."""
    for dtype in ("int8", "int16", "int32", "float32", "bool"):
        for number, (shape, begin, size) in enumerate(SLICES):
            kind = np.int64 if number % 2 else np.int32
            result = [n - b if s == -1 else s for n, b, s in zip(shape, begin, size)]
            constants = [kind(begin), kind(size)]
            make = single("SLICE", shape, dtype, constants, [result], options("SliceOptions"))
            yield f"slice-{dtype}-{named(shape)}-{number}", make
    for dtype in ("int8", "int16", "int32", "float32", "bool"):
        for number, (shape, size) in enumerate((((5,), (4,)), ((2, 7), (-1, 6)), ((3, 4, 5), (2, 3, 1)), ((2, 3, 2, 2, 5), (1, 2, 1, 1, 4)))):
            for kind in (np.int32, np.int64) if number == 2 else (np.int32,):
                args = dtype, shape, size, np.dtype(kind)
                yield f"slice-run-{dtype}-{number}-{np.dtype(kind).name}", lambda state, a=args: _run(*a)
    make = single("SLICE", (3, 4), "int8", [np.int32((0, 2)), np.int32((3, 3))], [(3, 3)], options("SliceOptions"))
    yield "contradiction-slice-beyond", make
    shape = (1, 2, 1, 2, 1, 3)
    constants = [np.int32((0,) * 6), np.int32((1, 1, 1, 2, 1, 3))]
    yield "contradiction-slice-six_dimensions", single("SLICE", shape, "int8", constants, [(1, 1, 1, 2, 1, 3)], options("SliceOptions"))


def _run(dtype, shape, size, kind):
    """A begin of 0 or 1 along each dimension, by an input of bool; 1 leaves as many elements as the size says."""
    quantization = Quantization(0.1, 3) if dtype == "int8" else None
    if kind == np.int64:
        # The reference has no CAST to int64.
        return _wide(shape, size, dtype, quantization)
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, quantization, np.dtype(dtype))
    # If the size extends to the end, the begin is fixed.
    free = [i for i, n in enumerate(size) if n != -1]
    chosen = graph.input("chosen", (len(free),), None, np.bool_)
    begin = graph.operator("CAST", [chosen], [graph.tensor("begin", chosen.shape, None, np.int32)], options("CastOptions"))
    if len(free) < len(shape):
        zeros = graph.constant("zeros", np.zeros(len(shape) - len(free), np.int32))
        whole = graph.tensor("whole", (len(shape),), None, np.int32)
        begin = graph.operator("CONCATENATION", [zeros, begin], [whole], options("ConcatenationOptions"))
    result = [n if s == -1 else s for n, s in zip(shape, size)]
    wanted = graph.constant("size", np.asarray(size, kind))
    output = graph.tensor("output", result, quantization, np.dtype(dtype))
    graph.output(graph.operator("SLICE", [source, begin, wanted], [output], options("SliceOptions")))
    return model.bytes()


def _wide(shape, size, dtype, quantization):
    """A begin of int64 that MINIMUM and MAXIMUM limit to 0 and 1."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, quantization, np.dtype(dtype))
    begin = graph.input("begin", (len(shape),), None, np.int64)
    for operator, bound in (("MAXIMUM", 0), ("MINIMUM", 1)):
        limit = graph.constant(operator.lower(), np.full(len(shape), bound, np.int64))
        result = graph.tensor(f"{operator.lower()}/result", begin.shape, None, np.int64)
        begin = graph.operator(operator, [begin, limit], [result], options("MaximumMinimumOptions"))
    wanted = graph.constant("size", np.asarray(size, np.int64))
    output = graph.tensor("output", [n if s == -1 else s for n, s in zip(shape, size)], quantization, np.dtype(dtype))
    graph.output(graph.operator("SLICE", [source, begin, wanted], [output], options("SliceOptions")))
    return model.bytes()
