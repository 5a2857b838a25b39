"""Operators on uint8, as TensorFlow 1 quantised them: TensorFlow Lite's reference kernels run them."""

import numpy as np

import quantities
from builder import Model, Quantization, activation, options, padding

UINT8 = np.dtype("uint8")

# Zero points with which kernels may fail, and ordinary ones. Weights less 128, 200 and 0 need 8 and 9 bits.
ZERO_POINTS = (0, 255, 128, 127, 91, 165)
WEIGHT_ZERO_POINTS = (128, 127, 122, 151, 0, 255)


def cases():
    """Each operator with several zero points and scales."""
    for number, zero in enumerate(WEIGHT_ZERO_POINTS):
        for kind in ("uniform", "near"):
            name = f"beyond-uint8-conv_2d-{zero}-{kind}"
            yield name, lambda state, a=(number, zero, kind): _conv(state, *a)
            name = f"beyond-uint8-depthwise_conv_2d-{zero}-{kind}"
            yield name, lambda state, a=(number, zero, kind): _depthwise(state, *a)
    for size in ((2, 2), (3, 3), (4, 4), (1, 6), (17, 16)):
        for padded in ("SAME", "VALID"):
            yield f"beyond-uint8-average_pool_2d-{size[0]}x{size[1]}-{padded.lower()}", lambda state, a=(size, padded): _pool(state, "AVERAGE_POOL_2D", *a)
    yield "beyond-uint8-max_pool_2d", lambda state: _pool(state, "MAX_POOL_2D", (3, 2), "SAME")
    for name in ("ADD", "SUB", "MUL"):
        for number in range(3):
            yield f"beyond-uint8-{name.lower()}-{number}", lambda state, a=(name, number): _binary(state, *a)
    for name in ("MAXIMUM", "MINIMUM"):
        yield f"beyond-uint8-{name.lower()}", lambda state, name=name: _extreme(state, name)
    for depth in (2, 10, 100, 400):
        yield f"beyond-uint8-softmax-{depth}", lambda state, depth=depth: _softmax(state, depth)
    for name in ("RELU", "RELU6"):
        yield f"beyond-uint8-{name.lower()}", lambda state, name=name: _unary(state, name)
    for name in ("MEAN", "SUM"):
        yield f"beyond-uint8-{name.lower()}", lambda state, name=name: _reduced(state, name)
    yield "beyond-uint8-resize_nearest_neighbor", _nearest
    for number in range(6):
        yield f"beyond-uint8-chain-{number}", _chain
    for name in ("RELU", "RELU6", "LEAKY_RELU", "HARD_SWISH", "LOGISTIC", "TANH"):
        for number in range(6):
            yield f"beyond-uint8-{name.lower()}-table-{number}", lambda state, a=(name, number): _table(state, *a)
    for number in range(4):
        yield f"beyond-uint8-mul-middles-{number}", lambda state, number=number: _middles(state, number)
        yield f"beyond-uint8-concatenation-{number}", lambda state, number=number: _joined(state, number)
    for regular in (False, True):
        name = f"beyond-uint8-detection_postprocess-{'regular' if regular else 'fast'}"
        yield name, lambda state, regular=regular: _detection(state, regular)
    yield "contradiction-uint8-tanh-middle", _between
    yield "contradiction-uint8-logistic-scale", lambda state: _table(state, "LOGISTIC", 0, 1 / 128)
    yield "contradiction-uint8-fully_connected", _fully_connected
    yield "contradiction-uint8-bias", lambda state: _conv(state, 0, 100, "uniform", 1e5)


def _activations(state):
    given = quantities.activations(state)
    zero = ZERO_POINTS[state.randint(len(ZERO_POINTS))] if state.randint(2) else int(state.randint(0, 256))
    return Quantization(given.scale, zero)


def _near(state, quantization, factor=1.0):
    """Another quantisation of a similar scale."""
    scale = np.float32(quantization.scale * factor * 2.0 ** state.uniform(-1, 1))
    return Quantization(scale, _activations(state).zero_point)


def _image(graph, state, shape):
    return graph.input("input", shape, _activations(state), UINT8)


