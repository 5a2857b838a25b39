"""SignalDelay, SignalFramer, SignalStacker, SignalOverlapAdd: streams in frames of every size, several rows."""

import numpy as np

from builder import Model

# Numbers of the types in the file format.
TYPES = {"int16": 7, "float32": 0}


def cases():
    """See the package."""
    for shape, delay in (((5,), 0), ((5,), 3), ((5,), 5), ((5,), 12), ((2, 3, 4), 7), ((1, 160), 320)):
        yield f"signal_delay-{_named(shape)}-{delay}", lambda state, a=(shape, delay): _delay(*a)
    for shape, frame, step in (
        ((160,), 480, 160),
        ((320,), 400, 160),
        ((6,), 3, 3),
        ((2, 6), 5, 2),
        ((4,), 9, 1),
        ((1, 8), 7, 4),
        ((2, 2, 6), 8, 3),
    ):
        for prefill in (False, True):
            name = f"signal_framer-{_named(shape)}-{frame}-{step}-{'silence' if prefill else 'wait'}"
            yield name, lambda state, a=(shape, frame, step, prefill): _framer(*a)
    for channels, left, right, step in (
        (3, 0, 0, 1),
        (3, 2, 0, 1),
        (2, 1, 2, 1),
        (4, 1, 2, 3),
        (5, 0, 3, 4),
        (1, 3, 1, 2),
        (40, 2, 2, 5),
    ):
        name = f"signal_stacker-{channels}-{left}-{right}-{step}"
        yield name, lambda state, a=(channels, left, right, step): _stacker(*a)
    for dtype in TYPES:
        for shape, step in (((1, 8), 8), ((3, 5), 2), ((2, 4, 6), 3), ((1, 512), 160), ((2, 7), 1)):
            name = f"signal_overlap_add-{dtype}-{_named(shape)}-{step}"
            yield name, lambda state, a=(dtype, shape, step): _overlap_add(*a)
    for n in range(8):
        yield f"signal_delay-drawn-{n}", lambda state: _delay(_rows(state, 9), int(state.randint(0, 40)))
        yield f"signal_framer-drawn-{n}", _drawn_framer
        yield f"signal_stacker-drawn-{n}", _drawn_stacker
        yield f"signal_overlap_add-drawn-{n}", _drawn_overlap_add
    yield "contradiction-signal_framer-step", lambda state: _framer((6,), 5, 4, True)
    yield "contradiction-signal_stacker-step", lambda state: _stacker(3, 1, 1, 4)


def _rows(state, longest):
    """A shape of up to three dimensions, the last of up to `longest`."""
    outer = state.randint(1, 4, state.randint(0, 3))
    return (*(int(n) for n in outer), int(state.randint(1, longest + 1)))


def _drawn_framer(state):
    step = int(state.randint(1, 9))
    shape = (*_rows(state, 1)[:-1], step * int(state.randint(1, 5)))
    return _framer(shape, step + int(state.randint(0, 30)), step, bool(state.randint(2)))


def _drawn_stacker(state):
    channels, left, right = (int(n) for n in state.randint(0, 6, 3))
    return _stacker(channels + 1, left, right, int(state.randint(1, left + right + 2)))


def _drawn_overlap_add(state):
    shape = (*_rows(state, 4), int(state.randint(1, 20)))
    return _overlap_add(("int16", "float32")[state.randint(2)], shape, int(state.randint(1, shape[-1] + 1)))


def _named(shape):
    return "x".join(map(str, shape))


def _delay(shape, delay):
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, None, np.int16)
    output = graph.tensor("output", shape, None, np.int16)
    graph.output(graph.custom("SignalDelay", [source], [output], delay_length=delay))
    return model.bytes()


def _framer(shape, frame, step, prefill):
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, None, np.int16)
    output = graph.tensor("output", (*shape[:-1], shape[-1] // step, frame), None, np.int16)
    valid = graph.tensor("valid", (), None, np.bool_)
    graph.custom("SignalFramer", [source], [output, valid], frame_size=frame, frame_step=step, prefill=prefill)
    graph.output(output, valid)
    return model.bytes()


def _stacker(channels, left, right, step):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (channels,), None, np.int16)
    output = graph.tensor("output", (channels * (left + right + 1),), None, np.int16)
    valid = graph.tensor("valid", (), None, np.bool_)
    graph.custom(
        "SignalStacker",
        [source],
        [output, valid],
        num_channels=channels,
        stacker_left_context=left,
        stacker_right_context=right,
        stacker_step=step,
    )
    graph.output(output, valid)
    return model.bytes()


def _overlap_add(dtype, shape, step):
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, None, np.dtype(dtype))
    output = graph.tensor("output", (*shape[:-2], shape[-2] * step), None, np.dtype(dtype))
    graph.output(graph.custom("SignalOverlapAdd", [source], [output], T=TYPES[dtype], frame_step=step))
    return model.bytes()
