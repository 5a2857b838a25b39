"""Small networks: operators in a row, branches, residuals, several inputs and outputs; unusual sizes throughout."""

import quantities
from builder import FLOAT, Model, Quantization

from . import conv_2d, depthwise_conv_2d, dequantize, elements, fully_connected, mean, pairs, pools, quantize, softmax
from .concatenation import concatenation
from .pad import pad
from .reshape import reshape
from .split import split
from .strided_slice import strided_slice
from .transpose import transpose


def cases():
    """See the package."""
    for make in (
        _classifier,
        _residual,
        _mobilenet,
        _inception,
        _keyword,
        _dense_stack,
        _two_inputs,
        _two_outputs,
        _output_used_inside,
        _unused_result,
        _float_ends,
        _gate,
        _shuffle,
        _long_lived,
    ):
        yield f"chain-{make.__name__[1:]}", lambda state, make=make: _build(state, make)


def _classifier(graph, state):
    x = _image(graph, state, (13, 11, 3))
    x = _conv(graph, state, x, "c1", filters=7, stride=(2, 2), activation="RELU")
    y = _depthwise(graph, state, x, "d1", activation="RELU6")
    y = _conv(graph, state, y, "c2", filters=7, kernel=(1, 1))
    x = pairs.layer(graph, state, "ADD", x, y, "RELU", name="a1")
    x = _average(graph, x, "p1")
    x = reshape(graph, x, (1, 7))
    x = fully_connected.layer(graph, state, _scores(5), x)
    return [softmax.layer(graph, x)]


def _residual(graph, state):
    x = _conv(graph, state, _image(graph, state, (9, 10, 3)), "stem", filters=8, activation="RELU")
    for i, (filters, stride) in enumerate(((8, 1), (13, 2))):
        y = _conv(graph, state, x, f"b{i}c1", filters=filters, stride=(stride, stride), activation="RELU")
        y = _conv(graph, state, y, f"b{i}c2", filters=filters)
        if stride > 1:
            x = _conv(graph, state, x, f"b{i}skip", filters=filters, kernel=(1, 1), stride=(stride, stride))
        x = pairs.layer(graph, state, "ADD", x, y, "RELU", name=f"b{i}add")
    x = reshape(graph, _average(graph, x, "pool"), (1, 13))
    return [softmax.layer(graph, fully_connected.layer(graph, state, _scores(10), x))]


def _mobilenet(graph, state):
    x = _image(graph, state, (15, 15, 3))
    x = pad(graph, x, ((0, 0), (0, 1), (0, 1), (0, 0)))
    x = _conv(graph, state, x, "stem", filters=5, stride=(2, 2), padding="VALID", activation="RELU6")
    for i, (filters, stride) in enumerate(((6, 2), (6, 1))):
        y = _conv(graph, state, x, f"b{i}expand", filters=17, kernel=(1, 1), activation="RELU6")
        y = _depthwise(graph, state, y, f"b{i}depth", stride=(stride, stride), activation="RELU6")
        y = _conv(graph, state, y, f"b{i}project", filters=filters, kernel=(1, 1))
        x = y if y.shape != x.shape else pairs.layer(graph, state, "ADD", x, y, name=f"b{i}add")
    x = mean.layer(graph, x, (1, 2), False, Quantization(x.scale * 0.7, -20))
    return [softmax.layer(graph, fully_connected.layer(graph, state, _scores(3), x))]


def _inception(graph, state):
    x = _image(graph, state, (7, 9, 4))
    shared = Quantization(0.11, -9)
    branches = [
        _conv(graph, state, x, "b1", filters=3, kernel=(1, 1), activation="RELU"),
        _conv(graph, state, x, "b3", filters=5, activation="RELU"),
        pools.layer(graph, pools.Spec(window=(3, 3), stride=(1, 1), padding="SAME"), x, "MAX_POOL_2D"),
    ]
    same = [quantize.layer(graph, b, "int8", shared, f"q{i}") for i, b in enumerate(branches)]
    x = concatenation(graph, same, 3)
    return [_conv(graph, state, x, "out", filters=6, kernel=(1, 1))]


def _keyword(graph, state):
    x = _image(graph, state, (25, 5, 1))
    x = _conv(graph, state, x, "c0", filters=16, kernel=(10, 4), stride=(2, 2), activation="RELU")
    for i in range(2):
        x = _depthwise(graph, state, x, f"d{i}", activation="RELU")
        x = _conv(graph, state, x, f"c{i + 1}", filters=16, kernel=(1, 1), activation="RELU")
    x = reshape(graph, _average(graph, x, "pool"), (1, 16))
    return [softmax.layer(graph, fully_connected.layer(graph, state, _scores(12), x))]


def _dense_stack(graph, state):
    x = graph.input("input", (1, 33), quantities.activations(state))
    for i, (units, act) in enumerate(((17, "RELU"), (5, "RELU6"), (1, "NONE"), (8, "RELU"), (33, "NONE"))):
        x = fully_connected.layer(graph, state, fully_connected.Spec(units=units, activation=act, spread=200), x, f"dense{i}")
    return [x]


