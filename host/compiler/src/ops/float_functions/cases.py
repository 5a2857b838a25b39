"""Functions of one float32: CEIL, COS, EXP, FLOOR, LOG, NEG, ROUND, RSQRT, SIN, SQRT, SQUARE; ABS, ELU and TANH have them, too."""

import numpy as np

from builder import FLOAT, Model, Quantization, options
from cases.single import unary

FUNCTIONS = ("ABS", "CEIL", "COS", "ELU", "EXP", "FLOOR", "LOG", "NEG", "ROUND", "RSQRT", "SIN", "SQRT", "SQUARE", "TANH")

# Types that the reference refuses.
OTHERS = {"int8": Quantization(0.05, -3), "int16": Quantization(0.05, 0), "int32": None}


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
            if (operator, dtype) == ("SQRT", "int8"):
                # Which the compiler has, and the reference has not.
                yield "sqrt-int8", lambda state: (_root(True), _root(False))
                continue
            name = f"refused-{operator.lower()}-{dtype}"
            yield name, lambda state, args=(operator, (1, 5), dtype, quantization): unary(*args)


def _root(apart):
    """SQRT of int8, or DEQUANTIZE, SQRT and QUANTIZE, which give the same."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 260), Quantization(0.05, -128))
    output = graph.tensor("output", source.shape, Quantization(0.021, -101))
    if apart:
        values = graph.operator("DEQUANTIZE", [source], [graph.tensor("values", source.shape, dtype=FLOAT)])
        roots = graph.operator("SQRT", [values], [graph.tensor("roots", source.shape, dtype=FLOAT)])
        graph.output(graph.operator("QUANTIZE", [roots], [output], options("QuantizeOptions")))
    else:
        graph.output(graph.operator("SQRT", [source], [output]))
    return model.bytes()


def _halves(operator):
    """Constants of which many lie in the middle between whole numbers."""
    model = Model()
    graph = model.graph()
    numbers = np.concatenate([np.arange(-40, 41) / 4, [8388607.5, 8388609, -8388607.5, 4194303.5, -4194304.5, 0.49999997]])
    source = graph.constant("numbers", np.float32([numbers]))
    output = graph.tensor("output", source.shape, dtype=FLOAT)
    graph.output(graph.operator(operator, [source], [output]))
    entry = graph.input("input", (1, 3), dtype=FLOAT)
    graph.output(graph.operator("RELU", [entry], [graph.tensor("relu", (1, 3), dtype=FLOAT)]))
    return model.bytes()
