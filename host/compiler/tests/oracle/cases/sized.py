"""Models whose inputs have dimensions that the user chooses, each for one choice: see `../sized.py`."""

import functools

import numpy as np

from builder import FLOAT, Model, Quantization, activation, options, padding

from .concatenation import concatenation
from .folding import arithmetic, pack, shape_of
from .reshape import reshape
from .strided_slice import strided_slice
from .transpose import transpose

# Models of int8: see `../sized.py`.
LIKE_MICRO = ("quantised",)


def every():
    """The models by name: functions that take whether dimensions are left open, and return the file and the chosen shapes."""
    return {
        "convolution": functools.partial(_model, _convolution, {"image": (1, 21, 8, 1)}, {"image": [1]}),
        "convolution-batch": functools.partial(_model, _convolution, {"image": (3, 9, 8, 1)}, {"image": [0, 1]}),
        "quantised": functools.partial(_model, _quantised, {"image": (1, 10, 6, 2)}, {"image": [1]}),
        "arithmetic": functools.partial(_model, _arithmetic, {"samples": (1, 50)}, {"samples": [1]}),
        "spectrum": functools.partial(_model, _spectrum, {"samples": (200,)}, {}),
        "pair": functools.partial(_model, _pair, {"first": (1, 5, 4), "second": (1, 7, 4)}, {"first": [1], "second": [1]}),
        "halves": functools.partial(_model, _halves, {"values": (6, 10)}, {"values": [0, 1]}),
    }


def _model(make, shapes, open_dimensions, is_open):
    model = Model()
    graph = model.graph()
    make(graph, shapes, np.random.RandomState(7))
    if is_open:
        _erase(graph, open_dimensions)
    return model.bytes(), {name: list(shape) for name, shape in shapes.items()}


def _erase(graph, dimensions):
    """Inputs get size 1 in these dimensions, or in all where none are given, as a converter that knows nothing of open dimensions
    leaves them; and what operators compute gets size 1 everywhere.
    """
    tensors = graph.table.tensors
    for index in graph.table.inputs:
        tensor = tensors[index]
        if dimensions:
            tensor.shapeSignature = [-1 if i in dimensions[tensor.name] else size for i, size in enumerate(tensor.shape)]
            tensor.shape = [max(1, size) for size in tensor.shapeSignature]
        else:
            tensor.shape = [1] * len(tensor.shape)
    for operator in graph.table.operators:
        for index in operator.outputs:
            tensors[index].shape = [1] * len(tensors[index].shape)


def _window(inputs, shape, name, kind, fields, quantization=None):
    graph, *inputs = inputs
    output = graph.tensor(name, shape, quantization, inputs[0].dtype)
    return graph.operator(kind, inputs, [output], options(fields[0], **fields[1]))


