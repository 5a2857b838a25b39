"""float32 operators between DEQUANTIZE and QUANTIZE, which the compiler computes on integers."""

import numpy as np

from builder import FLOAT, Model, Quantization, options

SHAPE = (1, 4, 6, 2)

# Of the input, and of the output: the same, or other ones, at which many values are out of range.
QUANTIZATIONS = {
    "int8": (Quantization(0.0371, -9), Quantization(0.0829, 20), Quantization(0.0113, -128)),
    "int16": (Quantization(0.00071, 0), Quantization(0.0013, 0)),
}

# TensorFlow Lite Micro has no TILE, and pads with memory that it has not set.
BEYOND = ("tile", "space_to_batch_nd")


def cases():
    """See the package."""
    for dtype, quantizations in QUANTIZATIONS.items():
        for number, output in enumerate(quantizations):
            for name, make in {**MOVES, **FUNCTIONS, "nothing": lambda g, x: x}.items():
                name = f"{'beyond-' if name in BEYOND else ''}through_float-{name}-{dtype}-{number}"
                yield name, lambda state, a=(dtype, quantizations[0], output, make): _one(*a)
    for name, make in (
        ("together", _together),
        ("apart", _apart),
        ("read_twice", _read_twice),
        ("an_output", _an_output),
        ("split", _split),
        ("unpack", _unpack),
        ("scales_apart", _scales_apart),
        ("constant", _constant),
        ("from_float", _from_float),
    ):
        yield f"through_float-{name}", lambda state, make=make: _model(make)


def _one(dtype, source, result, make):
    model = Model()
    graph = model.graph()
    x = graph.input("input", SHAPE, source, np.dtype(dtype))
    graph.output(_quantized(graph, make(graph, _dequantized(graph, x)), result, dtype))
    return model.bytes()


def _model(make):
    model = Model()
    graph = model.graph()
    graph.output(*make(graph))
    return model.bytes()


def _dequantized(graph, source):
    output = graph.tensor("dequantized", source.shape, None, FLOAT)
    return graph.operator("DEQUANTIZE", [source], [output], options("DequantizeOptions"))


def _quantized(graph, source, quantization, dtype="int8", name="output"):
    output = graph.tensor(name, source.shape, quantization, np.dtype(dtype))
    return graph.operator("QUANTIZE", [source], [output], options("QuantizeOptions"))


def _float(graph, kind, sources, shape, fields=None, name="float"):
    output = graph.tensor(f"{name}/{kind.lower()}", shape, None, FLOAT)
    return graph.operator(kind, sources, [output], fields)


def _reshape(graph, x, shape=(8, 6)):
    sizes = graph.constant("shape", np.asarray(shape, np.int32))
    return _float(graph, "RESHAPE", [x, sizes], shape, options("ReshapeOptions", newShape=list(shape)))


def _transpose(graph, x):
    shape = tuple(x.shape[i] for i in (0, 2, 3, 1))
    return _float(graph, "TRANSPOSE", [x, graph.constant("order", np.asarray([0, 2, 3, 1], np.int32))], shape)


def _pad(graph, x):
    amounts = graph.constant("amounts", np.asarray([[0, 0], [1, 2], [0, 1], [0, 0]], np.int32))
    shape = (x.shape[0], x.shape[1] + 3, x.shape[2] + 1, x.shape[3])
    return _float(graph, "PAD", [x, amounts], shape, options("PadOptions"))


def _tile(graph, x):
    often = graph.constant("often", np.asarray([1, 2, 1, 3], np.int32))
    return _float(graph, "TILE", [x, often], (x.shape[0], 2 * x.shape[1], x.shape[2], 3 * x.shape[3]))