def _layer(graph, state, source, shape, axis, zero, kind, name="layer", bias_factor=1.0):
    """Inputs of a layer with weights of this zero point, and the quantisation of its output."""
    spread = 255 if kind == "uniform" else 40
    weight = np.clip(state.randint(zero - spread, zero + spread + 1, shape), 0, 255).astype(np.uint8)
    scale = np.float32(10.0 ** state.uniform(-3, -1))
    product = np.float32(np.float32(source.scale) * scale)
    terms = weight.size // shape[axis]
    others = tuple(i for i in range(weight.ndim) if i != axis)
    worst = np.abs(weight.astype(np.int64) - zero).sum(axis=others) * max(source.zero_point, 255 - source.zero_point)
    bias = quantities.biases(state, "random", worst, terms)
    inputs = [
        source,
        graph.constant(f"{name}/weights", weight, Quantization(scale, zero)),
        graph.constant(f"{name}/bias", bias, Quantization(np.float32(product * bias_factor))),
    ]
    result = quantities.output_scale(np.float64([product]), np.max(worst), terms)
    return inputs, Quantization(result, _activations(state).zero_point)


def _window(name, number, **more):
    fields = {
        "padding": padding(("SAME", "VALID")[number % 2]),
        "strideH": 1 + number % 3 // 2,
        "strideW": 1 + number % 2,
        "dilationHFactor": 1,
        "dilationWFactor": 1,
        "fusedActivationFunction": activation(("NONE", "RELU", "RELU6")[number % 3]),
    }
    return options(name, **fields, **more)


