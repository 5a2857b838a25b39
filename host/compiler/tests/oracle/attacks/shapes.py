"""One small graph for each placement of inputs, outputs, constants and state: to test options, not numbers."""

import numpy as np

from builder import FLOAT, Model, Quantization, options
from cases import streaming
from cases.concatenation import concatenation
from cases.reshape import reshape
from cases.split import split

ALIKE = Quantization(0.05, -3)


def _relu(graph, source, name):
    return graph.operator("RELU", [source], [graph.tensor(name, source.shape, source.quantization)])


def _add(graph, first, second, name, shape=None):
    output = graph.tensor(name, shape or first.shape, Quantization(0.09, 5))
    return graph.operator("ADD", [first, second], [output], options("AddOptions"))


def _input(graph, name="input", shape=(1, 6)):
    return graph.input(name, shape, ALIKE)


def _constant(graph, name="constant"):
    return graph.constant(name, np.int8([[9, -128, 127, 0, -3, 44]]), ALIKE)


def _no_inputs(model, graph):
    return [_add(graph, _constant(graph), _constant(graph, "other"), "sum")]


def _no_outputs(model, graph):
    _relu(graph, _input(graph), "nobody")
    return []


def _one_layer(model, graph):
    return [_relu(graph, _input(graph), "result")]


def _chain(model, graph):
    x = _input(graph)
    for name in ("first", "second", "third"):
        x = _add(graph, x, _constant(graph, f"{name}/constant"), name)
    return [x]


def _two_in(model, graph):
    return [_add(graph, _input(graph, "left"), _input(graph, "right"), "sum")]


def _two_out(model, graph):
    return split(graph, _relu(graph, _input(graph), "rectified"), 1, 2)


def _two_and_two(model, graph):
    left, right = _input(graph, "left"), _input(graph, "right")
    total = _add(graph, left, right, "sum")
    return [total, _relu(graph, total, "rectified")]


def _many(model, graph):
    inputs = [_input(graph, f"input{i}", (1, i + 1)) for i in range(6)]
    joined = concatenation(graph, inputs, 1)
    return [*split(graph, _relu(graph, joined, "rectified"), 1, 7), _relu(graph, inputs[3], "apart")]


def _constant_out(model, graph):
    return [_relu(graph, _input(graph), "result"), _constant(graph)]


def _only_constant_out(model, graph):
    _relu(graph, _input(graph), "nobody")
    return [_constant(graph)]


def _input_out(model, graph):
    x = _input(graph)
    return [x, _relu(graph, x, "result")]


def _nothing_but_input(model, graph):
    return [_input(graph)]


def _twice(model, graph):
    x = _relu(graph, _input(graph), "result")
    return [x, x]


def _read_further(model, graph):
    x = _add(graph, _input(graph), _constant(graph), "sum")
    return [x, _relu(graph, x, "result")]


def _only_alias(model, graph):
    return [reshape(graph, _input(graph), (2, 3))]


def _alias_of_output(model, graph):
    x = _relu(graph, _input(graph), "result")
    return [x, reshape(graph, x, (3, 2))]


def _unread_input(model, graph):
    _input(graph, "unread")
    return [_relu(graph, _input(graph, "read"), "result")]


def _types(model, graph):
    x = graph.input("real", (1, 6), dtype=FLOAT)
    y = graph.tensor("quantized", (1, 6), Quantization(0.1, 3))
    graph.operator("QUANTIZE", [x], [y], options("QuantizeOptions"))
    z = graph.tensor("wide", (1, 6), Quantization(0.001, 0), np.int16)
    graph.operator("QUANTIZE", [y], [z], options("QuantizeOptions"))
    back = graph.tensor("back", (1, 6), dtype=FLOAT)
    graph.operator("DEQUANTIZE", [y], [back], options("DequantizeOptions"))
    return [y, z, back]


def _odd_names(model, graph):
    x = _input(graph, "int")
    y = _input(graph, "größe/1:0")
    return [_add(graph, x, y, "int"), _relu(graph, y, "")]


def _state(model, graph):
    return [_sum(model, graph, _input(graph), "total")]


def _sum(model, graph, frame, name, states=None):
    states = states or streaming._States(model, graph)
    quantization = Quantization(0.1, -4)
    handle = states.declare(name, np.int8([[9, -9, 0, 127, -128, 1]]), quantization)
    before = states.read(handle, (1, 6), quantization, f"{name}/before")
    total = graph.tensor(f"{name}/next", (1, 6), quantization)
    graph.operator("ADD", [before, frame], [total], options("AddOptions"))
    states.assign(handle, total)
    return total


def _two_states(model, graph):
    states = streaming._States(model, graph)
    left, right = _input(graph, "left"), _input(graph, "right")
    return [_sum(model, graph, left, "first", states), _sum(model, graph, right, "second", states)]


def _state_unseen(model, graph):
    x = _input(graph)
    _sum(model, graph, x, "total")
    return [_relu(graph, x, "result")]


SHAPES = {
    "no_inputs": _no_inputs,
    "no_outputs": _no_outputs,
    "one_layer": _one_layer,
    "chain": _chain,
    "two_in": _two_in,
    "two_out": _two_out,
    "two_and_two": _two_and_two,
    "many": _many,
    "constant_out": _constant_out,
    "only_constant_out": _only_constant_out,
    "input_out": _input_out,
    "nothing_but_input": _nothing_but_input,
    "twice": _twice,
    "read_further": _read_further,
    "only_alias": _only_alias,
    "alias_of_output": _alias_of_output,
    "unread_input": _unread_input,
    "types": _types,
    "odd_names": _odd_names,
    "state": _state,
    "two_states": _two_states,
    "state_unseen": _state_unseen,
}


def make(number):
    """The name of a shape and its model's bytes."""
    name = list(SHAPES)[number % len(SHAPES)]
    model = Model()
    graph = model.graph()
    outputs = SHAPES[name](model, graph)
    graph.output(*outputs)
    return name, graph, model.bytes()
