"""What the reference refuses or leaves undefined, int8: the compiler refuses it, too, or computes what is intended.

A case named `refused-…` must be refused by both, one named `contradiction-…` by the compiler, whatever the reference does with
it. A case of `requantised` is a pair: what the reference runs, and what is compiled instead and must give the same bytes.
"""

import numpy as np

from builder import Model, Quantization, activation, options, padding

_SAME = Quantization(0.05, 3)
_BIAS = Quantization(0.0025)


def cases():
    """See the package."""
    for name, make in _refused().items():
        yield f"refused-{name}", lambda state, make=make: make()
    for number in range(6):
        yield f"requantised-{number}", _requantised
    for kind in ("none", "type_only"):
        yield f"edges-options_{kind}", lambda state, kind=kind: _without_options(kind == "type_only")
    yield "contradiction-add-options_of_mul", lambda state: _add(0.05, "RELU", kind="MulOptions")
    yield "contradiction-add-options_of_abs", lambda state: _add(0.05, None, kind="AbsOptions")
    for operator in ("ADD", "SUB", "MUL", "MAXIMUM"):
        name = f"contradiction-{operator.lower()}-output_repeated"
        yield name, lambda state, operator=operator: _repeated(operator)
    for multiplier in (0, 1, 3, -2):
        yield f"contradiction-depthwise-multiplier{multiplier}", lambda state, m=multiplier: _depthwise(m)
    for operator in ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D"):
        for bias in (2**31 - 1, -(2**31)):
            name = f"contradiction-{operator.lower()}-bias{bias}"
            yield name, lambda state, operator=operator, bias=bias: _overflow(operator, bias)
    yield "contradiction-call_once-late", lambda state: _late()


def _refused():
    found = {}
    for operator in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        for what, result in (("scale", Quantization(0.1, 3)), ("zero_point", Quantization(0.05, 4))):
            found[f"{operator.lower()}-{what}"] = lambda operator=operator, result=result: _pool(operator, result)
    for act, scale in (("RELU6", 1e-9), ("RELU_N1_TO_1", 3e-10)):
        found[f"add-{act.lower()}"] = lambda act=act, scale=scale: _add(scale, act)
    found["add-far_scales"] = lambda: _add(1e3, "NONE", 1e-9)
    for what, bias in (("hundredfold", Quantization(0.25)), ("unquantised", None), ("zero", Quantization(1e-20))):
        found[f"fully_connected-bias_{what}"] = lambda bias=bias: _dense(bias)
    for number in (-1, 23, 100):
        found[f"fully_connected-bias_type{number}"] = lambda number=number: _dense(_BIAS, number)
        found[f"conv_2d-bias_type{number}"] = lambda number=number: _overflow("CONV_2D", 0, number)
    found["concatenation-unquantised"] = lambda: _concatenation(None)
    found["transpose-order_of_rank2"] = lambda: _transpose([[1, 0]])
    for order in ([1, -2], [-1, 0]):
        found[f"transpose-order{order[0]}{order[1]}"] = lambda order=order: _transpose(order)
    found["softmax-beta_nan"] = lambda: _softmax(float("nan"), 0.05)
    found["softmax-scalar"] = lambda: _softmax(1.0, 0.05, shape=())
    found["softmax-tiny_scale"] = lambda: _softmax(1.0, 1e-9)
    found["softmax-output_scale"] = lambda: _softmax(1.0, 0.05, Quantization(1 / 128, -128))
    found["hard_swish-output_scale"] = lambda: _unary("HARD_SWISH", 0.5, 0.003)
    return found


def _pool(operator, result):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 4, 4, 2), _SAME)
    fields = options("Pool2DOptions", strideH=1, strideW=1, filterHeight=2, filterWidth=2, padding=padding("VALID"))
    graph.output(graph.operator(operator, [source], [graph.tensor("output", (1, 3, 3, 2), result)], fields))
    return model.bytes()


def _add(scale, act, result=None, kind="AddOptions"):
    model = Model()
    graph = model.graph()
    sources = [graph.input(name, (1, 4), Quantization(scale, 0)) for name in "ab"]
    output = graph.tensor("output", (1, 4), Quantization(result or scale, 0))
    fields = options(kind) if act is None else options(kind, fusedActivationFunction=activation(act))
    graph.output(graph.operator("ADD", sources, [output], fields))
    return model.bytes()


