"""The network and its training."""

import numpy as np
from data import shifted
from layers import AveragePool, Convolution, Dense, Depthwise

BATCH = 32


def of_pictures(state):
    """Two depthwise-separable blocks between a first convolution and a classifier; 68 k multiply-accumulates."""
    return [
        Convolution(state, 3, 1, 16),
        Depthwise(state, 16),
        Convolution(state, 1, 16, 24),
        Depthwise(state, 24, stride=2),
        Convolution(state, 1, 24, 48),
        AveragePool(2),
        Dense(state, 2 * 2 * 48, 10),
    ]


class Network:
    """Layers one behind the other."""

    def __init__(self, layers):
        self.layers = layers
        self.learning = [layer for layer in self.layers if hasattr(layer, "weight")]

    def imitate_int8(self):
        """From now on weights and activations take only values that int8 can hold."""
        for layer in self.learning:
            layer.fake = True

    def forward(self, images, learn=False):
        """Scores for each image."""
        for layer in self.layers:
            images = layer.forward(images, learn)
        return images

    def backward(self, slope):
        """Stores the gradients of the loss by weights and biases in the layers."""
        for layer in reversed(self.layers):
            slope = layer.backward(slope)

    def accuracy(self, images, labels):
        """Share of images whose highest score is at their label."""
        return float((self.forward(images).argmax(axis=1) == labels).mean())


def fit(network, images, labels, state, epochs, rate):
    """Adam with a falling rate on cross entropy, a little weight decay, images shifted at random."""
    parameters = [(layer, k) for layer in network.learning for k in ("weight", "bias")]
    means = [np.zeros_like(getattr(layer, k)) for layer, k in parameters]
    squares = [np.zeros_like(m) for m in means]
    steps, step = len(labels) // BATCH * epochs, 0
    for _ in range(epochs):
        order = state.permutation(len(labels))
        for start in range(0, len(labels) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            slope = _softmax(network.forward(shifted(images[chosen], state), learn=True))
            slope[np.arange(BATCH), labels[chosen]] -= 1
            network.backward(slope / np.float32(BATCH))
            step += 1
            now = np.float32(rate * 0.5 * (1 + np.cos(np.pi * step / steps)))
            for (layer, k), mean, square in zip(parameters, means, squares):
                value = getattr(layer, k)
                gradient = layer.slopes[k] + (np.float32(1e-4) * value if k == "weight" else 0)
                mean += np.float32(0.1) * (gradient - mean)
                square += np.float32(0.001) * (gradient * gradient - square)
                root = np.sqrt(square / np.float32(1 - 0.999**step)) + np.float32(1e-8)
                value -= now / np.float32(1 - 0.9**step) * mean / root


def _softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
