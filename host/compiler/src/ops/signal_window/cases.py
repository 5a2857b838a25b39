"""SignalWindow: windows over one frame and several, all shifts that matter."""

import numpy as np

from builder import Model


def cases():
    """See the package."""
    for shape, length, shift in (((1, 480), 480, 12), ((7,), 7, 0), ((2, 3, 5), 5, 15), ((4, 6), 3, 9), ((16,), 16, 31)):
        name = f"signal_window-{'x'.join(map(str, shape))}-{length}-{shift}"
        yield name, lambda state, a=(shape, length, shift): _window(state, *a)
    yield "contradiction-signal_window-length", lambda state: _window(state, (7,), 3, 12)


def _window(state, shape, length, shift):
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, None, np.int16)
    window = graph.constant("window", state.randint(-(1 << 15), 1 << 15, length).astype(np.int16))
    output = graph.tensor("output", shape, None, np.int16)
    graph.output(graph.custom("SignalWindow", [source, window], [output], shift=shift))
    return model.bytes()
