#!/usr/bin/env python3
"""Writes small .tflite files with parts for an Ethos-U NPU, laid out as Arm's compiler Vela lays them out.

    npu.py --out DIR

DIR/NAME.tflite are valid; DIR/bad/NAME.tflite differ from the first of them in one thing, which the compiler must refuse. The commands
are real ones, of few kinds: they say which memory the NPU uses. What a stand-in for the NPU computes is its own affair.

Exit status: 0; 2 wrong usage; 3 no environment.
"""

import argparse
import pathlib
import struct
import sys

import environment

# Elements of each tensor: 4 by 4 by 8, of int8.
SHAPE = (1, 4, 4, 8)
BYTES = 128
WEIGHTS = 64

# Regions of an operator: weights, scratch, fast scratch; its tensors are those behind.
FLASH, SCRATCH, FAST, FIRST = range(4)


def word(code, parameter=0):
    """A command of one word."""
    return [parameter << 16 | code]


def address(code, value):
    """A command with another word."""
    return [0x4000 | code, value]


STOP = word(0, 0xFFFF)


def convolution(source, target, weights=(FLASH, 0, 48), scales=(FLASH, 48, 16), shape=(4, 4, 8)):
    """Commands for a convolution of 1 by 1 between two places, each a region and an address in it."""
    height, width, depth = shape
    commands = []
    for first, base, place, precision in ((0x104, 0x00, source, 0x105), (0x113, 0x10, target, 0x114)):
        size = {0x104: (0x10A, 0x10B, 0x10C, 0x10F), 0x113: (0x11A, 0x11B, 0x11C, 0x11F)}[first]
        commands += word(first, depth - 1) + word(precision, 1)
        for code, value in zip(size, (width - 1, height - 1, height - 1, place[0])):
            commands += word(code, value)
        commands += address(base, place[1])
        for code, step in ((4, depth), (5, width * depth), (6, 16 * width)):
            commands += address(base + code, step)
    commands += word(0x111, width - 1) + word(0x112, height - 1)
    commands += word(0x120) + word(0x121) + word(0x122)
    for code in range(0x100, 0x104):
        commands += word(code)
    for region, base, (place, start, length) in ((0x128, 0x20, weights), (0x129, 0x22, scales)):
        commands += word(region, place) + address(base, start) + address(base + 1, length)
    return commands + word(2)


def transfer(source, target, length):
    """Commands for a copy between two places."""
    commands = word(0x130, source[0]) + word(0x131, target[0])
    return commands + address(0x30, source[1]) + address(0x31, target[1]) + address(0x32, length) + word(0x10)


def payload(commands, config=0x00003008, mark=b"COP1"):
    """The commands with the actions for the driver around them, as Vela writes them."""
    count = len(commands)
    head = [1, config, 0x10060000, 5, 5, 5, (count & 0xFFFF) << 16 | count >> 16 << 8 | 2]
    return mark + struct.pack(f"<{len(head) + count}I", *head, *commands)


class Builder:
    """A model with parts for the NPU."""

    def __init__(self):
        import builder

        self.unit = builder.Quantization(1.0, 0)
        self.model = builder.Model("written by the tests of tvm_embedded, as Vela does")
        self.graph = self.model.graph()
        self.offsets = {}

    def input(self, name, offset=None):
        """An input of the model, at an offset in the NPU's memory."""
        return self._at(self.graph.input(name, SHAPE, self.unit), offset)

    def tensor(self, name, offset=None):
        """The same for a tensor."""
        return self._at(self.graph.tensor(name, SHAPE, self.unit), offset)

    def _at(self, tensor, offset):
        self.offsets[tensor.index] = offset
        return tensor

    def part(self, name, commands, inputs, outputs, scratch=3 * BYTES, fast=3 * BYTES, kind=1, flash=WEIGHTS, raw=None):
        """Adds an operator for the NPU."""
        import numpy as np

        def memory(what, size):
            return self._at(self.graph.tensor(f"{name}_{what}", (size,), None, np.uint8), 0)

        data = np.frombuffer(payload(commands) if raw is None else raw, np.uint8)
        constants = [
            self.graph.constant(f"{name}_command_stream", data),
            self.graph.constant(f"{name}_flash", np.arange(flash, dtype=np.uint8)),
        ]
        memories = [memory("scratch", scratch), memory("scratch_fast", fast)]
        self.graph.custom("ethos-u", constants + memories + inputs, outputs)
        self.graph.table.operators[-1].customOptions = [kind, 4, 1]
        return outputs

    def add(self, name, one, other, offset=None):
        """A sum, on the CPU."""
        import builder

        options = builder.options("AddOptions", fusedActivationFunction=builder.activation("NONE"))
        return self.graph.operator("ADD", [one, other], [self.tensor(name, offset)], options)

    def bytes(self, version=0, known=True):
        """The file."""
        count = len(self.graph.table.tensors)
        offsets = [self.offsets.get(i) for i in range(count)]
        words = [version, 1, count, *(-1 if offset is None else offset for offset in offsets)]
        if known:
            self.model.metadata("OfflineMemoryAllocation", struct.pack(f"<{len(words)}i", *words))
        return self.model.bytes()


def one(commands=None, version=0, known=True, at=(0, BYTES), **changes):
    """A model that is one part."""
    model = Builder()
    source, result = model.input("x", at[0]), model.tensor("y", at[1])
    commands = convolution((SCRATCH, 0), (SCRATCH, BYTES)) + STOP if commands is None else commands
    model.part("part", commands, [source], [result], **changes)
    model.graph.output(result)
    return model.bytes(version, known)


