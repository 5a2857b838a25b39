"""Models that the interpreter refuses and the compiler may accept: rewritten to a model that the interpreter runs.

Each is documented in docs/compiler.md. A model that only the compiler accepts must be one of these, and give the bytes of
its rewritten model. To add an extension, write a function that changes a file and returns whether it did, and list it in `RULES`.
"""

import re

import flatbuffers
import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as generated

from builder import _Buffer
from schema import OPERATORS

# Operators whose inputs may have another quantisation than their output, as if each had a QUANTIZE before it. Not MINIMUM and
# MAXIMUM: the reference runs them and compares the stored values.
REQUANTIZED = ("CONCATENATION",)

# Operators whose first input and output are moved, whatever the type is.
MOVES = (
    "BATCH_TO_SPACE_ND",
    "BROADCAST_TO",
    "DEPTH_TO_SPACE",
    "EXPAND_DIMS",
    "MIRROR_PAD",
    "PAD",
    "RESHAPE",
    "REVERSE_V2",
    "SLICE",
    "SPACE_TO_BATCH_ND",
    "SPACE_TO_DEPTH",
    "SPLIT_V",
    "SQUEEZE",
    "STRIDED_SLICE",
    "TRANSPOSE",
    "UNPACK",
)


def equivalent(data):
    """The rewritten model's bytes and the rules applied; None if no rule applies."""
    file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(data, 0))
    applied = [name for name, rule in RULES.items() if rule(file)]
    return (pack(file), applied) if applied else None


def known(data):
    """The model with the results of operators on constants instead of these; None if there are no such operators."""
    file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(data, 0))
    return pack(file) if _known(file) else None


# Operators that TensorFlow Lite Micro does not have, types of the first input that it does not have, and those it refuses with weights of
# int8 and float32 activations.
_BEYOND = ("GELU", "SELECT", "TILE")
# With uint8: averages and factors differ from those of int8.
_UINT8 = (
    "ADD",
    "AVERAGE_POOL_2D",
    "CONCATENATION",
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "HARD_SWISH",
    "LEAKY_RELU",
    "LOGISTIC",
    "MAXIMUM",
    "MAX_POOL_2D",
    "MEAN",
    "MINIMUM",
    "MUL",
    "QUANTIZE",
    "RELU",
    "RELU6",
    "RESIZE_BILINEAR",
    "RESIZE_NEAREST_NEIGHBOR",
    "SOFTMAX",
    "SUB",
    "SUM",
    "TANH",
)
_BEYOND_TYPES = {
    **{name: (generated.TensorType.INT8, generated.TensorType.INT16) for name in ("EXP", "LOG", "SQRT")},
    "RESIZE_BILINEAR": (generated.TensorType.INT16,),
}
_HYBRID = ("BATCH_MATMUL", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "UNIDIRECTIONAL_SEQUENCE_LSTM")


def is_beyond(data):
    """Whether TensorFlow Lite's reference kernels must compute a model's results."""
    whole = (generated.TensorType.INT8, generated.TensorType.INT4)

    def beyond(name, types):
        hybrid = name in _HYBRID and types[:1] == [generated.TensorType.FLOAT32] and any(kind in whole for kind in types[1:2])
        lookup = name == "EMBEDDING_LOOKUP" and any(kind in whole for kind in types[1:2])
        return name in _BEYOND or hybrid or lookup or any(kind in _BEYOND_TYPES.get(name, ()) for kind in types[:1])

    return _any(data, beyond)


def is_unsigned(data):
    """Whether a model computes with uint8."""
    return _any(data, lambda name, types: name in _UINT8 and generated.TensorType.UINT8 in types)


def only_micro(reason):
    """Whether TensorFlow Lite refuses a model for a custom operator that TensorFlow Lite Micro has."""
    return re.search(r"unresolved custom op: (Signal[A-Z]|CIRCULAR_BUFFER)", reason) is not None


def _any(data, wanted):
    """Whether `wanted` is true of the name of an operator and the types of its inputs."""
    file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(data, 0))
    operators = ((graph, operator) for graph in file.subgraphs for operator in graph.operators or [])

    def types(graph, operator):
        return [graph.tensors[i].type for i in (() if operator.inputs is None else operator.inputs) if i >= 0]

    return any(wanted(name_of(file, operator), types(graph, operator)) for graph, operator in operators)


def flipped(data):
    """For the inputs and for the outputs of a model: which are uint8, whose bytes differ by 0x80 from those of the rewritten model."""
    file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(data, 0))
    graph = file.subgraphs[0]
    return [[graph.tensors[i].type == generated.TensorType.UINT8 for i in ports] for ports in (graph.inputs, graph.outputs)]


