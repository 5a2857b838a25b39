"""Operators of one or two tensors, element by element."""

import numpy as np

from builder import FLOAT, Quantization, activation, options

from ..net import is_type, size
from .weighted import ACTIVATIONS

# Quantisation that the operator fixes for its output.
FIXED = {
    ("LOGISTIC", "int8"): Quantization(1 / 256, -128),
    ("TANH", "int8"): Quantization(1 / 128, 0),
    ("LOGISTIC", "int16"): Quantization(2.0**-15, 0),
    ("TANH", "int16"): Quantization(2.0**-15, 0),
}

# Types, and whether both sides compute float32 results with the same arithmetic.
ALL = ("int8", "int16", "float32")

UNARY = {
    **{name: (ALL, True) for name in ("RELU", "RELU6", "LEAKY_RELU", "ABS")},
    **{name: (ALL, False) for name in ("LOGISTIC", "TANH")},
    "HARD_SWISH": (("int8", "float32"), True),
    "ELU": (("int8", "float32"), False),
    **{name: (("float32",), True) for name in ("CEIL", "FLOOR", "NEG", "ROUND", "SQRT", "SQUARE")},
    **{name: (("float32",), False) for name in ("COS", "EXP", "LOG", "SIN")},
}

BINARY = {
    "ADD": (("int8", "int16", "int32", "float32"), "AddOptions"),
    "SUB": (("int8", "int16", "int32", "float32"), "SubOptions"),
    "MUL": (("int8", "int16", "int32", "float32"), "MulOptions"),
    "MINIMUM": (("int8", "int16", "int32", "float32"), "MaximumMinimumOptions"),
    "MAXIMUM": (("int8", "int16", "int32", "float32"), "MaximumMinimumOptions"),
}

# Comparisons: types, to bool.
COMPARE = {
    **{name: ("int8", "int32", "float32", "bool") for name in ("EQUAL", "NOT_EQUAL")},
    **{name: ("int8", "int32", "float32") for name in ("GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL")},
    "LOGICAL_AND": ("bool",),
    "LOGICAL_OR": ("bool",),
}


def unary(name):
    """The drawing function of an operator of one tensor."""
    types, exact = UNARY[name]

    def draw(net):
        source = net.source(is_type(*types))
        if source is None:
            return False
        floating = source.dtype == FLOAT
        quantization = None if floating else FIXED.get((name, source.dtype.name)) or net.quantization(source.dtype, source.scale)
        fields = options("LeakyReluOptions", alpha=_alpha(net)) if name == "LEAKY_RELU" else None
        output = net.result(name, source.shape, source.dtype, quantization)
        net.operator(name, [source], [output], fields, exact or not floating)
        return True

    return draw


def prelu(net):
    """PRELU."""
    first = net.source(is_type("int8", "float32"))
    if first is None:
        return False
    second = _second(net, first)
    shape = np.broadcast_shapes(first.shape, second.shape)
    if size(shape) > net.largest or first.dtype == FLOAT and len(shape) > 4:
        return False
    quantization = None if first.dtype == FLOAT else net.quantization(first.dtype, first.scale)
    net.operator("PRELU", [first, second], [net.result("prelu", shape, first.dtype, quantization)])
    return True


def rsqrt(net):
    """RSQRT: of float32, or of an int8 or int16 that is never negative, since the reference ends its run at a negative one."""
    source = net.source(lambda t: t.dtype == FLOAT or t.dtype.name == "int16" or t.dtype.name == "int8" and t.zero_point == -128)
    if source is None:
        return False
    if source.dtype.name == "int16":
        source = net.operator("RELU", [source], [net.result("from_0", source.shape, source.dtype, source.quantization)])[0]
    steps = {"int8": 255, "int16": 32767}.get(source.dtype.name)
    quantization = net.quantization(source.dtype, 1 / np.sqrt(steps * source.scale) / (steps / 2.5)) if steps else None
    net.operator("RSQRT", [source], [net.result("rsqrt", source.shape, source.dtype, quantization)])
    return True


def add_n(net):
    """ADD_N of two to five tensors of one shape."""
    first = net.source(is_type("int8", "float32"))
    if first is None:
        return False
    terms = [first]
    for _ in range(net.between(1, 4)):
        other = net.source(lambda t: t.dtype == first.dtype and t.shape == first.shape)
        if other is None or net.chance(0.3):
            other = net.constant(first.shape, first.dtype, first.quantization)
        terms.append(other if first.dtype == FLOAT else alike(net, other, first.quantization))
    quantization = None if first.dtype == FLOAT else net.quantization(first.dtype, len(terms) * first.scale)
    net.operator("ADD_N", terms, [net.result("add_n", first.shape, first.dtype, quantization)])
    return True


