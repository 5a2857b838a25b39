"""The handwritten digits of scikit-learn, in the form that the model takes."""

import numpy as np
from sklearn.datasets import load_digits

# How many images of each digit are not used for training.
HELD_BACK = 36

# Pixels of the data set are 0..16.
_WHITE = 16

# Quantisation of the model's input.
SCALE, ZERO_POINT = np.float32(1 / 255), -128


def load(state):
    """`(images, labels)` to learn from, and the same held back; pixels are 0..1, rounded to what int8 can hold."""
    digits = load_digits()
    images = (quantized(digits.images[..., None] / _WHITE).astype(np.float32) - ZERO_POINT) * SCALE
    held = [state.permutation(np.flatnonzero(digits.target == digit))[:HELD_BACK] for digit in range(10)]
    held = state.permutation(np.concatenate(held))
    kept = np.setdiff1d(np.arange(len(images)), held)
    return (images[kept], digits.target[kept]), (images[held], digits.target[held])


def quantized(images):
    """Pixels 0..1 as int8."""
    return (np.rint(images / SCALE) + ZERO_POINT).astype(np.int8)


def shifted(images, state):
    """Half of the images moved by -1, 0 or 1 pixels in each direction, filled with background."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    moves = 1 + state.randint(-1, 2, (len(images), 2)) * state.randint(0, 2, (len(images), 1))
    return np.stack([image[i : i + 8, j : j + 8] for image, (i, j) in zip(padded, moves)])
