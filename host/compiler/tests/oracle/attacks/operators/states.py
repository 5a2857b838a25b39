"""Variables and recurrent layers: state kept between calls."""

import numpy as np

from builder import FLOAT, Quantization, activation, options
from cases import streaming
from cases.concatenation import concatenation
from cases.strided_slice import strided_slice

from ..net import is_type, size


def ring(net):
    """The last frames of a tensor followed by the newest: READ_VARIABLE, CONCATENATION, STRIDED_SLICE, ASSIGN_VARIABLE."""
    source = net.source(lambda t: t.dtype.name == "int8" and len(t.shape) == 4 and size(t.shape) < 300)
    if source is None:
        return False
    if net._states is None:
        net._states = streaming._States(net.model, net.graph)
    past = net.between(1, 4)
    shape = (source.shape[0], past, *source.shape[2:])
    first = net.values(shape, "int8")
    name = net.name("state")
    handle = net._states.declare(name, first, source.quantization)
    old = net._states.read(handle, shape, source.quantization, f"{name}/past")
    joined = concatenation(net.graph, [old, source], 1, f"{name}/joined")
    newest = (0, -past, 0, 0), (0, 0, 0, 0)
    kept = strided_slice(net.graph, joined, *newest, name=f"{name}/kept", beginMask=0b1101, endMask=0b1111)
    net._states.assign(handle, kept)
    net.read.add(source.index)
    net.keep(joined)
    net.samples_in_a_row = 5
    return True


def lstm(net):
    """UNIDIRECTIONAL_SEQUENCE_LSTM of int8 and int16: gates that saturate or hardly change, cells of few and of many bits, both orders;
    of float32 with weights that do not amplify differences in the last places."""
    kinds = ("float32",) if net.beyond else ("int8", "int16", "float32")
    fits = lambda t: t.dtype.name in kinds and len(t.shape) == 3 and size(t.shape) < net.largest  # noqa: E731
    source = net.source(lambda t: fits(t) and (t.quantization is None or t.dtype.name == "int8" or t.zero_point == 0))
    if source is None:
        source = net.input((net.between(1, 2), net.between(1, 5), net.between(1, 40)), net.pick(kinds))
    if source.dtype == FLOAT:
        return _float_lstm(net, source)
    wide = source.dtype.name == "int16"
    major, units = net.chance(0.3), net.pick((1, 2, 3, 4, 5, 8, 9, 17))
    batches = source.shape[1 if major else 0]
    clip = net.pick((0.0, 0.0, 0.0, 0.5, 10.0))
    fields = options("UnidirectionalSequenceLSTMOptions", fusedActivationFunction=4, cellClip=clip, timeMajor=major)
    hidden = Quantization(float(np.float32(net.state.uniform(0.6, 1.2) / 128)), net.zero_point())
    if wide:
        hidden = Quantization(float(np.float32(hidden.scale / 256)), 0)
    if net.extreme:
        hidden = net.quantization(source.dtype.name)
    slots = [source, *[None] * 23]
    gain = 10.0 ** net.state.uniform(-2, 2)
    for first, count, quantization in ((1, source.shape[2], source.quantization), (5, units, hidden)):
        lowest = net.pick((-127, -127, -127, -128))
        for slot in range(first, first + 4):
            scale = gain * net.state.uniform(0.5, 2) / (quantization.scale * (5000 << 8 * wide) * np.sqrt(count))
            weights = net.state.randint(lowest, 128, (units, count)).astype(np.int8)
            scale = Quantization(float(np.float32(np.clip(scale, 1e-30, 1e30))), 0)
            slots[slot] = net.graph.constant(net.name("weights"), weights, scale)
    for gate in range(4):
        values = net.state.randint(-20000, 20001, units).astype(np.int32)
        if wide:
            values = values.astype(np.int64) << net.pick((0, 8, 8, 14))
        product = np.float32(np.clip(source.quantization.scale * slots[1 + gate].quantization.scale, 1e-37, 1e37))
        slots[12 + gate] = net.graph.constant(net.name("bias"), values, Quantization(float(product), 0))
    slots[18] = net.graph.lasting(net.name("hidden"), (batches, units), hidden, source.dtype)
    cell = Quantization(2.0 ** net.between(-16, -8), 0)
    slots[19] = net.graph.lasting(net.name("cell"), (batches, units), cell, np.int16)
    output = net.result("lstm", (*source.shape[:2], units), source.dtype, hidden)
    net.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", slots, [output], fields)
    net.samples_in_a_row = 5
    return True