def floor(name):
    """The drawing function of FLOOR_DIV and FLOOR_MOD of float32; the first by constants that are not 0."""

    def draw(net):
        first = net.source(is_type("float32"))
        if first is None:
            return False
        if name == "FLOOR_MOD" and net.chance(0.5):
            second = _second(net, first)
        else:
            values = net.values(first.shape[-1:], FLOAT)
            second = net.graph.constant(net.name("divisors"), values + np.copysign(np.float32(1e-3), values))
        shape = np.broadcast_shapes(first.shape, second.shape)
        if size(shape) > net.largest or len(shape) > 4:
            return False
        net.operator(name, [first, second], [net.result(name, shape, FLOAT)])
        return True

    return draw


def div(net):
    """DIV: of float32 by anything, of int32 by a constant, since the reference aborts the process at a divisor of 0."""
    first = net.source(is_type("float32", "int32"))
    if first is None or first.quantization is not None:
        return False
    if first.dtype == FLOAT:
        second = _second(net, first)
    else:
        values = net.state.randint(2, 1 << net.between(2, 20), first.shape[-1:])
        values *= net.pick((1, -1))
        second = net.graph.constant(net.name("divisors"), values.astype(np.int32))
    shape = np.broadcast_shapes(first.shape, second.shape)
    if size(shape) > net.largest:
        return False
    fields = options("DivOptions", fusedActivationFunction=activation(net.pick(ACTIVATIONS)))
    net.operator("DIV", [first, second], [net.result("div", shape, first.dtype)], fields)
    return True


def select_v2(net):
    """SELECT_V2 by a condition of the graph or a new one."""
    first = net.source(is_type("int8", "int16", "float32"), inexact=True)
    if first is None:
        return False
    second = _second(net, first)
    shape = np.broadcast_shapes(first.shape, second.shape)
    condition = net.source(lambda t: t.dtype == np.bool_ and _fit(net, shape, t.shape))
    if condition is None or net.chance(0.2):
        one = net.chance(0.3)
        condition = net.input(tuple(1 if one or net.chance(0.2) else n for n in shape) or (1,), "bool")
    shape = np.broadcast_shapes(shape, condition.shape)
    if size(shape) > net.largest or len(shape) > 5:
        return False
    output = net.result("select_v2", shape, first.dtype, first.quantization)
    net.operator("SELECT_V2", [condition, first, second], [output], options("SelectV2Options"))
    return True


def squared_difference(net):
    """SQUARED_DIFFERENCE."""
    first = net.source(is_type("int8", "int16", "int32", "float32"))
    if first is None or (first.dtype.name == "int16" and first.quantization is None):
        return False
    second = _second(net, first)
    shape = np.broadcast_shapes(first.shape, second.shape)
    if size(shape) > net.largest:
        return False
    quantization = None
    if first.dtype.name in ("int8", "int16"):
        if second.quantization is None:
            return False
        quantization = net.quantization(first.dtype, max(first.scale, second.scale) ** 2 * 2.0 ** net.between(0, 8))
    output = net.result("squared_difference", shape, first.dtype, quantization)
    net.operator("SQUARED_DIFFERENCE", [first, second], [output])
    return True


def logical_not(net):
    """LOGICAL_NOT."""
    source = net.source(is_type("bool"))
    if source is None:
        return False
    net.operator("LOGICAL_NOT", [source], [net.result("logical_not", source.shape, "bool")])
    return True


def compare(name):
    """The drawing function of an operator of two tensors to bool."""

    def draw(net):
        first = net.source(is_type(*COMPARE[name]))
        if first is None:
            return False
        second = _second(net, first)
        shape = np.broadcast_shapes(first.shape, second.shape)
        if size(shape) > net.largest:
            return False
        if len(shape) > 6:
            return False
        net.operator(name, [first, second], [net.result(name, shape, "bool")])
        return True

    return draw


def _alpha(net):
    """For LEAKY_RELU: quarters, with which halves are rounded, and any other numbers."""
    return float(np.float32(net.pick((net.between(-6, 6) / 4, net.state.uniform(-1.5, 1.5), 0.1, 0.2, 0.01))))


