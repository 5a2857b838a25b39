"""What is known at compile time: arithmetic on shapes, constants through operators, weights of float16. PACK at run time, too."""

import numpy as np

import quantities
from builder import FLOAT, Model, Quantization, activation, options

from .concatenation import concatenation
from .reshape import reshape
from .split import split
from .strided_slice import strided_slice
from .transpose import transpose

ARITHMETIC = {
    "ADD": ("AddOptions", np.add),
    "SUB": ("SubOptions", np.subtract),
    "MUL": ("MulOptions", np.multiply),
    "MAXIMUM": ("MaximumMinimumOptions", np.maximum),
    "MINIMUM": ("MaximumMinimumOptions", np.minimum),
}

# Operators that the reference does not support on integers: inputs, options and result.
KNOWN = {
    "FLOOR_DIV": ([[7, -7, 6, 5], [2, 2, -4, -5]], None, [3, -4, -2, -1]),
    "FLOOR_MOD": ([[7, -7, 6, 5], [2, 2, -4, -5]], None, [1, 1, -2, 0]),
    "RANGE": ([5, -4, -3], None, [5, 2, -1]),
    "REDUCE_PROD": ([[[2, 3, 4], [5, -6, 7]], [1]], ("ReducerOptions", {"keepDims": False}), [24, -210]),
    "SUB": ([[7, -7, 6], [2]], ("SubOptions", {"fusedActivationFunction": 0}), [5, -9, 4]),
}

# Operators on one constant: its type, that of the result, and options.
ALONE = {
    "QUANTIZE": ("float32", "int8", None),
    "QUANTIZE-int16": ("float32", "int16", None),
    "QUANTIZE-bytes": ("int8", "int8", None),
    "QUANTIZE-wide": ("int16", "int8", None),
    "SUM": ("float32", "float32", ("ReducerOptions", {"keepDims": True})),
    "SUM-int8": ("int8", "int8", ("ReducerOptions", {"keepDims": True})),
    "MEAN": ("float32", "float32", ("ReducerOptions", {"keepDims": True})),
    "MEAN-int16": ("int16", "int16", ("ReducerOptions", {"keepDims": True})),
    "RSQRT": ("float32", "float32", None),
    "RSQRT-int8": ("int8", "int8", None),
    "RESIZE_NEAREST_NEIGHBOR": ("float32", "float32", ("ResizeNearestNeighborOptions", {"halfPixelCenters": True})),
    "RESIZE_NEAREST_NEIGHBOR-int8": ("int8", "int8", ("ResizeNearestNeighborOptions", {})),
    **{name: ("float32", "float32", None) for name in ("ABS", "CEIL", "FLOOR", "NEG", "ROUND", "SQRT", "SQUARE", "RELU", "RELU6")},
    **{f"{name}-int8": ("int8", "int8", None) for name in ("ABS", "RELU", "TANH", "HARD_SWISH")},
}


def cases():
    """See the package."""
    for dtype in ("int8", "int16", "float32"):
        yield f"folding-flatten-{dtype}", lambda state, dtype=dtype: _flatten(state, dtype)
    for name, (table, _) in ARITHMETIC.items():
        for dtype in ("int32", "float32"):
            # The reference has no SUB of int32: see KNOWN.
            if (name, dtype) != ("SUB", "int32"):
                yield f"folding-{name}-{dtype}", lambda state, args=(name, dtype): _arithmetic(state, *args)
        for fused in ("NONE",) if table == "MaximumMinimumOptions" else ("NONE", "RELU"):
            yield f"folding-{name}-int8-{fused}", lambda state, args=(name, fused): _quantised_pair(state, *args)
    for name in KNOWN:
        for dtype in ("int32", "int64"):
            yield f"folding-{name}-{dtype}", lambda state, args=(name, dtype): (_known(*args, False), _known(*args, True))
    for dtype in ("int8", "int32", "float32"):
        yield f"folding-FILL-{dtype}", lambda state, dtype=dtype: _fill(dtype)
    yield "contradiction-folding-FILL-shape", lambda state: _fill("int8", (3, 2))
    yield "contradiction-folding-RANGE-count", lambda state: _known("RANGE", "int32", True, 1)
    yield "contradiction-folding-FLOOR_DIV-by_0", lambda state: _known("FLOOR_DIV", "int32", True, 0, 0)
    for name, (dtype, result, table) in ALONE.items():
        yield f"folding-{name}-{dtype}", lambda state, args=(name.split("-")[0], dtype, result, table): _alone(state, *args)
    yield "folding-quantised_weights", _quantised_weights
    yield "folding-moves", _moves
    yield "folding-parts", _parts
    yield "folding-dequantize", _dequantize
    for kind in ("float16", "float16-small"):
        yield f"folding-{kind}", lambda state, kind=kind: (_weights(kind, False), _weights(kind, True))
    for dtype in ("int8", "int32", "float32"):
        for axis in (0, 1, 2, -1):
            yield f"pack-{dtype}-{axis}", lambda state, args=(dtype, axis): _pack(state, *args)
    yield "pack-one", lambda state: _pack(state, "int8", 1, 1)
    yield "pack-twice_the_same", lambda state: _pack(state, "int8", 0, 2, True)
    yield "contradiction-pack-shape", lambda state: _pack(state, "int8", 0, 2, False, (3, 4, 2))


