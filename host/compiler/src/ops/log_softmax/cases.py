"""LOG_SOFTMAX on int8, scales of all sizes, and float32."""

from builder import Quantization, options
from cases.single import unary

SHAPES = ((1, 10), (3, 2, 1), (1, 4, 5, 3), (2, 300), (1, 4095))
SCALES = (1e-7, 0.001, 0.0625, 0.1, 0.5, 1.5, 4.0, 31.0)


def cases():
    """See the package."""
    fields = options("LogSoftmaxOptions")
    for shape in SHAPES:
        name = "x".join(map(str, shape))
        yield f"log_softmax-float32-{name}", lambda _, s=shape: unary("LOG_SOFTMAX", s, "float32", fields=fields)
        for scale in SCALES:
            yield (
                f"log_softmax-int8-{name}-{scale:g}",
                lambda _, s=shape, scale=scale: unary(
                    "LOG_SOFTMAX", s, "int8", Quantization(scale, -5), Quantization(1 / 16, 127), fields
                ),
            )
