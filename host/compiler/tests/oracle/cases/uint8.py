"""Operators on uint8, as TensorFlow 1 quantised them: TensorFlow Lite's reference kernels run them."""

import numpy as np

from builder import Model, Quantization, activation, options, padding

from .uint8_layers import UINT8, activations, image, near


def cases():
    """Each operator with several zero points and scales."""
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
    for number in range(5):
        yield f"beyond-uint8-resize_bilinear-{number}", lambda state, number=number: _bilinear(state, number)
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
    for same in (False, True):
        yield f"beyond-uint8-quantize-{'same' if same else 'other'}", lambda state, same=same: _requantised(state, same)


def _pool(state, name, size, padded):
    model = Model()
    graph = model.graph()
    source = image(graph, state, (2, 17, 16, 6))
    fields = options("Pool2DOptions", padding=padding(padded), strideH=1, strideW=1, filterHeight=size[0], filterWidth=size[1])
    shape = source.shape if padded == "SAME" else (2, 18 - size[0], 17 - size[1], 6)
    output = graph.tensor("output", shape, source.quantization, UINT8)
    graph.output(graph.operator(name, [source], [output], fields))
    return model.bytes()


def _binary(state, name, number):
    model = Model()
    graph = model.graph()
    first = image(graph, state, (1, 16, 16, 3))
    quantization = activations(state) if name == "MUL" else near(state, first.quantization)
    second = graph.input("second", (1, 16, 16, 1 if number == 2 else 3), quantization, UINT8)
    scale = first.scale * second.scale * 100 if name == "MUL" else max(first.scale, second.scale)
    result = near(state, Quantization(scale))
    output = graph.tensor("output", first.shape, result, UINT8)
    kind = name.capitalize() + "Options"
    graph.output(graph.operator(name, [first, second], [output], options(kind, fusedActivationFunction=activation(("NONE", "RELU", "RELU6")[number]))))
    return model.bytes()


def _extreme(state, name):
    model = Model()
    graph = model.graph()
    first = image(graph, state, (1, 16, 16, 3))
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
    source = image(graph, state, (1, 300))
    quantization = source.quantization if name == "RELU6" and factor == 1.0 else near(state, source.quantization, factor)
    output = graph.tensor("output", source.shape, quantization, UINT8)
    graph.output(graph.operator(name, [source], [output]))
    return model.bytes()


def _reduced(state, name):
    model = Model()
    graph = model.graph()
    source = image(graph, state, (1, 6, 5, 40))
    axes = graph.constant("axes", np.int32([1, 2]))
    output = graph.tensor("output", (1, 40), near(state, source.quantization, 5.0 if name == "SUM" else 1.0), UINT8)
    graph.output(graph.operator(name, [source, axes], [output], options("ReducerOptions", keepDims=False)))
    return model.bytes()


def _nearest(state):
    model = Model()
    graph = model.graph()
    source = image(graph, state, (1, 5, 4, 3))
    size = graph.constant("size", np.int32([8, 11]))
    output = graph.tensor("output", (1, 8, 11, 3), source.quantization, UINT8)
    graph.output(graph.operator("RESIZE_NEAREST_NEIGHBOR", [source, size], [output], options("ResizeNearestNeighborOptions")))
    return model.bytes()


def _bilinear(state, number):
    """The reference computes these with float32."""
    model = Model()
    graph = model.graph()
    source = image(graph, state, (2, 5, 4, 3))
    height, width, align, half = ((8, 11, 0, 0), (10, 8, 0, 1), (9, 7, 1, 0), (3, 2, 0, 1), (1, 13, 1, 0))[number]
    size = graph.constant("size", np.int32([height, width]))
    output = graph.tensor("output", (2, height, width, 3), source.quantization, UINT8)
    fields = options("ResizeBilinearOptions", alignCorners=bool(align), halfPixelCenters=bool(half))
    graph.output(graph.operator("RESIZE_BILINEAR", [source, size], [output], fields))
    return model.bytes()


# With these factors from input to output many results are in the middle between two steps.
_MIDDLES = (0.5, 1.5, 0.625, 2.5, 0.75, 1.25)


def _table(state, name, number, scale=None):
    """A function of one byte, on enough random elements that about all bytes occur."""
    model = Model()
    graph = model.graph()
    source = image(graph, state, (16, 16, 3))
    other = near(state, source.quantization)
    quantization = Quantization(np.float32(source.scale / _MIDDLES[number]), other.zero_point) if number % 2 else other
    if name == "LOGISTIC":
        quantization = Quantization(np.float32(scale or 1 / 256), other.zero_point if number == 1 else 0)
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
    first = image(graph, state, (1, 16, 16, 3))
    second = graph.input("second", first.shape, activations(state), UINT8)
    product = np.float32(np.float32(first.scale) * np.float32(second.scale))
    scale = np.float32(product * np.float32((32, 64, 100, 255)[number]))
    output = graph.tensor("output", first.shape, Quantization(scale, int(state.randint(0, 256))), UINT8)
    graph.output(graph.operator("MUL", [first, second], [output], options("MulOptions")))
    return model.bytes()


def _joined(state, number):
    """Inputs of other scales, one of them constant: the reference converts them with floats."""
    model = Model()
    graph = model.graph()
    source = image(graph, state, (1, 8, 8, 5))
    factor = (1.7, 2.0, 0.75, 2.5)[number]
    quantization = Quantization(np.float32(source.scale * factor), activations(state).zero_point)
    inputs = [source, graph.constant("constant", state.randint(0, 256, (1, 8, 8, 3)).astype(np.uint8), near(state, quantization))]
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


def _requantised(state, same):
    """QUANTIZE alone, and bytes moved before it."""
    model = Model()
    graph = model.graph()
    source = image(graph, state, (1, 20, 20))
    padded = graph.tensor("padded", (1, 22, 20), source.quantization, UINT8)
    graph.operator("PAD", [source, graph.constant("around", np.int32([[0, 0], [1, 1], [0, 0]]))], [padded], options("PadOptions"))
    quantization = source.quantization if same else near(state, source.quantization)
    output = graph.tensor("output", padded.shape, quantization, UINT8)
    graph.output(graph.operator("QUANTIZE", [padded], [output], options("QuantizeOptions")))
    return model.bytes()
