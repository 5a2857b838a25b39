"""Operators that move bytes: of any type, exact or not."""

import numpy as np

from builder import activation, options
from cases import pad as pads
from cases import reshape as reshapes
from cases import split as splits
from cases import strided_slice as strided_slices
from cases import transpose as transposes

from ..net import size
from .elementwise import alike


# Types that the reference moves; RESHAPE and SQUEEZE accept all.
ANY = ("int8", "int16", "int32", "float32", "bool")
WIDE = ("int8", "int16", "int32", "float32")
FEW = ("int8", "int16", "float32")
TYPES = {
    "EXPAND_DIMS": FEW,
    "PAD": WIDE,
    "TRANSPOSE": FEW,
    "CONCATENATION": ANY,
    "STRIDED_SLICE": ANY,
    "SPLIT": WIDE,
    "SPLIT_V": WIDE,
}


def _any(net, operator=None, accepts=lambda t: True):
    # Sometimes uint8: the reference refuses it, the compiler treats it as int8.
    types = ("uint8",) if net.unsigned else TYPES.get(operator)
    more = ("uint8",) if net.chance(0.03) else ()
    return net.source(lambda t: accepts(t) and (types is None or t.dtype.name in (*types, *more)), inexact=True, raw=True)


def _known(net, source, outputs):
    """Adds results that functions of the operators' cases made to the net."""
    net.read.add(source.index)
    for tensor in outputs:
        net.keep(tensor, source.index not in net.inexact)
    return True


