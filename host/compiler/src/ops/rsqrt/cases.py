"""RSQRT on int8 with a zero point of -128, and on int16 of numbers from 0 on, since other inputs end the interpreter's run. float32 is in
`float_functions`.
"""

from builder import Quantization
from cases.single import from_0, unary


# Scales of input and output of int16.
TABLES = ((1.6e-5, 8.8e-5), (2.0**-15, 2.0**-8), (0.01, 3e-4), (3.0, 1e-7), (1e-6, 0.03))


def cases():
    """See the package."""
    scales = ((1 / 256, 1 / 16), (0.02, 0.05), (0.1, 0.004), (2.0, 0.03125), (1e-4, 0.9), (7.3, 1e-3))
    for i, (source, result) in enumerate(scales):
        for zero in (-128, 0, 127):
            yield (
                f"rsqrt-int8-{i}-{zero}",
                lambda _, s=source, r=result, z=zero: unary(
                    "RSQRT", (1, 4, 5, 3), "int8", Quantization(s, -128), Quantization(r, z)
                ),
            )
    for number, scales in enumerate(TABLES):
        quantizations = [Quantization(scale, 0) for scale in scales]
        yield f"rsqrt-int16-{number}", lambda _, q=quantizations: from_0("RSQRT", (1, 4099), *q)
