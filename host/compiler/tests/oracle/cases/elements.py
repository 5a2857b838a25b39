"""Code shared by functions of one element on int8: LOGISTIC, TANH, RELU, RELU6, LEAKY_RELU, HARD_SWISH."""

import quantities
from builder import Model, Quantization, options

# LOGISTIC and TANH fix the quantisation of their output.
_FIXED = {"LOGISTIC": Quantization(1 / 256, -128), "TANH": Quantization(1 / 128, 0)}


def cases(operator, specs):
    """A case for each name with its source, its result, and alpha if there is one."""
    for name, *arguments in specs:
        yield f"{operator.lower()}-{name}", lambda state, a=arguments: _build(state, operator, *a)


def of_fixed_output(operator):
    """Cases of LOGISTIC and TANH."""
    for scale in (1e-5, 0.004, 0.0314, 0.125, 0.9, 12.0):
        yield from cases(operator, [(f"scale{scale:g}", Quantization(scale, -3))])
    for zero in (-128, 127):
        yield from cases(operator, [(f"zero{zero}", Quantization(0.05, zero))])


def of_bounds(operator):
    """Cases of RELU and RELU6."""
    specs = (
        ("same", Quantization(0.06, -10), Quantization(0.06, -10)),
        ("to_-128", Quantization(0.06, 0), Quantization(0.0301, -128)),
        ("shrink", Quantization(0.02, -120), Quantization(0.11, 5)),
        ("stretch", Quantization(3.0, -128), Quantization(0.011, -128)),
        ("out_zero90", Quantization(0.06, -30), Quantization(0.3, 90)),
    )
    return cases(operator, specs)


def layer(graph, operator, source, result=None, alpha=None, name=None):
    """Puts the operator on `source` and returns its output."""
    quantization = _FIXED.get(operator) or result or source.quantization
    output = graph.tensor(name or operator.lower(), source.shape, quantization)
    fields = None if alpha is None else options("LeakyReluOptions", alpha=alpha)
    if operator == "HARD_SWISH":
        fields = options("HardSwishOptions")
    return graph.operator(operator, [source], [output], fields)


def _build(state, operator, source, result=None, alpha=None):
    model = Model()
    graph = model.graph()
    # Wide enough for every value to occur in the ramp among the extremes.
    shape = ((1, 7, 13, 3), (1, 260))[state.randint(2)]
    entry = graph.input("input", shape, source or quantities.activations(state))
    graph.output(layer(graph, operator, entry, result, alpha))
    return model.bytes()
