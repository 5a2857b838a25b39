"""IF: branches of one and of several operators, that return inputs unchanged, with several results, several in a row."""

import numpy as np

import quantities
from builder import Model, options

SHAPE = (2, 5)


def cases():
    """See the package."""
    for kind in ("one", "through", "two_results", "twice"):
        yield f"if-{kind}", lambda state, k=kind: _model(state, k)
    yield "contradiction-if-shapes", lambda state: _model(state, "one", other=(5, 2))


def _model(state, kind, other=SHAPE):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state)
    condition = graph.input("condition", (), None, np.bool_)
    source = graph.input("input", SHAPE, quantization)
    count = 2 if kind == "two_results" else 1
    yes = _branch(model, "yes", quantization, count, ("RELU",) if kind != "through" else (), SHAPE)
    no = _branch(model, "no", quantization, count, ("RELU6", "RELU"), other)
    outputs = _choose(graph, condition, [source], yes, no, quantization, count, "first")
    if kind == "twice":
        outputs = _choose(graph, condition, outputs, no, yes, quantization, count, "second")
    graph.output(*outputs)
    return model.bytes()


def _choose(graph, condition, inputs, yes, no, quantization, count, name):
    outputs = [graph.tensor(f"{name}{i}", SHAPE, quantization) for i in range(count)]
    fields = options("IfOptions", thenSubgraphIndex=yes.index, elseSubgraphIndex=no.index)
    graph.operator("IF", [condition, *inputs], outputs, fields)
    return outputs


def _branch(model, name, quantization, count, operators, shape):
    graph = model.graph(name)
    value = graph.input(f"{name}/input", shape, quantization)
    results = [value]
    for i, operator in enumerate(operators):
        value = graph.operator(operator, [value], [graph.tensor(f"{name}/{i}", shape, quantization)])
        results.append(value)
    graph.output(*results[-count:])
    return graph
