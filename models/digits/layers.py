"""Layers of a small convolutional network in numpy: forward, backward, and with the rounding of int8.

Images are (batch, height, width, channels). A layer whose `fake` is set uses only weights and gives only results
that int8 can represent; gradients ignore the rounding.
"""

import numpy as np


class Convolution:
    """A 3x3 or 1x1 convolution with SAME or VALID padding, a bias for each output channel, and ReLU."""

    def __init__(self, state, size, inputs, outputs, stride=1, same=True):
        self.size, self.stride, self.same = size, stride, same
        deviation = np.sqrt(2.0 / (size * size * inputs))
        self.weight = (state.standard_normal((size * size * inputs, outputs)) * deviation).astype(np.float32)
        self.bias = np.zeros(outputs, np.float32)
        self.range = Range()
        self.fake = False

    def forward(self, x, learn):
        """The layer's output; with `learn`, values for `backward` are kept and ranges are updated."""
        self._used = rounded(self.weight, 0) if self.fake else self.weight
        patches = windows(x, self.size, self.stride, self.same)
        self._patches = patches.reshape(-1, self._used.shape[0])
        self._shapes = x.shape, patches.shape
        y = (self._patches @ self._used).reshape(*patches.shape[:3], -1) + self.bias
        self._positive = y > 0
        return self.range.apply(y * self._positive, learn, self.fake)

    def backward(self, slope):
        """The gradient of the loss by the input; keeps those by weight and bias in `slopes`."""
        slope = (slope * self._positive).reshape(-1, self.bias.size)
        self.slopes = {"weight": self._patches.T @ slope, "bias": slope.sum(axis=0)}
        shape, patches = self._shapes
        return fold((slope @ self._used.T).reshape(patches), shape, self.size, self.stride, self.same)


class Depthwise:
    """A 3x3 convolution of each channel separately, with SAME or VALID padding, bias and ReLU."""

    def __init__(self, state, channels, stride=1, same=True):
        self.size, self.stride, self.same = 3, stride, same
        self.weight = (state.standard_normal((9, channels)) * np.sqrt(2.0 / 9)).astype(np.float32)
        self.bias = np.zeros(channels, np.float32)
        self.range = Range()
        self.fake = False

    def forward(self, x, learn):
        """As for Convolution."""
        self._used = rounded(self.weight, 0) if self.fake else self.weight
        self._patches = windows(x, self.size, self.stride, self.same)
        self._shape = x.shape
        y = (self._patches * self._used).sum(axis=3) + self.bias
        self._positive = y > 0
        return self.range.apply(y * self._positive, learn, self.fake)

    def backward(self, slope):
        """As for Convolution."""
        slope = slope * self._positive
        by_weight = (self._patches * slope[:, :, :, None]).sum(axis=(0, 1, 2))
        self.slopes = {"weight": by_weight, "bias": slope.sum(axis=(0, 1, 2))}
        return fold(slope[:, :, :, None] * self._used, self._shape, self.size, self.stride, self.same)


class AveragePool:
    """The mean of each square of `size` pixels."""

    def __init__(self, size):
        self.size = size

    def forward(self, x, learn):
        """As for Convolution."""
        n, h, w, c = x.shape
        self._shape = x.shape
        return x.reshape(n, h // self.size, self.size, w // self.size, self.size, c).mean(axis=(2, 4))

    def backward(self, slope):
        """As for Convolution."""
        return slope.repeat(self.size, axis=1).repeat(self.size, axis=2) / np.float32(self.size**2)


class Dense:
    """A fully connected layer on flattened images, without ReLU."""

    def __init__(self, state, inputs, outputs):
        self.weight = (state.standard_normal((inputs, outputs)) * np.sqrt(1.0 / inputs)).astype(np.float32)
        self.bias = np.zeros(outputs, np.float32)
        self.range = Range()
        self.fake = False

    def forward(self, x, learn):
        """As for Convolution."""
        self._used = rounded(self.weight, None) if self.fake else self.weight
        self._shape = x.shape
        self._flat = x.reshape(x.shape[0], -1)
        return self.range.apply(self._flat @ self._used + self.bias, learn, self.fake)

    def backward(self, slope):
        """As for Convolution."""
        self.slopes = {"weight": self._flat.T @ slope, "bias": slope.sum(axis=0)}
        return (slope @ self._used.T).reshape(self._shape)


class Range:
    """The range of a layer's results, as a moving average over batches, and the int8 quantisation it gives."""

    def __init__(self):
        self.low, self.high = np.float32(0), None

    def quantization(self):
        """Scale and zero point."""
        scale = np.float32((self.high - self.low) / 255)
        return scale, int(np.clip(np.rint(-128 - self.low / scale), -128, 127))

    def apply(self, y, learn, fake):
        """`y`, with `fake` rounded as in int8; with `learn` the range is updated first."""
        if learn:
            low, high = np.minimum(y.min(), 0), y.max()
            keep = np.float32(0 if self.high is None else 0.98)
            self.low = self.low * keep + low * (1 - keep)
            self.high = (0 if self.high is None else self.high) * keep + high * (1 - keep)
        if not fake:
            return y
        scale, zero = self.quantization()
        return ((np.clip(np.rint(y / scale) + zero, -128, 127) - zero) * scale).astype(np.float32)


def weight_scales(weight, axis):
    """Scales with which the largest weight becomes 127: over `axis`, or over everything."""
    return np.maximum(np.abs(weight).max(axis=axis) / np.float32(127), np.float32(1e-8))


def rounded(weight, axis):
    """`weight`, rounded as in int8 with these scales."""
    scale = weight_scales(weight, axis)
    return np.rint(weight / scale) * scale


def padding(extent, size, stride, same=True):
    """Rows before and after, and the output's extent, with SAME or VALID padding as TensorFlow defines them."""
    if not same:
        return 0, 0, (extent - size) // stride + 1
    out = -(-extent // stride)
    total = max(0, (out - 1) * stride + size - extent)
    return total // 2, total - total // 2, out


def windows(x, size, stride, same=True):
    """(batch, rows, columns, size * size, channels): the pixels that each output pixel depends on."""
    top, bottom, rows = padding(x.shape[1], size, stride, same)
    left, right, columns = padding(x.shape[2], size, stride, same)
    x = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    parts = [
        x[:, i : i + (rows - 1) * stride + 1 : stride, j : j + (columns - 1) * stride + 1 : stride]
        for i in range(size)
        for j in range(size)
    ]
    return np.stack(parts, axis=3)


def fold(patches, shape, size, stride, same=True):
    """The transpose of `windows`: adds each pixel's share back to its position."""
    top, bottom, rows = padding(shape[1], size, stride, same)
    left, right, columns = padding(shape[2], size, stride, same)
    x = np.zeros((shape[0], shape[1] + top + bottom, shape[2] + left + right, shape[3]), np.float32)
    for k in range(size * size):
        i, j = divmod(k, size)
        last = i + (rows - 1) * stride + 1, j + (columns - 1) * stride + 1
        x[:, i : last[0] : stride, j : last[1] : stride] += patches[:, :, :, k]
    return x[:, top : top + shape[1], left : left + shape[2]]
