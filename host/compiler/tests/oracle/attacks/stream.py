"""Writes models and verdicts, one record after the other, even if the interpreter ends its process.

A record is a little-endian u32 (the length of a JSON text), the text, and the blobs whose sizes it lists.
"""

import functools
import json
import os
import signal
import struct

# A model that takes the interpreter this many seconds of processor time counts as refused.
PATIENCE = 20


def write(out, numbers, make, judges, alone=False):
    """Writes a record for each number: of `make(number)`, a Made, and of the result of the first of `judges`.

    A judge runs in a child, a new one for each model if `alone`. If a child crashes, the next judge is used, and told the
    signal; if none is left, the record says so.
    """
    numbers = list(numbers)
    while numbers:
        share = numbers[:1] if alone else numbers
        done, signalled = _child(out, share, make, judges[0])
        numbers = numbers[done:]
        if signalled is None:
            continue
        if len(judges) > 1:
            write(out, numbers[:1], make, [functools.partial(judges[1], ended=signalled)])
        else:
            _record(out, make(numbers[0]), {"refused": f"the interpreter was ended by {signalled}"}, [])
        numbers = numbers[1:]


def _child(out, numbers, make, judge):
    """How many of the numbers a child wrote, and the signal that ended it early."""
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
    if os.WIFSIGNALED(status) and done < len(numbers):
        return done, signal.Signals(os.WTERMSIG(status)).name
    if status != 0:
        raise RuntimeError(f"the judging process ended with {status} at model {numbers[min(done, len(numbers) - 1)]}")
    return done, None


def _work(out, numbers, make, judge, tell):
    status = 1
    try:
        for number in numbers:
            made = make(number)
            signal.setitimer(signal.ITIMER_PROF, PATIENCE)
            verdict, extension = judge(made)
            signal.setitimer(signal.ITIMER_PROF, 0)
            facts = {"refused": verdict.refused, "divided": verdict.divided, "extension": extension}
            if verdict.refused is None:
                facts["defined"] = verdict.defined
                facts["floats"], facts["wide"] = verdict.floats, verdict.wide
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