def _space_to_depth(graph, x):
    shape = (x.shape[0], x.shape[1] // 2, x.shape[2] // 2, 4 * x.shape[3])
    return _float(graph, "SPACE_TO_DEPTH", [x], shape, options("SpaceToDepthOptions", blockSize=2))


def _mirror_pad(graph, x):
    amounts = graph.constant("around", np.asarray([[0, 0], [1, 1], [2, 0], [0, 0]], np.int32))
    shape = (x.shape[0], x.shape[1] + 2, x.shape[2] + 2, x.shape[3])
    return _float(graph, "MIRROR_PAD", [x, amounts], shape, options("MirrorPadOptions", mode=0))


def _integers(graph, name, values):
    return graph.constant(name, np.asarray(values, np.int32))


def _slice(graph, x):
    inputs = [x, _integers(graph, "begin", [0, 1, 2, 0]), _integers(graph, "size", [1, 3, 3, 2])]
    return _float(graph, "SLICE", inputs, (1, 3, 3, 2), options("SliceOptions"))


def _strided_slice(graph, x):
    inputs = [x, *(_integers(graph, name, values) for name, values in (
        ("from", [0, 3, 0, 0]), ("to", [1, 0, 6, 2]), ("step", [1, -1, 2, 1])))]
    return _float(graph, "STRIDED_SLICE", inputs, (1, 3, 3, 2), options("StridedSliceOptions"))


def _gather(graph, x):
    fields = options("GatherOptions", axis=2, batchDims=0)
    return _float(graph, "GATHER", [x, _integers(graph, "rows", [5, 0, 0, 2])], (1, 4, 4, 2), fields)


def _reverse(graph, x):
    return _float(graph, "REVERSE_V2", [x, _integers(graph, "axis", [2])], x.shape, options("ReverseV2Options"))


def _broadcast(graph, x):
    shape = (3, *x.shape[1:])
    return _float(graph, "BROADCAST_TO", [x, _integers(graph, "wanted", shape)], shape, options("BroadcastToOptions"))


def _space_to_batch(graph, x):
    inputs = [x, _integers(graph, "block", [2, 2]), _integers(graph, "around_block", [[0, 2], [1, 1]])]
    return _float(graph, "SPACE_TO_BATCH_ND", inputs, (4, 3, 4, 2), options("SpaceToBatchNDOptions"))


def _batch_to_space(graph, x):
    inputs = [_reshape(graph, x, (4, 2, 3, 2)), _integers(graph, "blocks", [2, 2]), _integers(graph, "crops", [[1, 0], [0, 1]])]
    return _float(graph, "BATCH_TO_SPACE_ND", inputs, (1, 3, 5, 2), options("BatchToSpaceNDOptions"))


def _depth_to_space(graph, x):
    fields = options("DepthToSpaceOptions", blockSize=2)
    return _float(graph, "DEPTH_TO_SPACE", [_reshape(graph, x, (1, 2, 3, 8))], (1, 4, 6, 2), fields)


def _expand_squeeze(graph, x):
    wide = _float(graph, "EXPAND_DIMS", [x, _integers(graph, "where", 1)], (1, 1, *x.shape[1:]), options("ExpandDimsOptions"))
    return _float(graph, "SQUEEZE", [wide], x.shape[1:], options("SqueezeOptions", squeezeDims=[0, 1]))


def _pack(graph, x):
    fields = options("PackOptions", axis=1, valuesCount=2)
    return _float(graph, "PACK", [x, _reverse(graph, x)], (1, 2, *x.shape[1:]), fields)


def _function(kind, fields=None):
    return lambda graph, x: _float(graph, kind, [x], x.shape, fields and options(*fields[0], **fields[1]))


MOVES = {
    "reshape": _reshape,
    "transpose": _transpose,
    "pad": _pad,
    "tile": _tile,
    "space_to_depth": _space_to_depth,
    "mirror_pad": _mirror_pad,
    "slice": _slice,
    "strided_slice": _strided_slice,
    "gather": _gather,
    "reverse_v2": _reverse,
    "broadcast_to": _broadcast,
    "space_to_batch_nd": _space_to_batch,
    "batch_to_space_nd": _batch_to_space,
    "depth_to_space": _depth_to_space,
    "expand_dims_squeeze": _expand_squeeze,
    "pack": _pack,
    "transpose_pad_reshape": lambda g, x: _reshape(g, _pad(g, _transpose(g, x)), (9, 12)),
}

_LEAKY = _function("LEAKY_RELU", (("LeakyReluOptions",), {"alpha": 0.1}))

FUNCTIONS = {
    "abs": _function("ABS"),
    "ceil": _function("CEIL"),
    "floor": _function("FLOOR"),
    "hard_swish": _function("HARD_SWISH"),
    "leaky_relu": _LEAKY,
    "neg": _function("NEG"),
    "relu": _function("RELU"),
    "relu6": _function("RELU6"),
    "round": _function("ROUND"),
    "square": _function("SQUARE"),
    "transpose_leaky_relu_pad": lambda g, x: _pad(g, _LEAKY(g, _transpose(g, x))),
    "abs_sqrt": lambda g, x: _function("SQRT")(g, _function("ABS")(g, x)),
    "square_neg_floor": lambda g, x: _function("FLOOR")(g, _function("NEG")(g, _function("SQUARE")(g, x))),
}


def _input(graph, name, quantization=QUANTIZATIONS["int8"][0]):
    return _dequantized(graph, graph.input(name, SHAPE, quantization))


def _concatenation(graph, sources):
    shape = (*SHAPE[:3], sum(source.shape[3] for source in sources))
    return _float(graph, "CONCATENATION", sources, shape, options("ConcatenationOptions", axis=3))


def _together(graph):
    """Two inputs of one quantisation."""
    joined = _concatenation(graph, [_input(graph, "first"), _transpose_back(graph, _input(graph, "second"))])
    return [_quantized(graph, joined, QUANTIZATIONS["int8"][1])]


def _transpose_back(graph, x):
    order = graph.constant("back", np.asarray([0, 1, 2, 3], np.int32))
    return _float(graph, "TRANSPOSE", [x, order], x.shape)


def _scales_apart(graph):
    """Two inputs of different quantisation."""
    first, second, result = QUANTIZATIONS["int8"]
    return [_quantized(graph, _concatenation(graph, [_input(graph, "a", first), _input(graph, "b", second)]), result)]


def _apart(graph):
    """Two results of different quantisation."""
    x = _transpose(graph, _input(graph, "input"))
    first, second, third = QUANTIZATIONS["int8"]
    moved = _space_to_depth(graph, _transpose_back(graph, x)) if x.shape[1] % 2 == 0 and x.shape[2] % 2 == 0 else x
    results = [(x, first, "same"), (moved, second, "other"), (x, third, "third")]
    return [_quantized(graph, source, quantization, name=name) for source, quantization, name in results]


def _parts(graph, kind, sources, shape, fields):
    """An operator with two results, of which the second gets another quantisation."""
    outputs = [graph.tensor(f"part{i}", shape, None, FLOAT) for i in range(2)]
    graph.operator(kind, sources, outputs, fields)
    return [_quantized(graph, part, QUANTIZATIONS["int8"][i], name=f"output{i}") for i, part in enumerate(outputs)]


def _split(graph):
    axis = graph.constant("axis", np.asarray(2, np.int32))
    return _parts(graph, "SPLIT", [axis, _input(graph, "input")], (1, 4, 3, 2), options("SplitOptions", numSplits=2))


def _unpack(graph):
    return _parts(graph, "UNPACK", [_input(graph, "input")], (1, 4, 6), options("UnpackOptions", axis=3, num=2))


def _read_twice(graph):
    """The result of DEQUANTIZE is read elsewhere, too, and is an output."""
    x = _input(graph, "input")
    total = _float(graph, "ADD", [x, x], SHAPE, options("AddOptions"))
    return [_quantized(graph, _LEAKY(graph, x), QUANTIZATIONS["int8"][1]), total, x]


def _an_output(graph):
    """A float32 tensor between them is an output."""
    moved = _transpose(graph, _input(graph, "input"))
    return [_quantized(graph, _LEAKY(graph, moved), QUANTIZATIONS["int8"][1]), moved]


def _constant(graph):
    """A constant is joined."""
    constant = graph.constant("constant", np.linspace(-2, 2, 48, dtype=np.float32).reshape(SHAPE))
    return [_quantized(graph, _concatenation(graph, [_input(graph, "input"), constant]), QUANTIZATIONS["int8"][0])]


def _from_float(graph):
    """An input of float32 is joined."""
    other = graph.input("other", SHAPE, None, np.dtype("float32"))
    return [_quantized(graph, _concatenation(graph, [_input(graph, "input"), other]), QUANTIZATIONS["int8"][0])]