def _two_inputs(graph, state):
    a = graph.input("left", (1, 6, 5, 3), quantities.activations(state))
    b = graph.input("right", (1, 6, 5, 3), quantities.activations(state))
    a = _conv(graph, state, a, "left", filters=4)
    b = _conv(graph, state, b, "right", filters=4)
    return [pairs.layer(graph, state, "SUB", a, b)]


def _two_outputs(graph, state):
    x = _conv(graph, state, _image(graph, state, (8, 7, 3)), "trunk", filters=5, activation="RELU")
    flat = reshape(graph, x, (1, 8 * 7 * 5))
    classes = softmax.layer(graph, fully_connected.layer(graph, state, _scores(4), flat, "classes"))
    box = fully_connected.layer(graph, state, fully_connected.Spec(units=4), flat, "box")
    return [box, classes]


def _output_used_inside(graph, state):
    x = _conv(graph, state, _image(graph, state, (5, 5, 2)), "first", filters=3, activation="RELU")
    return [x, _conv(graph, state, x, "second", filters=2)]


def _unused_result(graph, state):
    x = _image(graph, state, (4, 6, 6))
    parts = split(graph, x, 3, 2)
    _conv(graph, state, parts[1], "nobody_reads", filters=2)
    return [_conv(graph, state, parts[0], "read", filters=2)]


def _float_ends(graph, state):
    x = graph.input("input", (1, 6, 6, 1), dtype=FLOAT)
    x = quantize.layer(graph, x, "int8", Quantization(0.04, -11), "quantized")
    x = _conv(graph, state, x, "conv", filters=3, activation="RELU")
    x = softmax.layer(graph, fully_connected.layer(graph, state, _scores(6), x))
    return [dequantize.layer(graph, x, "probabilities")]


def _gate(graph, state):
    x = _image(graph, state, (5, 7, 6))
    y = mean.layer(graph, x, (1, 2), True)
    y = _conv(graph, state, y, "squeeze", filters=3, kernel=(1, 1), activation="RELU")
    y = _conv(graph, state, y, "excite", filters=6, kernel=(1, 1))
    y = elements.layer(graph, "LOGISTIC", y)
    x = pairs.layer(graph, state, "MUL", x, y, scale=x.scale * 0.8)
    return [elements.layer(graph, "HARD_SWISH", x, Quantization(x.scale, -100))]


def _shuffle(graph, state):
    x = _image(graph, state, (3, 5, 8))
    x = reshape(graph, x, (15, 2, 4), name="grouped")
    x = transpose(graph, x, (0, 2, 1))
    x = reshape(graph, x, (1, 3, 5, 8), name="shuffled")
    left, right = split(graph, x, 3, 2)
    right = _depthwise(graph, state, right, "right")
    right = quantize.layer(graph, right, "int8", left.quantization, "alike")
    x = concatenation(graph, [left, right], 3)
    return [strided_slice(graph, x, (0, 0, 1, 0), (1, 3, 4, 8), (1, 2, 1, 1))]


def _long_lived(graph, state):
    """Every early tensor is read again at the end: a difficult case for memory plans."""
    x = _image(graph, state, (4, 4, 3))
    kept = []
    for i in range(5):
        x = _conv(graph, state, x, f"c{i}", filters=(2, 5, 3, 7, 4)[i], activation="RELU")
        kept.append(_conv(graph, state, x, f"k{i}", filters=3, kernel=(1, 1)))
    total = kept.pop()
    while kept:
        total = pairs.layer(graph, state, "ADD", kept.pop(), total, name=f"sum{len(kept)}")
    return [total]


def _scores(units):
    """The layer before a softmax. Averages differ little, so a small difference must count."""
    return fully_connected.Spec(units=units, spread=60, output_scale=0.08, output_zero_point=11)


def _room(state, source, spec):
    """Parameters that keep values distinct through many layers: no zero point at the wrong end, no shrinking."""
    zero = -128 if "activation" in spec else int(state.randint(-40, 41))
    # Inside a network inputs are not uniform over int8; after a ReLU most are close to the zero point.
    spread = 350 if source.zero_point == -128 else 120
    return {"output_zero_point": zero, "spread": spread, **spec}


def _image(graph, state, shape):
    return graph.input(
        "input", (1, *shape), Quantization(quantities.activations(state).scale, int(state.randint(-128, 60)))
    )


def _conv(graph, state, source, name, **spec):
    return conv_2d.layer(graph, state, conv_2d.Spec(**_room(state, source, spec)), source, name)


def _depthwise(graph, state, source, name, **spec):
    return depthwise_conv_2d.layer(graph, state, depthwise_conv_2d.Spec(**_room(state, source, spec)), source, name)


def _average(graph, source, name):
    window = source.shape[1:3]
    return pools.layer(graph, pools.Spec(window=window, stride=window), source, "AVERAGE_POOL_2D", name)


def _build(state, make):
    model = Model()
    graph = model.graph()
    graph.output(*make(graph, state))
    return model.bytes()
