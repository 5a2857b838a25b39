"""Writes .tflite files: a graph is built tensor by tensor and operator by operator."""

from __future__ import annotations

import dataclasses

import flatbuffers
import numpy as np
from flatbuffers import flexbuffers
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

FLOAT = np.dtype("float32")
INT8 = np.dtype("int8")

_TYPES = {
    "bool": schema.TensorType.BOOL,
    "uint8": schema.TensorType.UINT8,
    "int8": schema.TensorType.INT8,
    "int16": schema.TensorType.INT16,
    "int32": schema.TensorType.INT32,
    "uint32": schema.TensorType.UINT32,
    "uint64": schema.TensorType.UINT64,
    "int64": schema.TensorType.INT64,
    "float32": schema.TensorType.FLOAT32,
    "float16": schema.TensorType.FLOAT16,
}

# Operators that support int8 in version 1; most others do from version 2 on.
_ALWAYS_ONE = (
    "ADD_N",
    "ASSIGN_VARIABLE",
    "CALL_ONCE",
    "CUMSUM",
    "DENSIFY",
    "DYNAMIC_UPDATE_SLICE",
    "ELU",
    "EXPAND_DIMS",
    "GATHER_ND",
    "HARD_SWISH",
    "LEAKY_RELU",
    "PRELU",
    "RANK",
    "READ_VARIABLE",
    "RESHAPE",
    "SHAPE",
    "VAR_HANDLE",
    "ZEROS_LIKE",
)


@dataclasses.dataclass(frozen=True)
class Quantization:
    """Scale and zero point, one each or one for every slice along `axis`."""

    scale: object
    zero_point: object = 0
    axis: int = 0

    def scales(self):
        """The scales as the file keeps them."""
        return np.atleast_1d(np.asarray(self.scale, np.float32))

    def zero_points(self):
        """One zero point for each scale."""
        return np.broadcast_to(np.asarray(self.zero_point, np.int64), self.scales().shape)


@dataclasses.dataclass(frozen=True)
class Tensor:
    """A tensor of the graph under construction, by its index in it."""

    index: int
    shape: tuple
    dtype: np.dtype
    quantization: Quantization | None

    @property
    def scale(self):
        """The one scale, as the file keeps it."""
        return float(self.quantization.scales()[0])

    @property
    def zero_point(self):
        """The one zero point."""
        return int(self.quantization.zero_points()[0])


class Model:
    """A file with one graph, or a main graph and others that CALL_ONCE names."""

    def __init__(self, description="written by the tests of tvm_embedded"):
        self._description = description
        # Buffer 0 is empty by convention: tensors without data refer to it.
        self._buffers = [_Buffer(None)]
        self._codes = []
        self._graphs = []
        self._metadata = []

    def graph(self, name="main"):
        """Adds a graph; the first is the one that runs."""
        self._graphs.append(Graph(self, name, len(self._graphs)))
        return self._graphs[-1]

    def bytes(self):
        """The finished file."""
        model = schema.ModelT()
        model.version = 3
        model.description = self._description
        model.operatorCodes = self._codes
        model.subgraphs = [g.table for g in self._graphs]
        model.buffers = self._buffers
        if self._metadata:
            model.metadata = self._metadata
        out = flatbuffers.Builder(4096)
        out.Finish(model.Pack(out), file_identifier=b"TFL3")
        return bytes(out.Output())

    def metadata(self, name, data):
        """Adds an entry to the file's metadata."""
        entry = schema.MetadataT()
        entry.name, entry.buffer = name, self._buffer(data)
        self._metadata.append(entry)

    def _buffer(self, data):
        self._buffers.append(_Buffer(data))
        return len(self._buffers) - 1

    def _code(self, name, version):
        number = getattr(schema.BuiltinOperator, name)
        for index, code in enumerate(self._codes):
            if (code.builtinCode, code.version) == (number, version):
                return index
        code = schema.OperatorCodeT()
        code.builtinCode = number
        code.deprecatedBuiltinCode = min(number, 127)
        code.version = version
        self._codes.append(code)
        return len(self._codes) - 1

    def _custom_code(self, name):
        for index, code in enumerate(self._codes):
            if code.customCode == name:
                return index
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        code.customCode = name
        code.version = 1
        self._codes.append(code)
        return len(self._codes) - 1


