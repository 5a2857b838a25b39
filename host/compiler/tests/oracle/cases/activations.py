"""Functions of one element: LOGISTIC, TANH, RELU, RELU6, LEAKY_RELU, HARD_SWISH, int8."""

import quantities
from builder import Model, Quantization, options

# LOGISTIC and TANH fix the quantisation of their output.
_FIXED = {"LOGISTIC": Quantization(1 / 256, -128), "TANH": Quantization(1 / 128, 0)}


def cases():
    """See the package."""
    for name, arguments in _specs():
        operator = arguments["operator"]
        yield f"{operator.lower()}-{name}", lambda state, arguments=arguments: _build(state, **arguments)


def _specs():
    for operator in _FIXED:
        for scale in (1e-5, 0.004, 0.0314, 0.125, 0.9, 12.0):
            yield f"scale{scale:g}", {"operator": operator, "source": Quantization(scale, -3)}
        for zero in (-128, 127):
            yield f"zero{zero}", {"operator": operator, "source": Quantization(0.05, zero)}
    for operator in ("RELU", "RELU6"):
        for name, source, result in (
            ("same", Quantization(0.06, -10), Quantization(0.06, -10)),
            ("to_-128", Quantization(0.06, 0), Quantization(0.0301, -128)),
            ("shrink", Quantization(0.02, -120), Quantization(0.11, 5)),
            ("stretch", Quantization(3.0, -128), Quantization(0.011, -128)),
            ("out_zero90", Quantization(0.06, -30), Quantization(0.3, 90)),
        ):
            yield name, {"operator": operator, "source": source, "result": result}
    for alpha in (0.0, 0.01, 0.3, 1.0, 1.7, -0.5):
        yield (
            f"alpha{alpha:g}",
            {
                "operator": "LEAKY_RELU",
                "source": Quantization(0.07, 12),
                "result": Quantization(0.053, -60),
                "alpha": alpha,
            },
        )
    for name, source, result in (
        ("in_zero-128", Quantization(0.07, -128), Quantization(0.2, 0)),
        ("in_zero127", Quantization(0.07, 127), Quantization(0.011, 127)),
        ("same", Quantization(0.25, 0), Quantization(0.25, 0)),
    ):
        yield name, {"operator": "LEAKY_RELU", "source": source, "result": result, "alpha": 0.2}
    for name, source, result in (
        ("common", Quantization(0.05, -4), Quantization(0.03, -115)),
        ("same", Quantization(0.0625, 0), Quantization(0.0625, 0)),
        ("in_zero-128", Quantization(0.031, -128), Quantization(0.03, -128)),
        ("in_zero127", Quantization(0.02, 127), Quantization(0.004, 127)),
        ("large", Quantization(1.3, 7), Quantization(0.8, -90)),
        ("tiny", Quantization(0.0003, 3), Quantization(0.0002, 1)),
    ):
        yield name, {"operator": "HARD_SWISH", "source": source, "result": result}


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
