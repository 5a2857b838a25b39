"""Models of one operator with one or two fields changed: to a neighbouring, an extreme or an invalid value."""

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as generated

from builder import _Buffer

from . import extensions
from .net import Net
from .operators import OPERATORS

FLOATS = (0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e-38, 1e-45, 3e38, 1e-12, 1e12, 0.5, 6.0)
WHOLE = (-1, 0, 1, 2, 3, 4, 5, 7, 64, 127, 128, 255, 1000, 1 << 20, (1 << 31) - 1, -(1 << 31), -2, -128)
TYPES = ("FLOAT32", "INT8", "UINT8", "INT16", "INT32", "INT64", "BOOL", "FLOAT16", "INT4", "STRING", "RESOURCE")


def draw(state, number):
    """A net with one operator, in turn, and the bytes of its model after the change."""
    names = list(OPERATORS)
    while True:
        net = Net(state)
        net.extreme = False
        net.input(dtype=net.pick(("int8",) * 6 + ("int16",) * 3 + ("float32", "float32", "bool", "int32")))
        if OPERATORS[names[number % len(names)]][1](net) and net.graph.table.operators:
            break
    entries = set(net.graph.table.inputs)
    net.graph.output(*[t for t in net.tensors if t.index not in entries and t.index not in net.read], *net.ends)
    file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(net.model.bytes(), 0))
    for _ in range(1 + net.chance(0.3)):
        while not net.pick(CHANGES)(net, file):
            pass
    return net, extensions.pack(file)


def _operator(net, file):
    graph = file.subgraphs[0]
    return graph, net.pick(graph.operators)


def _tensor(net, file):
    """A tensor that an operator reads or writes."""
    graph, operator = _operator(net, file)
    near = [i for i in (*operator.inputs, *operator.outputs) if i >= 0]
    return graph.tensors[net.pick(near)] if near else None


def _number(net, value):
    """Another number instead of this one."""
    if isinstance(value, (bool, np.bool_)):
        return not value
    if isinstance(value, (float, np.floating)):
        near = float(np.nextafter(np.float32(value), np.float32(np.inf)))
        with np.errstate(over="ignore"):
            return float(np.float32(net.pick((*FLOATS, -value, value * 2, near, value * 1.01))))
    return int(net.pick((*WHOLE, value + 1, value - 1, 2 * value, -value)))


def _fits(net, value, table, field):
    """The value, if it fits in the field of the file format."""
    if isinstance(value, bool) or isinstance(value, float):
        return value
    small = ("padding", "fusedActivationFunction", "weightsFormat", "asymmetricQuantizeInputs", "quantizedBiasType", "mode")
    if field in small or "Type" in field:
        return abs(value) % 8
    return int(np.clip(value, -(1 << 31), (1 << 31) - 1))


def option(net, file):
    """A field of the options."""
    _, operator = _operator(net, file)
    table = operator.builtinOptions
    fields = [k for k, v in vars(table).items() if isinstance(v, (int, float, bool, np.generic))] if table else []
    if not fields:
        return False
    field = net.pick(sorted(fields))
    setattr(table, field, _fits(net, _number(net, getattr(table, field)), table, field))
    return True


def options_of_another(net, file):
    """No options, or the table of another operator."""
    if not net.chance(0.15):
        return False
    _, operator = _operator(net, file)
    if net.chance(0.5):
        operator.builtinOptions, operator.builtinOptionsType = None, 0
        return True
    name = net.pick(("Conv2DOptions", "Pool2DOptions", "AddOptions", "SoftmaxOptions", "ReshapeOptions", "LeakyReluOptions"))
    operator.builtinOptions = getattr(generated, name + "T")()
    operator.builtinOptionsType = getattr(generated.BuiltinOptions, name)
    return True


def scale(net, file):
    """A scale, or how many there are."""
    tensor = _tensor(net, file)
    if tensor is None or tensor.quantization is None or tensor.quantization.scale is None:
        return False
    scales = np.array(tensor.quantization.scale, np.float32)
    if not scales.size:
        return False
    way = net.between(0, 5)
    if way == 0:
        scales = scales[:-1]
    elif way == 1:
        scales = np.append(scales, scales[:1])
    elif way == 2:
        scales = np.repeat(scales[:1], net.pick([n for n in tensor.shape if n >= 0] or [2]))
        tensor.quantization.zeroPoint = np.repeat(np.array(tensor.quantization.zeroPoint)[:1], scales.size)
    else:
        scales[net.between(0, scales.size - 1)] = _number(net, float(scales[0]))
    tensor.quantization.scale = scales
    return True