def pack(graph, sources, axis, name="packed", shape=None):
    """PACK along a new dimension."""
    shape = np.stack([np.zeros(t.shape, bool) for t in sources], axis).shape if shape is None else shape
    output = graph.tensor(name, shape, sources[0].quantization, sources[0].dtype)
    return graph.operator("PACK", sources, [output], options("PackOptions", axis=axis, valuesCount=len(sources)))


def shape_of(graph, source, name="shape"):
    """SHAPE."""
    output = graph.tensor(name, (len(source.shape),), None, np.int32)
    return graph.operator("SHAPE", [source], [output], options("ShapeOptions", outType=2))


def arithmetic(graph, name, sources, shape, to="result"):
    """An operator on two tensors that are not quantised."""
    table = ARITHMETIC[name][0]
    fields = options(table)
    if table != "MaximumMinimumOptions":
        fields.fusedActivationFunction = activation("NONE")
    return graph.operator(name, sources, [graph.tensor(to, shape, None, sources[0].dtype)], fields)


def flatten(graph, source, name="flat"):
    """What the converter writes for Flatten of a dynamic batch: SHAPE, STRIDED_SLICE, PACK, RESHAPE."""
    sizes = shape_of(graph, source, f"{name}/sizes")
    batch = strided_slice(graph, sizes, [0], [1], [1], f"{name}/batch", shrinkAxisMask=1)
    rest = int(np.prod(source.shape[1:]))
    wanted = pack(graph, [batch, graph.constant(f"{name}/rest", np.int32(rest))], 0, f"{name}/wanted")
    output = graph.tensor(name, (source.shape[0], rest), source.quantization, source.dtype)
    return graph.operator("RESHAPE", [source, wanted], [output], options("ReshapeOptions"))


def _flatten(state, dtype):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    source = graph.input("input", (1, 3, 4, 2), quantization, np.dtype(dtype))
    graph.output(flatten(graph, source))
    return model.bytes()


def _arithmetic(state, name, dtype):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (2, 3), None, FLOAT)
    values = state.randint(-1000, 1000, (2, 3)).astype(dtype)
    first, second = graph.constant("first", values), graph.constant("second", values[1, ::-1] + np.dtype(dtype).type(1))
    result = arithmetic(graph, name, [first, second], (2, 3))
    if dtype == "float32":
        result = arithmetic(graph, "ADD", [result, source], (2, 3), "sum")
    graph.output(result, *([] if dtype == "float32" else [reshape(graph, source, (6,))]))
    return model.bytes()


def _known(name, dtype, folded, more=0, divisor=None):
    """An operator on constants, or its result as a constant."""
    inputs, table, result = KNOWN[name]
    model = Model()
    graph = model.graph()
    source = graph.input("input", (2,), None, FLOAT)
    found = graph.constant("result", np.array(result, dtype))
    if folded:
        values = [np.array(values, np.int32 if name == "REDUCE_PROD" and i else dtype) for i, values in enumerate(inputs)]
        if divisor is not None:
            values[1] = np.full_like(values[1], divisor)
        constants = [graph.constant(f"constant{i}", v) for i, v in enumerate(values)]
        found = graph.tensor("known", (len(result) + more,), None, np.dtype(dtype))
        graph.operator(name, constants, [found], options(table[0], **table[1]) if table else None)
    graph.output(found, reshape(graph, source, (1, 2)))
    return model.bytes()