def _dense(bias, bias_type=2):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 2), _SAME)
    weights = graph.constant("weights", np.int8([[1, -2], [3, 4]]), Quantization(0.05))
    inputs = [source, weights, graph.constant("bias", np.int32([100, -100]), bias)]
    output = graph.tensor("output", (1, 2), _SAME)
    fields = options("FullyConnectedOptions", quantizedBiasType=bias_type)
    graph.output(graph.operator("FULLY_CONNECTED", inputs, [output], fields))
    return model.bytes()


def _concatenation(result):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 2), _SAME)
    output = graph.tensor("output", (1, 4), result)
    graph.output(graph.operator("CONCATENATION", [source, source], [output], options("ConcatenationOptions", axis=1)))
    return model.bytes()


def _softmax(beta, scale, result=Quantization(1 / 256, -128), shape=(1, 4)):
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, Quantization(scale, 0))
    output = graph.tensor("output", shape, result)
    graph.output(graph.operator("SOFTMAX", [source], [output], options("SoftmaxOptions", beta=beta)))
    return model.bytes()


def _transpose(order):
    model = Model()
    graph = model.graph()
    inputs = [graph.input("input", (2, 3), _SAME), graph.constant("order", np.int32(order))]
    graph.output(graph.operator("TRANSPOSE", inputs, [graph.tensor("output", (3, 2), _SAME)], options("TransposeOptions")))
    return model.bytes()


def _unary(operator, scale, result):
    model = Model()
    graph = model.graph()
    source = graph.input("input", shape, Quantization(scale, 0))
    output = graph.tensor("output", (1, 4), Quantization(result, 0))
    graph.output(graph.operator(operator, [source], [output], options("HardSwishOptions")))
    return model.bytes()


def _requantised(state):
    """CONCATENATION whose inputs have different quantisations: with QUANTIZE before them, and without."""

    def drawn():
        return Quantization(float(np.float32(10.0 ** state.uniform(-3, 0))), int(state.randint(-128, 128)))

    result = drawn()
    parts = [drawn(), drawn(), result, drawn()]
    values = state.randint(-128, 128, (1, 7)).astype(np.int8)
    return tuple(_joined(parts, values, result, quantise) for quantise in (True, False))


def _joined(parts, values, result, quantise):
    model = Model()
    graph = model.graph()
    tensors = [graph.input(f"input{i}", (1, 256), part) for i, part in enumerate(parts[:-1])]
    tensors.append(graph.constant("constant", values, parts[-1]))
    # One input twice.
    tensors.append(tensors[0])
    if quantise:
        for i, tensor in enumerate(tensors):
            if (tensor.scale, tensor.zero_point) != (result.scale, result.zero_point):
                quantised = graph.tensor(f"quantised{i}", tensor.shape, result)
                tensors[i] = graph.operator("QUANTIZE", [tensor], [quantised], options("QuantizeOptions"))
    output = graph.tensor("output", (1, sum(t.shape[1] for t in tensors)), result)
    graph.output(graph.operator("CONCATENATION", tensors, [output], options("ConcatenationOptions", axis=1)))
    return model.bytes()


def _depthwise(multiplier):
    """Weights for twice as many channels as there are, whatever the options say."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 3, 3, 2), _SAME)
    weights = graph.constant("weights", np.ones((1, 2, 2, 4), np.int8), Quantization(0.05, 0, 3))
    fields = options(
        "DepthwiseConv2DOptions", strideH=1, strideW=1, padding=padding("VALID"), depthMultiplier=multiplier
    )
    fields.dilationHFactor = fields.dilationWFactor = 1
    output = graph.tensor("output", (1, 2, 2, 4), _SAME)
    graph.output(graph.operator("DEPTHWISE_CONV_2D", [source, weights], [output], fields))
    return model.bytes()


def _overflow(operator, bias, bias_type=2):
    """One channel whose sums with the bias overflow int32, unless the bias is 0."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 2, 2, 1), _SAME)
    fields = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1, "padding": padding("VALID")}
    shape, name = (3, 1, 1, 1), "Conv2DOptions"
    if operator == "FULLY_CONNECTED":
        shape, fields, name = (3, 1), {"keepNumDims": True}, "FullyConnectedOptions"
    elif operator == "DEPTHWISE_CONV_2D":
        shape, name = (1, 1, 1, 3), "DepthwiseConv2DOptions"
        fields["depthMultiplier"] = 3
    if operator == "CONV_2D":
        fields["quantizedBiasType"] = bias_type
    weights = graph.constant("weights", np.int8([5, 1, -7]).reshape(shape), Quantization(0.05))
    inputs = [source, weights, graph.constant("bias", np.int32([0, bias, 0]), Quantization(0.0025))]
    output = graph.tensor("output", (1, 2, 2, 3), Quantization(5e4, 3))
    graph.output(graph.operator(operator, inputs, [output], options(name, **fields)))
    return model.bytes()


