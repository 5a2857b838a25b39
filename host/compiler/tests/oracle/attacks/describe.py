"""A model as text: one line for each operator, short enough for a report."""

from schema import OPERATORS
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as generated

_TYPES = {value: name.lower() for name, value in vars(generated.TensorType).items() if not name.startswith("_")}


def model(data):
    """The contents of a file."""
    file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(data, 0))
    lines = []
    for number, graph in enumerate(file.subgraphs):
        lines.append(f"graph {number}: inputs {_list(graph.inputs)}, outputs {_list(graph.outputs)}")
        for operator in graph.operators or []:
            code = file.operatorCodes[operator.opcodeIndex]
            name = OPERATORS.get(max(code.builtinCode, code.deprecatedBuiltinCode), "?")
            read = ", ".join(_tensor(file, graph, i) for i in (operator.inputs if operator.inputs is not None else []))
            written = ", ".join(_tensor(file, graph, i) for i in (operator.outputs if operator.outputs is not None else []))
            lines.append(f"  {name} v{code.version} {_options(operator.builtinOptions)}\n    {read}\n    -> {written}")
    return "\n".join(lines)


def _list(indices):
    return [] if indices is None else [int(i) for i in indices]


def _tensor(file, graph, index):
    if index < 0:
        return "nothing"
    tensor = graph.tensors[index]
    shape = "x".join(map(str, tensor.shape)) if tensor.shape is not None and len(tensor.shape) else "scalar"
    data = file.buffers[tensor.buffer].data is not None
    said = f"{index}{'c' if data else ''}:{_TYPES.get(tensor.type, tensor.type)} {shape}"
    quantization = tensor.quantization
    if quantization is not None and quantization.scale is not None and len(quantization.scale):
        scales = " ".join(f"{s:.9g}" for s in quantization.scale[:3])
        more = f" (of {len(quantization.scale)})" if len(quantization.scale) > 3 else ""
        zeros = "" if quantization.zeroPoint is None else " ".join(str(z) for z in quantization.zeroPoint[:3])
        said += f" [{scales}{more} @ {zeros}]"
    return said


def _options(options):
    if options is None:
        return ""
    fields = {k: v for k, v in vars(options).items() if v is not None and v is not False}
    fields = {k: [int(n) for n in v] if hasattr(v, "__len__") and not isinstance(v, bytes) else v for k, v in fields.items()}
    return " ".join(f"{k}={v:.9g}" if isinstance(v, float) else f"{k}={v}" for k, v in fields.items())
