#!/usr/bin/env python3
"""Trains the bundled streaming model and writes digit_rows.tflite.

    train.py [--out DIR]

Training uses whole pictures: a window of rows that moves over a picture computes the same as one that gets the
rows one by one. The file takes them one at a time. Images, layers and training are those of ../digits, and so are the held-back
images; every random choice comes from one seed.
"""

import argparse
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE.parent / "digits"), str(HERE.parents[1] / "host" / "compiler" / "tests" / "oracle")]
# One thread, and one kind of kernel wherever AVX2 exists, so that sums are made in the same order.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")

import environment  # noqa: E402

# The seed of ../digits: it decides which images are held back.
SEED = 20


def main(argv):
    """Entry point: `argv` without the program's name."""
    argv = environment.enter(argv, [HERE.parent / "digits" / "requirements.txt"])
    parser = argparse.ArgumentParser(
        prog="train.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", default=str(HERE), help="directory to write to (default: the script's own)")
    out = pathlib.Path(parser.parse_args(argv).out)

    import data
    import export
    import network
    import numpy as np
    from layers import Convolution, Dense, Depthwise

    state = np.random.RandomState(SEED)
    (images, labels), (held_images, held_labels) = data.load(state)
    net = network.Network(
        [
            Convolution(state, 3, 1, 16, same=False),
            Depthwise(state, 16, same=False),
            Convolution(state, 1, 16, 32),
            Dense(state, 4 * 4 * 32, 10),
        ]
    )
    network.fit(net, images, labels, state, epochs=120, rate=2e-3)
    print(f"float32:       {net.accuracy(held_images, held_labels):.2%} of {len(held_labels)} held-back images")
    net.imitate_int8()
    network.fit(net, images, labels, state, epochs=40, rate=5e-4)
    print(f"imitated int8: {net.accuracy(held_images, held_labels):.2%}")

    out.mkdir(parents=True, exist_ok=True)
    (out / "digit_rows.tflite").write_bytes(export.flatbuffer(net.layers))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