def binary(name):
    """The drawing function of an operator of two tensors."""
    types, table = BINARY[name]

    def draw(net):
        first = net.source(is_type(*types))
        if first is None:
            return False
        compares = table == "MaximumMinimumOptions"
        if first.dtype.name == "int32" and not compares:
            return _integers(net, name, first, options(table))
        second = _second(net, first)
        if compares and second.dtype.name in ("int8", "int16") and net.chance(0.8):
            second = alike(net, second, first.quantization)
        shape = np.broadcast_shapes(first.shape, second.shape)
        if size(shape) > net.largest:
            return False
        if net.chance(0.5):
            first, second = second, first
        quantization = None
        if first.dtype.name in ("int8", "int16"):
            near = first.scale * second.scale if name == "MUL" else max(first.scale, second.scale)
            near *= 2.0 ** net.between(0, 8 if first.dtype.name == "int8" else 15) if name == "MUL" else net.pick((1.0, 1.3, 2.0))
            quantization = net.quantization(first.dtype, near)
            if compares and net.chance(0.9):
                quantization = first.quantization
        fields = options(table)
        if not compares:
            fields.fusedActivationFunction = activation(net.pick(ACTIVATIONS))
        net.operator(name, [first, second], [net.result(name, shape, first.dtype, quantization)], fields)
        return True

    return draw


def _integers(net, name, first, fields):
    """ADD, SUB or MUL of int32 without a scale, by a constant or another such tensor."""
    if first.quantization is not None:
        return False
    second = net.source(lambda t: t.dtype == first.dtype and t.quantization is None and _fit(net, first.shape, t.shape))
    if second is first or net.chance(0.4):
        values = net.values(net.pick((first.shape, first.shape[-1:])), first.dtype)
        second = net.graph.constant(net.name("integers"), values)
    # The reference ignores the activation of ADD of int32.
    if name != "ADD":
        fields.fusedActivationFunction = activation(net.pick(ACTIVATIONS))
    shape = np.broadcast_shapes(first.shape, second.shape)
    net.operator(name, [first, second], [net.result(name, shape, first.dtype)], fields)
    return True


def _second(net, first, most=6):
    """Another tensor of the graph, the same again, a constant or a new input; some need a broadcast, of `most` dimensions."""
    if net.chance(0.65):
        other = net.source(lambda t: t.dtype == first.dtype and t is not first and _fit(net, first.shape, t.shape))
        if other is not None:
            return other
    if net.chance(0.1):
        return first
    shape = first.shape
    way = net.between(0, 5)
    if way == 0:
        shape = (1,) if net.chance(0.7) else ()
    elif way == 1:
        shape = shape[-1:]
    elif way == 2:
        shape = tuple(1 if net.chance(0.4) else n for n in shape)
    elif way == 3 and len(shape) < most and net.chance(0.3):
        more = [net.between(1, 3) for _ in range(net.between(1, most - len(shape)))]
        shape = (*more, *(1 if net.chance(0.5) else n for n in shape))
    if net.chance(0.5) or shape == ():
        return net.constant(shape, first.dtype)
    return net.input(shape, first.dtype)


def _fit(net, first, second):
    try:
        return size(np.broadcast_shapes(first, second)) <= net.largest
    except ValueError:
        return False


def alike(net, tensor, quantization):
    """The tensor, or a QUANTIZE of it if its quantisation is different."""
    same = tensor.quantization.scale == quantization.scale and tensor.quantization.zero_point == quantization.zero_point
    if same:
        return tensor
    output = net.result("alike", tensor.shape, tensor.dtype, quantization)
    return net.operator("QUANTIZE", [tensor], [output], options("QuantizeOptions"))[0]


OPERATORS = {
    **{name: (1, compare(name)) for name in COMPARE},
    "LOGICAL_NOT": (1, logical_not),
    "ADD_N": (3, add_n),
    "DIV": (3, div),
    **{name: (1, floor(name)) for name in ("FLOOR_DIV", "FLOOR_MOD")},
    "PRELU": (3, prelu),
    "RSQRT": (3, rsqrt),
    "SELECT_V2": (3, select_v2),
    "SQUARED_DIFFERENCE": (3, squared_difference),
    **{name: (4 if "int8" in types else 1, unary(name)) for name, (types, _) in UNARY.items()},
    **{name: (8 if name == "ADD" else 5, binary(name)) for name in BINARY},
}
