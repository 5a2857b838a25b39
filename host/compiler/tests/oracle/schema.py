"""Reads .tflite files: which tensors a model has and which of them can be read after a run."""

from __future__ import annotations

import dataclasses

import numpy as np
from flatbuffers import flexbuffers
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as generated

# Types that the interpreter returns as numpy arrays. RESOURCE tensors hold no data; reading one is a crash.
DTYPES = {
    generated.TensorType.BOOL: np.dtype("bool"),
    generated.TensorType.UINT8: np.dtype("uint8"),
    generated.TensorType.INT8: np.dtype("int8"),
    generated.TensorType.INT16: np.dtype("<i2"),
    generated.TensorType.INT32: np.dtype("<i4"),
    generated.TensorType.UINT32: np.dtype("<u4"),
    generated.TensorType.UINT64: np.dtype("<u8"),
    generated.TensorType.INT64: np.dtype("<i8"),
    generated.TensorType.FLOAT32: np.dtype("<f4"),
}

# Operators that keep something from run to run.
STATEFUL = (
    "ASSIGN_VARIABLE",
    "CIRCULAR_BUFFER",
    "SignalDelay",
    "SignalFilterBankSpectralSubtraction",
    "SignalFramer",
    "SignalOverlapAdd",
    "SignalStacker",
)

OPERATORS = {value: name for name, value in vars(generated.BuiltinOperator).items() if not name.startswith("_")}


