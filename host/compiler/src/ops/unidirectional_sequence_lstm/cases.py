"""UNIDIRECTIONAL_SEQUENCE_LSTM on int8, int16 and float32: sizes around the kernels' blocks, both orders of time and batch, clipped cells, scales that
saturate gates and states, weights that can't be packed.
"""

import numpy as np

from builder import FLOAT, Model, Quantization, options

TANH = 4
# Batches, steps, inputs, units.
SHAPES = ((1, 1, 1, 1), (1, 3, 5, 4), (2, 3, 4, 5), (1, 28, 28, 20), (3, 2, 17, 7), (1, 2, 600, 3), (1, 2, 3, 523))


def cases():
    """See the package."""
    for shape in SHAPES:
        for major in (False, True):
            name = "x".join(map(str, shape)) + ("-major" if major else "")
            yield f"lstm-{name}", lambda state, s=shape, m=major: _lstm(state, s, m)
            yield f"lstm-int16-{name}", lambda state, s=shape, m=major: _lstm(state, s, m, wide=True)
            yield f"lstm-float32-{name}", lambda state, s=shape, m=major: _float(state, s, m)
    for zeros in ((-128, 127), (127, -128), (0, 0)):
        name = f"lstm-zeros-{zeros[0]}_{zeros[1]}"
        yield name, lambda state, z=zeros: _lstm(state, (2, 4, 9, 6), zeros=z)
    for power in (-20, -15, -13, -12, -11, -9, -4, 0):
        yield f"lstm-cell-2^{power}", lambda state, p=power: _lstm(state, (1, 6, 9, 6), power=p)
        yield f"lstm-int16-cell-2^{power}", lambda state, p=power: _lstm(state, (1, 6, 9, 6), power=p, wide=True)
    for gain in (0.01, 1, 30, 3000):
        yield f"lstm-gain-{gain}", lambda state, g=gain: _lstm(state, (1, 5, 12, 8), gain=g)
        yield f"lstm-int16-gain-{gain}", lambda state, g=gain: _lstm(state, (1, 5, 12, 8), gain=g, wide=True)
    for clip in (1e-45, 1e-6, 0.01, 0.7, 1e9):
        yield f"lstm-clip-{clip}", lambda state, c=clip: _lstm(state, (1, 5, 12, 8), clip=c)
        yield f"lstm-int16-clip-{clip}", lambda state, c=clip: _lstm(state, (1, 5, 12, 8), clip=c, wide=True)
        yield f"lstm-float32-clip-{clip}", lambda state, c=clip: _float(state, (1, 5, 12, 8), clip=c)
    for shape in SHAPES[1:]:
        yield f"lstm-float16-{'x'.join(map(str, shape))}", lambda state, s=shape: _halves(state, s)
    yield "lstm-float16-some", lambda state: _halves(state, (1, 3, 9, 8), plain=(3,))
    yield from _hybrid_cases()
    yield "lstm-some_lowest", lambda state: _lstm(state, (1, 3, 9, 8), lowest=-128, lowest_of=(slice(None), 0))
    yield "lstm-unpackable", lambda state: _lstm(state, (1, 3, 9, 8), lowest=-128)
    yield "lstm-int16-lowest", lambda state: _lstm(state, (1, 3, 9, 8), lowest=-128, wide=True)
    yield "lstm-int16-bias_far", lambda state: _lstm(state, (1, 3, 9, 8), reach=1 << 34, wide=True)
    yield "refused-lstm-peephole", lambda state: _lstm(state, (1, 3, 9, 8), peephole=True)


def _hybrid_cases():
    """Weights of int8 with float32, which TensorFlow Lite Micro reads as floats."""
    for number, shape in enumerate(((1, 1, 1, 1), (1, 3, 5, 4), (2, 3, 4, 5), (1, 6, 28, 20), (3, 2, 17, 7), (1, 2, 600, 3), (1, 2, 3, 130))):
        for asymmetric in (False, True):
            args = shape, (number + asymmetric) % 2 == 1, (0.0, 0.0, 0.3, 1e9)[number % 4], asymmetric
            name = "x".join(map(str, shape)) + ("-asymmetric" if asymmetric else "-symmetric")
            yield f"beyond-lstm-hybrid-{name}", lambda state, a=args: _float(state, a[0], a[1], a[2], hybrid=True, asymmetric=a[3])
    shape = (1, 3, 9, 8)
    yield "contradiction-lstm-hybrid-some", lambda state: _float(state, shape, hybrid=True, plain=(3,))
    yield "contradiction-lstm-hybrid-scales", lambda state: _float(state, shape, hybrid=True, scales=8)
    yield "contradiction-lstm-hybrid-zero_point", lambda state: _float(state, shape, hybrid=True, zero=3)


