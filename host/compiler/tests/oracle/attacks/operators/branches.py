"""IF: two branches of random operators."""

import numpy as np

from builder import options

from ..net import Net, size

# Operators that keep something from run to run or whose run can fail: an IF with one of these is refused.
LEFT_OUT = (
    "CIRCULAR_BUFFER",
    "DIV",
    "EMBEDDING_LOOKUP",
    "GATHER",
    "GATHER_ND",
    "IF",
    "IF of random operators",
    "RSQRT",
    "SLICE",
    "SVDF",
    "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "WHILE",
    "known at compile time",
    "ring of frames",
)

# Maximum number of operators in a branch.
MOST = 3


def if_else(net):
    """IF on one or two tensors, with one or two results."""
    from . import OPERATORS

    if net.outer:
        return False
    first = net.source(lambda t: t.shape != () and size(t.shape) <= 300)
    if first is None:
        return False
    second = net.source(lambda t: t is not first and size(t.shape) <= 300) if net.chance(0.4) else None
    sources = [first] + ([second] if second else [])
    names = [n for n in OPERATORS if n not in LEFT_OUT and not n.startswith("Signal")]
    branches = [_branch(net, sources, names, OPERATORS, word) for word in ("yes", "no")]
    pairs = _pairs(net, *[branch.tensors for branch in branches])
    if not pairs:
        # The branches stay in the file, although no operator names them.
        return False
    for branch, results in zip(branches, zip(*pairs)):
        branch.graph.output(*results)
    condition = net.source(lambda t: t.dtype == np.bool_ and size(t.shape) == 1)
    if condition is None or net.chance(0.3):
        condition = net.input(net.pick(((), (1,))) or (1,), "bool")
    outputs = [net.result("if", t.shape, t.dtype, t.quantization) for t, _ in pairs]
    fields = options("IfOptions", thenSubgraphIndex=branches[0].graph.index, elseSubgraphIndex=branches[1].graph.index)
    inexact = any(t.index in branch.inexact for branch, results in zip(branches, zip(*pairs)) for t in results)
    net.operator("IF", [condition, *sources], outputs, fields, not inexact)
    return True


def _branch(net, sources, names, operators, word):
    branch = Net(net.state, net, net.name(word))
    for source in sources:
        branch.keep(branch.graph.input(branch.name(f"{word}/input"), source.shape, source.quantization, source.dtype))
    inputs = len(branch.graph.table.inputs)
    wanted = net.between(0, MOST)
    for _ in range(8 * wanted):
        if wanted == 0:
            break
        # Operators that need an input of their own are not possible in a branch.
        draw = operators[net.pick(names)][1]
        before = _counts(branch)
        wanted -= bool(draw(branch))
        if len(branch.graph.table.inputs) != inputs:
            _undo(branch, before)
    return branch


def _counts(net):
    table = net.graph.table
    return [len(entries) for entries in (table.inputs, table.operators, net.tensors)]


def _undo(net, counts):
    table = net.graph.table
    for entries, count in zip((table.inputs, table.operators, net.tensors), counts):
        del entries[count:]


def _pairs(net, yes, no):
    """One or two pairs of results of the same type and shape, the newest first."""
    found = []
    for first in reversed(yes):
        for second in reversed(no):
            same = (first.dtype, first.shape) == (second.dtype, second.shape)
            if same and _quantised(first) == _quantised(second) and second not in [s for _, s in found]:
                found.append((first, second))
                break
    return found[: net.between(1, 2)]


def _quantised(tensor):
    return None if tensor.quantization is None else (tensor.scale, tensor.zero_point)


OPERATORS = {"IF of random operators": (6, if_else)}