def name_of(file, operator):
    """An operator's name."""
    code = file.operatorCodes[operator.opcodeIndex]
    return OPERATORS.get(max(code.builtinCode, code.deprecatedBuiltinCode), "?")


def _signed(file):
    """uint8 with a zero point is int8 with a zero point 128 lower: every operator computes the same."""
    found = False
    for graph in file.subgraphs:
        for tensor in graph.tensors:
            if tensor.type != generated.TensorType.UINT8:
                continue
            found = True
            tensor.type = generated.TensorType.INT8
            if tensor.quantization is not None and tensor.quantization.zeroPoint is not None:
                tensor.quantization.zeroPoint = np.asarray(tensor.quantization.zeroPoint) - 128
            data = file.buffers[tensor.buffer].data
            if data is not None:
                file.buffers.append(_Buffer(bytes(b ^ 0x80 for b in bytearray(data))))
                tensor.buffer = len(file.buffers) - 1
    return found


# Fields in which operators name the subgraphs that they call.
CALLS = ("thenSubgraphIndex", "elseSubgraphIndex", "condSubgraphIndex", "bodySubgraphIndex", "initSubgraphIndex")


def _called(file):
    """Subgraphs that nothing calls are not part of a run; with them the reference may write outside its memory."""
    reached, left = set(), [0]
    while left:
        place = left.pop()
        if place in reached or not 0 <= place < len(file.subgraphs):
            continue
        reached.add(place)
        options = [operator.builtinOptions for operator in file.subgraphs[place].operators or []]
        left += [getattr(table, field) for table in options for field in CALLS if hasattr(table, field)]
    if len(reached) == len(file.subgraphs):
        return False
    place = {old: new for new, old in enumerate(sorted(reached))}
    file.subgraphs = [file.subgraphs[old] for old in sorted(reached)]
    for graph in file.subgraphs:
        for operator in graph.operators or []:
            for field in CALLS:
                if hasattr(operator.builtinOptions, field):
                    old = getattr(operator.builtinOptions, field)
                    setattr(operator.builtinOptions, field, place.get(old, len(file.subgraphs)))
    return True


# What the compiler computes from constants and shapes, by operator.
KNOWN = {
    "FLOOR_DIV": np.floor_divide,
    "FLOOR_MOD": np.mod,
    "RANGE": lambda first, last, step: np.arange(first, last, step),
    "FILL": lambda shape, value: np.full(shape, value),
}


def _known(file):
    """Results, as constants, of operators on constants that the reference does not support."""
    found = False
    for graph in file.subgraphs:
        left = []
        for operator in graph.operators or []:
            result = _result(file, graph, operator)
            if result is None:
                left.append(operator)
                continue
            found = True
            output = graph.tensors[operator.outputs[0]]
            file.buffers.append(_Buffer(result.astype(WHOLE[output.type]).tobytes()))
            output.buffer = len(file.buffers) - 1
        graph.operators = left
    return found


WHOLE = {generated.TensorType.INT32: np.dtype("<i4"), generated.TensorType.INT64: np.dtype("<i8")}


def _result(file, graph, operator):
    """The result of such an operator, None for every other."""
    name = name_of(file, operator)
    outputs = [] if operator.outputs is None else operator.outputs
    # A mutant may have an output of another type, or none.
    if name not in (*KNOWN, "RANK", "REDUCE_PROD") or [graph.tensors[i].type in WHOLE for i in outputs] != [True]:
        return None
    tensors = [] if operator.inputs is None else [graph.tensors[i] for i in operator.inputs]
    try:
        if name == "RANK":
            return np.asarray(0 if tensors[0].shape is None else len(tensors[0].shape))
        values = [_whole(file, tensor) for tensor in tensors]
        if any(value is None for value in values):
            return None
        if name == "REDUCE_PROD":
            return np.prod(values[0], tuple(values[1].reshape(-1)), keepdims=bool(operator.builtinOptions.keepDims))
        return KNOWN[name](*values)
    except (ValueError, IndexError, MemoryError, TypeError, AttributeError):
        # A mutant with an axis beyond the rank, too few inputs or no options: it has no result.
        return None


def _whole(file, tensor):
    """The whole numbers of a constant."""
    data = file.buffers[tensor.buffer].data
    if data is None or tensor.type not in WHOLE:
        return None
    shape = () if tensor.shape is None else tuple(tensor.shape)
    return np.frombuffer(bytes(bytearray(data)), WHOLE[tensor.type]).reshape(shape)


