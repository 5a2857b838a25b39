#!/usr/bin/env python3
"""Measures the committed model on the held-back images, in TFLite Micro's reference interpreter.

    evaluate.py

The rows of all images are one stream: the state is set up once, before the first. The result for an image is the output
after its last row.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "host" / "compiler" / "tests" / "oracle"))

import environment  # noqa: E402

ROWS = 8


def main(argv):
    """Entry point: `argv` without the program's name."""
    if environment.enter(argv):
        print(__doc__, file=sys.stderr)
        return 2

    import inputs
    import interpreter
    import numpy as np
    import schema

    model = schema.Model((HERE / "digit_rows.tflite").read_bytes())
    machine = interpreter.Interpreter(model)
    labels = np.fromfile(HERE.parent / "digits" / "test_labels.bin", np.uint8)
    right = 0
    for call, sample in enumerate(inputs.from_files(model.inputs, [HERE.parent / "digits" / "test_images.bin"]), 1):
        machine.invoke(sample)
        if call % ROWS == 0:
            right += int(machine.output(0).argmax() == labels[call // ROWS - 1])
    print(f"int8: {right} of {len(labels)} right, {right / len(labels):.2%}, in {call} calls")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
