#!/usr/bin/env python3
"""elements.py OUT: what the functions of a generated header must give for real values and elements, computed with numpy.

Writes `facts.json` for a model with one input for each case, and for each case and direction the arguments and the results as raw
little-endian files: CASE.quantize.in and CASE.quantize.expected, and so on. `scale.in` has rows of value, multiplier,
shift, zero point, low and high, for TVMScale and TVMQuantizeInteger. `cases.txt` lists name, type in C and the numbers of fraction bits.
"""

import json
import pathlib
import sys

import environment

# Type, and the zero points of its cases.
TYPES = {
    "int8": (-128, 3, 127),
    "uint8": (0, 128, 255),
    "int16": (0, -32768, 1000),
    "uint16": (0, 32768),
}
# From the smallest float to nearly the largest.
SCALES = (1.0, 0.003921569, 0.25, 1e-30, 3.7e5, 1.4e-45, 3.0e38, 0.0078125, 0.1)
FRACTIONS = (0, 7, 15, 31, 40, -3)
LIMIT = 1 << 31


def main(argv):
    """Entry point: `argv` without the program's name."""
    (out,) = environment.enter(argv)
    write(pathlib.Path(out))


def write(out):
    import numpy as np

    out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(16)
    facts, lines = {}, []
    for dtype, zeros in TYPES.items():
        info = np.iinfo(dtype)
        every = np.arange(info.min, info.max + 1, dtype=np.int64)
        for number, scale in enumerate(map(np.float32, SCALES)):
            zero, name = zeros[number % len(zeros)], f"{dtype}_{number}"
            facts[name] = {"dtype": dtype, "shape": [4], "scale": float(scale), "zero_point": zero}
            lines.append(f"{name} {dtype}_t {' '.join(map(str, FRACTIONS[number % 3 :: 3]))}")

            def put(kind, given, expected, name=name):
                given.tofile(out / f"{name}.{kind}.in")
                expected.tofile(out / f"{name}.{kind}.expected")

            values = sweep(np, every, scale, zero)
            put("quantize", values, quantize(np, values, scale, zero, info))
            put("dequantize", every.astype(dtype), dequantize(np, every, scale, zero))
            wide = np.concatenate([np.arange(-32768, 32768), random.integers(-LIMIT, LIMIT, 20000), [-LIMIT, LIMIT - 1]])
            factor, shift = fraction(1 / float(scale))
            back, back_shift = fraction(float(scale))
            to, to_expected, from_expected = [], [], []
            fractions = FRACTIONS[number % 3 :: 3]
            for bits in fractions:
                steps = scaled(np, wide, factor, bits + shift)
                to.append(np.stack([wide, np.full_like(wide, bits)], 1))
                to_expected.append(np.clip(steps + zero, info.min, info.max).astype(dtype))
                from_expected.append(scaled(np, every - zero, back, back_shift - bits).astype(np.int32))
            put("quantize_fixed", np.concatenate(to).astype(np.int32), np.concatenate(to_expected))
            put("dequantize_fixed", np.tile(every, len(fractions)).astype(dtype), np.concatenate(from_expected))
    output = {"y": {"dtype": "int8", "shape": [4]}}
    (out / "facts.json").write_text(json.dumps({"inputs": facts, "outputs": output}))
    (out / "cases.txt").write_text("".join(f"{line}\n" for line in lines))
    rows = factors(np, random)
    rows.astype(np.int32).tofile(out / "scale.in")
    steps = np.concatenate([scaled(np, rows[rows[:, 2] == shift][:, 0], rows[rows[:, 2] == shift][:, 1], int(shift)) for shift in SHIFTS])
    steps.astype(np.int32).tofile(out / "scale.expected")
    np.clip(steps + rows[:, 3], rows[:, 4], rows[:, 5]).astype(np.int32).tofile(out / "integer.expected")