def _repeated(operator):
    """An output with more rows than any input."""
    model = Model()
    graph = model.graph()
    sources = [graph.input(name, (1, 4), _SAME) for name in "ab"]
    graph.output(graph.operator(operator, sources, [graph.tensor("output", (2, 4), _SAME)]))
    return model.bytes()


def _late():
    """A variable that gets its first contents after it was read."""
    model = Model()
    graph, setup = model.graph(), model.graph("NoOp")
    handles = []
    for where in (graph, setup):
        handle = where.variable("state")
        where.operator("VAR_HANDLE", [], [handle], options("VarHandleOptions", container="", sharedName="state"))
        handles.append(handle)
    first = setup.constant("first", np.int8([[1, 2]]), _SAME)
    setup.operator("ASSIGN_VARIABLE", [handles[1], first], [], options("AssignVariableOptions"))
    source, value = graph.input("input", (1, 2), _SAME), graph.tensor("value", (1, 2), _SAME)
    graph.operator("READ_VARIABLE", [handles[0]], [value], options("ReadVariableOptions"))
    graph.operator("CALL_ONCE", [], [], options("CallOnceOptions", initSubgraphIndex=setup.index))
    graph.operator("ASSIGN_VARIABLE", [handles[0], source], [], options("AssignVariableOptions"))
    graph.output(value)
    return model.bytes()


def _without_options(announced):
    """Every operator that does not need its options: they are left out, or declared and missing."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (2, 6), _SAME)
    axis, middle = graph.constant("axis", np.int32(1)), graph.constant("middle", np.int32([1]))
    numbers = {name: graph.constant(name, np.int32(v)) for name, v in (("zeros", [0, 1]), ("ends", [2, 6]), ("ones", [1, 2]))}
    weights = graph.constant("weights", np.arange(18, dtype=np.int8).reshape(3, 6), Quantization(0.05))
    sizes = graph.constant("sizes", np.int32([2, 4]))
    amounts, order = graph.constant("amounts", np.int32([[0, 1], [2, 0]])), graph.constant("order", np.int32([1, 0]))
    layers = [
        ("ADD", "AddOptions", [source, source], [(2, 6)]),
        ("SUB", "SubOptions", [source, source], [(2, 6)]),
        ("MUL", "MulOptions", [source, source], [(2, 6)]),
        ("MAXIMUM", "MaximumMinimumOptions", [source, source], [(2, 6)]),
        ("CONCATENATION", "ConcatenationOptions", [source, source], [(4, 6)]),
        ("FULLY_CONNECTED", "FullyConnectedOptions", [source, weights], [(2, 3)]),
        ("LEAKY_RELU", "LeakyReluOptions", [source], [(2, 6)]),
        ("HARD_SWISH", "HardSwishOptions", [source], [(2, 6)]),
        ("QUANTIZE", "QuantizeOptions", [source], [(2, 6)]),
        ("MEAN", "ReducerOptions", [source, middle], [(2,)]),
        ("PAD", "PadOptions", [source, amounts], [(3, 8)]),
        ("TRANSPOSE", "TransposeOptions", [source, order], [(6, 2)]),
        ("STRIDED_SLICE", "StridedSliceOptions", [source, *numbers.values()], [(2, 3)]),
        ("SPLIT", "SplitOptions", [axis, source], [(2, 3), (2, 3)]),
        ("SPLIT_V", "SplitVOptions", [source, sizes, axis], [(2, 2), (2, 4)]),
    ]
    for name, kind, inputs, shapes in layers:
        results = [graph.tensor(f"{name}{i}", shape, _SAME) for i, shape in enumerate(shapes)]
        graph.operator(name, inputs, results, only_type=kind if announced else None)
        graph.output(*results)
    return model.bytes()
