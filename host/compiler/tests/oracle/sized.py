#!/usr/bin/env python3
"""Writes small .tflite files whose inputs have dimensions that the user chooses, and runs them for the shapes that are chosen.

    sized.py --out DIR

DIR/NAME.open.tflite leaves dimensions open: its inputs have size 1 there, and so has everything that operators compute.
DIR/NAME.fixed.tflite is the same model for the chosen shapes, which are in DIR/index.json. DIR/NAME is the recording of
TensorFlow Lite's interpreter on the open file after `resize_tensor_input`; for models of int8, whose sums it rounds in
another way than TensorFlow Lite Micro, that of TensorFlow Lite Micro on the fixed file.

Exit status: 0; 2 wrong usage; 3 no environment.
"""

import argparse
import json
import pathlib
import sys

import environment


def main(argv):
    """Entry point: `argv` without the program's name."""
    argv = environment.enter(argv, environment.EXTRA)
    parser = argparse.ArgumentParser(prog="sized.py")
    parser.add_argument("--venv", help="directory of the virtual environment (default: target/oracle-venv)")
    parser.add_argument("--out", required=True, help="directory to write to")
    options = parser.parse_args(argv)
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)

    import oracle
    from cases import sized

    index = []
    for name, make in sized.every().items():
        opened, shapes = make(True)
        fixed, _ = make(False)
        (out / f"{name}.open.tflite").write_bytes(opened)
        (out / f"{name}.fixed.tflite").write_bytes(fixed)
        index.append({"name": name, "shapes": shapes})
        run = ["run", "--out", str(out / name), "--count", "12", "--all"]
        if name in sized.LIKE_MICRO:
            run += [str(out / f"{name}.fixed.tflite")]
        else:
            run += [str(out / f"{name}.open.tflite"), "--input-shape"]
            run += [f"{tensor}={'x'.join(map(str, shape))}" for tensor, shape in shapes.items()]
        if oracle.main(run):
            return 1
    (out / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
