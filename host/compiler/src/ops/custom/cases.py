"""A custom operator that the compiler does not support: refused without a function for it; `tests/custom.rs` has one."""

from builder import FLOAT, Model


def cases():
    """See the package."""
    yield "refused-custom-example", lambda state: _square_sum()


def _square_sum():
    """RELU, then "SquareSum" of its rows times 3."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (6, 4), None, FLOAT)
    positive = graph.operator("RELU", [source], [graph.tensor("positive", (6, 4), None, FLOAT)])
    graph.output(graph.custom("SquareSum", [positive], [graph.tensor("sums", (6,), None, FLOAT)]))
    graph.table.operators[-1].customOptions = [3]
    return model.bytes()
