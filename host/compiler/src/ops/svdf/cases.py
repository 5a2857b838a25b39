"""SVDF on int8 with states of both types, and on float32: sizes around the kernels' blocks, ranks, features that saturate, zero
points of the state, weights that can't be packed.
"""

import numpy as np

import quantities
from builder import FLOAT, Model, Quantization, activation, options

# Batches, inputs, units, rank, steps.
SHAPES = (
    (1, 1, 1, 1, 1),
    (1, 7, 3, 2, 4),
    (2, 9, 5, 1, 9),
    (1, 40, 33, 1, 10),
    (3, 16, 6, 3, 2),
    (1, 600, 2, 2, 17),
    (1, 3, 131, 2, 3),
    (1, 12, 4, 4, 33),
)


def cases():
    """See the package."""
    for shape in SHAPES:
        name = "x".join(map(str, shape))
        for dtype in (np.int8, np.int16):
            word = np.dtype(dtype).name
            yield f"svdf-{word}-{name}", lambda state, s=shape, d=dtype: _svdf(state, s, d)
        yield f"svdf-float32-{name}", lambda state, s=shape: _float(state, s)
    for zero in (-128, 127, 19):
        yield f"svdf-int8-state_zero_{zero}", lambda state, z=zero: _svdf(state, (2, 9, 5, 2, 7), np.int8, zero=z)
    for gain in (0.01, 1, 30, 1000):
        for dtype in (np.int8, np.int16):
            word = f"{np.dtype(dtype).name}-gain-{gain}"
            yield f"svdf-{word}", lambda state, g=gain, d=dtype: _svdf(state, (1, 20, 6, 2, 5), d, gain=g)
    for kind in ("full", "signs", "lowest", "highest", "zero"):
        for dtype in (np.int8, np.int16):
            word = f"{np.dtype(dtype).name}-{kind}"
            yield f"svdf-{word}", lambda state, k=kind, d=dtype: _svdf(state, (1, 20, 6, 2, 5), d, kind=k)
    for fused in ("RELU", "RELU6", "RELU_N1_TO_1"):
        yield f"svdf-int16-{fused}", lambda state, f=fused: _svdf(state, (1, 20, 6, 2, 5), np.int16, fused=f)
        yield f"svdf-float32-{fused}", lambda state, f=fused: _float(state, (1, 20, 6, 2, 5), f)
    yield "refused-svdf-rank", lambda state: _svdf(state, (1, 20, 6, 2, 5), np.int16, rank=5)
    yield "refused-svdf-bias_scale", lambda state: _svdf(state, (1, 20, 6, 2, 5), np.int16, bias_scale=1e9)


def _svdf(state, shape, dtype, zero=0, gain=None, kind="uniform", fused="NONE", rank=None, bias_scale=1.0):
    batches, inputs, units, ranks, memory = shape
    filters = units * ranks
    model = Model()
    graph = model.graph()
    source = quantities.activations(state)
    entry = graph.input("input", (batches, inputs), source)
    features = quantities.weights(state, (filters, inputs), kind)
    scale = Quantization(float(np.float32(10.0 ** state.uniform(-3, -1))), 0)
    limit = 1 << (8 * np.dtype(dtype).itemsize - 1)
    gain = gain or 10.0 ** state.uniform(-0.7, 0.5)
    # Features of about `gain` of the type's range.
    kept_scale = source.scale * scale.scale * 74 * 74 * np.sqrt(inputs) * 2 / (limit * gain)
    kept = Quantization(float(np.float32(kept_scale)), zero)
    span = min(limit - 1, int((1 << 30) / (limit * 2 * ranks * memory)))
    time = state.randint(-span, span + 1, (filters, memory)).astype(dtype)
    time_scale = Quantization(float(np.float32(state.uniform(0.5, 2) / span)), 0)
    product = float(np.float32(kept.scale) * np.float32(time_scale.scale))
    largest = int(span * limit / 3)
    bias = state.randint(-largest, largest + 1, units).astype(np.int32)
    output = Quantization(
        float(np.float32(product * span * limit * np.sqrt(ranks * memory) / (3 * 80))), int(state.randint(-128, 128))
    )
    slots = [
        entry,
        graph.constant("features", features, scale),
        graph.constant("time", time, time_scale),
        graph.constant("bias", bias, Quantization(product * bias_scale, 0)),
        graph.lasting("state", (batches, memory * filters), kept, dtype),
    ]
    result = graph.tensor("output", (batches, units), output)
    fields = options("SVDFOptions", rank=rank or ranks, fusedActivationFunction=activation(fused))
    graph.output(graph.operator("SVDF", slots, [result], fields))
    return model.bytes()


def _float(state, shape, fused="NONE"):
    batches, inputs, units, rank, memory = shape
    filters = units * rank
    model = Model()
    graph = model.graph()
    drawn = lambda *sizes: state.standard_normal(sizes).astype(FLOAT)
    slots = [
        graph.input("input", (batches, inputs), None, FLOAT),
        graph.constant("features", drawn(filters, inputs)),
        graph.constant("time", drawn(filters, memory)),
        graph.constant("bias", drawn(units)),
        graph.lasting("state", (batches, memory * filters), None, FLOAT),
    ]
    result = graph.tensor("output", (batches, units), None, FLOAT)
    fields = options("SVDFOptions", rank=rank, fusedActivationFunction=activation(fused))
    graph.output(graph.operator("SVDF", slots, [result], fields))
    return model.bytes()
