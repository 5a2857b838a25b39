"""FULLY_CONNECTED, int8."""

import dataclasses

import numpy as np

from builder import Model, Quantization, activation, options

from cases.weighted import Weighted

SIZES = (1, 2, 3, 4, 5, 7, 8, 16, 17)


@dataclasses.dataclass(frozen=True)
class Spec(Weighted):
    """One fully connected layer. `shape` is the input's."""

    shape: tuple = (1, 8)
    units: int = 5
    per_channel: bool = False
    keep_dimensions: bool = False


def cases():
    """See the package."""
    for name, spec in _specs():
        yield f"fully_connected-{name}", lambda state, spec=spec: _build(state, spec)
    for dtype in ("int8", "int16", "float32"):
        for bias in ("run", "known", "none"):
            for number, (shape, units) in enumerate((((1, 8), 5), ((3, 17), 6), ((2, 3, 33), 9), ((1, 1), 1))):
                args = dtype, bias, shape, units, ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")[number]
                yield f"fully_connected-run-{dtype}-bias_{bias}-{number}", lambda state, a=args: _run(state, *a)
    args = "int8", "run", (3, 17), 6, "NONE"
    yield "fully_connected-run-bias_only", lambda state: _run(state, *args, known=True)
    yield "refused-fully_connected-run-bias_scale", lambda state: _run(state, *args, factor=300.0)
    # The reference checks this only with an assertion.
    yield "contradiction-fully_connected-run-zero_point", lambda state: _run(state, *args, zero_point=3)
    for narrow in (np.int32, np.int64):
        for number, (shape, units) in enumerate((((1, 8), 5), ((3, 17), 6), ((2, 300), 9))):
            args16 = shape, units, narrow
            name = f"fully_connected-int16-bias_{np.dtype(narrow).name}-{number}"
            yield name, lambda state, a=args16: _int16(state, *a)
    # The scale of the bias may differ from that of the products by a fiftieth of a step of the output.
    for factor, kind in ((40.0, "refused"), (1.001, "taken")):
        name = f"{'refused-' if kind == 'refused' else ''}fully_connected-int16-bias_scale-{kind}"
        yield name, lambda state, factor=factor: _int16(state, (1, 8), 5, np.int64, factor)
    spec = Spec(int4=True, per_channel=True, units=9)
    yield "refused-fully_connected-int4-per_channel", lambda state: _build(state, spec)


def _specs():
    for i, size in enumerate(SIZES):
        for step in (0, 4):
            units = SIZES[(i + step) % len(SIZES)]
            yield f"i{size}-o{units}", Spec(shape=(1, size), units=units)
    for size, units in ((33, 10), (64, 12), (100, 3), (255, 9)):
        yield f"i{size}-o{units}", Spec(shape=(1, size), units=units)
    yield "batch3", Spec(shape=(3, 7), units=6)
    yield "image2x3x4", Spec(shape=(1, 2, 3, 4), units=3)
    yield "keep_dimensions", Spec(shape=(1, 3, 5), units=4, keep_dimensions=True)
    for act in ("RELU", "RELU6", "RELU_N1_TO_1"):
        yield f"{act.lower()}", Spec(activation=act, shape=(1, 16), units=16)
        yield f"{act.lower()}-zero-128", Spec(activation=act, shape=(1, 16), units=16, output_zero_point=-128)
    yield "int4", Spec(int4=True, shape=(2, 17), units=5)
    yield "int4-odd", Spec(int4=True, shape=(1, 7), units=3)
    yield "int4-large", Spec(int4=True, shape=(1, 71), units=33, activation="RELU6")
    yield "int4-gain25.3", Spec(int4=True, gain=25.3, weights="small", bias="zero", shape=(3, 6), units=21)
    yield "int4-bias_limit", Spec(int4=True, bias="limit", gain=2.0**-22 * 1.2, units=25)
    yield "pruned", Spec(pruned=True, per_channel=True, units=9)
    yield "no_bias", Spec(bias="none")
    yield "bias_left_out", Spec(bias="omitted", shape=(1, 17))
    yield "per_channel", Spec(per_channel=True, units=9)
    yield "per_channel-no_bias-relu", Spec(per_channel=True, bias="none", activation="RELU", shape=(2, 17))
    for zero in (-128, 127):
        yield f"in_zero{zero}", Spec(input=Quantization(0.02, zero), shape=(1, 17))
        yield f"out_zero{zero}", Spec(output_zero_point=zero)
    for kind in ("lowest", "highest", "signs", "zero", "full"):
        yield f"weights_{kind}", Spec(weights=kind, shape=(1, 33))
    yield "bias_limit", Spec(bias="limit", gain=2.0**-22 * 1.2, units=25)
    yield "bias_limit-gain_half", Spec(bias="limit", gain=0.5, shape=(1, 3))
    for gain in (1.0, 1.3, 60.0, 900.0):
        yield f"gain{gain:g}", Spec(gain=gain, weights="small", bias="zero", shape=(1, 3), units=7)
    for exponent in (-9, -16, -32):
        spec = Spec(gain=2.0**exponent, input=Quantization(0.25, -5), weight_scale=0.5, shape=(1, 16), units=8)
        yield f"gain2e{exponent}", spec
    # A product of scales whose last bit is lost in float32 arithmetic.
    yield "scales_round", Spec(input=Quantization(0.1, 1), weight_scale=0.1, shape=(1, 16), units=16)
    yield "scales_tiny", Spec(input=Quantization(2.5e-9, 1), weight_scale=3.1e-9)
    yield "stuck", Spec(stuck=True, per_channel=True, shape=(1, 17), units=9)
    yield "stuck-relu", Spec(stuck=True, per_channel=True, shape=(2, 16), units=8, activation="RELU")