class Graph:
    """One graph of a model."""

    def __init__(self, model, name, index):
        self._model = model
        self.index = index
        self.table = schema.SubGraphT()
        self.table.name = name
        self.table.tensors, self.table.operators = [], []
        self.table.inputs, self.table.outputs = [], []

    def input(self, name, shape, quantization=None, dtype=INT8):
        """A tensor that the caller fills."""
        tensor = self.tensor(name, shape, quantization, dtype)
        self.table.inputs.append(tensor.index)
        return tensor

    def output(self, *tensors):
        """Makes tensors outputs of the graph."""
        self.table.outputs.extend(t.index for t in tensors)

    def tensor(self, name, shape, quantization=None, dtype=INT8):
        """A tensor that an operator computes."""
        return self._add(name, tuple(shape), np.dtype(dtype), quantization, 0)

    def constant(self, name, values, quantization=None):
        """A tensor with its values in the file."""
        values = np.asarray(values, order="C")
        data = values.astype(values.dtype.newbyteorder("<")).tobytes()
        return self._add(name, values.shape, values.dtype, quantization, self._model._buffer(data))

    def sparse(self, kept, shape, described):
        """Makes a constant one of this shape with sparse contents."""
        table = self.table.tensors[kept.index]
        table.shape, table.sparsity = list(shape), described
        return dataclasses.replace(kept, shape=tuple(shape))

    def int4(self, name, values, quantization):
        """A constant of int4, two to a byte."""
        low = np.append(values.reshape(-1), np.zeros(values.size % 2, np.int8)).astype(np.uint8) & 15
        data = (low[::2] | low[1::2] << 4).tobytes()
        tensor = self._add(name, values.shape, values.dtype, quantization, self._model._buffer(data))
        self.table.tensors[-1].type = schema.TensorType.INT4
        return tensor

    def variable(self, name):
        """The handle of a variable."""
        tensor = self._add(name, (), INT8, None, 0)
        self.table.tensors[-1].type = schema.TensorType.RESOURCE
        return tensor

    def lasting(self, name, shape, quantization, dtype=INT8):
        """A tensor that an operator computes and that keeps its contents from run to run."""
        tensor = self.tensor(name, shape, quantization, dtype)
        self.table.tensors[-1].isVariable = True
        return tensor

    def custom(self, name, inputs, outputs, **options):
        """Applies a custom operator with these options, in FlexBuffers; without any there are no bytes for them."""
        table = schema.OperatorT()
        table.opcodeIndex = self._model._custom_code(name)
        table.inputs = [t.index for t in inputs]
        table.outputs = [t.index for t in outputs]
        if options:
            table.customOptions = list(flexbuffers.Dumps(options))
        self.table.operators.append(table)
        return outputs[0]

    def operator(self, name, inputs, outputs, options=None, only_type=None):
        """Applies an operator; `None` among the inputs is an optional one left out. `only_type` names options that the file
        then declares but does not contain.
        """
        version = _version(name, inputs, outputs, options)
        table = schema.OperatorT()
        table.opcodeIndex = self._model._code(name, version)
        table.inputs = [-1 if t is None else t.index for t in inputs]
        table.outputs = [t.index for t in outputs]
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            table.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
            table.builtinOptions = options
        elif only_type is not None:
            table.builtinOptionsType = getattr(schema.BuiltinOptions, only_type)
        self.table.operators.append(table)
        return outputs[0] if outputs else None

    def _add(self, name, shape, dtype, quantization, buffer):
        table = schema.TensorT()
        table.name = name
        table.shape = list(shape)
        table.type = _TYPES[dtype.name]
        table.buffer = buffer
        table.quantization = schema.QuantizationParametersT()
        if quantization is not None:
            table.quantization.scale = quantization.scales()
            table.quantization.zeroPoint = quantization.zero_points()
            table.quantization.quantizedDimension = quantization.axis
        self.table.tensors.append(table)
        return Tensor(len(self.table.tensors) - 1, shape, dtype, quantization)


def options(name, **fields):
    """A table of operator options; a field that it does not have is an error."""
    table = getattr(schema, name + "T")()
    for field, value in fields.items():
        if not hasattr(table, field):
            raise AttributeError(f"{name} has no field {field}")
        setattr(table, field, value)
    return table


def activation(name):
    """The number of a fused activation: NONE, RELU, RELU_N1_TO_1, RELU6."""
    return getattr(schema.ActivationFunctionType, name)


def padding(name):
    """The number of a padding: SAME, VALID."""
    return getattr(schema.Padding, name)


def _version(name, inputs, outputs, options):
    """The version that TensorFlow's converter writes for an operator with such tensors and options."""
    if name in _ALWAYS_ONE:
        return 1
    data = inputs[1] if name == "SPLIT" else inputs[0]
    quantized = data.dtype == INT8
    if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        dilated = (options.dilationHFactor, options.dilationWFactor) != (1, 1)
        return 3 if quantized else 2 if dilated and name == "DEPTHWISE_CONV_2D" else 1
    if name == "TRANSPOSE_CONV":
        return 4 if options.fusedActivationFunction else 3 if len(inputs) == 4 else 2 if inputs[2].dtype == INT8 else 1
    if name == "FULLY_CONNECTED":
        return 6 if len(inputs) == 2 else 5 if options.keepNumDims else 4 if quantized else 1
    if name == "MUL" and quantized and inputs[0].scale * inputs[1].scale >= outputs[0].scale:
        return 3
    if name == "TRANSPOSE" and len(data.shape) > 4:
        return 4
    if name == "BROADCAST_TO":
        return 3 if data.dtype == np.int16 else 2
    if name == "QUANTIZE":
        return 2 if outputs[0].dtype == np.int16 else 1
    if name == "DEQUANTIZE" and data.dtype == np.int16:
        return 3
    return 2 if quantized else 1


class _Buffer(schema.BufferT):
    """A buffer aligned to 16, as the schema requires and its Python accessors do not ensure."""

    def __init__(self, data):
        super().__init__()
        self.data = data

    def Pack(self, builder):
        if self.data is None:
            schema.BufferStart(builder)
            return schema.BufferEnd(builder)
        builder.StartVector(1, len(self.data), 16)
        builder.head -= len(self.data)
        builder.Bytes[builder.head : builder.head + len(self.data)] = self.data
        data = builder.EndVector()
        schema.BufferStart(builder)
        schema.BufferAddData(builder, data)
        return schema.BufferEnd(builder)