def reshape(net):
    """RESHAPE."""
    source = _any(net)
    if source is None:
        return False
    count = size(source.shape)
    divisors = [d for d in range(1, count + 1) if count % d == 0]
    first = net.pick(divisors)
    second = net.pick([d for d in divisors if (count // first) % d == 0])
    shape = net.pick(((1, count), (1, first, count // first), (1, first, second, count // first // second), (count,)))
    said = shape
    if net.chance(0.2):
        said = tuple(-1 if i == len(shape) - 1 else n for i, n in enumerate(shape))
    way = net.pick(("both", "both", "input"))
    return _known(net, source, [reshapes.reshape(net.graph, source, shape, said, way, net.name("reshape"))])


def expand_dims(net):
    """EXPAND_DIMS."""
    source = _any(net, "EXPAND_DIMS", lambda t: len(t.shape) <= 4)
    if source is None:
        return False
    rank = len(source.shape)
    axis = net.between(-rank - 1, rank)
    shape = np.expand_dims(np.zeros(source.shape), axis).shape
    said = np.int32(axis) if net.chance(0.3) else np.int32([axis])
    output = net.result("expand_dims", shape, source.dtype, source.quantization)
    inputs = [source, net.graph.constant(net.name("axis"), said)]
    net.operator("EXPAND_DIMS", inputs, [output], options("ExpandDimsOptions"))
    return True


def squeeze(net):
    """SQUEEZE of all dimensions of 1, or of some."""
    source = _any(net, accepts=lambda t: 1 in t.shape)
    if source is None:
        return False
    ones = [i for i, n in enumerate(source.shape) if n == 1]
    gone = [] if net.chance(0.4) else [i for i in ones if net.chance(0.6)] or ones[:1]
    shape = [n for i, n in enumerate(source.shape) if i not in (gone or ones)]
    said = [i - (len(source.shape) if net.chance(0.3) else 0) for i in gone]
    output = net.result("squeeze", shape, source.dtype, source.quantization)
    net.operator("SQUEEZE", [source], [output], options("SqueezeOptions", squeezeDims=said))
    return True


def pad(net):
    """PAD."""
    source = _any(net, "PAD", lambda t: len(t.shape) <= 4)
    if source is None:
        return False
    amounts = [tuple(int(n) for n in net.state.randint(0, 3, 2)) if net.chance(0.5) else (0, 0) for _ in source.shape]
    if size([n + sum(a) for n, a in zip(source.shape, amounts)]) > net.largest:
        return False
    return _known(net, source, [pads.pad(net.graph, source, amounts, net.name("pad"))])


def transpose(net):
    """TRANSPOSE."""
    source = _any(net, "TRANSPOSE", lambda t: len(t.shape) <= 5)
    if source is None or not source.shape:
        return False
    order = tuple(int(i) for i in net.state.permutation(len(source.shape)))
    return _known(net, source, [transposes.transpose(net.graph, source, order, net.name("transpose"))])


def concatenation(net):
    """CONCATENATION of two or three tensors, constants among them."""
    source = _any(net, "CONCATENATION", lambda t: 1 <= len(t.shape) <= 4)
    if source is None:
        return False
    axis = net.between(0, len(source.shape) - 1)
    sources = [source]
    exact = source.index not in net.inexact
    for _ in range(net.between(1, 2)):
        def fits(t):
            cut = (t.shape[:axis], t.shape[axis + 1 :])
            return t.dtype == source.dtype and len(t.shape) == len(source.shape) and cut == (source.shape[:axis], source.shape[axis + 1 :])

        other = net.source(fits, inexact=not exact) if net.chance(0.7) else None
        if other is None:
            shape = tuple(net.between(1, 4) if i == axis else n for i, n in enumerate(source.shape))
            other = net.constant(shape, source.dtype, source.quantization)
        sources.append(other)
    if sum(size(t.shape) for t in sources) > net.largest:
        return False
    if source.dtype.name == "int8" and net.chance(0.85):
        sources = [alike(net, t, source.quantization) for t in sources]
    if net.chance(0.3):
        sources = sources[::-1]
    shape = list(source.shape)
    shape[axis] = sum(t.shape[axis] for t in sources)
    said = axis - (len(shape) if net.chance(0.3) else 0)
    fields = options("ConcatenationOptions", axis=said, fusedActivationFunction=activation("NONE"))
    quantization = sources[0].quantization
    net.operator("CONCATENATION", sources, [net.result("concatenation", shape, source.dtype, quantization)], fields)
    return True


def strided_slice(net):
    """STRIDED_SLICE."""
    source = _any(net, "STRIDED_SLICE", lambda t: 1 <= len(t.shape) <= 4)
    if source is None:
        return False
    begin, end, strides, masks = [], [], [], {"beginMask": 0, "endMask": 0, "shrinkAxisMask": 0}
    for i, n in enumerate(source.shape):
        first = net.between(0, n - 1)
        last = net.between(first + 1, n)
        step = net.pick((1, 1, 1, 2, 3))
        if net.chance(0.1):
            first, last, step = last - 1, first - 1, -step
            if last < 0:
                masks["endMask"] |= 1 << i
                last = 0
        elif net.chance(0.2):
            masks["beginMask"] |= 1 << i
        elif net.chance(0.2):
            masks["endMask"] |= 1 << i
        elif net.chance(0.15):
            first -= n
        elif net.chance(0.05):
            masks["shrinkAxisMask"] |= 1 << i
            last, step = first + 1, 1
        begin.append(first)
        end.append(last)
        strides.append(step)
    made = strided_slices.strided_slice(net.graph, source, begin, end, strides, net.name("slice"), **masks)
    return _known(net, source, [made])


def split(net):
    """SPLIT."""
    source = _any(net, "SPLIT", lambda t: 1 <= len(t.shape) <= 4)
    if source is None:
        return False
    axis = net.between(0, len(source.shape) - 1)
    counts = [n for n in (1, 2, 3, 4) if source.shape[axis] % n == 0]
    said = axis - (len(source.shape) if net.chance(0.3) else 0)
    return _known(net, source, splits.split(net.graph, source, said, net.pick(counts), net.name("split")))


def split_v(net):
    """SPLIT_V."""
    source = _any(net, "SPLIT_V", lambda t: 1 <= len(t.shape) <= 4 and max(t.shape) > 1)
    if source is None:
        return False
    axis = net.pick([i for i, n in enumerate(source.shape) if n > 1])
    first = net.between(1, source.shape[axis] - 1)
    sizes = (first, source.shape[axis] - first)
    said = (sizes[0], -1) if net.chance(0.3) else None
    return _known(net, source, splits.split_v(net.graph, source, axis, sizes, said, net.name("split_v")))


OPERATORS = {
    "RESHAPE": (6, reshape),
    "EXPAND_DIMS": (3, expand_dims),
    "SQUEEZE": (3, squeeze),
    "PAD": (5, pad),
    "TRANSPOSE": (5, transpose),
    "CONCATENATION": (6, concatenation),
    "STRIDED_SLICE": (5, strided_slice),
    "SPLIT": (4, split),
    "SPLIT_V": (3, split_v),
}
