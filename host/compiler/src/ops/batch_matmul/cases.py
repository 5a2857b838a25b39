"""BATCH_MATMUL of each type: shapes, turned inputs, batches that broadcast, constants, zero points at both ends."""

import numpy as np

from builder import Model, Quantization, options

# Batches of both inputs, rows, depth, columns.
SHAPES = (
    ((), (), 3, 4, 5),
    ((1,), (1,), 1, 1, 1),
    ((2,), (2,), 5, 17, 3),
    ((3,), (1,), 4, 8, 9),
    ((1,), (3,), 4, 7, 4),
    ((2, 3), (2, 3), 5, 33, 6),
    ((2, 1), (1, 3), 2, 6, 7),
    ((2, 3), (3,), 3, 16, 8),
    ((3,), (2, 3), 3, 9, 1),
    ((2, 3, 2), (1, 3, 1), 2, 5, 4),
    ((1, 2), (2, 1), 1, 64, 10),
)
QUANTIZATIONS = {
    "int8": (
        (Quantization(0.05, -3), Quantization(0.02, 11), 9),
        (Quantization(0.02, 127), Quantization(0.01, -128), -128),
        (Quantization(0.5, -128), Quantization(0.25, 0), 0),
    ),
    "int16": ((Quantization(0.0005), Quantization(0.0002), 0), (Quantization(2.0**-12), Quantization(2.0**-9), 0)),
    "float32": ((None, None, None),),
}


def cases():
    """See the package."""
    for dtype, quantizations in QUANTIZATIONS.items():
        for number, shape in enumerate(SHAPES):
            for turned in range(4):
                for known in ((), (0,), (1,)):
                    quantization = quantizations[(number + turned + len(known)) % len(quantizations)]
                    name = f"batch_matmul-{dtype}-{number}-{turned}-{'known' + str(known[0]) if known else 'run'}"
                    yield name, lambda state, a=(dtype, shape, turned, quantization, known): matmul(state, *a)
    args = "int8", SHAPES[3], 0, QUANTIZATIONS["int8"][0]
    for axis in (0, 1):
        # The reference takes the first scale for all columns.
        scales = Quantization(np.float32([0.1, 0.2, 0.3, 0.4]), axis=axis)
        spread = Quantization(0.05, -3), scales, 9
        for known in ((), (1,)):
            name = f"contradiction-batch_matmul-channels-{axis}-{'known' if known else 'run'}"
            yield name, lambda state, q=spread, k=known: matmul(state, "int8", ((), (), 3, 4, 4), 0, q, k)
    yield "refused-batch_matmul-int32", lambda state: matmul(state, "int32", SHAPES[0], 0, (None, None, None))
    yield "refused-batch_matmul-shapes", lambda state: matmul(state, *args, depths=(8, 7))
    yield "refused-batch_matmul-output", lambda state: matmul(state, *args, result=(3, 4, 8))
    yield "refused-batch_matmul-int16-zero_point", lambda state: matmul(
        state, "int16", SHAPES[0], 0, (Quantization(0.001, 5), Quantization(0.001), 0)
    )
    # As many elements in another shape: the reference computes its own.
    yield "contradiction-batch_matmul-output", lambda state: matmul(state, *args, result=(4, 3, 9))


def matmul(state, dtype, shape, turned, quantization, known=(), depths=None, result=None):
    """One BATCH_MATMUL, of which one input may be a constant."""
    first, second, rows, depth, columns = shape
    depths = depths or (depth, depth)
    shapes = (*first, rows, depths[0]), (*second, depths[1], columns)
    shapes = [s if not turned & 1 << i else (*s[:-2], s[-1], s[-2]) for i, s in enumerate(shapes)]
    model = Model()
    graph = model.graph()
    inputs = []
    for i, own in enumerate(shapes):
        if i in known:
            values = state.standard_normal(own) if dtype == "float32" else state.randint(-128, 128, own)
            inputs.append(graph.constant(f"known{i}", values.astype(dtype), quantization[i]))
        else:
            inputs.append(graph.input(f"input{i}", own, quantization[i], np.dtype(dtype)))
    wanted = None
    if quantization[0] is not None:
        # Results that use the range, some of them beyond it.
        spread = {"int8": 30, "int16": 9000}[dtype]
        terms = np.sqrt(depth) * (60 * 60 if dtype == "int8" else 9000 * 9000)
        wanted = Quantization(np.float32(inputs[0].scale * inputs[1].scale * terms / spread), quantization[2])
    output = graph.tensor("output", result or (*np.broadcast_shapes(first, second), rows, columns), wanted, dtype)
    fields = options("BatchMatMulOptions", adjX=bool(turned & 1), adjY=bool(turned & 2))
    graph.output(graph.operator("BATCH_MATMUL", inputs, [output], fields))
    return model.bytes()
