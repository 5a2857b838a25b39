"""Random but reproducible quantisation parameters, weights and biases that the reference computes without overflow."""

import math

import numpy as np

from builder import Quantization

INT32_MAX = (1 << 31) - 1

# Zero points with which kernels may fail, and two ordinary ones.
ZERO_POINTS = (-128, 127, 0, -1, 37, -101)


def activations(state):
    """Scale and zero point of an activation, as real models have them."""
    scale = float(np.float32(10.0 ** state.uniform(-2.7, -0.7)))
    zero = ZERO_POINTS[state.randint(len(ZERO_POINTS))] if state.randint(2) else int(state.randint(-128, 128))
    return Quantization(scale, zero)


def output_zero_point(state, fused="NONE"):
    """The zero point of a result: any, or one that leaves room above for the range of `fused`."""
    if fused == "NONE":
        return activations(state).zero_point
    return -128 if state.randint(2) else int(state.randint(-128, 1))


def weights(state, shape, kind):
    """int8 weights: uniform (-127..127), signs (all -127 or 127), lowest, highest, small, zero, full (-128 too)."""
    if kind == "uniform":
        return state.randint(-127, 128, shape).astype(np.int8)
    if kind == "full":
        drawn = state.randint(-128, 128, shape).astype(np.int8)
        drawn.reshape(-1)[0] = -128
        return drawn
    if kind == "signs":
        return (state.randint(0, 2, shape) * 254 - 127).astype(np.int8)
    if kind == "small":
        return state.randint(-1, 2, shape).astype(np.int8)
    return np.full(shape, {"lowest": -127, "highest": 127, "zero": 0}[kind], np.int8)


def weight_scales(state, channels, decades=None):
    """Scales of weights: one for all channels, or one for each, spread over this many powers of ten."""
    base = 10.0 ** state.uniform(-3.0, -1.0)
    if decades is None:
        return np.float32([base])
    return np.float32(base * 10.0 ** state.uniform(-decades / 2, decades / 2, channels))


def reach(weight, axis, zero_point):
    """For each channel along `axis`: the largest |sum of w * (x - zero_point)| that int8 inputs can give."""
    others = tuple(i for i in range(weight.ndim) if i != axis)
    return np.abs(weight.astype(np.int64)).sum(axis=others) * max(127 - zero_point, zero_point + 128)


def typical(worst, terms):
    """How large a sum of `terms` random products is, where `worst` (see `reach`) is the largest it can be.

    Such a sum stays near the square root of `terms` times one product.
    """
    return np.maximum(1.0, worst / max(1, terms) * math.sqrt(terms) / 2)


def biases(state, kind, worst, terms):
    """int32 biases, one for each sum of `terms` products, which can't make the sum overflow.

    "random" ones are about as large as the sum itself, "limit" ones as large as it allows, or half of that,
    a quarter and so on.
    """
    if kind == "random":
        limit = np.minimum(typical(worst, terms) * 0.8 + 1, INT32_MAX // 4).astype(np.int64)
        return np.array([state.randint(-m, m + 1) for m in limit], np.int32)
    if kind == "zero":
        return np.zeros(worst.shape, np.int32)
    if kind == "limit":
        places = np.arange(worst.size)
        return (((INT32_MAX - worst) >> (places // 2)) * np.where(places % 2 == 0, 1, -1)).astype(np.int32)
    raise ValueError(kind)


def output_scale(product, worst, terms, gain=None, spread=48):
    """An output scale for sums with scale `product` (one per channel) with which results lie
    some `spread` steps around the zero point.

    `gain` asks for a given ratio of the largest product and the output scale instead.
    """
    if gain is not None:
        return float(np.float32(np.max(product) / gain))
    return float(np.float32(np.max(product * typical(worst, terms)) / spread))


def check_no_overflow(worst, bias, product, scale):
    """Raises unless sums, and sums shifted left before a multiplier above 1, stay within int32."""
    total = worst + (0 if bias is None else np.abs(bias.astype(np.int64)))
    for sum_, ratio in zip(total, np.broadcast_to(np.float64(product) / scale, total.shape)):
        shift = max(0, math.frexp(ratio)[1])
        if int(sum_) << shift > INT32_MAX:
            raise OverflowError(f"a sum of {sum_} shifted left by {shift} overflows int32")
