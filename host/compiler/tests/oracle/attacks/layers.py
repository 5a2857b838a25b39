"""Single layers with weights and many results: enough bytes to find differences in one byte of a hundred thousand."""

from .net import Net, size
from .operators import OPERATORS

# The operators, and input shapes that give many results.
WEIGHTED = {
    "CONV_2D": lambda net: (1, net.between(6, 14), net.between(6, 14), net.pick((1, 2, 3, 4, 5, 8, 16, 24, 32))),
    "DEPTHWISE_CONV_2D": lambda net: (1, net.between(8, 14), net.between(8, 14), net.pick((1, 3, 4, 8, 9))),
    "TRANSPOSE_CONV": lambda net: (1, net.between(4, 8), net.between(4, 8), net.pick((1, 2, 3, 4, 5, 8))),
    "FULLY_CONNECTED": lambda net: (net.between(64, 128), net.between(3, 33)),
    "SVDF": lambda net: (net.between(40, 80), net.between(3, 33)),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lambda net: (1, net.between(80, 200), net.between(3, 33)),
}

# Samples of each model, and the least number of results in one.
SAMPLES = 48
RESULTS = 600


def draw(state, number):
    """The operator's name and a net with one such layer; operators are used in turn."""
    names = list(WEIGHTED)
    name = names[number % len(names)]
    while True:
        net = Net(state)
        net.extreme, net.largest = False, 6000
        net.input(WEIGHTED[name](net))
        if OPERATORS[name][1](net) and size(net.tensors[-1].shape) >= RESULTS:
            net.graph.output(net.tensors[-1])
            return name, net