def _fill(dtype, result=(2, 3)):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (2, 3), None, FLOAT)
    sizes, value = graph.constant("sizes", np.int32([2, 3])), graph.constant("value", np.dtype(dtype).type(-7))
    filled = graph.tensor("filled", result, Quantization(0.5, 3) if dtype == "int8" else None, np.dtype(dtype))
    graph.operator("FILL", [sizes, value], [filled], options("FillOptions"))
    graph.output(filled, reshape(graph, source, (6,)))
    return model.bytes()


def _alone(state, name, dtype, result, table):
    """An operator on a constant beside one on an input."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (2,), None, FLOAT)
    scaled = {"int8": Quantization(0.05, -128 if name == "RSQRT" else -3), "int16": Quantization(0.0003)}
    values = state.standard_normal((1, 3, 4, 2)) * 4
    if dtype == "float32":
        values = np.abs(values) if name in ("RSQRT", "SQRT") else values
    else:
        values = state.randint(-128, 128, values.shape) * (1 if dtype == "int8" else 200)
    inputs = [graph.constant("constant", values.astype(dtype), scaled.get(dtype))]
    shape = values.shape
    if name in ("SUM", "MEAN"):
        inputs.append(graph.constant("axes", np.int32([1, 3])))
        shape = (1, 1, 4, 1)
    if name == "RESIZE_NEAREST_NEIGHBOR":
        inputs.append(graph.constant("size", np.int32([5, 6])))
        shape = (1, 5, 6, 2)
    kept = scaled.get(result)
    if name not in ("RESIZE_NEAREST_NEIGHBOR", "RELU") and kept is not None:
        kept = Quantization(*{"int8": (1 / 128, 0), "int16": (0.0007, 0)}[result]) if name in ("TANH",) else kept
        kept = Quantization(0.11, 5) if name in ("QUANTIZE", "SUM") and result == "int8" else kept
    known = graph.tensor("known", shape, kept, np.dtype(result))
    graph.operator(name, inputs, [known], options(table[0], **table[1]) if table else None)
    graph.output(known, reshape(graph, source, (1, 2)))
    return model.bytes()


def _quantised_weights(state):
    """A convolution whose weights are QUANTIZE of a constant: compiled as one with constant weights only if they are folded."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 4, 4, 2), Quantization(0.05, 3))
    floats = graph.constant("floats", state.standard_normal((3, 2, 2, 2)).astype(np.float32))
    weights = graph.operator("QUANTIZE", [floats], [graph.tensor("weights", (3, 2, 2, 2), Quantization(0.02))])
    bias = graph.constant("bias", np.int32([100, -50, 3]), Quantization(0.05 * 0.02))
    output = graph.tensor("output", (1, 4, 4, 3), Quantization(0.06, -5))
    fields = options("Conv2DOptions", padding=0, strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1)
    graph.output(graph.operator("CONV_2D", [source, weights, bias], [output], fields))
    return model.bytes()


def _quantised_pair(state, name, fused):
    """An operator on two constants of int8, whose result is the weights of a convolution."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 4, 4, 2), Quantization(0.05, 3))
    plain = ARITHMETIC[name][0] == "MaximumMinimumOptions"
    kept = [Quantization(0.02)] * 3 if plain else [Quantization(0.03, -7), Quantization(0.011, 20), Quantization(0.04)]
    full, row = state.randint(-128, 128, (3, 2, 2, 2)), state.randint(-128, 128, (2, 1))
    constants = [graph.constant("full", full.astype(np.int8), kept[0]), graph.constant("row", row.astype(np.int8), kept[1])]
    fields = options(ARITHMETIC[name][0])
    if not plain:
        fields.fusedActivationFunction = activation(fused)
    weights = graph.operator(name, constants, [graph.tensor("weights", full.shape, kept[2])], fields)
    bias = graph.constant("bias", np.int32([100, -50, 3]), Quantization(0.05 * kept[2].scale))
    output = graph.tensor("output", (1, 4, 4, 3), Quantization(0.2, -5))
    fields = options("Conv2DOptions", padding=0, strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1)
    graph.output(graph.operator("CONV_2D", [source, weights, bias], [output], fields))
    return model.bytes()


def _moves(state):
    """A constant that is rearranged before it is added to the input."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (4, 3), None, FLOAT)
    constant = graph.constant("constant", state.standard_normal((1, 3, 5)).astype(np.float32))
    part = strided_slice(graph, constant, [0, 0, 1], [1, 3, 5], [1, 1, 2], "part")
    turned = transpose(graph, part, (0, 2, 1))
    joined = concatenation(graph, [turned, turned], 1)
    flat = reshape(graph, joined, (4, 3))
    graph.output(arithmetic(graph, "MUL", [source, flat], (4, 3)), joined)
    return model.bytes()


