"""Graphs of one to six operators, drawn at random from all operators."""

from .net import Net
from .operators import OPERATORS, tables, unsigned

MOST = 6

# Nets with constant channels: the number of operators, and which ones. They pass such channels on, or fold them.
MOST_OF_CHANNELS = 10
_OF_CHANNELS = {
    "CONV_2D": 12,
    "DEPTHWISE_CONV_2D": 9,
    "FULLY_CONNECTED": 3,
    "ADD": 4,
    "SUB": 1,
    "MUL": 2,
    "MAXIMUM": 1,
    "MINIMUM": 1,
    "RELU": 2,
    "RELU6": 1,
    "HARD_SWISH": 1,
    "LOGISTIC": 1,
    "MAX_POOL_2D": 2,
    "AVERAGE_POOL_2D": 2,
    "MEAN": 2,
    "RESHAPE": 2,
    "PAD": 2,
    "CONCATENATION": 4,
    "SOFTMAX": 1,
    "TRANSPOSE_CONV": 1,
}

# Nets of float32 with weights of int8, and the operators around such ones.
_OF_HYBRID = {
    "CONV_2D": 6,
    "DEPTHWISE_CONV_2D": 5,
    "FULLY_CONNECTED": 6,
    "BATCH_MATMUL": 4,
    "EMBEDDING_LOOKUP": 2,
    "ADD": 2,
    "MUL": 1,
    "RELU": 2,
    "MAXIMUM": 1,
    "MAX_POOL_2D": 1,
    "RESHAPE": 2,
    "PAD": 2,
}

# Nets of images, which `--ram` computes in bands of rows.
MOST_OF_IMAGES = 8
_OF_IMAGES = {
    "CONV_2D": 8,
    "DEPTHWISE_CONV_2D": 8,
    "MAX_POOL_2D": 3,
    "AVERAGE_POOL_2D": 3,
    "ADD": 3,
    "SUB": 1,
    "MUL": 3,
    "MAXIMUM": 1,
    "RELU": 2,
    "LEAKY_RELU": 1,
    "HARD_SWISH": 1,
    "LOGISTIC": 1,
    "QUANTIZE": 1,
    "PAD": 1,
}

# Types of inputs, repeated by their weight.
INPUTS = ("int8",) * 14 + ("int16",) * 10 + ("float32",) * 8 + ("int32",) * 3 + ("bool",) * 3 + ("uint8",)

_NAMES = list(OPERATORS)
_WEIGHTS = [OPERATORS[name][0] for name in _NAMES]


def draw(state):
    """One net with its inputs, operators and outputs."""
    net = Net(state)
    if net.chance(0.1):
        return _of_uint8(net)
    if net.chance(0.07):
        return _beyond(net)
    if net.chance(0.25):
        return _of_channels(net)
    if net.chance(0.12):
        return _of_images(net)
    for _ in range(1 + net.chance(0.25)):
        net.input(dtype=net.pick(INPUTS))
    _grow(net, _NAMES, _WEIGHTS, net.between(1, MOST))
    _finish(net)
    return net


def draw_uint8(state):
    """One net of uint8."""
    return _of_uint8(Net(state))


def _of_uint8(net):
    """A net of uint8, as TensorFlow 1 quantised it, rarely with an input of float32 or int8."""
    net.unsigned = True
    net.stuck = net.pick((0.0, 0.0, 0.3, 0.8))
    for _ in range(1 + net.chance(0.25)):
        net.input(dtype="uint8")
    if net.chance(0.1):
        net.input(dtype=net.pick(("float32", "float32", "int8")))
        unsigned.OPERATORS["QUANTIZE"][1](net)
    operators = unsigned.OPERATORS
    _grow(net, list(operators), [weight for weight, _ in operators.values()], net.between(1, MOST), operators)
    _finish(net)
    return net


def _beyond(net):
    """A net that TensorFlow Lite's reference kernels run: of float32 with weights of int8, or of functions by table."""
    net.beyond = True
    if net.chance(0.5):
        return _of_tables(net)
    batch = net.pick((1, 1, 2))
    net.input((batch, net.between(1, 8), net.between(1, 8), net.between(1, 9)), dtype="float32")
    first = ("CONV_2D", "FULLY_CONNECTED", "BATCH_MATMUL", "EMBEDDING_LOOKUP", "UNIDIRECTIONAL_SEQUENCE_LSTM")
    OPERATORS[net.pick(first)][1](net)
    _grow(net, list(_OF_HYBRID), list(_OF_HYBRID.values()), net.between(1, 4))
    _finish(net)
    return net


def _of_tables(net):
    """A net of functions of int8 and int16; with scales far apart their results are undefined."""
    net.extreme = False
    for _ in range(1 + net.chance(0.3)):
        net.input(dtype=net.pick(("int8", "int16", "int16")))
    moves = {name: OPERATORS[name] for name in ("RESHAPE", "TRANSPOSE", "SLICE")}
    operators = {**moves, **tables.OPERATORS}
    _grow(net, list(operators), [weight for weight, _ in operators.values()], net.between(1, 4), operators)
    _finish(net)
    return net


def _of_channels(net):
    """A net of int8 with many channels of one value."""
    net.stuck = net.pick((0.2, 0.5, 0.8, 1.0))
    net.input((net.pick((1, 1, 2)), net.between(1, 8), net.between(1, 8), net.pick((1, 2, 3, 4, 5, 8, 9))))
    OPERATORS["CONV_2D"][1](net)
    _grow(net, list(_OF_CHANNELS), list(_OF_CHANNELS.values()), net.between(2, MOST_OF_CHANNELS))
    _finish(net)
    return net


def _of_images(net):
    """A net of images of many rows."""
    dtype = net.pick(("int8", "int8", "int16", "float32"))
    net.input((1, net.between(6, 24), net.between(1, 6), net.between(1, 5)), dtype=dtype)
    OPERATORS[net.pick(("CONV_2D", "DEPTHWISE_CONV_2D"))][1](net)
    _grow(net, list(_OF_IMAGES), list(_OF_IMAGES.values()), net.between(2, MOST_OF_IMAGES))
    _finish(net)
    return net


def _grow(net, names, weights, wanted, operators=OPERATORS):
    total = sum(weights)
    for _ in range(8 * wanted):
        if wanted == 0:
            break
        name = net.state.choice(names, p=[w / total for w in weights])
        wanted -= bool(operators[name][1](net))


def _finish(net):
    """Makes outputs of tensors that are not read yet, of some that are read, and rarely of an input, a constant or a tensor twice."""
    entries = set(net.graph.table.inputs)
    made = [t for t in net.tensors if t.index not in entries]
    results = [t for t in made if t.index not in net.read or net.chance(0.15)]
    if len(results) > 1 and net.chance(0.1):
        results.pop(net.between(0, len(results) - 1))
    if net.chance(0.03):
        results.append(net.pick(net.tensors))
    if net.chance(0.02):
        results.append(net.constant((1, 3), "int8"))
    if not results:
        results = made[-1:] or net.tensors[:1]
    results = [t for t in results if t not in net.ends] + net.ends
    net.state.shuffle(results)
    net.graph.output(*results)