def _moved(file):
    """int32 that is only moved is float32 of the same bytes."""
    found = False
    for graph in file.subgraphs:
        wide = {i for i, t in enumerate(graph.tensors) if t.type == generated.TensorType.INT32}
        data = set()
        for operator in graph.operators or []:
            ports = {int(i) for i in (*_main(operator), *operator.outputs)} & wide
            if ports and name_of(file, operator) not in MOVES:
                return False
            data |= ports
        for index in data:
            graph.tensors[index].type = generated.TensorType.FLOAT32
        found = found or bool(data)
    return found


def _main(operator):
    """The inputs that hold data rather than axes, shapes or amounts."""
    return [i for i in operator.inputs[:1] if i >= 0]


def _with_bias(file):
    """DEPTHWISE_CONV_2D whose bias is left out has one of zeros."""
    found = False
    for graph in file.subgraphs:
        for operator in graph.operators or []:
            if name_of(file, operator) != "DEPTHWISE_CONV_2D" or len(operator.inputs) != 3 or operator.inputs[2] != -1:
                continue
            weights = graph.tensors[operator.inputs[1]]
            if len(weights.shape) != 4:
                continue
            found = True
            bias = generated.TensorT()
            bias.name, bias.shape = b"no bias", [weights.shape[3]]
            types = {generated.TensorType.FLOAT32: weights.type, generated.TensorType.INT16: generated.TensorType.INT64}
            bias.type = types.get(graph.tensors[operator.inputs[0]].type, generated.TensorType.INT32)
            bias.quantization = generated.QuantizationParametersT()
            size = 8 if bias.type == generated.TensorType.INT64 else 4
            file.buffers.append(_Buffer(bytes(size * int(weights.shape[3]))))
            bias.buffer = len(file.buffers) - 1
            graph.tensors.append(bias)
            operator.inputs = [*operator.inputs[:2], len(graph.tensors) - 1]
    return found


def _requantized(file):
    """Inputs with another quantisation than the output go through a QUANTIZE."""
    changed = False
    for graph in file.subgraphs:
        operators = []
        for operator in graph.operators or []:
            if name_of(file, operator) in REQUANTIZED:
                before = _quantize_inputs(file, graph, operator)
                operators.extend(before)
                changed = changed or bool(before)
            operators.append(operator)
        graph.operators = operators
    return changed


def _quantize_inputs(file, graph, operator):
    """Inserts QUANTIZE operators before the operator if its inputs need them; returns those."""
    result = graph.tensors[operator.outputs[0]]
    before, inputs = [], []
    for index in operator.inputs:
        tensor = graph.tensors[index]
        if tensor.type != generated.TensorType.INT8 or _same(tensor, result):
            inputs.append(index)
            continue
        made = generated.TensorT()
        made.name, made.shape, made.type, made.buffer = b"requantized", tensor.shape, tensor.type, 0
        made.quantization = result.quantization
        graph.tensors.append(made)
        inputs.append(len(graph.tensors) - 1)
        quantize = generated.OperatorT()
        quantize.opcodeIndex = _code(file, "QUANTIZE")
        quantize.inputs, quantize.outputs = [index], [len(graph.tensors) - 1]
        before.append(quantize)
    operator.inputs = inputs
    return before


def _same(first, second):
    a, b = first.quantization, second.quantization
    if any(q is None or q.scale is None or q.zeroPoint is None or not len(q.scale) for q in (a, b)):
        # QUANTIZE does not support this.
        return True
    return np.array_equal(a.scale, b.scale) and np.array_equal(a.zeroPoint, b.zeroPoint)


def _code(file, name):
    number = getattr(generated.BuiltinOperator, name)
    code = generated.OperatorCodeT()
    code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 1
    file.operatorCodes.append(code)
    return len(file.operatorCodes) - 1


RULES = {
    "subgraphs not called": _called,
    "known at compile time": _known,
    "int32 as float32": _moved,
    "uint8 as int8": _signed,
    "no bias": _with_bias,
    "requantised inputs": _requantized,
}


def pack(file):
    """A changed file as bytes, its buffers aligned as the schema requires."""
    file.buffers = [_Buffer(None if b.data is None else bytes(bytearray(b.data))) for b in file.buffers]
    out = flatbuffers.Builder(4096)
    out.Finish(file.Pack(out), file_identifier=b"TFL3")
    return bytes(out.Output())
