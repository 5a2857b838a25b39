"""Operators on whole numbers that only the compiler computes: the reference runs a model with their results as constants."""

import numpy as np

from builder import options


def known(net):
    """RANGE, REDUCE_PROD, FLOOR_DIV, FLOOR_MOD, RANK, FILL or BROADCAST_ARGS, of constants."""
    dtype = np.dtype(net.pick(("int32", "int64")))
    name = net.pick(tuple(MADE))
    values, result, fields = MADE[name](net, dtype)
    inputs = [net.graph.constant(net.name("known"), np.asarray(value)) for value in values]
    if name == "RANK":
        source = net.source(lambda t: True, inexact=True)
        if source is None:
            return False
        inputs, result = [source], np.int32(len(source.shape))
    output = net.result(name, np.shape(result), result.dtype)
    net.operator(name, inputs, [output], fields)
    if dtype == np.int64:
        # The compiler moves constants of more types than the reference.
        net.tensors.remove(output)
        net.ends.append(output)
    return True


def _range(net, dtype):
    first, step = net.between(-9, 9), net.pick((1, 2, 3, -1, -4))
    # The steps reach the last number, which is left out, or pass it.
    last = first + step * net.between(1, 8) - net.pick((0, 0, np.sign(step)) if abs(step) > 1 else (0,))
    result = np.arange(first, last, step, dtype)
    return [np.asarray(n, dtype) for n in (first, last, step)], result, options("RangeOptions")


def _product(net, dtype):
    values = net.state.randint(-4, 5, (net.between(1, 3), net.between(1, 4))).astype(dtype)
    keep = net.chance(0.5)
    result = np.prod(values, 1, dtype=dtype, keepdims=keep)
    return [values, np.int32([1])], result, options("ReducerOptions", keepDims=keep)


def _floor(function, table):
    def make(net, dtype):
        shape = (net.between(1, 5),)
        divisors = net.pick((1, -1)) * net.state.randint(1, 9, net.pick((shape, (1,))))
        first, second = net.state.randint(-99, 100, shape).astype(dtype), divisors.astype(dtype)
        return [first, second], function(first, second), options(table)

    return make


def _rank(net, dtype):
    return [], np.int32(0), options("RankOptions")


def _fill(net, dtype):
    shape = [net.between(1, 4) for _ in range(net.between(1, 3))]
    value = np.asarray(net.between(-99, 99), dtype)
    return [np.int32(shape), value], np.full(shape, value), options("FillOptions")


def _broadcast(net, dtype):
    shape = [net.between(1, 4) for _ in range(net.between(1, 4))]
    other = [1 if net.chance(0.5) else n for n in shape[net.between(0, len(shape) - 1) :]]
    result = np.asarray(np.broadcast_shapes(shape, other), dtype)
    return [np.asarray(shape, dtype), np.asarray(other, dtype)], result, None


MADE = {
    "RANGE": _range,
    "REDUCE_PROD": _product,
    "FLOOR_DIV": _floor(np.floor_divide, "FloorDivOptions"),
    "FLOOR_MOD": _floor(np.mod, "FloorModOptions"),
    "RANK": _rank,
    "FILL": _fill,
    "BROADCAST_ARGS": _broadcast,
}

OPERATORS = {"known at compile time": (3, known)}
