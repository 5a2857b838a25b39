"""Operators on two tensors over five and six dimensions; SUB and MUL of int32 with each activation."""

import itertools

from builder import Quantization, activation, options
from cases.single import binary

SHAPES = (
    ((2, 2, 3, 4, 3), (1, 2, 1, 4, 1)),
    ((2, 1, 3, 1, 5), (2, 1, 4, 1)),
    ((2, 1, 2, 3, 4, 3), (1, 2, 2, 1, 4, 1)),
    ((2, 1, 2, 1, 3, 1), (1, 4, 1, 2, 1, 5)),
    ((2, 2, 1, 2, 3, 2), (2, 2, 1, 2, 3, 2)),
)
QUANTIZED = (Quantization(0.03, -3), Quantization(0.02, 17), Quantization(0.05, 4))

# The first types of each, and its table of options.
OPERATORS = {
    "ADD": (("int8", "int32", "float32"), "AddOptions"),
    "SUB": (("int8", "int32", "float32"), "SubOptions"),
    "MUL": (("int8", "int32", "float32"), "MulOptions"),
    "DIV": (("float32",), "DivOptions"),
    "MAXIMUM": (("int8", "int16", "int32", "int64", "float32"), "MaximumMinimumOptions"),
    "MINIMUM": (("int8", "int16", "int32", "int64", "float32"), "MaximumMinimumOptions"),
    "SQUARED_DIFFERENCE": (("int8", "float32"), None),
    "PRELU": (("int8", "float32"), None),
    "GREATER": (("int8", "int32", "float32"), None),
    "LOGICAL_AND": (("bool",), None),
}


def cases():
    """See the package."""
    for operator, (types, table) in OPERATORS.items():
        for dtype, shapes in itertools.product(types, SHAPES):
            if operator == "PRELU" and dtype == "float32":
                # The reference aborts the process at five dimensions.
                continue
            fields = table and options(table)
            args = operator, shapes, dtype, _quantized(operator, dtype), fields, "bool" if operator == "GREATER" else None
            name = "x".join(map(str, shapes[0])) + "-" + "x".join(map(str, shapes[1]))
            yield f"dimensions-{operator.lower()}-{dtype}-{name}", lambda _, args=args: binary(*args)
    for operator, fused in itertools.product(("SUB", "MUL"), ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")):
        fields = options(OPERATORS[operator][1], fusedActivationFunction=activation(fused))
        for name, shapes in (("same", ((3, 5), (3, 5))), ("row", ((1, 4, 4, 3), (3,)))):
            args = operator, shapes, "int32", (None, None, None), fields
            yield f"int32-{operator.lower()}-{fused.lower()}-{name}", lambda _, args=args: binary(*args)


def _quantized(operator, dtype):
    if dtype == "int16":
        return (Quantization(0.001, 0),) * 3
    if dtype != "int8":
        return (None, None, None)
    if operator in ("MAXIMUM", "MINIMUM"):
        return QUANTIZED[:1] * 3
    return QUANTIZED if operator != "GREATER" else (*QUANTIZED[:2], None)
