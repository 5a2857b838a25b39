"""What the compiler computes at compile time: arithmetic on shapes, constants through operators; and PACK."""

import numpy as np

from builder import FLOAT
from cases import folding
from cases.concatenation import concatenation
from cases.reshape import reshape
from cases.strided_slice import strided_slice

from ..net import size


def flatten(net):
    """SHAPE, STRIDED_SLICE, PACK and RESHAPE, as the converter writes Flatten."""
    source = net.source(lambda t: len(t.shape) > 1 and t.dtype.name in ("int8", "int16", "float32"), inexact=True)
    if source is None:
        return False
    net.read.add(source.index)
    net.keep(folding.flatten(net.graph, source, net.name("flat")), source.index not in net.inexact)
    return True


def arithmetic(net):
    """A few steps of arithmetic on the results of SHAPE and on constants."""
    source = net.source(lambda t: t.shape != (), inexact=True)
    if source is None:
        return False
    dtype = np.dtype(net.pick(("int32", "int32", "float32")))
    net.read.add(source.index)
    known = [folding.shape_of(net.graph, source, net.name("sizes"))] if dtype != FLOAT else []
    shape = (len(source.shape),)
    for _ in range(2):
        known.append(_small(net, net.pick((shape, shape, (1,), ())), dtype))
    for _ in range(net.between(1, 4)):
        names = [n for n in folding.ARITHMETIC if (n, dtype.name) != ("SUB", "int32")]
        # Products of three small numbers fit in 32 bits.
        if len(known) > 4:
            names = ["MAXIMUM", "MINIMUM"]
        first, second = net.pick(known), net.pick(known)
        result = np.broadcast_shapes(first.shape, second.shape)
        if result == ():
            continue
        known.append(folding.arithmetic(net.graph, net.pick(names), [first, second], result, net.name("known")))
    if len(known) < (4 if dtype != FLOAT else 3):
        # Only scalars were drawn: nothing was computed.
        known.append(folding.arithmetic(net.graph, "MAXIMUM", [known[0], known[0]], known[0].shape, net.name("known")))
    if net.chance(0.4) and len(known[-1].shape) == 1:
        known.append(_moved(net, known[-1]))
    net.keep(known[-1])
    return True


def _small(net, shape, dtype):
    values = net.state.randint(-9, 10, shape) if dtype != FLOAT else net.values(shape, FLOAT)
    return net.graph.constant(net.name("constant"), np.asarray(values, dtype))


def _moved(net, known):
    """A vector, moved."""
    way = net.between(0, 3)
    if way == 0:
        first = net.between(0, known.shape[0] - 1)
        return strided_slice(net.graph, known, [first], [known.shape[0]], [1], net.name("part"))
    if way == 1:
        return concatenation(net.graph, [known, known], 0, net.name("joined"))
    if way == 2:
        return folding.pack(net.graph, [known, known], net.between(0, 1), net.name("packed"))
    return reshape(net.graph, known, (1, *known.shape), None, "input", net.name("shaped"))


def pack(net):
    """PACK of one to three tensors of one shape."""
    source = net.source(lambda t: t.dtype.name in ("int8", "int16", "int32", "float32") and len(t.shape) <= 4, inexact=True)
    if source is None:
        return False
    sources, exact = [source], source.index not in net.inexact
    for _ in range(net.between(0, 2)):
        def fits(t):
            return (t.dtype, t.shape, t.quantization) == (source.dtype, source.shape, source.quantization)

        other = net.source(fits, inexact=not exact) if net.chance(0.5) else None
        other = other or net.constant(source.shape, source.dtype, source.quantization)
        sources.append(other)
    if sum(size(t.shape) for t in sources) > net.largest:
        return False
    for tensor in sources:
        net.read.add(tensor.index)
    axis = net.between(-len(source.shape) - 1, len(source.shape))
    net.keep(folding.pack(net.graph, sources, axis, net.name("packed")), exact)
    return True


OPERATORS = {"Flatten": (4, flatten), "shape arithmetic": (4, arithmetic), "PACK": (4, pack)}