def _convolution(graph, shapes, state):
    """CONV_2D, MAX_POOL_2D, RESHAPE to rows of 8, FULLY_CONNECTED of each."""
    source = graph.input("image", shapes["image"], None, FLOAT)
    batch, height, width, _ = source.shape
    weights = graph.constant("filter", state.standard_normal((4, 3, 3, 1)).astype(np.float32))
    bias = graph.constant("bias", state.standard_normal(4).astype(np.float32))
    one = {"strideH": 2, "strideW": 2, "padding": padding("SAME"), "fusedActivationFunction": activation("RELU")}
    fields = ("Conv2DOptions", {**one, "dilationHFactor": 1, "dilationWFactor": 1})
    shape = (batch, -(-height // 2), width // 2, 4)
    found = _window([graph, source, weights, bias], shape, "features", "CONV_2D", fields)
    one = {"strideH": 2, "strideW": 2, "padding": padding("VALID"), "fusedActivationFunction": activation("NONE")}
    fields = ("Pool2DOptions", {**one, "filterHeight": 2, "filterWidth": 2})
    shape = (batch, shape[1] // 2, shape[2] // 2, 4)
    found = _window([graph, found], shape, "pooled", "MAX_POOL_2D", fields)
    rows = batch * shape[1]
    flat = graph.tensor("rows", (rows, 8), None, FLOAT)
    graph.operator("RESHAPE", [found, graph.constant("to rows", np.int32([-1, 8]))], [flat], options("ReshapeOptions"))
    graph.output(_dense(graph, flat, (rows, 3), state), found)


def _dense(graph, source, shape, state, keep=False):
    weights = graph.constant("weights", state.standard_normal((shape[-1], source.shape[-1])).astype(np.float32))
    fields = options("FullyConnectedOptions", fusedActivationFunction=activation("NONE"), keepNumDims=keep)
    return graph.operator("FULLY_CONNECTED", [source, weights], [graph.tensor("dense", shape, None, FLOAT)], fields)


def _quantised(graph, shapes, state):
    """The same of int8; the new shape is in the options of RESHAPE."""
    source = graph.input("image", shapes["image"], Quantization(0.05, 3))
    height = source.shape[1]
    weights = graph.constant("filter", state.randint(-127, 128, (4, 3, 3, 2)).astype(np.int8), Quantization(0.02))
    bias = graph.constant("bias", np.int32([100, -50, 3, 0]), Quantization(0.05 * 0.02))
    one = {"strideH": 1, "strideW": 1, "padding": padding("VALID"), "fusedActivationFunction": activation("NONE")}
    fields = ("Conv2DOptions", {**one, "dilationHFactor": 1, "dilationWFactor": 1})
    found = _window([graph, source, weights, bias], (1, height - 2, 4, 4), "features", "CONV_2D", fields, Quantization(0.1, -7))
    flat = graph.tensor("flat", (1, (height - 2) * 16), Quantization(0.1, -7))
    graph.operator("RESHAPE", [found], [flat], options("ReshapeOptions", newShape=[1, -1]))
    graph.output(flat)


def _arithmetic(graph, shapes, state):
    """Frames of 10 of what was counted: SHAPE, STRIDED_SLICE, FLOOR_DIV, PACK, RESHAPE."""
    source = graph.input("samples", shapes["samples"], None, FLOAT)
    count = source.shape[1] // 10
    sizes = shape_of(graph, source, "sizes")
    length = strided_slice(graph, sizes, [1], [2], [1], "length", shrinkAxisMask=1)
    frames = graph.tensor("frames", (), None, np.int32)
    graph.operator("FLOOR_DIV", [length, graph.constant("ten", np.int32(10))], [frames], options("FloorDivOptions"))
    wanted = pack(graph, [graph.constant("one", np.int32(1)), frames, graph.constant("size", np.int32(10))], 0, "wanted")
    framed = graph.tensor("framed", (1, count, 10), None, FLOAT)
    graph.operator("RESHAPE", [source, wanted], [framed], options("ReshapeOptions"))
    window = graph.constant("window", state.standard_normal((1, 1, 10)).astype(np.float32))
    windowed = arithmetic(graph, "MUL", [framed, window], (1, count, 10), "windowed")
    graph.output(_dense(graph, windowed, (1, count, 4), state, keep=True))


def _spectrum(graph, shapes, state):
    """Sound of any length to rows of energies, as the front ends of wake-word models compute them."""
    source = graph.input("samples", shapes["samples"], None, FLOAT)
    samples = source.shape[0]
    frames = (samples - 32) // 16 + 1
    image = graph.tensor("image", (1, samples), None, FLOAT)
    graph.operator("EXPAND_DIMS", [source, graph.constant("first", np.int32(0))], [image], options("ExpandDimsOptions"))
    row = graph.tensor("row", (1, 1, samples, 1), None, FLOAT)
    graph.operator("RESHAPE", [image, graph.constant("as row", np.int32([1, 1, -1, 1]))], [row], options("ReshapeOptions"))
    filters = graph.constant("filter", state.standard_normal((6, 1, 32, 1)).astype(np.float32))
    bias = graph.constant("bias", np.zeros(6, np.float32))
    one = {"strideH": 1, "strideW": 16, "padding": padding("VALID"), "fusedActivationFunction": activation("NONE")}
    fields = ("Conv2DOptions", {**one, "dilationHFactor": 1, "dilationWFactor": 1})
    parts = _window([graph, row, filters, bias], (1, 1, frames, 6), "parts", "CONV_2D", fields)
    power = arithmetic(graph, "MUL", [parts, parts], parts.shape, "power")
    least = arithmetic(graph, "MAXIMUM", [power, graph.constant("least", np.float32(1e-3))], parts.shape, "bounded")
    graph.output(transpose(graph, least, (0, 3, 2, 1)))


def _pair(graph, shapes, state):
    """Two inputs of different lengths, one behind the other, and each step of one with each of the other."""
    first = graph.input("first", shapes["first"], None, FLOAT)
    second = graph.input("second", shapes["second"], None, FLOAT)
    joined = concatenation(graph, [first, second], 1)
    scaled = arithmetic(graph, "MUL", [joined, graph.constant("factors", np.float32([1, -2, 0.5, 3]))], joined.shape, "scaled")
    turned = transpose(graph, second, (0, 2, 1))
    products = graph.tensor("products", (1, first.shape[1], second.shape[1]), None, FLOAT)
    graph.operator("BATCH_MATMUL", [first, turned], [products], options("BatchMatMulOptions"))
    graph.output(scaled, products)


def _halves(graph, shapes, state):
    """SPLIT and its parts added, MEAN over the rest."""
    source = graph.input("values", shapes["values"], None, FLOAT)
    rows, columns = source.shape
    halves = [graph.tensor(f"half{i}", (rows, columns // 2), None, FLOAT) for i in range(2)]
    graph.operator("SPLIT", [graph.constant("axis", np.int32(1)), source], halves, options("SplitOptions", numSplits=2))
    total = arithmetic(graph, "ADD", halves, halves[0].shape, "sum")
    mean = graph.tensor("mean", (rows,), None, FLOAT)
    graph.operator("MEAN", [total, graph.constant("columns", np.int32([1]))], [mean], options("ReducerOptions", keepDims=False))
    graph.output(mean, reshape(graph, total, total.shape))