def _size(length, window, stride, number):
    """Length of the output of a window."""
    return -(-length // stride) if number % 2 == 0 else -(-(length - window + 1) // stride)


def _conv(state, number, zero, kind, bias_factor=1.0):
    model = Model()
    graph = model.graph()
    height, width, depth, channels = 1 + number % 3, 1 + number % 4, 3 + 5 * (number % 3), 4 + number
    source = _image(graph, state, (1 + number % 2, 7, 6, depth))
    inputs, quantization = _layer(graph, state, source, (channels, height, width, depth), 0, zero, kind, bias_factor=bias_factor)
    fields = _window("Conv2DOptions", number)
    shape = (source.shape[0], _size(7, height, fields.strideH, number), _size(6, width, fields.strideW, number), channels)
    output = graph.tensor("output", shape, quantization, UINT8)
    graph.output(graph.operator("CONV_2D", inputs, [output], fields))
    return model.bytes()


def _depthwise(state, number, zero, kind):
    model = Model()
    graph = model.graph()
    height, width, depth, times = 3 - number % 2, 3, 2 + 3 * (number % 3), 1 + number // 4
    source = _image(graph, state, (1 + number % 2, 9, 8, depth))
    inputs, quantization = _layer(graph, state, source, (1, height, width, depth * times), 3, zero, kind)
    fields = _window("DepthwiseConv2DOptions", number, depthMultiplier=times)
    shape = (source.shape[0], _size(9, height, fields.strideH, number), _size(8, width, fields.strideW, number), depth * times)
    output = graph.tensor("output", shape, quantization, UINT8)
    graph.output(graph.operator("DEPTHWISE_CONV_2D", inputs, [output], fields))
    return model.bytes()


def _pool(state, name, size, padded):
    model = Model()
    graph = model.graph()
    source = _image(graph, state, (2, 17, 16, 6))
    fields = options("Pool2DOptions", padding=padding(padded), strideH=1, strideW=1, filterHeight=size[0], filterWidth=size[1])
    shape = source.shape if padded == "SAME" else (2, 18 - size[0], 17 - size[1], 6)
    output = graph.tensor("output", shape, source.quantization, UINT8)
    graph.output(graph.operator(name, [source], [output], fields))
    return model.bytes()


def _binary(state, name, number):
    model = Model()
    graph = model.graph()
    first = _image(graph, state, (1, 16, 16, 3))
    quantization = _activations(state) if name == "MUL" else _near(state, first.quantization)
    second = graph.input("second", (1, 16, 16, 1 if number == 2 else 3), quantization, UINT8)
    scale = first.scale * second.scale * 100 if name == "MUL" else max(first.scale, second.scale)
    result = _near(state, Quantization(scale))
    output = graph.tensor("output", first.shape, result, UINT8)
    kind = name.capitalize() + "Options"
    graph.output(graph.operator(name, [first, second], [output], options(kind, fusedActivationFunction=activation(("NONE", "RELU", "RELU6")[number]))))
    return model.bytes()


def _extreme(state, name):
    model = Model()
    graph = model.graph()
    first = _image(graph, state, (1, 16, 16, 3))
    second = graph.input("second", first.shape, first.quantization, UINT8)
    output = graph.tensor("output", first.shape, first.quantization, UINT8)
    graph.output(graph.operator(name, [first, second], [output], options("MaximumMinimumOptions")))
    return model.bytes()


def _softmax(state, depth):
    model = Model()
    graph = model.graph()
    # Probabilities of rows this long are not all below 1/512.
    source = graph.input("input", (3, depth), Quantization(np.float32(state.uniform(0.05, 0.2)), int(state.randint(0, 256))), UINT8)
    output = graph.tensor("output", source.shape, Quantization(np.float32(1 / 256), 0), UINT8)
    graph.output(graph.operator("SOFTMAX", [source], [output], options("SoftmaxOptions", beta=1.0)))
    return model.bytes()


def _unary(state, name, factor=1.0):
    model = Model()
    graph = model.graph()
    source = _image(graph, state, (1, 300))
    quantization = source.quantization if name == "RELU6" and factor == 1.0 else _near(state, source.quantization, factor)
    output = graph.tensor("output", source.shape, quantization, UINT8)
    graph.output(graph.operator(name, [source], [output]))
    return model.bytes()


def _reduced(state, name):
    model = Model()
    graph = model.graph()
    source = _image(graph, state, (1, 6, 5, 40))
    axes = graph.constant("axes", np.int32([1, 2]))
    output = graph.tensor("output", (1, 40), _near(state, source.quantization, 5.0 if name == "SUM" else 1.0), UINT8)
    graph.output(graph.operator(name, [source, axes], [output], options("ReducerOptions", keepDims=False)))
    return model.bytes()


def _nearest(state):
    model = Model()
    graph = model.graph()
    source = _image(graph, state, (1, 5, 4, 3))
    size = graph.constant("size", np.int32([8, 11]))
    output = graph.tensor("output", (1, 8, 11, 3), source.quantization, UINT8)
    graph.output(graph.operator("RESIZE_NEAREST_NEIGHBOR", [source, size], [output], options("ResizeNearestNeighborOptions")))
    return model.bytes()


# With these factors from input to output many results are in the middle between two steps.
_MIDDLES = (0.5, 1.5, 0.625, 2.5, 0.75, 1.25)


def _table(state, name, number, scale=None):
    """A function of one byte, on enough random elements that about all bytes occur."""
    model = Model()
    graph = model.graph()
    source = _image(graph, state, (16, 16, 3))
    near = _near(state, source.quantization)
    quantization = Quantization(np.float32(source.scale / _MIDDLES[number]), near.zero_point) if number % 2 else near
    if name == "LOGISTIC":
        quantization = Quantization(np.float32(scale or 1 / 256), near.zero_point if number == 1 else 0)
    if name == "TANH" and number % 2 == 0:
        quantization = Quantization(np.float32(1 / 128), 128)
    slopes = (0.1, 0.5, -0.3, 0.01, 1.5, 0.2)
    fields = options("LeakyReluOptions", alpha=slopes[number]) if name == "LEAKY_RELU" else None
    output = graph.tensor("output", source.shape, quantization, UINT8)
    graph.output(graph.operator(name, [source], [output], fields))
    return model.bytes()


def _between(state):
    """A function whose results the last digits of a math library decide."""
    del state
    model = Model()
    graph = model.graph()
    source = graph.input("input", (1, 300), Quantization(np.float32(0.0625), 128), UINT8)
    # The output's step is twice the tangent of one step of the input.
    output = graph.tensor("output", source.shape, Quantization(np.float32(2 * np.tanh(np.float64(0.0625))), 128), UINT8)
    graph.output(graph.operator("TANH", [source], [output]))
    return model.bytes()


def _middles(state, number):
    """MUL with a factor that is almost exact: a factor of float64 would give other bytes."""
    model = Model()
    graph = model.graph()
    first = _image(graph, state, (1, 16, 16, 3))
    second = graph.input("second", first.shape, _activations(state), UINT8)
    product = np.float32(np.float32(first.scale) * np.float32(second.scale))
    scale = np.float32(product * np.float32((32, 64, 100, 255)[number]))
    output = graph.tensor("output", first.shape, Quantization(scale, int(state.randint(0, 256))), UINT8)
    graph.output(graph.operator("MUL", [first, second], [output], options("MulOptions")))
    return model.bytes()


def _joined(state, number):
    """Inputs of other scales, one of them constant: the reference converts them with floats."""
    model = Model()
    graph = model.graph()
    source = _image(graph, state, (1, 8, 8, 5))
    factor = (1.7, 2.0, 0.75, 2.5)[number]
    quantization = Quantization(np.float32(source.scale * factor), _activations(state).zero_point)
    inputs = [source, graph.constant("constant", state.randint(0, 256, (1, 8, 8, 3)).astype(np.uint8), _near(state, quantization))]
    if number != 1:
        # Quantised like the output: copied.
        inputs.append(graph.input("same", (1, 8, 8, 2), quantization, UINT8))
    if number == 3:
        largest = graph.tensor("largest", source.shape, source.quantization, UINT8)
        fields = options("Pool2DOptions", padding=padding("SAME"), strideH=1, strideW=1, filterHeight=2, filterWidth=2)
        inputs.append(graph.operator("MAX_POOL_2D", [source], [largest], fields))
    depth = sum(tensor.shape[3] for tensor in inputs)
    output = graph.tensor("output", (1, 8, 8, depth), quantization, UINT8)
    graph.output(graph.operator("CONCATENATION", inputs, [output], options("ConcatenationOptions", axis=3)))
    return model.bytes()


def _detection(state, regular):
    """The end of an SSD network: scores by LOGISTIC, anchors of uint8."""
    model = Model()
    graph = model.graph()
    boxes, classes, most = 25, 3, 10
    encodings = graph.input("encodings", (1, boxes, 4), Quantization(np.float32(0.03), 130), UINT8)
    source = graph.input("classes", (1, boxes, classes + 1), Quantization(np.float32(0.05), 140), UINT8)
    scores = graph.tensor("scores", source.shape, Quantization(np.float32(1 / 256), 0), UINT8)
    graph.operator("LOGISTIC", [source], [scores])
    anchors = state.randint(20, 236, (boxes, 4)).astype(np.uint8)
    inputs = [encodings, scores, graph.constant("anchors", anchors, Quantization(np.float32(0.004), 10))]
    fields = {"max_detections": most, "max_classes_per_detection": 1, "num_classes": classes, "use_regular_nms": regular}
    fields |= {"nms_score_threshold": 0.3, "nms_iou_threshold": 0.5, "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0}
    shapes = (("boxes", (1, most, 4)), ("kinds", (1, most)), ("best", (1, most)), ("number", (1,)))
    outputs = [graph.tensor(name, shape, None, np.dtype("float32")) for name, shape in shapes]
    graph.custom("TFLite_Detection_PostProcess", inputs, outputs, **fields)
    graph.output(*outputs)
    return model.bytes()


def _fully_connected(state):
    """The reference multiplies sums by a factor of float64."""
    model = Model()
    graph = model.graph()
    source = graph.input("input", (2, 20), _activations(state), UINT8)
    inputs, quantization = _layer(graph, state, source, (6, 20), 0, 130, "near")
    output = graph.tensor("output", (2, 6), quantization, UINT8)
    graph.output(graph.operator("FULLY_CONNECTED", inputs, [output], options("FullyConnectedOptions")))
    return model.bytes()


def _chain(state):
    """A residual block with bytes moved in between, whose input and intermediate results are outputs, too."""
    model = Model()
    graph = model.graph()
    source = _image(graph, state, (1, 8, 6, 5))
    zero = WEIGHT_ZERO_POINTS[state.randint(len(WEIGHT_ZERO_POINTS))]
    inputs, quantization = _layer(graph, state, source, (5, 1, 1, 5), 0, zero, "near", "first")
    first = graph.operator("CONV_2D", inputs, [graph.tensor("first", source.shape, quantization, UINT8)], _window("Conv2DOptions", 0))
    padded = graph.tensor("padded", (1, 10, 8, 5), quantization, UINT8)
    graph.operator("PAD", [first, graph.constant("around", np.int32([[0, 0], [1, 1], [1, 1], [0, 0]]))], [padded], options("PadOptions"))
    inputs, quantization = _layer(graph, state, padded, (1, 3, 3, 5), 3, 130, "uniform", "second")
    fields = options(
        "DepthwiseConv2DOptions", padding=padding("VALID"), strideH=1, strideW=1, dilationHFactor=1, dilationWFactor=1, depthMultiplier=1
    )
    second = graph.tensor("second", source.shape, quantization, UINT8)
    graph.operator("DEPTHWISE_CONV_2D", inputs, [second], fields)
    total = graph.tensor("sum", source.shape, _near(state, quantization), UINT8)
    graph.operator("ADD", [source, second], [total], options("AddOptions"))
    joined = graph.tensor("joined", (1, 8, 6, 10), total.quantization, UINT8)
    graph.operator("CONCATENATION", [total, total], [joined], options("ConcatenationOptions", axis=3))
    row = graph.tensor("row", (1, 480), total.quantization, UINT8)
    graph.operator("RESHAPE", [joined, graph.constant("shape", np.int32([1, 480]))], [row], options("ReshapeOptions", newShape=[1, 480]))
    real = graph.tensor("real", (1, 480), None, np.dtype("float32"))
    graph.operator("DEQUANTIZE", [row], [real])
    graph.output(row, real, first)
    return model.bytes()
