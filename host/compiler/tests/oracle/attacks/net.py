"""A graph under construction: its tensors, and how quantisation, types and shapes are drawn."""

import numpy as np

from builder import FLOAT, Model, Quantization

RANGES = {
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int16": (-32768, 32767),
    "int32": (-(1 << 31), (1 << 31) - 1),
}

# A step may not make a tensor larger than this, in elements: many graphs are better than large ones.
LARGEST = 2000


class Net:
    """Draws everything from one random state. `extreme` nets mix in scales from 1e-12 to 1e12."""

    def __init__(self, state, outer=None, name="main"):
        self.state = state
        # A branch is a graph of the outer net's model.
        self.outer = outer
        self.model = outer.model if outer else Model()
        self.graph = self.model.graph(name)
        self.extreme = outer.extreme if outer else state.randint(3) == 0
        self.largest = LARGEST
        # How many of the channels of layers with weights have one value for all inputs.
        self.stuck = 0.0
        # Whether layers on float32 have weights of int8.
        self.beyond = outer.beyond if outer else False
        # Whether operators that move bytes take only uint8.
        self.unsigned = False
        self.tensors = []
        # Results that no operator may read, since they are not always defined: `schema.Model.blank` handles them.
        self.ends = []
        self.constants = []
        self.read = set()
        # Results of functions that float32 arithmetic approximates: equal except for their last bits.
        self.inexact = set()
        self.samples_in_a_row = 0
        self._states = None
        self._names = 0

    # Numbers.

    def chance(self, probability):
        """True with this probability."""
        return self.state.random_sample() < probability

    def pick(self, choices):
        """One of several things."""
        return choices[self.state.randint(len(choices))]

    def between(self, low, high):
        """A whole number, both ends included."""
        return int(self.state.randint(low, high + 1))

    def name(self, word):
        """A name that no other tensor has."""
        self._names += 1
        return f"{word.lower()}{self._names}"

    # Quantisation.

    def scale(self, near=None, dtype="int8"):
        """A scale: as in real models, a power of two, in extreme nets any; or one close to `near`."""
        if self.extreme and self.chance(0.3):
            return float(np.float32(10.0 ** self.state.uniform(-12.0, 12.0)))
        if near is not None and self.chance(0.8):
            # Equal, an exact multiple, with which halves must be rounded, or a common ratio.
            factor = self.pick((1.0, 2.0 ** self.between(-4, 4), self.state.uniform(0.3, 3.0), self.state.uniform(0.8, 1.3)))
            return float(np.float32(np.clip(near * factor, 1e-30, 1e30)))
        if dtype == "int16":
            # For 65536 steps; functions have special cases for 2^-11 and 2^-12.
            if self.chance(0.4):
                return 2.0 ** self.between(-17, -8)
            return float(np.float32(10.0 ** self.state.uniform(-5.0, -2.0)))
        if self.chance(0.3):
            return 2.0 ** self.between(-9, 2)
        return float(np.float32(10.0 ** self.state.uniform(-2.7, -0.7)))

    def zero_point(self, dtype="int8"):
        """A zero point: at an end of the type, in the middle, anywhere. int16 and int32 support only 0."""
        if dtype in ("int16", "int32"):
            return 0
        low, high = RANGES[dtype]
        return self.pick((low, high, (low + high + 1) // 2, self.between(low, high), self.between(low, high)))

    def quantization(self, dtype="int8", near=None):
        """Scale and zero point of a tensor; none for float32."""
        dtype = np.dtype(dtype).name
        return Quantization(self.scale(near, dtype), self.zero_point(dtype)) if dtype in RANGES else None

    # Tensors.

    def shape(self, rank=None):
        """The shape of a new tensor."""
        rank = rank or self.pick((4, 4, 4, 4, 2, 2, 3, 1))
        if rank == 4:
            return (self.pick((1, 1, 1, 1, 2)), self.between(1, 8), self.between(1, 8), self.pick((1, 2, 3, 4, 5, 7, 8, 9)))
        if rank == 1:
            return (self.between(1, 20),)
        return (self.pick((1, 1, 1, 2, 3)), *[self.between(1, 9) for _ in range(rank - 1)])

    def input(self, shape=None, dtype="int8", quantization=None):
        """A tensor that the caller fills."""
        if quantization is None and not (dtype == "int32" and self.chance(0.6)):
            quantization = self.quantization(dtype)
        return self.keep(self.graph.input(self.name("input"), shape or self.shape(), quantization, dtype))

    def keep(self, tensor, exact=True):
        """Makes a tensor available to later steps."""
        self.tensors.append(tensor)
        if not exact:
            self.inexact.add(tensor.index)
        return tensor

    def values(self, shape, dtype):
        """Contents of a constant: various values, and the limits of the type."""
        if np.dtype(dtype) == FLOAT:
            return (self.state.standard_normal(shape) * 10.0 ** self.state.uniform(-2, 1)).astype(np.float32)
        if np.dtype(dtype) == np.bool_:
            return self.state.randint(0, 2, shape).astype(bool)
        low, high = RANGES[np.dtype(dtype).name]
        low, high = max(low, -(1 << 20)), min(high, 1 << 20)
        if self.chance(0.2):
            return np.full(shape, self.pick((low, high)), dtype)
        return self.state.randint(low, high + 1, shape).astype(dtype)

    def source(self, accepts, inexact=False, raw=False):
        """A tensor for which `accepts` is true, newer ones more likely; None if there is none. `raw` are samples without a scale."""

        def fits(t):
            known = raw or t.dtype.name not in ("int8", "int16") or t.quantization is not None
            return known and accepts(t) and (inexact or t.index not in self.inexact)

        fitting = [t for t in self.tensors if fits(t)]
        if not fitting:
            return None
        return fitting[-1 - min(self.state.geometric(0.5) - 1, len(fitting) - 1)]

    def constant(self, shape, dtype, quantization=None):
        """A constant that replaces an input."""
        values = self.values(shape, dtype)
        return self.graph.constant(self.name("constant"), values, quantization or self.quantization(dtype))

    def result(self, word, shape, dtype="int8", quantization=None):
        """A tensor that an operator is about to write."""
        return self.graph.tensor(self.name(word), tuple(int(n) for n in shape), quantization, dtype)

    def operator(self, name, inputs, outputs, options=None, exact=True):
        """Applies an operator. Results of inexact inputs are inexact, and so are all if `exact` is False."""
        self.graph.operator(name, inputs, outputs, options)
        for tensor in inputs:
            if tensor is not None:
                self.read.add(tensor.index)
                exact = exact and tensor.index not in self.inexact
        for tensor in outputs:
            self.keep(tensor, exact)
        return outputs


def size(shape):
    """Number of elements."""
    return int(np.prod(shape, dtype=np.int64))


def is_type(*names):
    """A predicate for `Net.source`."""
    return lambda tensor: tensor.dtype.name in names