def two():
    """Two parts with layers of the CPU around them; what the first one writes is still needed behind the second one."""
    model = Builder()
    source, first, second = model.input("x", 0), model.tensor("t", BYTES), model.tensor("u", 2 * BYTES)
    commands = convolution((SCRATCH, 0), (SCRATCH, BYTES)) + convolution((SCRATCH, 0), (SCRATCH, 2 * BYTES))
    model.part("one", commands + STOP, [source], [first, second])
    total = model.add("sum", first, second, 0)
    third = model.tensor("v", BYTES)
    model.part("two", convolution((SCRATCH, 0), (SCRATCH, BYTES)) + STOP, [total], [third], scratch=4 * BYTES)
    model.graph.output(model.add("y", third, second, 0))
    return model.bytes()


def direct():
    """Two parts, of which the second one reads what the first one writes."""
    model = Builder()
    source, between, result = model.input("x", 0), model.tensor("t", BYTES), model.tensor("y", 2 * BYTES)
    model.part("one", convolution((SCRATCH, 0), (SCRATCH, BYTES)) + STOP, [source], [between])
    model.part("two", convolution((SCRATCH, BYTES), (SCRATCH, 2 * BYTES)) + STOP, [between], [result])
    model.graph.output(result)
    return model.bytes()


def again():
    """A part whose input a layer of the CPU reads once more."""
    model = Builder()
    source, result = model.input("x"), model.tensor("t", BYTES)
    total = model.add("sum", source, source, 0)
    model.part("part", convolution((SCRATCH, 0), (SCRATCH, BYTES)) + STOP, [total], [result])
    model.graph.output(model.add("y", result, total))
    return model.bytes()


def regions():
    """A part whose tensors are regions of their own, between layers of the CPU."""
    model = Builder()
    source, result = model.input("x"), model.tensor("t")
    total = model.add("sum", source, source)
    model.part("part", convolution((FIRST, 0), (FIRST + 1, 0)) + STOP, [total], [result])
    model.graph.output(model.add("y", result, source))
    return model.bytes()


def separate():
    """The same without layers of the CPU."""
    model = Builder()
    source, result = model.input("x"), model.tensor("y")
    model.part("part", convolution((FIRST, 0), (FIRST + 1, 0)) + STOP, [source], [result])
    model.graph.output(result)
    return model.bytes(known=False)


def fast():
    """A part that copies its input to the fast memory."""
    commands = transfer((SCRATCH, 0), (FAST, BYTES), BYTES) + convolution((FAST, BYTES), (SCRATCH, BYTES)) + STOP
    return one(commands, fast=2 * BYTES)


def bare():
    """A part without weights."""
    return one(transfer((SCRATCH, 0), (SCRATCH, BYTES), BYTES) + STOP, flash=0)


def bad():
    """Files that differ from `one` in one thing."""
    usual = convolution((SCRATCH, 0), (SCRATCH, BYTES))
    yield "mark", one(raw=payload(usual + STOP, mark=b"COP2"))
    yield "truncated", one(raw=payload(usual + STOP)[:-8])
    yield "odd", one(raw=payload(usual + STOP)[:-1])
    yield "action", one(raw=b"COP1" + struct.pack("<2I", 5, 9))
    yield "endless", one(usual)
    yield "unset", one(word(2) + STOP)
    yield "command", one(usual + [0x8000] + STOP)
    yield "scratch", one(scratch=BYTES + 64)
    yield "reach", one(convolution((SCRATCH, 0), (SCRATCH, BYTES + 320)) + STOP)
    yield "weights", one(convolution((SCRATCH, 0), (SCRATCH, BYTES), weights=(FLASH, 32, 48)) + STOP)
    yield "written", one(convolution((SCRATCH, 0), (FLASH, 0), shape=(1, 1, 8)) + STOP)
    yield "input_written", one(usual + transfer((SCRATCH, 0), (FIRST, 0), 16) + STOP)
    yield "region", one(convolution((SCRATCH, 0), (5, 0)) + STOP)
    yield "fast", one(transfer((SCRATCH, 0), (FAST, 0), BYTES) + usual + STOP, fast=64)
    yield "aligned", one(at=(8, BYTES + 16))
    yield "unknown", one(at=(None, BYTES))
    yield "no_offsets", one(known=False)
    yield "version", one(version=1)
    yield "kind", one(kind=2)
    model = Builder()
    source, result = model.input("x", 0), model.tensor("y", BYTES)
    model.part("part", usual + STOP, [], [result])
    model.graph.output(model.add("z", source, result))
    yield "inputs", model.bytes()
    model = Builder()
    sources, result = [model.input("x", 0), model.input("w", 64)], model.tensor("y", BYTES)
    model.part("part", usual + STOP, sources, [result])
    model.graph.output(result)
    yield "overlap", model.bytes()


def main(argv):
    """Entry point: `argv` without the program's name."""
    argv = environment.enter(argv, environment.EXTRA)
    parser = argparse.ArgumentParser(prog="npu.py", description=__doc__)
    parser.add_argument("--venv", help="directory of the virtual environment (default: target/oracle-venv)")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="directory to write the models to")
    out = parser.parse_args(argv).out
    (out / "bad").mkdir(parents=True, exist_ok=True)
    for make in (one, two, direct, again, regions, separate, fast, bare):
        (out / f"{make.__name__}.tflite").write_bytes(make())
    for name, data in bad():
        (out / "bad" / f"{name}.tflite").write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
