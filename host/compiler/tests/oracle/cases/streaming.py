"""Models that keep state between calls, as wake word models do: variables, an initialiser, buffers of past frames."""

import numpy as np

import quantities
from builder import Model, Quantization, options

from . import conv_2d, depthwise_conv_2d, elements, fully_connected, quantize
from .concatenation import concatenation
from .reshape import reshape
from .split import split_v
from .strided_slice import strided_slice


def cases():
    """See the package."""
    yield "streaming-ring", lambda state: _ring(state, 3)
    yield "streaming-ring-odd_initial", lambda state: _ring(state, 5, initial=True)
    yield "streaming-sum", _sum
    yield "streaming-wake_word", _wake_word


class _States:
    """The variables of a model, declared in its main graph and set up in its initialiser."""

    def __init__(self, model, main):
        self._main = main
        self._setup = model.graph("NoOp")
        main.operator("CALL_ONCE", [], [], options("CallOnceOptions", initSubgraphIndex=self._setup.index))

    def declare(self, name, initial, quantization):
        """A handle in the main graph for a variable that starts with `initial`."""
        handle = self._handle(self._main, name)
        there = self._handle(self._setup, name)
        value = self._setup.constant(f"{name}/initial", initial, quantization)
        self._setup.operator("ASSIGN_VARIABLE", [there, value], [], options("AssignVariableOptions"))
        return handle

    def read(self, handle, shape, quantization, name):
        """The value of a variable."""
        value = self._main.tensor(name, shape, quantization)
        return self._main.operator("READ_VARIABLE", [handle], [value], options("ReadVariableOptions"))

    def assign(self, handle, value):
        """Replaces the value of a variable."""
        self._main.operator("ASSIGN_VARIABLE", [handle, value], [], options("AssignVariableOptions"))

    @staticmethod
    def _handle(graph, name):
        handle = graph.variable(name)
        fields = options("VarHandleOptions", container="", sharedName=name)
        return graph.operator("VAR_HANDLE", [], [handle], fields)


def _remember(graph, states, handle, frame, past, name):
    """`frame` after the `past` rows that the variable holds; keeps the newest `past` rows for the next call."""
    shape = (1, past, *frame.shape[2:])
    old = states.read(handle, shape, frame.quantization, f"{name}/past")
    joined = concatenation(graph, [old, frame], 1, f"{name}/joined")
    newest = (0, -past, 0, 0), (0, 0, 0, 0)
    kept = strided_slice(graph, joined, *newest, name=f"{name}/kept", beginMask=0b1101, endMask=0b1111)
    states.assign(handle, kept)
    return joined


def _initial(state, shape, quantization, odd):
    if odd:
        return state.randint(-128, 128, shape).astype(np.int8)
    return np.full(shape, quantization.zero_point, np.int8)


def _ring(state, past, initial=False):
    model = Model()
    graph = model.graph()
    states = _States(model, graph)
    quantization = quantities.activations(state)
    frame = graph.input("frame", (1, 1, 1, 7), quantization)
    handle = states.declare("ring", _initial(state, (1, past, 1, 7), quantization, initial), quantization)
    joined = _remember(graph, states, handle, frame, past, "ring")
    spec = conv_2d.Spec(filters=4, kernel=(past + 1, 1), padding="VALID", activation="RELU")
    graph.output(conv_2d.layer(graph, state, spec, joined))
    return model.bytes()


def _sum(state):
    """Reads after writing within one call: order among the operators on a variable matters."""
    model = Model()
    graph = model.graph()
    states = _States(model, graph)
    quantization = Quantization(0.1, -4)
    frame = graph.input("frame", (1, 5), quantization)
    handle = states.declare("total", np.int8([[9, -9, 0, 127, -128]]), quantization)
    before = states.read(handle, (1, 5), quantization, "before")
    total = graph.tensor("total/next", (1, 5), quantization)
    graph.operator("ADD", [before, frame], [total], options("AddOptions"))
    states.assign(handle, total)
    after = states.read(handle, (1, 5), quantization, "after")
    states.assign(handle, frame)
    graph.output(before, after)
    return model.bytes()


def _wake_word(state):
    model = Model()
    graph = model.graph()
    states = _States(model, graph)
    first = Quantization(0.102, -128)
    x = reshape(graph, graph.input("audio", (1, 3, 10), first), (1, 3, 1, 10))
    handle = states.declare("stream", _initial(state, (1, 2, 1, 10), first, False), first)
    x = _remember(graph, states, handle, x, 2, "stream")
    spec = conv_2d.Spec(filters=8, kernel=(5, 1), padding="VALID", activation="RELU", output_zero_point=-128)
    x = conv_2d.layer(graph, state, spec, x)
    handle = states.declare("stream_1", _initial(state, (1, 6, 1, 8), x.quantization, False), x.quantization)
    x = _remember(graph, states, handle, x, 6, "stream_1")
    left, right = split_v(graph, x, 3, (4, 4), (4, -1))
    right = strided_slice(graph, right, (0, -5, 0, 0), (0, 0, 0, 0), name="late", beginMask=0b1101, endMask=0b1111)
    mixed = Quantization(0.05, -3)
    parts = []
    for name, part in (("left", left), ("right", right)):
        spec = depthwise_conv_2d.Spec(kernel=(part.shape[1], 1), padding="VALID", output_scale=0.05, output_zero_point=7)
        part = depthwise_conv_2d.layer(graph, state, spec, part, name)
        parts.append(quantize.layer(graph, part, "int8", mixed, f"{name}/alike"))
    x = concatenation(graph, parts, 3, "mixed")
    x = fully_connected.layer(
        graph,
        state,
        fully_connected.Spec(units=1, bias="zero", output_scale=0.05, output_zero_point=20),
        reshape(graph, x, (1, 8), name="flat"),
    )
    x = elements.layer(graph, "LOGISTIC", x)
    graph.output(quantize.layer(graph, x, "uint8", Quantization(1 / 256, 0), "probability"))
    return model.bytes()
