"""Graphs of one to six operators, drawn at random from all that there are."""

from .net import Net
from .operators import OPERATORS

MOST = 6

_NAMES = list(OPERATORS)
_WEIGHTS = [OPERATORS[name][0] for name in _NAMES]


def draw(state):
    """One net with its inputs, operators and outputs."""
    net = Net(state)
    for _ in range(1 + net.chance(0.25)):
        net.input(dtype=net.pick(("int8",) * 20 + ("float32",) * 9 + ("int16", "int16", "uint8", "int32", "bool")))
    wanted = net.between(1, MOST)
    total = sum(_WEIGHTS)
    for _ in range(8 * wanted):
        if wanted == 0:
            break
        name = state.choice(_NAMES, p=[w / total for w in _WEIGHTS])
        wanted -= bool(OPERATORS[name][1](net))
    _finish(net)
    return net


def _finish(net):
    """Returns tensors that are not read yet, some of what is read, and rarely an input, a constant or a tensor twice."""
    entries = set(net.graph.table.inputs)
    made = [t for t in net.tensors if t.index not in entries]
    results = [t for t in made if t.index not in net.read or net.chance(0.15)]
    if len(results) > 1 and net.chance(0.1):
        results.pop(net.between(0, len(results) - 1))
    if net.chance(0.03):
        results.append(net.pick(net.tensors))
    if net.chance(0.02):
        results.append(net.constant((1, 3), "int8"))
    if not results:
        results = made[-1:] or net.tensors[:1]
    net.state.shuffle(results)
    net.graph.output(*results)
