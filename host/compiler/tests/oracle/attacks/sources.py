"""Sources of models: a function from a seed to a function from a number to a model."""

from __future__ import annotations

import dataclasses
import zlib

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as generated

import litert
import schema

from . import extensions, graphs, layers, mutants, shapes
from .verdict import SAMPLES, Verdict
from .verdict import judge as judged


@dataclasses.dataclass
class Made:
    """A model: its bytes, its description, and how to run it."""

    number: int
    data: bytes
    text: str = ""
    seed: int = 0
    sequence: int = 0
    # The tensors that are outputs, and those whose last bits may differ: of functions that both sides approximate.
    outputs: list = dataclasses.field(default_factory=list)
    inexact: set = dataclasses.field(default_factory=set)
    # Descriptions of the outputs.
    labels: list = dataclasses.field(default_factory=list)
    # The kind under which its output bytes are counted.
    kind: str = ""
    samples: int = SAMPLES

    def facts(self):
        """Its facts in a record."""
        inexact = [place for place, index in enumerate(self.outputs) if index in self.inexact]
        facts = {"number": self.number, "sequence": self.sequence, "kind": self.kind}
        return {**facts, "inexact": inexact, "labels": self.labels}


def judge(made):
    """The interpreter's verdict on the model or its rewritten model, and the rules applied."""
    if schema.Model(made.data).misread():
        return judge_twin(made, Verdict(refused="TensorFlow Lite Micro misreads integers of this model"))
    verdict = judged(made.data, made.seed, made.sequence, made.samples)
    if verdict.refused is None:
        return verdict, None
    return judge_twin(made, verdict)


def judge_ended(made, ended):
    """The same if a signal of this name ended the interpreter."""
    return judge_twin(made, Verdict(refused=f"the interpreter was ended by {ended}"))


def judge_twin(made, verdict):
    """The same if the interpreter is known not to run the model itself, which its verdict says."""
    unsigned = extensions.is_unsigned(made.data)
    other = None if unsigned else extensions.equivalent(made.data)
    if other is None:
        if not unsigned and not extensions.is_beyond(made.data):
            return verdict, None
        # TensorFlow Lite refuses some of the operators that the compiler computes from constants.
        known = extensions.known(made.data) or made.data
        there = judged(known, made.seed, made.sequence, made.samples, litert.Interpreter)
        if there.refused is not None:
            there.divided = extensions.only_micro(there.refused)
            return there, None
        return there, "TensorFlow Lite"
    twin, rules = other
    there = judged(twin, made.seed, made.sequence, made.samples)
    if there.refused is not None:
        return verdict, None
    if "uint8 as int8" in rules:
        for columns, flips in zip((there.inputs, there.outputs), extensions.flipped(made.data)):
            for column, flip in zip(columns, flips):
                column[:] = [bytes(b ^ 0x80 for b in sample) if flip else sample for sample in column]
    return there, ", ".join(rules)


def _state(what, seed, number):
    return np.random.RandomState(zlib.crc32(f"{what}/{seed}/{number}".encode()))


def _graphs(seed, what="graphs", draw=graphs.draw):
    def make(number):
        net = draw(_state(what, seed, number))
        outputs = list(net.graph.table.outputs)
        return Made(
            number,
            net.model.bytes(),
            seed=number,
            sequence=net.samples_in_a_row,
            outputs=outputs,
            inexact=net.inexact,
        )

    return make


def _uint8(seed):
    return _graphs(seed, "uint8", graphs.draw_uint8)


def _mutants(seed):
    def make(number):
        net, data = mutants.draw(_state("mutants", seed, number), number)
        outputs, inexact = _results(data, net)
        return Made(number, data, seed=number, sequence=net.samples_in_a_row, outputs=outputs, inexact=inexact)

    return make


def _results(data, net):
    """Outputs of a mutant, and its inexact tensors: a change may have moved both to other tensors."""
    file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(data, 0))
    graph = file.subgraphs[0]
    inexact = set(net.inexact)
    for operator in graph.operators or []:
        given = [int(index) for index in operator.inputs] if operator.inputs is not None else []
        if inexact.intersection(given) and operator.outputs is not None:
            inexact.update(int(index) for index in operator.outputs)
    return [int(index) for index in graph.outputs] if graph.outputs is not None else [], inexact


def _layers(seed):
    def make(number):
        kind, net = layers.draw(_state("layers", seed, number), number)
        outputs = list(net.graph.table.outputs)
        return Made(number, net.model.bytes(), seed=number, outputs=outputs, kind=kind, samples=layers.SAMPLES)

    return make


def _shapes(seed):
    def make(number):
        name, graph, data = shapes.make(number)
        return Made(number, data, seed=seed, outputs=list(graph.table.outputs), kind=name)

    return make


def exposed(made):
    """The same model with all computed tensors as outputs, in order, to find the first operator that differs."""
    file = generated.ModelT.InitFromObj(generated.Model.GetRootAs(made.data, 0))
    graph = file.subgraphs[0]
    outputs, labels = [], []
    for operator in graph.operators or []:
        code = file.operatorCodes[operator.opcodeIndex]
        name = schema.OPERATORS.get(max(code.builtinCode, code.deprecatedBuiltinCode), "?")
        for index in operator.outputs if operator.outputs is not None else []:
            if index not in outputs and graph.tensors[index].type in schema.DTYPES:
                outputs.append(int(index))
                labels.append(f"{name}, tensor {index}")
    for index in graph.outputs:
        if index not in outputs:
            outputs.append(int(index))
            labels.append(f"tensor {index}")
    graph.outputs = outputs
    return dataclasses.replace(made, data=extensions.pack(file), outputs=outputs, labels=labels)


SOURCES = {"graphs": _graphs, "uint8": _uint8, "mutants": _mutants, "layers": _layers, "shapes": _shapes}

JUDGES = (judge, judge_ended)

# Sources whose models may make the interpreter write outside its memory: each runs in a process of its own.
ALONE = ("mutants",)
