"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED, int8 and float32."""

import numpy as np

import quantities
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from builder import FLOAT, Quantization, activation, options, padding
from cases.conv_2d import extent

from ..net import size

# Fused activations, repeated by their weight.
ACTIVATIONS = ("NONE", "NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def _quantized(net, source, shape, axis, per_channel, int4=False):
    """Weights, bias and the output's quantisation for int8; the weights may be of `int4`."""
    state, channels = net.state, shape[axis]
    kind = net.pick(("uniform", "uniform", "uniform", "full", "signs", "small", "lowest", "highest", "zero"))
    weight = quantities.weights(state, shape, kind)
    int4 = int4 and net.chance(0.25)
    if int4:
        weight >>= 4
    scales = np.float32([net.scale()]) * np.float32(10.0 ** state.uniform(-0.3, 0.3, channels if per_channel else 1))
    if net.chance(0.3):
        # A power of two: the products keep few digits, and ratios of exact powers of two give exact halves.
        scales = np.float32(2.0 ** np.round(np.log2(scales)))
    worst = quantities.reach(weight, axis, source.zero_point)
    product = np.float64(source.scale) * np.float64(scales)
    quantization = Quantization(_output_scale(net, product, worst, weight.size // channels), net.zero_point())
    inputs = []
    bias = net.pick(("random", "random", "random", "limit", "zero", "none", "omitted"))
    if bias == "omitted":
        inputs.append(None)
    elif bias != "none":
        values = quantities.biases(state, bias, worst, weight.size // channels)
        if net.stuck:
            scales = _stick(net, weight, scales, values, axis)
            product = np.float64(source.scale) * np.float64(scales)
        with np.errstate(over="ignore", under="ignore"):
            inputs.append(net.graph.constant(net.name("bias"), values, Quantization(np.float32(product))))
    constant = net.graph.int4 if int4 else net.graph.constant
    weights = constant(net.name("weights"), weight, Quantization(scales, axis=axis if per_channel else 0))
    return [weights, *inputs], quantization


def _stick(net, weight, scales, bias, axis):
    """Makes the output of some channels constant: with a bias larger than all sums, weights of 0, or a scale that is tiny or 0."""
    scales = scales.copy()
    channels = np.moveaxis(weight, axis, 0)
    for channel in range(bias.size):
        if not net.chance(net.stuck):
            continue
        kind = net.pick(("saturated", "saturated", "pruned", "scale", "tiny"))
        if kind == "pruned":
            channels[channel] = 0
        elif scales.size == 1 or kind == "saturated":
            bias[channel] = net.pick((-1, -1, 1)) * (1 << net.between(16, 28))
        elif kind == "scale":
            scales[channel] = 0
        else:
            scales[channel] *= np.float32(2.0 ** -net.between(10, 40))
            bias[channel] = net.between(-(1 << 28), 1 << 28) >> net.between(0, 16)
    return scales


def _output_scale(net, product, worst, terms, spread=None):
    if net.extreme and net.chance(0.3):
        return net.scale()
    largest = float(np.max(product))
    if net.chance(0.35):
        # The multiplier is a power of two, or close to one: halves.
        wanted = largest * 2.0 ** net.between(1, 16)
        wanted = np.float64(np.float32(wanted))
        return float(np.float32(np.clip(np.nextafter(np.float32(wanted), np.float32(net.pick((0, np.inf)))) if net.chance(0.2) else wanted, 1e-37, 3e38)))
    return float(np.float32(np.clip(quantities.output_scale(product, worst, terms, None, spread or net.pick((20, 48, 120, 350))), 1e-37, 3e38)))


def _hybrid(net, shape, axis, per_channel):
    """Weights of int8 or int4, and a bias, for activations of float32."""
    state, channels = net.state, shape[axis]
    # One scale is for FULLY_CONNECTED and CONV_2D without groups; int4 not for DEPTHWISE_CONV_2D.
    bits = 4 if axis == 0 and net.chance(0.2) else 8
    low, high = (-127, 127) if bits == 8 else (-8, 7)
    weight = state.randint(low, high + 1, shape).astype(np.int8)
    scales = np.float32(10.0 ** state.uniform(-4, 0, channels if per_channel or axis == 3 else 1))
    quantization = Quantization(scales, axis=axis if scales.size > 1 else 0)
    weights = (net.graph.constant if bits == 8 else net.graph.int4)(net.name("weights"), weight, quantization)
    return [weights, net.graph.constant(net.name("bias"), net.values((channels,), FLOAT))], None


def _floats(net, shape, axis):
    inputs = [net.graph.constant(net.name("weights"), net.values(shape, FLOAT))]
    if net.chance(0.8):
        inputs.append(net.graph.constant(net.name("bias"), net.values((shape[axis],), FLOAT)))
    return inputs, None


def _wide(net, source, shape, axis, per_channel, biases):
    """Weights, bias and the output's quantisation for int16."""
    state, channels = net.state, shape[axis]
    kind = net.pick(("uniform", "uniform", "uniform", "full", "signs", "small", "lowest", "highest", "zero"))
    weight = quantities.weights(state, shape, kind)
    scales = np.float32([net.scale()]) * np.float32(10.0 ** state.uniform(-0.3, 0.3, channels if per_channel else 1))
    if net.chance(0.3):
        scales = np.float32(2.0 ** np.round(np.log2(scales)))
    others = tuple(i for i in range(weight.ndim) if i != axis)
    worst = np.abs(weight.astype(np.int64)).sum(axis=others) << 15
    terms = weight.size // channels
    product = np.float64(source.scale) * np.float64(scales)
    inputs = [net.graph.constant(net.name("weights"), weight, Quantization(scales, axis=axis if per_channel else 0))]
    bias = net.pick(("random", "random", "random", "wide", "zero", "none", "omitted"))
    if bias == "omitted":
        inputs.append(None)
    elif bias != "none":
        dtype = net.pick(biases)
        most = (quantities.typical(worst, terms) * 0.8 + 1).astype(np.int64)
        if bias == "wide":
            # Near the limits of 32 and of 47 bits, including the sums.
            limit = 1 << net.pick((31, 31, 33, 40, 46)) if dtype == "int64" else 1 << 31
            most = np.maximum(limit - 1 - worst, 1)
        most = np.minimum(most, np.iinfo(dtype).max) * (bias != "zero")
        signs = 1 if net.chance(0.5) else state.choice((-1, 1), channels)
        values = most * signs if bias == "wide" and net.chance(0.5) else [state.randint(-m, m + 1) for m in most]
        with np.errstate(over="ignore", under="ignore"):
            inputs.append(net.graph.constant(net.name("bias"), np.asarray(values, dtype), Quantization(np.float32(product))))
    spread = net.pick((100, 3000, 12000, 60000))
    return inputs, Quantization(_output_scale(net, product, worst, terms, spread), 0)


def _parameters(net, source, shape, axis, per_channel, biases=("int64",), int4=False):
    if source.dtype == FLOAT:
        return _hybrid(net, shape, axis, per_channel) if net.beyond else _floats(net, shape, axis)
    if source.dtype.name == "int16":
        return _wide(net, source, shape, axis, per_channel, biases)
    return _quantized(net, source, shape, axis, per_channel, int4)


def _of_the_run(net, inputs):
    """Sometimes weights, the bias or both from the caller, quantised like those drawn; rarely without a bias."""
    packed = net.graph.table.tensors[inputs[0].index].type == schema.TensorType.INT4
    if packed or net.beyond or not net.chance(0.15):
        return inputs
    which = net.pick(((0,), (0,), (1,), (0, 1)))
    inputs = [_given(net, t) if i in which and t is not None else t for i, t in enumerate(inputs)]
    return inputs[:1] if net.chance(0.3) else inputs


def _given(net, constant):
    """An input like this constant. A bias of any size would hide the products: sometimes it has only 16 bits."""
    if constant.dtype.name != "int32" or net.chance(0.3):
        # Not available to other operators: some support only one scale.
        return net.graph.input(net.name("given"), constant.shape, constant.quantization, constant.dtype)
    narrow = net.input(constant.shape, "int16")
    wide = net.graph.tensor(net.name("bias"), constant.shape, constant.quantization, "int32")
    return net.graph.operator("CAST", [narrow], [wide], options("CastOptions"))


def _window(net, source):
    """Padding, kernel, stride, dilation and the output's height and width; None if the image is too small."""
    pad = net.pick(("SAME", "VALID"))
    kernel = [net.pick((1, 1, 2, 3, 3, 3, 4, 5)) for _ in range(2)]
    stride = [net.pick((1, 1, 1, 2, 2, 3)) for _ in range(2)]
    dilation = [net.pick((1, 2, 3)) for _ in range(2)] if net.chance(0.15) else [1, 1]
    place = [extent(*a, pad) for a in zip(source.shape[1:3], kernel, stride, dilation)]
    return (pad, kernel, stride, dilation, place) if min(place) > 0 else None


def _common_window(net, source):
    """A window of 3 x 3 with stride 1, which `--optimize speed` computes otherwise, on images whose channels suit it; sometimes None."""
    pad = net.pick(("SAME", "VALID"))
    place = [extent(n, 3, 1, 1, pad) for n in source.shape[1:3]]
    usable = source.shape[3] % 4 == 0 and source.shape[3] >= 16 and min(place) > 0
    return (pad, [3, 3], [1, 1], [1, 1], place) if usable and net.chance(0.6) else None


def _window_fields(table, window, net, **more):
    """Options of a convolution with this window, and an activation."""
    pad, _, stride, dilation, _ = window
    return options(
        table,
        padding=padding(pad),
        strideH=stride[0],
        strideW=stride[1],
        dilationHFactor=dilation[0],
        dilationWFactor=dilation[1],
        fusedActivationFunction=activation(net.pick(ACTIVATIONS)),
        **more,
    )


def _image(net):
    return net.source(lambda t: len(t.shape) == 4 and t.dtype.name in ("int8", "int16", "float32"))


def conv_2d(net):
    """CONV_2D."""
    source = _image(net)
    common = source and _common_window(net, source)
    window = common or (source and _window(net, source))
    if not window:
        return False
    _, kernel, _, _, place = window
    groups = net.pick([n for n in range(1, 9) if source.shape[3] % n == 0]) if net.chance(0.25) and not common else 1
    filters = net.pick((4, 8, 16, 32) if common else (1, 2, 3, 4, 5, 7, 8, 16, 17)) * groups
    shape = (source.shape[0], *place, filters)
    weights = (filters, *kernel, source.shape[3] // groups)
    if size(shape) > net.largest or size(weights) > 2 * net.largest:
        return False
    biases = ("int64", "int64", "int32")
    inputs, quantization = _parameters(net, source, weights, 0, groups > 1 or net.chance(0.8), biases, int4=True)
    inputs = _of_the_run(net, inputs)
    fields = _window_fields("Conv2DOptions", window, net)
    net.operator("CONV_2D", [source, *inputs], [net.result("conv_2d", shape, source.dtype, quantization)], fields)
    return True


def depthwise_conv_2d(net):
    """DEPTHWISE_CONV_2D."""
    source = _image(net)
    window = source and _window(net, source)
    if not window:
        return False
    _, kernel, _, _, place = window
    multiplier = net.pick((1, 1, 1, 2, 3))
    filters = source.shape[3] * multiplier
    shape = (source.shape[0], *place, filters)
    if size(shape) > net.largest:
        return False
    inputs, quantization = _parameters(net, source, (1, *kernel, filters), 3, net.chance(0.8), int4=True)
    inputs = _of_the_run(net, inputs)
    fields = _window_fields("DepthwiseConv2DOptions", window, net, depthMultiplier=multiplier)
    if source.dtype == FLOAT and len(inputs) == 1:
        inputs.append(net.graph.constant(net.name("bias"), net.values((filters,), FLOAT)))
    net.operator(
        "DEPTHWISE_CONV_2D", [source, *inputs], [net.result("depthwise", shape, source.dtype, quantization)], fields
    )
    return True


def transpose_conv(net):
    """TRANSPOSE_CONV."""
    source = _image(net)
    if not source:
        return False
    pad = net.pick(("SAME", "VALID"))
    kernel = [net.pick((1, 2, 3, 3, 4, 5)) for _ in range(2)]
    stride = [net.pick((1, 2, 2, 3, 4)) for _ in range(2)]
    more = [0 if pad == "SAME" else max(k - s, 0) for k, s in zip(kernel, stride)]
    place = [n * s + m for n, s, m in zip(source.shape[1:3], stride, more)]
    if net.chance(0.2):
        place = [max(1, n + net.between(-4, 4)) for n in place]
    filters = net.pick((1, 2, 3, 4, 5, 8))
    shape = (source.shape[0], *place, filters)
    weights = (filters, *kernel, source.shape[3])
    if size(shape) > net.largest or size(weights) > 2 * net.largest:
        return False
    inputs, quantization = _parameters(net, source, weights, 0, net.chance(0.8))
    inputs = _of_the_run(net, inputs)
    fields = options(
        "TransposeConvOptions",
        padding=padding(pad),
        strideH=stride[0],
        strideW=stride[1],
        fusedActivationFunction=activation(net.pick(ACTIVATIONS)),
    )
    wanted = net.graph.constant(net.name("shape"), np.int32(shape))
    output = net.result("transpose_conv", shape, source.dtype, quantization)
    net.operator("TRANSPOSE_CONV", [wanted, inputs[0], source, *inputs[1:]], [output], fields)
    return True


def fully_connected(net):
    """FULLY_CONNECTED."""
    source = net.source(lambda t: t.dtype.name in ("int8", "int16", "float32") and len(t.shape) > 1)
    if source is None:
        return False
    keep = len(source.shape) > 2 and net.chance(0.3)
    depth = source.shape[-1] if keep else size(source.shape[1:])
    units = net.pick((1, 2, 3, 4, 5, 7, 8, 9, 16, 17))
    shape = (*source.shape[:-1], units) if keep else (source.shape[0], units)
    if size(shape) > net.largest or depth * units > 3 * net.largest:
        return False
    inputs, quantization = _parameters(net, source, (units, depth), 0, net.chance(0.25), ("int64", "int32"))
    inputs = _of_the_run(net, inputs)
    fields = options(
        "FullyConnectedOptions",
        fusedActivationFunction=activation(net.pick(ACTIVATIONS)),
        keepNumDims=keep,
        asymmetricQuantizeInputs=net.beyond and net.chance(0.5),
    )
    net.operator("FULLY_CONNECTED", [source, *inputs], [net.result("dense", shape, source.dtype, quantization)], fields)
    return True


def batch_matmul(net):
    """BATCH_MATMUL of a tensor and another one, a constant, or a new input."""
    first = net.source(lambda t: t.dtype.name in ("int8", "int16", "float32") and len(t.shape) > 1)
    if first is None or first.dtype.name == "int16" and first.zero_point != 0:
        return False
    turned = net.chance(0.3), net.chance(0.5)
    rows, depth = reversed(first.shape[-2:]) if turned[0] else first.shape[-2:]
    columns = net.pick((1, 2, 3, 4, 5, 8, 9))
    if net.beyond and first.dtype == FLOAT:
        return _hybrid_matmul(net, first, turned, (rows, depth, columns))
    batch = tuple(1 if net.chance(0.3) else n for n in first.shape[:-2])
    batch = batch[net.between(0, len(batch)) :] if net.chance(0.3) else batch
    beside = first.shape[len(first.shape) - 2 - len(batch) : -2]
    batch = tuple(net.pick((2, 3)) if m == n == 1 and net.chance(0.2) else n for m, n in zip(beside, batch))
    shape = (*batch, columns, depth) if turned[1] else (*batch, depth, columns)
    result = (*np.broadcast_shapes(first.shape[:-2], batch), rows, columns)
    if max(size(shape), size(result)) > net.largest:
        return False
    fitting = lambda t: t.dtype == first.dtype and t.shape == shape  # noqa: E731
    second = net.source(fitting)
    if second is None and net.chance(0.5):
        second = net.input(shape, first.dtype.name)
    second = second or net.constant(shape, first.dtype)
    if first.dtype.name == "int16" and second.zero_point != 0:
        return False
    quantization = None
    if first.dtype != FLOAT:
        typical = 40 if first.dtype.name == "int8" else 8000
        near = first.scale * second.scale * np.sqrt(depth) * typical
        quantization = Quantization(net.scale(near), net.zero_point(first.dtype.name))
    fields = options("BatchMatMulOptions", adjX=turned[0], adjY=turned[1])
    output = net.result("matmul", result, first.dtype, quantization)
    net.operator("BATCH_MATMUL", [first, second], [output], fields)
    return True


def _hybrid_matmul(net, first, turned, sizes):
    """float32 times a constant of int8, with one dimension of batches."""
    rows, depth, columns = sizes
    batch = first.shape[:-2]
    if sum(n > 1 for n in batch) > 1 or size((*batch, depth, columns)) > net.largest:
        return False
    shape = (*(batch if net.chance(0.3) else ()), *((columns, depth) if turned[1] else (depth, columns)))
    axis = len(shape) - (2 if turned[1] else 1)
    scales = np.float32(10.0 ** net.state.uniform(-4, 0, columns if net.chance(0.5) else 1))
    quantization = Quantization(scales, axis=axis if scales.size > 1 else 0)
    values = net.state.randint(-127, 128, shape).astype(np.int8)
    second = net.graph.constant(net.name("weights"), values, quantization)
    asymmetric = net.chance(0.5)
    fields = options("BatchMatMulOptions", adjX=turned[0], adjY=turned[1], asymmetricQuantizeInputs=asymmetric)
    net.operator("BATCH_MATMUL", [first, second], [net.result("matmul", (*batch, rows, columns), FLOAT)], fields)
    return True


OPERATORS = {
    "BATCH_MATMUL": (6, batch_matmul),
    "CONV_2D": (12, conv_2d),
    "DEPTHWISE_CONV_2D": (8, depthwise_conv_2d),
    "FULLY_CONNECTED": (10, fully_connected),
    "TRANSPOSE_CONV": (5, transpose_conv),
}