@dataclasses.dataclass(frozen=True)
class Tensor:
    """One tensor of a model that takes part in a run."""

    subgraph: int
    index: int
    name: str
    dtype: np.dtype
    shape: tuple[int, ...]
    scales: list[float]
    zero_points: list[int]
    constant: bool

    @property
    def bytes(self):
        """Size in bytes."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize


class Model:
    """A parsed .tflite file: its inputs, outputs and intermediate tensors."""

    def __init__(self, data):
        self.data = data
        root = generated.Model.GetRootAs(data, 0)
        self._object = generated.ModelT.InitFromObj(root)
        graphs = self._object.subgraphs
        self._tensors = [[self._tensor(g, i, t) for i, t in enumerate(graph.tensors)] for g, graph in enumerate(graphs)]
        self.inputs = [self._tensors[0][i] for i in graphs[0].inputs]
        self.outputs = [self._tensors[0][i] for i in graphs[0].outputs]

    def take(self, shapes):
        """Gives tensors of the main graph other shapes than the file's, by their index."""
        graphs = self._object.subgraphs
        for index, shape in shapes.items():
            if index < len(self._tensors[0]):
                self._tensors[0][index] = dataclasses.replace(self._tensors[0][index], shape=shape)
        self.inputs = [self._tensors[0][i] for i in graphs[0].inputs]
        self.outputs = [self._tensors[0][i] for i in graphs[0].outputs]

    def _tensor(self, subgraph, index, tensor):
        quantization = tensor.quantization
        scales = [] if quantization is None or quantization.scale is None else list(quantization.scale)
        zeros = [] if quantization is None or quantization.zeroPoint is None else list(quantization.zeroPoint)
        return Tensor(
            subgraph=subgraph,
            index=index,
            name=(tensor.name or b"").decode("utf-8", "replace"),
            dtype=DTYPES.get(tensor.type),
            shape=() if tensor.shape is None else tuple(int(d) for d in tensor.shape),
            scales=[float(s) for s in scales],
            zero_points=[int(z) for z in zeros],
            constant=self._object.buffers[tensor.buffer].data is not None,
        )

    def computed(self):
        """Every tensor of the main graph that an operator writes and the interpreter can return."""
        written, part = [], set()
        names = self._names()
        for operator in self._object.subgraphs[0].operators or []:
            outputs = list(operator.outputs) if operator.outputs is not None else []
            # SignalEnergy does not write bins outside its range, and CAST copies them.
            name = names[operator.opcodeIndex]
            if name == "SignalEnergy" and not self._whole(operator) or name == "CAST" and operator.inputs[0] in part:
                part.update(outputs)
            for index in outputs:
                tensor = self._tensors[0][index]
                if tensor.dtype is not None and index not in part and tensor not in written:
                    written.append(tensor)
        return written

    def _whole(self, operator):
        """Whether a SignalEnergy writes all of its output."""
        options = flexbuffers.Loads(bytes(operator.customOptions))
        (length,) = self._tensors[0][operator.outputs[0]].shape
        return (options["start_index"], options["end_index"]) == (0, length)

    def _names(self):
        """The name of each operator code."""
        return [_name(code) for code in self._object.operatorCodes]

    def operators(self):
        """Names of the operators of all graphs, in order."""
        codes = self._names()
        return [codes[o.opcodeIndex] for g in self._object.subgraphs for o in g.operators or []]

    def has(self, dtype):
        """Whether a tensor of the main graph has this type."""
        return any(tensor.dtype == dtype for tensor in self._tensors[0])

    def stateful(self):
        """Whether one invoke can change the results of the next one."""
        variable = any(t.isVariable for g in self._object.subgraphs for t in g.tensors)
        return variable or any(name in STATEFUL for name in self.operators())

    def misread(self):
        """Whether TensorFlow Lite Micro runs the model, but reads integers that an operator on float32 has as something else: weights of an
        LSTM as floats, rows of a table with the scale of the first.
        """
        names = self._names()
        for graph, tensors in zip(self._object.subgraphs, self._tensors):
            for operator in graph.operators or []:
                # A mutant may have no inputs.
                given = [tensors[i] for i in ([] if operator.inputs is None else operator.inputs) if 0 <= i < len(tensors)]
                types, name = [tensor.dtype for tensor in given[:2]], names[operator.opcodeIndex]
                if name == "UNIDIRECTIONAL_SEQUENCE_LSTM" and types == [np.float32, np.int8]:
                    return True
                if name == "EMBEDDING_LOOKUP" and types[1:] == [np.int8] and len(given[1].scales) > 1:
                    return True
        return False

    def blank(self, run, tensors, values):
        """Writes 0 where the interpreter does not write: frames of a stream's beginning, for which there are not yet enough
        samples, stacks that are not complete, bins outside of a range, and boxes after the last that was found. `run` counts from
        the last reset.
        """
        found = {}
        for tensor, value in zip(tensors, values):
            # A tensor may be an output twice.
            found.setdefault(tensor.index, []).append(value)
        names = self._names()
        for operator in self._object.subgraphs[0].operators or []:
            name = names[operator.opcodeIndex]
            if name == "TFLite_Detection_PostProcess" and operator.outputs[3] in found:
                count = int(found[operator.outputs[3]][0].reshape(-1)[0])
                for index, width in zip(operator.outputs[:3], (4, 1, 1)):
                    for value in found.get(index, []):
                        value.reshape(-1)[width * count :] = 0
            elif name.startswith("Signal"):
                for output in found.get(operator.outputs[0], []):
                    self._blank(operator, name, run, output, found)

    def _blank(self, operator, name, run, output, found):
        """The same for the first output of a Signal operator; `found` holds the values of all available tensors."""
        if name == "SignalStacker":
            output[...] = output * bool(found.get(operator.outputs[1], [True])[0])
        elif name == "SignalEnergy":
            options = flexbuffers.Loads(bytes(operator.customOptions))
            output[..., : options["start_index"]] = 0
            output[..., options["end_index"] :] = 0
        elif name == "SignalFramer":
            options = flexbuffers.Loads(bytes(operator.customOptions))
            frames = output.shape[-2]
            for frame in range(0 if options["prefill"] else frames):
                if (run * frames + frame + 1) * options["frame_step"] < options["frame_size"]:
                    output[..., frame, :] = 0

    def arena(self):
        """A first guess at the interpreter's memory: every tensor separately, and as much again for its tables."""
        tensors = [t for graph in self._tensors for t in graph if t.dtype is not None and not t.constant]
        scales = sum(len(t.scales) for graph in self._tensors for t in graph)
        return (1 << 16) + 2 * sum(t.bytes + 512 for t in tensors) + 64 * scales


def _name(code):
    """The name of an operator code; that of a custom operator is in the file."""
    if code.customCode:
        return code.customCode.decode("utf-8", "replace")
    return OPERATORS.get(max(code.builtinCode, code.deprecatedBuiltinCode), "?")
