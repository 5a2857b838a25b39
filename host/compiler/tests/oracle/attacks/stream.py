"""Hands models and verdicts to the program that asked, one record after the other, whatever the interpreter does to a process.

A record is a little-endian u32 (the length of a JSON text), the text, and the blobs whose sizes it lists.
"""

import json
import os
import signal
import struct

# A model on which the interpreter works for so long has been refused by it.
PATIENCE = 20


def write(out, numbers, make, judge):
    """Writes a record for each number: of `make(number)`, a Made, and of `judge(made)`, a Verdict.

    `judge` runs in a child. Where it dies, the record says so, and another child goes on behind it.
    """
    numbers = list(numbers)
    while numbers:
        out.flush()
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(told)
            _work(out, numbers, make, judge, tell)
        os.close(tell)
        with os.fdopen(told, "rb") as told:
            done = len(told.read()) // 4
        _, status = os.waitpid(child, 0)
        numbers = numbers[done:]
        if status == 0 or not numbers:
            if status != 0:
                raise RuntimeError(f"the judging process ended with {status} after its last model")
            return
        if not os.WIFSIGNALED(status):
            raise RuntimeError(f"the judging process ended with {status} at model {numbers[0]}")
        made = make(numbers[0])
        name = signal.Signals(os.WTERMSIG(status)).name
        _record(out, made, {"refused": f"the interpreter died of {name}"}, [])
        numbers = numbers[1:]


def _work(out, numbers, make, judge, tell):
    status = 1
    try:
        for number in numbers:
            made = make(number)
            signal.alarm(PATIENCE)
            verdict, extension = judge(made)
            signal.alarm(0)
            facts = {"refused": verdict.refused, "extension": extension}
            if verdict.refused is None:
                facts["defined"] = verdict.defined
                facts["floats"] = verdict.floats
            columns = [b"".join(column) for column in (*verdict.inputs, *verdict.outputs)]
            facts["inputs"] = len(verdict.inputs)
            _record(out, made, facts, columns)
            os.write(tell, struct.pack("<I", number & 0xFFFFFFFF))
        status = 0
    finally:
        if status:
            import traceback

            traceback.print_exc()
        os._exit(status)


def _record(out, made, facts, columns):
    blobs = [made.data, *columns]
    facts = {**made.facts(), **facts, "blobs": [len(b) for b in blobs]}
    text = json.dumps(facts).encode()
    out.write(struct.pack("<I", len(text)) + text + b"".join(blobs))
    out.flush()
