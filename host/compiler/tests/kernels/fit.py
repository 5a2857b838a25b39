#!/usr/bin/env python3
"""The coefficients of `float_math.h`: Chebyshev fits, rounded to fixed point. Needs mpmath."""

from mpmath import chebyfit, cos, expm1, floor, log, log1p, mp, mpf, nint, nstr, pi, sin, sqrt, tanh

mp.prec = 400
TINY = mpf(2) ** -60


def fit(name, function, low, high, degree, bits):
    """Prints the coefficients, constant first, in 2^-bits, and the fit's error."""
    coefficients, error = chebyfit(function, [mpf(low), mpf(high)], degree + 1, error=True)
    words = [f"{'-' if c < 0 else ''}0x{int(nint(abs(c) * 2**bits)):08x}" for c in coefficients[::-1]]
    print(f"{name}: error 2^{nstr(log(error, 2), 4)}: {', '.join(words)}")


def even(x, value, limit):
    """Functions of z = x², with their limit at 0."""
    return value if abs(x) > mpf(10) ** -20 else mpf(limit)


def main():
    """Prints everything."""
    fit("(2^f - 1) / f", lambda f: (mpf(2) ** f - 1) / f, TINY, 1, 7, 32)
    fit("((e^x - 1) / x - 1) / x", lambda x: even(x, (expm1(x) / (x or 1) - 1) / (x or 1), 0.5), -0.25, 0.25, 5, 31)
    fit("(1 - log(1 + r) / r) / r", lambda r: even(r, (1 - log1p(r) / (r or 1)) / (r or 1), 0.5), -0.047, 0.0626, 4, 31)
    quarter = (pi / 4) ** 2 * 1.001
    fit("(1 - sin(x) / x) / x²", lambda z: (1 - sin(sqrt(z)) / sqrt(z)) / z, TINY, quarter, 4, 32)
    fit("(1 - cos(x)) / x²", lambda z: (1 - cos(sqrt(z))) / z, TINY, quarter, 4, 32)
    fit("(1 - tanh(x) / x) / x²", lambda z: (1 - tanh(sqrt(z)) / sqrt(z)) / z, TINY, 0.25, 6, 32)
    fit("1 / (1 + u)", lambda u: 1 / (1 + u), 0, mp.exp(-1), 2, 32)
    print(f"log2(e) · 2^39: 0x{int(nint(2**39 / log(2))):x}, log(2) · 2^55: 0x{int(nint(log(2) * 2**55)):x}")
    turns = int(floor(2 / pi * mpf(2) ** 224))
    print("2/π:", ", ".join(f"0x{turns >> (32 * i) & 0xffffffff:08x}" for i in reversed(range(7))))
    for i in range(16):
        middle = (1 + (i + mpf(1) / 2) / 16) / (2 if i >= 7 else 1)
        factor = 128 if i in (0, 15) else int(nint(128 / middle))
        print(f"{i}: {factor}, {int(nint(-log(mpf(factor) / 128) * 2**55)):#018x}")


if __name__ == "__main__":
    main()
