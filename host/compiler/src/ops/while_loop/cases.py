"""WHILE: variables of several types, bodies that exchange, reshape or return them, no iteration and several, loops and branches
within loops."""

import numpy as np

import quantities
from builder import FLOAT, Model, options

SHAPE = (2, 5)
KINDS = ("add", "exchange", "through", "reshape", "joined", "int8", "constant", "branch", "nested", "twice", "checked")


def cases():
    """See the package."""
    for kind in KINDS:
        yield f"while-{kind}", lambda state, k=kind: _model(state, k)
    yield "contradiction-while-shapes", lambda state: _model(state, "add", other=(5, 2))


class _Writer:
    """A graph with a few operators by name."""

    def __init__(self, graph, prefix):
        self.graph, self.prefix, self.count = graph, prefix, 0

    def make(self, operator, inputs, shape, dtype, quantization=None, fields=None):
        """Applies an operator with one result."""
        self.count += 1
        result = self.graph.tensor(f"{self.prefix}/{self.count}", shape, quantization, np.dtype(dtype))
        return self.graph.operator(operator, inputs, [result], fields)

    def number(self, value):
        """A constant int32."""
        self.count += 1
        return self.graph.constant(f"{self.prefix}/{self.count}", np.asarray(value, np.int32))

    def add(self, first, second):
        """A sum."""
        return self.make("ADD", [first, second], first.shape, first.dtype, first.quantization, options("AddOptions"))


def _model(state, kind, other=SHAPE):
    model = Model()
    graph = model.graph()
    main = _Writer(graph, "main")
    # The caller sets how many iterations are left, from none to six.
    start = graph.input("start", (1,), None, np.int32)
    start = main.make("MAXIMUM", [start, main.number([0])], (1,), np.int32, None, options("MaximumMinimumOptions"))
    start = main.make("MINIMUM", [start, main.number([6])], (1,), np.int32, None, options("MaximumMinimumOptions"))
    quantization = quantities.activations(state) if kind == "int8" else None
    dtype = np.dtype("int8") if kind == "int8" else FLOAT
    values = [graph.input(f"value{i}", SHAPE, quantization, dtype) for i in range(2)]
    if kind == "constant":
        values[0] = graph.constant("first", state.standard_normal(SHAPE).astype(np.float32))
    types = [(start.shape, None, np.dtype(np.int32))] + [(SHAPE, quantization, dtype)] * 2
    condition = _condition(model, types)
    body = _body(model, state, kind, types, other, condition)
    outputs = _loop(graph, [start, *values], types, condition, body, "loop")
    if kind == "twice":
        outputs = _loop(graph, [start, *reversed(outputs[1:])], types, condition, body, "again")
    graph.output(*outputs)
    return model.bytes()


def _loop(graph, inputs, types, condition, body, name):
    outputs = [graph.tensor(f"{name}{i}", *given) for i, given in enumerate(types)]
    fields = options("WhileOptions", condSubgraphIndex=condition.index, bodySubgraphIndex=body.index)
    graph.operator("WHILE", inputs, outputs, fields)
    return outputs


def _condition(model, types):
    graph = model.graph("condition")
    inputs = [graph.input(f"condition/{i}", *given) for i, given in enumerate(types)]
    writer = _Writer(graph, "condition")
    graph.output(writer.make("GREATER", [inputs[0], writer.number([0])], (1,), np.bool_, None, options("GreaterOptions")))
    return graph


def _body(model, state, kind, types, other, condition):
    inner = _body(model, state, "exchange", types, SHAPE, condition) if kind == "nested" else None
    graph = model.graph(f"body of {kind}")
    types = [types[0], (other, *types[1][1:]), types[2]]
    count, first, second = (graph.input(f"{kind}/{i}", *given) for i, given in enumerate(types))
    writer = _Writer(graph, f"{kind}/")
    left = writer.add(count, writer.number([-1]))
    if kind == "exchange":
        first, second = second, first
    elif kind == "through":
        first = writer.add(first, second)
    elif kind == "reshape":
        flat = writer.make("RESHAPE", [first, writer.number([10])], (10,), FLOAT, None, options("ReshapeOptions", newShape=[10]))
        back = writer.make("RESHAPE", [flat, writer.number(SHAPE)], SHAPE, FLOAT, None, options("ReshapeOptions", newShape=list(SHAPE)))
        first, second = writer.add(first, second), back
    elif kind == "joined":
        # The last column of the first, then the other columns of the second.
        part = lambda t, b, n: writer.make("SLICE", [t, writer.number([0, b]), writer.number([2, n])], (2, n), FLOAT, None, options("SliceOptions"))  # noqa: E731
        parts = [part(first, 4, 1), part(second, 0, 4)]
        first, second = writer.make("CONCATENATION", parts, SHAPE, FLOAT, None, options("ConcatenationOptions", axis=1)), first
    elif kind == "int8":
        weights = graph.constant("weights", state.randint(-127, 128, (5, 5)).astype(np.int8), quantities.Quantization(0.004))
        dense = writer.make("FULLY_CONNECTED", [first, weights], SHAPE, np.int8, first.quantization, options("FullyConnectedOptions"))
        first, second = writer.make("ADD", [dense, second], SHAPE, np.int8, first.quantization, options("AddOptions")), dense
    elif kind == "constant":
        first, second = graph.constant("next", state.standard_normal(SHAPE).astype(np.float32)), writer.add(first, second)
    elif kind == "branch":
        first, second = _branch(model, writer, count, first, second)
    elif kind == "nested":
        given = [(t.shape, t.quantization, t.dtype) for t in (count, first, second)]
        _, first, second = _loop(graph, [left, first, second], given, condition, inner, "inner")
        first = writer.make("MUL", [first, second], SHAPE, FLOAT, None, options("MulOptions"))
    elif kind == "checked":
        # A run that can fail: positions are checked.
        rows = writer.make("GATHER", [first, writer.number([1, 0])], SHAPE, FLOAT, None, options("GatherOptions"))
        first, second = second, rows
    else:
        first, second = writer.add(first, second), writer.add(second, first)
    graph.output(left, first, second)
    return graph


def _branch(model, writer, count, first, second):
    """Adds in every iteration except the third last."""
    graph = writer.graph
    is_third = writer.make("EQUAL", [count, writer.number([3])], (1,), np.bool_, None, options("EqualOptions"))
    branches = []
    for name in ("yes", "no"):
        inner = model.graph(name)
        a, b = (inner.input(f"{name}/{i}", SHAPE, None, FLOAT) for i in range(2))
        work = _Writer(inner, name)
        inner.output(*((b, a) if name == "yes" else (work.add(a, b), a)))
        branches.append(inner.index)
    outputs = [graph.tensor(f"chosen{i}", SHAPE, None, FLOAT) for i in range(2)]
    fields = options("IfOptions", thenSubgraphIndex=branches[0], elseSubgraphIndex=branches[1])
    graph.operator("IF", [is_third, first, second], outputs, fields)
    return outputs
