#!/usr/bin/env python3
"""Trains the bundled model and writes digits.tflite, digits_float32.tflite, test_images.bin and test_labels.bin.

    train.py [--out DIR]

Float training first, then quantisation-aware training from there. Every random choice comes from one seed, and none
of them looks at the held-back images. The same machine gives the same bytes again; another processor may sum in
another order and then give a model that differs in a few weights.
"""

import argparse
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "host" / "compiler" / "tests" / "oracle"))
# One thread, and one kind of kernel wherever AVX2 exists, so that sums are made in the same order.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")

import environment  # noqa: E402

SEED = 20


def main(argv):
    """Entry point: `argv` without the program's name."""
    argv = environment.enter(argv, [HERE / "requirements.txt"])
    parser = argparse.ArgumentParser(
        prog="train.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", default=str(HERE), help="directory to write to (default: the script's own)")
    out = pathlib.Path(parser.parse_args(argv).out)

    import data
    import export
    import network
    import numpy as np

    state = np.random.RandomState(SEED)
    (images, labels), (held_images, held_labels) = data.load(state)
    net = network.Network(network.of_pictures(state))
    network.fit(net, images, labels, state, epochs=120, rate=2e-3)
    print(f"float32:       {net.accuracy(held_images, held_labels):.2%} of {len(held_labels)} held-back images")
    original = export.flatbuffer(net.layers, np.dtype("float32"))
    net.imitate_int8()
    network.fit(net, images, labels, state, epochs=40, rate=5e-4)
    print(f"imitated int8: {net.accuracy(held_images, held_labels):.2%}")

    out.mkdir(parents=True, exist_ok=True)
    (out / "digits.tflite").write_bytes(export.flatbuffer(net.layers))
    (out / "digits_float32.tflite").write_bytes(original)
    (out / "test_images.bin").write_bytes(data.quantized(held_images).tobytes())
    (out / "test_labels.bin").write_bytes(held_labels.astype(np.uint8).tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