def sweep(np, every, scale, zero):
    """Every upper half of a float with two lower halves: NaN, infinities, subnormals, both zeros; and each tie with its neighbours."""
    with np.errstate(all="ignore"):
        upper = np.arange(1 << 16, dtype=np.uint32) << np.uint32(16)
        patterns = np.concatenate([upper | np.uint32(low) for low in (0, 0x8001)]).view(np.float32)
        steps = np.concatenate([every - zero, [every[-1] - zero + 1, every[-1] - zero + 70000, every[0] - zero - 70000]])
        ties = ((steps - 0.5) * np.float64(scale)).astype(np.float32)
        exact = (steps * np.float64(scale)).astype(np.float32)
        beside = [np.nextafter(ties, np.float32(side)) for side in (np.inf, -np.inf)]
    return np.concatenate([patterns, ties, exact, *beside]).astype(np.float32)


def quantize(np, values, scale, zero, info):
    """The quotient is a float; halves are rounded away from zero; the limits hold; NaN is the lowest element."""
    with np.errstate(all="ignore"):
        steps = (values / scale).astype(np.float64)
        whole = np.copysign(np.floor(np.abs(steps) + 0.5), steps)
        return np.where(np.isnan(steps), info.min, np.clip(whole + zero, info.min, info.max)).astype(info.dtype)


def dequantize(np, elements, scale, zero):
    with np.errstate(all="ignore"):
        return scale * (elements - zero).astype(np.float32)


def fraction(factor):
    """multiplier, shift: factor is about multiplier / 2^shift, with 31 bits."""
    shift, size = 0, factor
    while size < 2.0**30:
        shift, size = shift + 1, size * 2
    while int(size + 0.5) >= LIMIT:
        shift, size = shift - 1, size / 2
    return int(size + 0.5), shift


def scaled(np, values, multiplier, shift):
    """values * multiplier / 2^shift, halves away from zero, within 32 bits: exact."""
    product = values * multiplier
    size = np.abs(product).astype(np.uint64)
    if shift > 63:
        size = np.zeros_like(size)
    elif shift > 0:
        size = (size + np.uint64(1 << (shift - 1))) >> np.uint64(shift)
    else:
        # Exact as long as it is not limited.
        size = np.minimum(np.ldexp(size.astype(np.float64), min(-shift, 64)), LIMIT).astype(np.uint64)
    size = np.minimum(size, np.uint64(LIMIT)).astype(np.int64)
    return np.clip(np.where(product < 0, -size, size), -LIMIT, LIMIT - 1)


SHIFTS = (-LIMIT, -64, -33, -32, -31, -30, -7, -1, 0, 1, 2, 15, 30, 31, 32, 33, 47, 61, 62, 63, 64, 65, LIMIT - 1)


def factors(np, random):
    """Rows for TVMScale and TVMQuantizeInteger: for each shift every pair of extremes, exact halves, and random ones."""
    extremes = np.array([-LIMIT, -LIMIT + 1, -65536, -3, -1, 0, 1, 2, 32767, LIMIT - 2, LIMIT - 1])
    positive = extremes[extremes >= 0]
    parts = []
    for shift in SHIFTS:
        count = 4000
        pairs = np.stack(np.meshgrid(extremes, positive), -1).reshape(-1, 2)
        drawn = np.stack([random.integers(-LIMIT, LIMIT, count), random.integers(0, LIMIT, count)], 1)
        # Odd multiples of half a unit.
        half = 1 << min(max(shift - 1, 0), 30)
        halves = np.stack([2 * random.integers(-1000, 1000, count) + 1, np.full(count, half)], 1)
        both = np.concatenate([pairs, drawn, halves])
        rest = np.array([(shift, -5, -128, 127), (shift, 0, -32768, 32767), (shift, 128, 0, 255)])
        parts.append(np.concatenate([both, rest[np.arange(len(both)) % 3]], 1))
    return np.concatenate(parts)


if __name__ == "__main__":
    main(sys.argv[1:])
