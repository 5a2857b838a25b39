"""CIRCULAR_BUFFER: as an output, before another operator, with an output that reports cycles."""

import numpy as np

import quantities
from builder import Model, options


def cases():
    """See the package."""
    for slots, width, depth in ((1, 1, 3), (4, 1, 7), (13, 2, 16), (5, 3, 1)):
        name = f"circular_buffer-{slots}x{width}x{depth}"
        yield name, lambda state, a=(slots, width, depth): _buffer(state, *a)
        yield f"{name}-read", lambda state, a=(slots, width, depth): _buffer(state, *a, read=True)
    for cycle in (1, 2, 5):
        yield f"circular_buffer-ready-{cycle}", lambda state, n=cycle: _buffer(state, 4, 1, 6, n, ready=True)
    yield "contradiction-circular_buffer-ends_the_run", lambda state: _buffer(state, 4, 1, 6, 2)
    yield "contradiction-circular_buffer-not_lasting", lambda state: _buffer(state, 4, 1, 6, lasting=False)


def _buffer(state, slots, width, depth, cycle=1, ready=False, read=False, lasting=True):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state)
    source = graph.input("input", (1, 1, width, depth), quantization)
    shape = (1, slots, width, depth)
    kept = graph.lasting("kept", shape, quantization) if lasting else graph.tensor("kept", shape, quantization)
    outputs = [kept]
    if ready:
        outputs.append(graph.tensor("ready", (1,), None, np.bool_))
    graph.custom("CIRCULAR_BUFFER", [source], outputs, cycles_max=cycle)
    if read:
        # Read in another shape, and by an operator that computes.
        flat = graph.tensor("flat", (slots, width * depth), quantization)
        sizes = graph.constant("sizes", np.int32(flat.shape))
        graph.operator("RESHAPE", [kept, sizes], [flat], options("ReshapeOptions", newShape=list(flat.shape)))
        relu = graph.tensor("relu", flat.shape, quantization)
        graph.output(graph.operator("RELU", [flat], [relu]))
    else:
        graph.output(*outputs)
    return model.bytes()
