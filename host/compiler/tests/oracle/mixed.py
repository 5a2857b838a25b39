"""One model whose operators run alone: each in TFLite Micro if that has it, otherwise in TensorFlow Lite. This is what the compiler
promises for a model that TFLite Micro refuses; on int16 the two round some operators differently.
"""

import copy

import flatbuffers
import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as generated

import interpreter
import litert
import schema


class Interpreter:
    """As `interpreter.Interpreter`, for models of one graph without state."""

    VERSION = f"{interpreter.VERSION}; for operators that it does not have {litert.Interpreter.VERSION}"
    ODD_FLOATS = litert.Interpreter.ODD_FLOATS

    def __init__(self, model):
        if model.stateful():
            raise interpreter.Refused("a model with state does not run operator by operator")
        file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(model.data, 0))
        if len(file.subgraphs) != 1:
            raise interpreter.Refused(f"{len(file.subgraphs)} graphs do not run operator by operator")
        self._model = model
        self._steps = [_Step(file, operator) for operator in file.subgraphs[0].operators or []]
        self._values = {}

    def reset(self):
        """There is no state."""

    def invoke(self, values):
        """Runs the model once on one array for each input."""
        self._values = {tensor.index: np.asarray(value) for tensor, value in zip(self._model.inputs, values, strict=True)}
        for step in self._steps:
            step.run(self._values)

    def output(self, position):
        """A copy of the output at `position`."""
        return self.tensor(self._model.outputs[position])

    def tensor(self, tensor):
        """A copy of any tensor of the last invoke."""
        return np.array(self._values[tensor.index])


class _Step:
    """One operator as a model."""

    def __init__(self, file, operator):
        graph = file.subgraphs[0]
        read = [int(i) for i in operator.inputs if i >= 0]
        known = {i for i in read if file.buffers[graph.tensors[i].buffer].data is not None}
        self._inputs = list(dict.fromkeys(i for i in read if i not in known))
        self._outputs = [int(i) for i in operator.outputs]
        data = _alone(file, operator, self._inputs, self._outputs)
        model = schema.Model(data)
        try:
            self._machine = interpreter.Interpreter(model)
            # Some are refused only at their first run.
            self._machine.invoke([np.zeros(tensor.shape, tensor.dtype) for tensor in model.inputs])
        except interpreter.Refused:
            self._machine = litert.Interpreter(model)
        self._shapes = [tensor.shape for tensor in model.inputs]

    def run(self, values):
        """Reads and writes values by the index of their tensor."""
        self._machine.invoke([values[i].reshape(shape) for i, shape in zip(self._inputs, self._shapes)])
        for position, index in enumerate(self._outputs):
            values[index] = self._machine.output(position)


def _alone(file, operator, inputs, outputs):
    """The bytes of a model of this operator, with the constants that it reads."""
    whole, places = file.subgraphs[0], {}
    graph, made = generated.SubGraphT(), generated.ModelT()
    graph.name, graph.tensors, made.buffers = b"main", [], [_buffer(None)]
    for index in dict.fromkeys([*(int(i) for i in operator.inputs if i >= 0), *outputs]):
        tensor = copy.copy(whole.tensors[index])
        made.buffers.append(_buffer(file.buffers[tensor.buffer].data))
        tensor.buffer = len(made.buffers) - 1
        places[index] = len(graph.tensors)
        graph.tensors.append(tensor)
    step = copy.copy(operator)
    step.opcodeIndex = 0
    step.inputs = [places.get(int(i), -1) for i in operator.inputs]
    step.outputs = [places[i] for i in outputs]
    graph.inputs, graph.outputs = [places[i] for i in inputs], [places[i] for i in outputs]
    graph.operators = [step]
    made.version, made.subgraphs, made.operatorCodes = 3, [graph], [file.operatorCodes[operator.opcodeIndex]]
    out = flatbuffers.Builder(4096)
    out.Finish(made.Pack(out), file_identifier=b"TFL3")
    return bytes(out.Output())


def _buffer(data):
    """Aligned, as the schema requires."""
    from builder import _Buffer

    return _Buffer(None if data is None else bytes(bytearray(data)))