def zero_point(net, file):
    """A zero point, or how many there are."""
    tensor = _tensor(net, file)
    if tensor is None or tensor.quantization is None or tensor.quantization.zeroPoint is None:
        return False
    zeros = np.array(tensor.quantization.zeroPoint, np.int64)
    if not zeros.size:
        return False
    way = net.between(0, 5)
    if way == 0:
        zeros = zeros[:-1]
    elif way == 1:
        zeros = np.append(zeros, zeros[:1])
    else:
        zeros[net.between(0, zeros.size - 1)] = _number(net, int(zeros[0])) if way < 5 else 1 << 40
    tensor.quantization.zeroPoint = zeros
    return True


def axis(net, file):
    """The dimension along which scales change."""
    tensor = _tensor(net, file)
    if tensor is None or tensor.quantization is None or tensor.quantization.scale is None:
        return False
    tensor.quantization.quantizedDimension = net.between(-1, 4)
    return len(tensor.quantization.scale) > 1 or net.chance(0.1)


def unquantized(net, file):
    """No quantisation at all."""
    tensor = _tensor(net, file) if net.chance(0.3) else None
    if tensor is None:
        return False
    tensor.quantization = None if net.chance(0.5) else generated.QuantizationParametersT()
    return True


def shape(net, file):
    """A dimension, or how many there are."""
    tensor = _tensor(net, file)
    if tensor is None or tensor.shape is None or not len(tensor.shape):
        return False
    sizes = [int(n) for n in tensor.shape]
    place = net.between(0, len(sizes) - 1)
    way = net.between(0, 4)
    if way == 0:
        sizes.pop(place)
    elif way == 1:
        sizes.insert(place, 1)
    elif way == 2 and len(sizes) > 1:
        sizes[place - 1], sizes[place] = sizes[place], sizes[place - 1]
    else:
        sizes[place] = net.pick((sizes[place] + 1, sizes[place] - 1, 0, 1, 2 * sizes[place], -1))
    tensor.shape = sizes
    return True


def dtype(net, file):
    """The type of a tensor."""
    tensor = _tensor(net, file)
    if tensor is None:
        return False
    tensor.type = getattr(generated.TensorType, net.pick(TYPES))
    return True


def wiring(net, file):
    """Inputs and outputs of the operator and of the graph."""
    graph, operator = _operator(net, file)
    way = net.between(0, 7)
    inputs, outputs = [int(i) for i in operator.inputs], [int(i) for i in operator.outputs]
    if way == 0 and inputs:
        inputs[net.between(0, len(inputs) - 1)] = -1
    elif way == 1 and inputs:
        inputs.pop()
    elif way == 2 and len(inputs) > 1:
        inputs.reverse()
    elif way == 3 and inputs:
        inputs.append(net.pick(inputs))
    elif way == 4:
        inputs = [net.between(0, len(graph.tensors) - 1) if net.chance(0.5) else i for i in inputs]
    elif way == 5:
        graph.outputs = [*graph.outputs, net.pick([*graph.outputs, *graph.inputs])]
    elif way == 6 and len(graph.inputs) > 1:
        graph.inputs = graph.inputs[::-1]
    elif way == 7 and outputs:
        outputs.append(net.pick(outputs))
    else:
        return False
    operator.inputs, operator.outputs = inputs, outputs
    return True


def version(net, file):
    """The version of an operator."""
    if not net.chance(0.3):
        return False
    net.pick(file.operatorCodes).version = net.pick((0, 1, 2, 3, 4, 5, 6, 9, 12, 100, -1))
    return True


def contents(net, file):
    """Contents of a constant: axes, shapes, amounts, biases, floats; or none."""
    tensor = _tensor(net, file)
    if tensor is None or file.buffers[tensor.buffer].data is None:
        return False
    data = bytes(bytearray(file.buffers[tensor.buffer].data))
    way = net.between(0, 9)
    if way == 0:
        data = data[:-1] if net.chance(0.5) else data + b"\0\0\0\0"
    elif way == 1:
        data = None
    elif len(data) < 4:
        return False
    else:
        floating = tensor.type == generated.TensorType.FLOAT32
        values = np.frombuffer(data[: len(data) // 4 * 4], np.float32 if floating else np.int32).copy()
        place = net.between(0, values.size - 1)
        value = _number(net, float(values[place]) if floating else int(values[place]))
        with np.errstate(over="ignore"):
            values[place] = value if floating else np.clip(value, -(1 << 31), (1 << 31) - 1)
        data = values.tobytes() + data[len(data) // 4 * 4 :]
    file.buffers.append(_Buffer(data))
    tensor.buffer = len(file.buffers) - 1
    return True


def variable(net, file):
    """A tensor that keeps its contents."""
    tensor = _tensor(net, file) if net.chance(0.1) else None
    if tensor is None:
        return False
    tensor.isVariable = not tensor.isVariable
    return True


# The most common fields are drawn more often.
CHANGES = (
    *(option,) * 5,
    *(scale,) * 4,
    *(zero_point,) * 3,
    *(contents,) * 2,
    *(shape,) * 2,
    axis,
    dtype,
    wiring,
    options_of_another,
    unquantized,
    version,
    variable,
)
