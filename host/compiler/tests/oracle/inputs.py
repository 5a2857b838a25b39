"""The inputs of the models."""

import numpy as np

# Kinds of extreme sample, in the order in which they are used.
EXTREMES = ("lowest", "highest", "zero", "alternating", "ramp", "one_hot_high", "one_hot_low")

# For models with inputs of float32: values of a faulty sensor, and values that other cores may treat as 0.
ODD_FLOATS = ("zeros", "tiny", "largest", "infinite", "not_a_number")


class Wrong(Exception):
    """Input files that do not fit the model."""


def mixed(tensors, count, seed, odd_floats=ODD_FLOATS):
    """`count` samples: first the extremes, then random ones, wide and narrow."""
    few = extremes(tensors, odd_floats)[:count]
    return few + random(tensors, count - len(few), seed)


def extremes(tensors, odd_floats=ODD_FLOATS):
    """One sample of each kind in EXTREMES and, if there are floats, of those of ODD_FLOATS in `odd_floats`."""
    odd = odd_floats if any(t.dtype.kind == "f" for t in tensors) else ()
    return [[_extreme(t, kind) for t in tensors] for kind in (*EXTREMES, *odd)]


def random(tensors, count, seed):
    """`count` random samples; the same for the same seed on every machine."""
    # RandomState's streams are frozen for good, unlike those of numpy's newer generators.
    state = np.random.RandomState(seed)
    return [[_random(t, state, i) for t in tensors] for i in range(count)]


def from_files(tensors, paths):
    """Samples from raw files, one per input, each holding any number of samples one after the other."""
    if len(paths) != len(tensors):
        raise Wrong(f"the model has {len(tensors)} input(s), {len(paths)} file(s) were given")
    columns = []
    for tensor, path in zip(tensors, paths):
        data = np.fromfile(path, dtype=np.uint8)
        if tensor.bytes == 0 or data.size == 0 or data.size % tensor.bytes:
            raise Wrong(f"{path}: {data.size} bytes are not a multiple of the {tensor.bytes} of input '{tensor.name}'")
        columns.append(np.frombuffer(data.tobytes(), tensor.dtype).reshape(-1, *tensor.shape))
    counts = {len(c) for c in columns}
    if len(counts) != 1:
        raise Wrong(f"the input files hold different numbers of samples: {sorted(counts)}")
    return [[column[i] for column in columns] for i in range(counts.pop())]


def _bounds(tensor):
    if tensor.dtype.kind == "f":
        return np.float32(-16.0), np.float32(16.0)
    if tensor.dtype.kind == "b":
        return False, True
    info = np.iinfo(tensor.dtype)
    return info.min, info.max


def _zero(tensor):
    if not tensor.zero_points or tensor.dtype.kind not in "iu":
        return 0
    # Files that are wrong on purpose hold zero points outside the type.
    return min(max(tensor.zero_points[0], int(np.iinfo(tensor.dtype).min)), int(np.iinfo(tensor.dtype).max))


def _extreme(tensor, kind):
    low, high = _bounds(tensor)
    flat = np.full(int(np.prod(tensor.shape, dtype=np.int64)), _zero(tensor), tensor.dtype)
    if kind == "lowest":
        flat[:] = low
    elif kind == "highest":
        flat[:] = high
    elif kind == "alternating":
        flat[0::2], flat[1::2] = low, high
    elif kind == "ramp":
        if tensor.dtype.kind == "f":
            flat[:] = np.linspace(low, high, flat.size, dtype=np.float32)
        elif tensor.dtype.kind != "b":
            # Every value once, in order, then repeated.
            flat[:] = (np.arange(flat.size) % min(int(high) - int(low) + 1, 1 << 16)) + int(low)
    elif kind == "one_hot_high":
        flat[flat.size // 2 :][:1] = high
    elif kind == "one_hot_low":
        flat[flat.size // 2 :][:1] = low
    elif kind in ODD_FLOATS and tensor.dtype.kind == "f":
        _odd_floats(flat, kind)
    return flat.reshape(tensor.shape)


def _odd_floats(flat, kind):
    numbers = np.arange(flat.size)
    if kind == "zeros":
        # Of both signs, and a few other numbers.
        flat[:] = np.where(numbers % 5 == 4, 1 - numbers % 3, 0)
        flat[numbers * 2654435761 // 64 % 2 == 1] *= -1
    elif kind == "tiny":
        # Both signs, below the smallest normal number and around it.
        bits = (numbers * 2654435761 % 0x1000000).astype(np.uint32) | ((numbers % 2).astype(np.uint32) << 31)
        flat[:] = bits.view(np.float32)
    elif kind == "largest":
        flat[:] = np.where(numbers % 3 == 1, -1, 1) * np.finfo(np.float32).max
    else:
        flat[:] = numbers % 7 - 3
        flat[flat.size // 2 :][:1] = np.nan if kind == "not_a_number" else np.inf
        if kind == "infinite":
            flat[-1] = -np.inf


def _random(tensor, state, i):
    low, high = _bounds(tensor)
    if tensor.dtype.kind == "f":
        # From tiny to large, as in real layers.
        return (state.standard_normal(tensor.shape) * 10.0 ** ((i % 4) - 2)).astype(tensor.dtype)
    if tensor.dtype.kind == "b":
        return state.randint(0, 2, tensor.shape).astype(bool)
    if i % 2:
        # Near the zero point, where real activations are and sums cancel.
        spread = (int(high) - int(low)) / 16
        near = np.rint(state.standard_normal(tensor.shape) * spread) + _zero(tensor)
        return np.clip(near, low, high).astype(tensor.dtype)
    return state.randint(low, int(high) + 1, tensor.shape, dtype=np.int64).astype(tensor.dtype)
