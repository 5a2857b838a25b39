"""Writes the trained network as an int8 .tflite file that takes one row of a picture in each call.

A window of three rows needs the two previous rows: they are kept in a variable. The variables, their initialiser and the
operators around them are those of microWakeWord's streaming models.
"""

import data
import numpy as np
from builder import Model, Quantization, options
from operators import convolution, dense


def flatbuffer(layers):
    """The bytes of the file."""
    model = Model("Handwritten digits row by row, int8")
    graph = model.graph()
    rings = _Rings(model, graph)
    edges, strokes, features, scores = layers
    x = graph.input("row", (1, 1, 8, 1), Quantization(data.SCALE, data.ZERO_POINT))
    x = convolution(graph, rings.join(x, 2, "rows"), edges, "edges")
    x = convolution(graph, rings.join(x, 2, "edges"), strokes, "strokes")
    x = convolution(graph, x, features, "features")
    x = rings.join(x, 3, "features")
    flat = graph.tensor("picture", (1, int(np.prod(x.shape))), x.quantization)
    shape = graph.constant("picture/shape", np.int32(flat.shape))
    x = graph.operator("RESHAPE", [x, shape], [flat], options("ReshapeOptions", newShape=list(flat.shape)))
    x = dense(graph, x, scores)
    output = graph.tensor("probabilities", x.shape, Quantization(1 / 256, -128))
    graph.output(graph.operator("SOFTMAX", [x], [output], options("SoftmaxOptions", beta=1.0)))
    return model.bytes()


class _Rings:
    """Variables that hold the newest rows of a tensor, and the graph that gives them their initial contents."""

    def __init__(self, model, graph):
        self._graph = graph
        self._first = model.graph("first_contents")
        graph.operator("CALL_ONCE", [], [], options("CallOnceOptions", initSubgraphIndex=self._first.index))

    def join(self, row, past, name):
        """`row` after the `past` rows before it; the newest `past` of these are kept for the next call."""
        graph, quantization, rest = self._graph, row.quantization, row.shape[2:]
        name = f"{name}/ring"
        background = np.full((1, past, *rest), row.zero_point, np.int8)
        first = self._first.constant(f"{name}/first", background, quantization)
        self._first.operator("ASSIGN_VARIABLE", [_handle(self._first, name), first], [], options("AssignVariableOptions"))

        handle = _handle(graph, name)
        old = graph.tensor(f"{name}/old", (1, past, *rest), quantization)
        graph.operator("READ_VARIABLE", [handle], [old], options("ReadVariableOptions"))
        joined = graph.tensor(f"{name}/joined", (1, past + 1, *rest), quantization)
        graph.operator("CONCATENATION", [old, row], [joined], options("ConcatenationOptions", axis=1))
        corners = [
            graph.constant(f"{name}/{what}", np.int32(corner))
            for what, corner in (("begin", (0, -past, 0, 0)), ("end", (0, 0, 0, 0)), ("step", (1, 1, 1, 1)))
        ]
        new = graph.tensor(f"{name}/new", (1, past, *rest), quantization)
        fields = options("StridedSliceOptions", beginMask=0b1101, endMask=0b1111)
        graph.operator("STRIDED_SLICE", [joined, *corners], [new], fields)
        graph.operator("ASSIGN_VARIABLE", [handle, new], [], options("AssignVariableOptions"))
        return joined


def _handle(graph, name):
    fields = options("VarHandleOptions", container="", sharedName=name)
    return graph.operator("VAR_HANDLE", [], [graph.variable(name)], fields)
