#!/usr/bin/env python3
"""Measures the committed model on the held-back images, in TFLite Micro's reference interpreter.

    evaluate.py

Prints how many it recognises, and the confusion matrix.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "host" / "compiler" / "tests" / "oracle"))

import environment  # noqa: E402


def main(argv):
    """Entry point: `argv` without the program's name."""
    if environment.enter(argv):
        print(__doc__, file=sys.stderr)
        return 2

    import inputs
    import interpreter
    import numpy as np
    import schema

    model = schema.Model((HERE / "digits.tflite").read_bytes())
    machine = interpreter.Interpreter(model)
    labels = np.fromfile(HERE / "test_labels.bin", np.uint8)
    table = np.zeros((10, 10), int)
    for sample, label in zip(inputs.from_files(model.inputs, [HERE / "test_images.bin"]), labels, strict=True):
        machine.invoke(sample)
        table[label, machine.output(0).argmax()] += 1
    right = int(np.trace(table))
    print(f"int8: {right} of {len(labels)} right, {right / len(labels):.2%}")
    print("label  taken for 0   1   2   3   4   5   6   7   8   9")
    for label, row in enumerate(table):
        print(f"{label:5}         " + " ".join(f"{count or '.':>3}" for count in row))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
