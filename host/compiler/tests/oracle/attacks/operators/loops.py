"""WHILE and IF around operators of two tensors: iterations counted by a constant, variables that are exchanged or moved."""

import numpy as np

from builder import options

from ..net import size

# What a body or branch computes from two tensors a and b of one shape.
BODIES = ("add", "exchange", "reshape", "relu", "same")


def _source(net):
    return net.source(lambda t: t.dtype.name in ("int8", "float32") and 0 < size(t.shape) <= 400)


def _subgraph(net, name, types):
    graph = net.model.graph(net.name(name))
    return graph, [graph.input(net.name("inner"), *given) for given in types]


def _results(net, graph, a, b, kind):
    """Two results of two tensors."""

    def made(operator, inputs, shape, fields=None):
        result = graph.tensor(net.name("inner"), shape, a.quantization, a.dtype)
        return graph.operator(operator, inputs, [result], fields)

    if kind == "add":
        return made("ADD", [a, b], a.shape, options("AddOptions")), a
    if kind == "exchange":
        return b, a
    if kind == "relu":
        return made("RELU", [b], a.shape), made("ADD", [a, b], a.shape, options("AddOptions"))
    if kind == "reshape":
        wanted = [graph.constant(net.name("shape"), np.int32(s)) for s in ((size(a.shape),), a.shape)]
        flat = made("RESHAPE", [a, wanted[0]], (size(a.shape),), options("ReshapeOptions", newShape=[size(a.shape)]))
        return b, made("RESHAPE", [flat, wanted[1]], a.shape, options("ReshapeOptions", newShape=list(a.shape)))
    return a, b


def _pair(net):
    first = _source(net)
    if first is None:
        return None
    fitting = lambda t: (t.dtype, t.shape, t.quantization) == (first.dtype, first.shape, first.quantization)  # noqa: E731
    second = net.source(fitting)
    if second is None or second.index == first.index:
        second = net.input(first.shape, first.dtype.name, first.quantization)
    return first, second


def loop(net):
    """WHILE with none to four iterations."""
    pair = _pair(net)
    if pair is None:
        return False
    first, second = pair
    number = ((1,), None, np.dtype(np.int32))
    types = [number, *[(t.shape, t.quantization, t.dtype) for t in pair]]
    condition, (count, _, _) = _subgraph(net, "condition", types)
    zero = condition.constant(net.name("zero"), np.int32([0]))
    goes_on = condition.tensor(net.name("inner"), (1,), None, np.dtype(np.bool_))
    condition.output(condition.operator("GREATER", [count, zero], [goes_on], options("GreaterOptions")))
    body, (count, a, b) = _subgraph(net, "body", types)
    less = body.constant(net.name("less"), np.int32([-1]))
    left = body.operator("ADD", [count, less], [body.tensor(net.name("inner"), *number)], options("AddOptions"))
    body.output(left, *_results(net, body, a, b, net.pick(BODIES)))
    start = net.graph.constant(net.name("rounds"), np.int32([net.between(0, 4)]))
    outputs = [net.graph.tensor(net.name("loop"), *given) for given in types]
    fields = options("WhileOptions", condSubgraphIndex=condition.index, bodySubgraphIndex=body.index)
    net.operator("WHILE", [start, first, second], outputs, fields)
    return True


def branch(net):
    """IF by an input."""
    pair = _pair(net)
    if pair is None:
        return False
    types = [(t.shape, t.quantization, t.dtype) for t in pair]
    condition = net.graph.input(net.name("input"), (1,), None, np.dtype(np.bool_))
    branches = []
    for name in ("yes", "no"):
        graph, (a, b) = _subgraph(net, name, types)
        graph.output(*_results(net, graph, a, b, net.pick(BODIES)))
        branches.append(graph.index)
    outputs = [net.graph.tensor(net.name("branch"), *given) for given in types]
    fields = options("IfOptions", thenSubgraphIndex=branches[0], elseSubgraphIndex=branches[1])
    net.operator("IF", [condition, *pair], outputs, fields)
    return True


OPERATORS = {"IF": (1, branch), "WHILE": (2, loop)}
