"""The interpreter's verdict on a model: refused, or outputs for inputs."""

from __future__ import annotations

import dataclasses

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as generated

import inputs
import interpreter
import schema

# Generated samples for each model; the first seven are extremes.
SAMPLES = 14


@dataclasses.dataclass
class Verdict:
    """`refused` holds the reason, or is None; then there are inputs and outputs, one list of samples for each tensor."""

    refused: str | None = None
    # No reference has all its operators: some are only in TensorFlow Lite, others only in TensorFlow Lite Micro.
    divided: bool = False
    inputs: list = dataclasses.field(default_factory=list)
    outputs: list = dataclasses.field(default_factory=list)
    floats: list = dataclasses.field(default_factory=list)
    wide: list = dataclasses.field(default_factory=list)
    # For each sample: whether the reference is defined in C++, so that its bytes can be compared.
    defined: list = dataclasses.field(default_factory=list)


def judge(data, seed, sequence, count, kind=interpreter.Interpreter):
    """Runs a model in this kind of interpreter; its state is reset after `sequence` samples."""
    try:
        model, samples, casts = _prepared(data, seed, count, kind)
        machine = kind(model, preserve=bool(casts))
        found = Verdict(
            inputs=[[] for _ in model.inputs],
            outputs=[[] for _ in model.outputs],
            floats=[t.dtype.kind == "f" for t in model.outputs],
            wide=[t.dtype == np.int16 for t in model.outputs],
        )
        with interpreter._heard() as heard:
            for number, sample in enumerate(samples):
                if number and sequence and number % sequence == 0:
                    machine.reset()
                _invoke(machine, sample, heard)
                outputs = [_shaped(machine.output(place), place, tensor) for place, tensor in enumerate(model.outputs)]
                model.blank(number % sequence if sequence else number, model.outputs, outputs)
                for column, value in zip(found.inputs, sample):
                    column.append(np.ascontiguousarray(value).tobytes())
                for place, (column, tensor, value) in enumerate(zip(found.outputs, model.outputs, outputs)):
                    if value.nbytes != tensor.bytes:
                        raise interpreter.Refused(f"output {place} has {value.nbytes} bytes, not {tensor.bytes}")
                    column.append(np.ascontiguousarray(value).tobytes())
                defined = all(_defined(machine, *cast) for cast in casts)
                # Undefined values stay in the state until it is reset.
                stained = bool(sequence and number % sequence and not found.defined[-1])
                found.defined.append(defined and not stained)
    except interpreter.Refused as reason:
        return Verdict(refused=str(reason) or "refused")
    for special in _specials(model.inputs, seed):
        # The reference is undefined here: only run, for the sanitizers.
        for column, value in zip(found.inputs, special):
            column.append(value.tobytes())
        for column in found.outputs:
            column.append(column[-1])
        found.defined.append(False)
    return found


def _prepared(data, seed, count, kind):
    """The model, its samples and its casts; mutants may have none."""
    try:
        model = schema.Model(data)
        ports = (*model.inputs, *model.outputs)
        if any(t.dtype is None or any(n < 0 for n in t.shape) for t in ports):
            raise interpreter.Refused("an input or output of a type that numpy does not support")
        return model, inputs.mixed(model.inputs, count, seed, kind.ODD_FLOATS), _casts(data)
    except (ValueError, IndexError, OverflowError, MemoryError, TypeError) as error:
        raise interpreter.Refused(f"no samples can be made: {error}") from error


def _invoke(machine, sample, heard):
    if not isinstance(machine, interpreter.Interpreter):
        return machine.invoke(sample)
    inner = machine._interpreter
    try:
        for place, value in enumerate(sample):
            inner.set_input(value, place)
        status = inner.invoke()
    except Exception as error:
        raise interpreter.Refused(interpreter._reason(error, heard.text())) from error
    if status != 0:
        raise interpreter.Refused(f"invoke returned {status}: {heard.text().strip()}")
    return None


def _shaped(value, place, tensor):
    if value.size != np.prod(tensor.shape, dtype=np.int64):
        raise interpreter.Refused(f"output {place} has {value.size} elements, not {tensor.shape} as the file says")
    return value.reshape(tensor.shape)


def _casts(data):
    """Where floats become integers: QUANTIZE from float32, as (tensor, scale) of the main graph."""
    file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(data, 0))
    graph, found = file.subgraphs[0], []
    for operator in graph.operators or []:
        code = file.operatorCodes[operator.opcodeIndex]
        if max(code.builtinCode, code.deprecatedBuiltinCode) != generated.BuiltinOperator.QUANTIZE:
            continue
        tensor, result = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
        scale = result.quantization.scale if result.quantization is not None else None
        if tensor.type == generated.TensorType.FLOAT32 and scale is not None and len(scale):
            found.append((operator.inputs[0], float(scale[0])))
    return found


def _defined(machine, tensor, scale):
    if isinstance(machine, interpreter.Interpreter):
        value = np.asarray(machine._interpreter.GetTensor(tensor, 0)["tensor_data"])
    else:
        value = machine._inner.get_tensor(tensor, 0)
    with np.errstate(all="ignore"):
        ratio = np.abs(value.astype(np.float32) / np.float32(scale))
    return bool(np.all(ratio < 2.0**30))


_SPECIAL = np.float32([np.nan, -np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45, -1e-40, 0.0, -0.0, 1.0, -1.0, 2.0**31])


def _specials(tensors, seed):
    if not any(t.dtype.kind == "f" for t in tensors):
        return []
    state = np.random.RandomState(seed)
    sample = []
    for tensor in tensors:
        if tensor.dtype.kind == "f":
            sample.append(_SPECIAL[state.randint(0, _SPECIAL.size, tensor.shape)].astype(np.float32).reshape(tensor.shape))
        else:
            sample.append(np.zeros(tensor.shape, tensor.dtype))
    return [sample]