def _lstm(
    state,
    shape,
    major=False,
    zeros=None,
    power=-11,
    gain=None,
    clip=0.0,
    lowest=-127,
    lowest_of=slice(None, None, 2),
    peephole=False,
    wide=False,
    reach=None,
):
    batches, steps, inputs, units = shape
    model = Model()
    graph = model.graph()
    zeros = (0, 0) if wide else zeros or (int(state.randint(-128, 128)), int(state.randint(-128, 128)))
    steps_of = 256 if wide else 1
    dtype = np.dtype("int16" if wide else "int8")
    source = Quantization(float(np.float32(10 ** state.uniform(-2.5, -1) / steps_of)), zeros[0])
    hidden = Quantization(float(np.float32(state.uniform(0.7, 1.1) / 128 / steps_of)), zeros[1])
    outer = (steps, batches) if major else (batches, steps)
    entry = graph.input("input", (*outer, inputs), source, dtype)
    slots = [None] * 24
    slots[0] = entry
    gain = gain or 10 ** state.uniform(-0.5, 0.8)
    for first, count, quantization in ((1, inputs, source), (5, units, hidden)):
        for gate in range(4):
            # Sums of about `gain` in real numbers.
            scale = float(np.float32(gain * state.uniform(0.5, 2) / (quantization.scale * steps_of * 74 * 74 * np.sqrt(count))))
            weights = state.randint(lowest, 128, (units, count)).astype(np.int8)
            if lowest == -128:
                weights[lowest_of] = -128
            slots[first + gate] = graph.constant(f"weights{first + gate}", weights, Quantization(scale, 0))
    for gate in range(4):
        scale = source.scale * slots[1 + gate].scale
        most = int(reach or 74 * 74 * np.sqrt(inputs) * steps_of)
        values = state.randint(-most, most + 1, units).astype(np.int64 if wide else np.int32)
        slots[12 + gate] = graph.constant(f"bias{gate}", values, Quantization(float(np.float32(scale)), 0))
    if peephole:
        slots[10] = graph.constant("peephole", np.ones(units, np.int16), Quantization(1e-4, 0))
    slots[18] = graph.lasting("hidden", (batches, units), hidden, dtype)
    slots[19] = graph.lasting("cell", (batches, units), Quantization(2.0**power, 0), np.int16)
    output = graph.tensor("output", (*outer, units), hidden, dtype)
    fields = options("UnidirectionalSequenceLSTMOptions", fusedActivationFunction=TANH, cellClip=clip, timeMajor=major)
    graph.output(graph.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", slots, [output], fields))
    return model.bytes()


def _halves(state, shape, plain=()):
    """A pair: weights of float32, and the same as float16 before DEQUANTIZE, but for those of `plain`."""
    seed = state.randint(1 << 30)
    return tuple(_float(np.random.RandomState(seed), shape, half=half, plain=plain) for half in ("values", "stored"))


def _float(state, shape, major=False, clip=0.0, hybrid=False, asymmetric=False, plain=(), scales=1, zero=0, half=None):
    batches, steps, inputs, units = shape
    model = Model()
    graph = model.graph()
    outer = (steps, batches) if major else (batches, steps)
    slots = [None] * 24
    slots[0] = graph.input("input", (*outer, inputs), None, FLOAT)
    # A recurrence that amplifies differences would also amplify those of the last bits.
    for first, count in ((1, inputs), (5, units)):
        for gate in range(4):
            name, sizes = f"weights{first + gate}", (units, count)
            if hybrid and first + gate not in plain:
                weights = state.randint(-127, 128, sizes).astype(np.int8)
                scale = np.float32(state.uniform(0.5, 2, scales) / (74 * np.sqrt(count)))
                slots[first + gate] = graph.constant(name, weights, Quantization(scale, zero))
            else:
                weights = (state.standard_normal(sizes) / np.sqrt(count)).astype(np.float16 if half else FLOAT)
                slots[first + gate] = graph.constant(name, weights.astype(FLOAT))
                if half == "stored" and first + gate not in plain:
                    kept = graph.constant(f"{name}_half", weights)
                    slots[first + gate] = graph.operator("DEQUANTIZE", [kept], [graph.tensor(name, sizes, None, FLOAT)])
    for gate in range(4):
        slots[12 + gate] = graph.constant(f"bias{gate}", state.standard_normal(units).astype(FLOAT))
    slots[18] = graph.lasting("hidden", (batches, units), None, FLOAT)
    slots[19] = graph.lasting("cell", (batches, units), None, FLOAT)
    output = graph.tensor("output", (*outer, units), None, FLOAT)
    fields = options(
        "UnidirectionalSequenceLSTMOptions",
        fusedActivationFunction=TANH,
        cellClip=clip,
        timeMajor=major,
        asymmetricQuantizeInputs=asymmetric,
    )
    graph.output(graph.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", slots, [output], fields))
    return model.bytes()