def layer(graph, state, spec, source, name="dense"):
    """Puts the layer on `source` and returns its output."""
    depth = source.shape[-1] if spec.keep_dimensions else int(np.prod(source.shape[1:]))
    inputs, quantization = spec.parameters(graph, state, source, (spec.units, depth), 0, name)
    shape = (*source.shape[:-1], spec.units) if spec.keep_dimensions else (source.shape[0], spec.units)
    output = graph.tensor(f"{name}/output", shape, quantization)
    fields = options(
        "FullyConnectedOptions",
        fusedActivationFunction=activation(spec.activation),
        keepNumDims=spec.keep_dimensions,
    )
    return graph.operator("FULLY_CONNECTED", inputs, [output], fields)


def _build(state, spec):
    model = Model()
    graph = model.graph()
    source = spec.source(graph, state, spec.shape)
    graph.output(layer(graph, state, spec, source))
    return model.bytes()


def _run(state, dtype, bias, shape, units, fused, known=False, factor=1.0, zero_point=0):
    """Weights from the caller, or constant ones with a bias from the caller."""
    model = Model()
    graph = model.graph()
    floats = dtype == "float32"
    scales = None if floats else {"int8": (0.02, 0.015, 0.4), "int16": (0.0003, 0.015, 0.01)}[dtype]
    quantization = None if floats else Quantization(scales[0], -9 if dtype == "int8" else 0)
    source = graph.input("input", shape, quantization, np.dtype(dtype))
    own = (units, shape[-1])
    weight_scale = None if floats else Quantization(scales[1], zero_point)
    if known:
        weights = graph.constant("weights", state.randint(-127, 128, own).astype(np.int8), weight_scale)
    else:
        weights = graph.input("weights", own, weight_scale, np.dtype("float32" if floats else "int8"))
    inputs = [source, weights]
    wide = np.dtype({"int8": "int32", "int16": "int64", "float32": "float32"}[dtype])
    product = None if floats else Quantization(np.float32(scales[0] * scales[1] * factor))
    if bias == "run":
        inputs.append(graph.input("bias", (units,), product, wide))
    elif bias == "known":
        inputs.append(graph.constant("bias", state.randint(-3000, 3000, units).astype(wide), product))
    result = None if floats else Quantization(scales[2], 7 if dtype == "int8" else 0)
    output = graph.tensor("output", (*shape[:-1], units), result, np.dtype(dtype))
    fields = options("FullyConnectedOptions", fusedActivationFunction=activation(fused), keepNumDims=len(shape) > 2)
    graph.output(graph.operator("FULLY_CONNECTED", inputs, [output], fields))
    return model.bytes()


def _int16(state, shape, units, narrow, factor=1.0):
    """int16 with constant weights and a bias of either width."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, Quantization(0.0003), np.int16)
    weights = graph.constant("weights", state.randint(-127, 128, (units, shape[-1])).astype(np.int8), Quantization(0.01))
    product = Quantization(np.float32(0.0003 * 0.01 * factor))
    bias = graph.constant("bias", state.randint(-(1 << 24), 1 << 24, units).astype(narrow), product)
    output = graph.tensor("output", (shape[0], units), Quantization(0.0011 * shape[-1] ** 0.5), np.int16)
    fields = options("FullyConnectedOptions")
    graph.output(graph.operator("FULLY_CONNECTED", [source, weights, bias], [output], fields))
    return model.bytes()
