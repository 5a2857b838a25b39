"""Functions of one float32: CEIL, COS, EXP, FLOOR, LOG, NEG, ROUND, RSQRT, SIN, SQRT, SQUARE; ABS, ELU and TANH use them, too. EXP, LOG and
SQRT of int8 and int16, which TensorFlow Lite has.
"""

import numpy as np

from builder import FLOAT, Model, Quantization
from cases.single import from_0, unary

FUNCTIONS = ("ABS", "CEIL", "COS", "ELU", "EXP", "FLOOR", "LOG", "NEG", "ROUND", "RSQRT", "SIN", "SQRT", "SQUARE", "TANH")

# Types that the reference refuses.
OTHERS = {"int8": Quantization(0.05, -3), "int16": Quantization(0.05, 0), "int32": None}

# Quantisation of the input of SQRT, which represents no number below 0, and of its output.
ROOTS = (((0.05, -128), (0.021, -101)), ((0.0136, -128), (0.0073, -128)), ((1.5, -128), (0.3, 5)), ((0.002, -128), (0.5, -128)))


# Scales of int16.
WIDE_ROOTS = ((6.6e-5, 4.4e-5), (1.0, 0.005), (3e-3, 1e-4), (1e-7, 0.5))

# Quantisation of inputs and outputs of EXP and LOG.
TABLES = {
    ("EXP", "int8"): (((0.05, -3), (0.02, -128)), ((0.01, 127), (1 / 256, -128)), ((0.1, 0), (1e3, 5))),
    ("EXP", "int16"): (((3e-4, 0), (1e-2, 0)), ((2.0**-13, 0), (2.0**-9, 0)), ((1e-3, 0), (1e-4, 0)), ((1e-5, 0), (5e-5, 0))),
    ("LOG", "int8"): (((0.05, -128), (0.03, 17)), ((0.05, -3), (0.02, -128)), ((2.0, 127), (0.05, 0))),
    ("LOG", "int16"): (((3e-4, 0), (3e-4, 0)), ((1.0, 0), (3.2e-4, 0)), ((2.0**-15, 0), (2.0**-11, 0)), ((0.2, 0), (1e-2, 0))),
}


def cases():
    """See the package."""
    for operator in FUNCTIONS:
        for shape in ((1, 260), (2, 3, 4, 5), (7,)):
            name = f"float32-{operator.lower()}-{'x'.join(map(str, shape))}"
            yield name, lambda state, args=(operator, shape, "float32", None): unary(*args)
        yield f"float32-{operator.lower()}-halves", lambda state, operator=operator: _halves(operator)
        if operator in ("ABS", "ELU", "RSQRT", "TANH"):
            continue
        for dtype, quantization in OTHERS.items():
            if (operator, dtype) in TABLES:
                for number, pair in enumerate(TABLES[operator, dtype]):
                    args = operator, (1, 4099), dtype, *[Quantization(*numbers) for numbers in pair]
                    yield f"beyond-{operator.lower()}-{dtype}-{number}", lambda state, args=args: unary(*args)
                continue
            if (operator, dtype) == ("SQRT", "int16"):
                for number, scales in enumerate(WIDE_ROOTS):
                    args = "SQRT", (1, 4099), *[Quantization(scale, 0) for scale in scales]
                    yield f"beyond-sqrt-int16-{number}", lambda state, args=args: from_0(*args)
                continue
            if (operator, dtype) == ("SQRT", "int8"):
                # Supported by TensorFlow Lite.
                for number, (first, second) in enumerate(ROOTS):
                    args = "SQRT", (1, 260), "int8", Quantization(*first), Quantization(*second)
                    yield f"beyond-sqrt-int8-{number}", lambda state, args=args: unary(*args)
                continue
            name = f"refused-{operator.lower()}-{dtype}"
            yield name, lambda state, args=(operator, (1, 5), dtype, quantization): unary(*args)


def _halves(operator):
    """Constants, many of which are half-way between whole numbers."""
    model = Model()
    graph = model.graph()
    numbers = np.concatenate([np.arange(-40, 41) / 4, [8388607.5, 8388609, -8388607.5, 4194303.5, -4194304.5, 0.49999997]])
    source = graph.constant("numbers", np.float32([numbers]))
    output = graph.tensor("output", source.shape, dtype=FLOAT)
    graph.output(graph.operator(operator, [source], [output]))
    entry = graph.input("input", (1, 3), dtype=FLOAT)
    graph.output(graph.operator("RELU", [entry], [graph.tensor("relu", (1, 3), dtype=FLOAT)]))
    return model.bytes()
