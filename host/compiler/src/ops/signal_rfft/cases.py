"""SignalFftAutoScale, SignalRfft, SignalIrfft: every radix and type, several frames, frames padded with zeros."""

import numpy as np

from builder import Model

# Shape of the samples, length of the transform.
SHAPES = (
    ((480,), 512),
    ((512,), 512),
    ((1, 60), 64),
    ((3, 30), 32),
    ((2, 2, 8), 8),
    ((4,), 4),
    ((6,), 6),
    ((9,), 10),
    ((100,), 120),
    ((2, 450), 450),
    ((360,), 384),
)
# Numbers of the types in the file format.
TYPES = {"int16": 7, "int32": 2, "float32": 0}


def cases():
    """See the package."""
    for count in (1, 8, 480):
        yield f"signal_fft_auto_scale-{count}", lambda state, n=count: _scale(n)
    for n in range(16):
        yield f"signal_rfft-drawn-{n}", lambda state: _rfft(*_drawn(state))
        yield f"signal_irfft-drawn-{n}", lambda state: _irfft(*_drawn(state))
    for dtype in TYPES:
        for shape, length in SHAPES:
            name = f"{dtype}-{'x'.join(map(str, shape))}-{length}"
            yield f"signal_rfft-{name}", lambda state, a=(dtype, shape, length): _rfft(*a)
            yield f"signal_irfft-{name}", lambda state, a=(dtype, shape, length): _irfft(*a)


def _drawn(state):
    """A type, a shape and a length of the factors 2, 3 and 5."""
    length = 2
    while length < 4 or (length < 700 and state.randint(4)):
        length *= int(state.choice((2, 2, 3, 5)))
    outer = tuple(int(n) for n in state.randint(1, 3, state.randint(0, 3)))
    return tuple(TYPES)[state.randint(3)], (*outer, int(state.randint(1, length + 1))), length


def _scale(count):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (count,), None, np.int16)
    output = graph.tensor("output", (count,), None, np.int16)
    bits = graph.tensor("bits", (), None, np.int32)
    graph.custom("SignalFftAutoScale", [source], [output, bits])
    graph.output(output, bits)
    return model.bytes()


def _rfft(dtype, shape, length):
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, None, np.dtype(dtype))
    output = graph.tensor("output", (*shape[:-1], length + 2), None, np.dtype(dtype))
    graph.output(graph.custom("SignalRfft", [source], [output], T=TYPES[dtype], fft_length=length))
    return model.bytes()


def _irfft(dtype, shape, length):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (*shape[:-1], length + 2), None, np.dtype(dtype))
    output = graph.tensor("output", (*shape[:-1], length), None, np.dtype(dtype))
    graph.output(graph.custom("SignalIrfft", [source], [output], T=TYPES[dtype], fft_length=length))
    return model.bytes()