def _parts(state):
    """A constant in parts: SLICE, UNPACK, SPLIT, MIRROR_PAD, PADV2."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (3, 4), None, FLOAT)

    def made(name, inputs, shapes, table, **fields):
        outputs = [graph.tensor(f"{name}{i}", shape, None, FLOAT) for i, shape in enumerate(shapes)]
        graph.operator(name, inputs, outputs, options(table, **fields))
        return outputs

    def numbers(name, values):
        return graph.constant(name, np.int32(values))

    constant = graph.constant("constant", state.standard_normal((3, 5, 4)).astype(np.float32))
    [part] = made("SLICE", [constant, numbers("begin", [1, 0, 2]), numbers("size", [2, 4, 2])], [(2, 4, 2)], "SliceOptions")
    first, second = made("UNPACK", [part], [(4, 2)] * 2, "UnpackOptions", num=2, axis=0)
    upper, lower = split(graph, second, 0, 2, "half")
    amounts = numbers("amounts", [[0, 1], [1, 1]])
    [mirrored] = made("MIRROR_PAD", [upper, amounts], [(3, 4)], "MirrorPadOptions", mode=0)
    [padded] = made("PADV2", [lower, amounts, graph.constant("value", np.float32(-0.5))], [(3, 4)], "PadV2Options")
    result = arithmetic(graph, "MUL", [source, mirrored], (3, 4), "product")
    graph.output(arithmetic(graph, "ADD", [result, padded], (3, 4), "sum"), first)
    return model.bytes()


def _dequantize(state):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (2, 5), None, FLOAT)
    stored = graph.constant("stored", state.randint(-128, 128, (5,)).astype(np.int8), Quantization(0.0123, 7))
    given = graph.operator("DEQUANTIZE", [stored], [graph.tensor("given", (5,), None, FLOAT)], options("DequantizeOptions"))
    graph.output(arithmetic(graph, "MUL", [source, given], (2, 5)))
    return model.bytes()


def _weights(kind, half):
    """FULLY_CONNECTED on weights of float16, or on the same as float32, which the reference runs."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 6), None, FLOAT)
    values = np.linspace(-2, 2, 24).reshape(4, 6) * (1e-6 if kind.endswith("small") else 1)
    values = values.astype(np.float16)
    if half:
        stored = graph.constant("stored", values)
        weights = graph.tensor("weights", (4, 6), None, FLOAT)
        graph.operator("DEQUANTIZE", [stored], [weights], options("DequantizeOptions"))
    else:
        weights = graph.constant("weights", values.astype(np.float32))
    output = graph.tensor("output", (1, 4), None, FLOAT)
    fields = options("FullyConnectedOptions", fusedActivationFunction=activation("NONE"), keepNumDims=False)
    graph.output(graph.operator("FULLY_CONNECTED", [source, weights], [output], fields))
    return model.bytes()


def _pack(state, dtype, axis, count=3, same=False, shape=None):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    source = graph.input("input", (3, 4), quantization, np.dtype(dtype))
    first = reshape(graph, source, (3, 4))
    others = [first if same else graph.input(f"input{i}", (3, 4), quantization, np.dtype(dtype)) for i in range(1, count)]
    graph.output(pack(graph, [first, *others], axis, shape=shape))
    return model.bytes()