def _float_lstm(net, source):
    """On float32. Differences in the hidden state get smaller: recurrent weights of a row add up to less than 1."""
    major, units = net.chance(0.3), net.pick((1, 2, 3, 5, 8))
    batches = source.shape[1 if major else 0]
    slots = [source, *[None] * 23]
    for first, count in ((1, source.shape[2]), (5, units)):
        for slot in range(first, first + 4):
            weights, scale = net.state.uniform(-1, 1, (units, count)) / count, None
            if net.beyond:
                # Weights of int8, which the reference multiplies with quantised states.
                weights, scale = np.round(weights * count * 127).astype(np.int8), Quantization(float(np.float32(1 / (127 * count))))
            slots[slot] = net.graph.constant(net.name("weights"), weights if net.beyond else weights.astype(FLOAT), scale)
    for gate in range(4):
        slots[12 + gate] = net.graph.constant(net.name("bias"), net.values((units,), FLOAT))
    for slot in (18, 19):
        slots[slot] = net.graph.lasting(net.name("state"), (batches, units), None, FLOAT)
    output = net.result("lstm", (*source.shape[:2], units), FLOAT)
    clip = net.pick((0.0, 0.0, 0.5, 10.0))
    fields = options(
        "UnidirectionalSequenceLSTMOptions",
        fusedActivationFunction=4,
        cellClip=clip,
        timeMajor=major,
        asymmetricQuantizeInputs=net.beyond and net.chance(0.5),
    )
    net.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", slots, [output], fields, exact=False)
    net.samples_in_a_row = 5
    return True


def svdf(net):
    """SVDF of int8 with a state of either type, or of float32."""
    source = net.source(lambda t: t.dtype.name in ("int8", "float32") and len(t.shape) == 2 and size(t.shape) < net.largest)
    if source is None:
        source = net.input((net.between(1, 2), net.between(1, 40)))
    floating = source.dtype == FLOAT
    dtype = FLOAT if floating else np.dtype(net.pick(("int8", "int16")))
    batches, inputs = source.shape
    rank, units, memory = net.pick((1, 1, 2, 3)), net.pick((1, 2, 5, 8, 11, 20)), net.pick((1, 2, 3, 5, 8, 9, 17))
    filters = rank * units
    if floating:
        drawn = [(net.values(shape, FLOAT), None) for shape in ((filters, inputs), (filters, memory), (units,))]
        kept = output = None
    else:
        drawn, kept, output = _svdf_constants(net, source, dtype, (filters, inputs), memory, units)
    slots = [source, *(net.graph.constant(net.name("weights"), *values) for values in drawn)]
    slots.append(net.graph.lasting(net.name("state"), (batches, memory * filters), kept, dtype))
    result = net.result("svdf", (batches, units), source.dtype, output)
    fused = activation(net.pick(("NONE", "RELU", "RELU6", "RELU_N1_TO_1")))
    net.operator("SVDF", slots, [result], options("SVDFOptions", rank=rank, fusedActivationFunction=fused))
    net.samples_in_a_row = 5
    return True


def circular_buffer(net):
    """CIRCULAR_BUFFER: the last slots of a tensor."""
    source = net.source(lambda t: t.dtype.name == "int8" and len(t.shape) == 4 and t.shape[:2] == (1, 1))
    if source is None:
        if not net.chance(0.5):
            return False
        source = net.input((1, 1, net.between(1, 3), net.between(1, 9)))
    shape = (1, net.between(1, 6), *source.shape[2:])
    if size(shape) > net.largest:
        return False
    kept = net.graph.lasting(net.name("kept"), shape, source.quantization)
    net.graph.custom("CIRCULAR_BUFFER", [source], [kept], cycles_max=1)
    net.read.add(source.index)
    net.keep(kept)
    net.samples_in_a_row = 5
    return True


def _svdf_constants(net, source, dtype, shape, memory, units):
    """Weights of features and of time, biases, each with its quantisation; those of the state and of the output."""
    state, limit, (filters, inputs) = net.state, 1 << (8 * dtype.itemsize - 1), shape
    features = state.randint(net.pick((-127, -127, -128)), 128, shape).astype(np.int8)
    scale = np.float32(10.0 ** state.uniform(-3, -1))
    gain = 10.0 ** state.uniform(-2, 1.5)
    step = source.quantization.scale * float(scale) * 5000 * np.sqrt(inputs) * 2 / (limit * gain)
    step = np.float32(net.scale() if net.extreme and net.chance(0.3) else np.clip(step, 1e-30, 1e30))
    kept = Quantization(float(step), net.zero_point() if dtype == np.int8 else 0)
    span = min(limit - 1, (1 << 30) // (limit * 2 * max(1, filters // units) * memory))
    time = state.randint(-span, span + 1, (filters, memory)).astype(dtype)
    time_scale = np.float32(state.uniform(0.5, 2) / span)
    bias = state.randint(-span * limit // 3, span * limit // 3 + 1, units).astype(np.int32)
    with np.errstate(over="ignore", under="ignore"):
        product = step * time_scale
        wanted = float(product) * span * limit * 10.0 ** state.uniform(-3, -1)
    output = Quantization(float(np.float32(np.clip(wanted, 1e-30, 1e30))), net.zero_point())
    quantized = Quantization(float(scale), 0), Quantization(float(time_scale), 0), Quantization(float(product), 0)
    return list(zip((features, time, bias), quantized)), kept, output


OPERATORS = {
    "SVDF": (2, svdf),
    "CIRCULAR_BUFFER": (1, circular_buffer),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (2, lstm),
    "ring of frames": (1, ring),
}
