"""BATCH_MATMUL of each type: shapes, turned inputs, batches that broadcast, constants, zero points at both ends."""

import numpy as np

from builder import FLOAT, Model, Quantization, options

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
    yield from _hybrid_cases()
    yield from _stored_cases()


# The same with one dimension of batches, and a depth with which the reference's float32 rounds sums.
HYBRID = (*SHAPES[:5], ((1, 1, 3), (3,), 3, 16, 8), ((4,), (1, 4), 2, 100, 37), ((1, 2), (2, 1), 1, 64, 10), ((), (), 2, 1500, 6))


def _hybrid_cases():
    """float32 times a constant of int8, which TensorFlow Lite Micro does not have."""
    for number, shape in enumerate(HYBRID):
        for turned in range(4):
            for asymmetric in (False, True):
                each = (number + turned) % 2 == int(asymmetric)
                args = shape, turned, asymmetric, each
                name = f"{number}-{turned}-{'asymmetric' if asymmetric else 'symmetric'}-{'units' if each else 'one'}"
                if not ((number == 7) and turned & 1):
                    yield f"beyond-batch_matmul-hybrid-{name}", lambda state, a=args: _hybrid(state, *a)
    # The reference finds scales by one dimension of batches.
    for name, shape in (("first", SHAPES[5]), ("second", ((1,), (2, 3), 5, 33, 6)), ("fifth", ((2, 1, 1), (2, 1, 1), 3, 9, 4))):
        yield f"contradiction-batch_matmul-hybrid-{name}", lambda state, s=shape: _hybrid(state, s, 0, True, False)
    args = SHAPES[0], 0, True, False
    yield "contradiction-batch_matmul-hybrid-zero_point", lambda state: _hybrid(state, *args, zero=2)
    yield "contradiction-batch_matmul-hybrid-axis", lambda state: _hybrid(state, ((), (), 3, 4, 4), 0, True, True, axis=0)


def _stored_cases():
    """float32 times a constant before DEQUANTIZE, and the first matrix constant, with which the compiler converts."""
    for number, shape in enumerate(SHAPES):
        for turned in range(4):
            kind = ("float16", "int8", "int4")[(number + turned) % 3]
            # The reference converts int4 of one scale only.
            args = shape, turned, kind, (number + turned) % 2 == 0 and kind == "int8"
            yield f"batch_matmul-stored-{kind}-{number}-{turned}", lambda state, a=args: _stored(state, *a)
    yield "batch_matmul-stored-float16-wide", lambda state: _stored(state, ((), (), 3, 40, 40), 0, "float16", False, 4.0)
    yield "batch_matmul-stored-float16-infinite", lambda state: _stored(state, SHAPES[3], 2, "float16", False, 1e38)
    yield "batch_matmul-stored-float16-first", lambda state: _stored(state, SHAPES[2], 0, "float16", False, place=0)
    yield "batch_matmul-stored-int8-depth", lambda state: _stored(state, SHAPES[2], 0, "int8", True, axis=1)


def _stored(state, shape, turned, kind, each, most=None, place=1, axis=None):
    """A pair: a constant of float32, and the same as a file may store it, before DEQUANTIZE."""
    first, second, rows, depth, columns = shape
    shapes = (*first, rows, depth), (*second, depth, columns)
    shapes = [s if not turned & 1 << i else (*s[:-2], s[-1], s[-2]) for i, s in enumerate(shapes)]
    own = shapes[place]
    axis = len(own) - (2 if turned & 2 else 1) if axis is None else axis
    scales = np.float32(10.0 ** state.uniform(-3, 1, own[axis] if each else 1))
    if kind == "float16":
        kept = np.float16(state.standard_normal(own) * 10.0 ** state.uniform(-8, 4 if most else 1, own))
        values = np.float32(kept)
    else:
        kept = state.randint(*((-128, 128) if kind == "int8" else (-8, 8)), own).astype(np.int8)
        values = np.float32(kept) * scales.reshape([-1 if i == axis and each else 1 for i in range(len(own))])
    models = []
    for how in (None, kind):
        model = Model()
        graph = model.graph()
        source = graph.input("input", shapes[1 - place], None, FLOAT)
        if most:
            # Sums beyond the largest float.
            factor = graph.constant("factor", np.float32(most))
            scaled = graph.tensor("scaled", source.shape, None, FLOAT)
            source = graph.operator("MUL", [source, factor], [scaled], options("MulOptions"))
        if how is None:
            known = graph.constant("known", values)
        else:
            quantization = None if kind == "float16" else Quantization(scales, axis=axis if each else 0)
            stored = (graph.int4 if kind == "int4" else graph.constant)("kept", kept, quantization)
            known = graph.operator("DEQUANTIZE", [stored], [graph.tensor("known", own, None, FLOAT)])
        output = graph.tensor("output", (*np.broadcast_shapes(first, second), rows, columns), None, FLOAT)
        fields = options("BatchMatMulOptions", adjX=bool(turned & 1), adjY=bool(turned & 2))
        graph.output(graph.operator("BATCH_MATMUL", [source, known] if place else [known, source], [output], fields))
        models.append(model.bytes())
    return tuple(models)


def _hybrid(state, shape, turned, asymmetric, each, zero=0, axis=None):
    first, second, rows, depth, columns = shape
    turn = lambda own, by: (*own[:-2], own[-1], own[-2]) if by else own  # noqa: E731
    own = turn((*second, depth, columns), turned & 2)
    model = Model()
    graph = model.graph()
    source = graph.input("input", turn((*first, rows, depth), turned & 1), None, FLOAT)
    axis = len(own) - (2 if turned & 2 else 1) if axis is None else axis
    scales = np.float32(10.0 ** state.uniform(-3, -1, columns if each else 1))
    # Sums far from 0, too.
    values = np.clip(state.randint(-127, 128, own) + state.randint(-90, 90), -127, 127).astype(np.int8)
    weights = graph.constant("weights", values, Quantization(scales, zero, axis if scales.size > 1 else 0))
    output = graph.tensor("output", (*np.broadcast_shapes(first, second), rows, columns), None, FLOAT)
    fields = options("BatchMatMulOptions", adjX=bool(turned & 1), adjY=bool(turned & 2), asymmetricQuantizeInputs=asymmetric)
    graph.output(graph.operator("BATCH_MATMUL", [source, weights], [output], fields))
    return model.bytes()


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
