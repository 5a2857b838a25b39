"""Networks with channels of one value, which the compiler leaves out; operators whose output equals their input."""

import numpy as np

import quantities
from builder import Model, Quantization

from . import conv_2d, depthwise_conv_2d, elements, fully_connected, mean, pairs, pools, quantize, softmax
from .concatenation import concatenation
from .pad import pad
from .reshape import reshape


def cases():
    """See the package."""
    for make in (
        _separable,
        _separable_saturated,
        _folded_windows,
        _padded_windows,
        _residual,
        _joined,
        _multiplied,
        _flattened,
        _nothing_varies,
        _pruned_and_int4,
        _without_bias,
        _scaled,
        _read_by_others,
        _gives_back,
        _idle_clamps,
    ):
        yield f"chain-channels{make.__name__}", lambda state, make=make: _build(state, make)


def _separable(graph, state):
    x = _conv(graph, state, _image(graph, state, (9, 8, 3)), "stem", filters=16, activation="RELU")
    for i, stride in enumerate((1, 2)):
        x = _depthwise(graph, state, x, f"d{i}", stride=(stride, stride), activation="RELU")
        x = _conv(graph, state, x, f"c{i}", filters=24, kernel=(1, 1), activation="RELU")
    window = x.shape[1:3]
    x = pools.layer(graph, pools.Spec(window=window, stride=window), x, "AVERAGE_POOL_2D", "pool")
    x = reshape(graph, x, (1, 24))
    return [softmax.layer(graph, fully_connected.layer(graph, state, fully_connected.Spec(units=4, spread=90), x))]


def _separable_saturated(graph, state):
    """Without activations, channels of one value are at both limits, rarely at the zero point."""
    x = _conv(graph, state, _image(graph, state, (7, 6, 2)), "stem", filters=12)
    for i in range(2):
        x = _depthwise(graph, state, x, f"d{i}")
        x = _conv(graph, state, x, f"c{i}", filters=13, kernel=(1, 1))
    return [mean.layer(graph, x, (1, 2), True, Quantization(x.scale * 0.9, 3))]


def _folded_windows(graph, state):
    x = _conv(graph, state, _image(graph, state, (9, 9, 3)), "first", filters=11)
    x = _conv(graph, state, x, "second", filters=10, padding="VALID")
    x = _depthwise(graph, state, x, "third", padding="VALID", kernel=(2, 3))
    return [_conv(graph, state, x, "last", filters=5, padding="VALID", stuck=False)]


def _padded_windows(graph, state):
    """Outside the image the zero point is used, not the value of the channel."""
    x = _conv(graph, state, _image(graph, state, (6, 7, 3)), "first", filters=11)
    x = _conv(graph, state, x, "second", filters=10, stride=(2, 1))
    x = pad(graph, x, ((0, 0), (1, 0), (0, 2), (0, 0)))
    return [_conv(graph, state, x, "last", filters=5, padding="VALID", stuck=False)]


def _residual(graph, state):
    x = _conv(graph, state, _image(graph, state, (8, 8, 3)), "stem", filters=24, activation="RELU")
    for i in range(2):
        y = _conv(graph, state, x, f"b{i}c1", filters=12, kernel=(1, 1), activation="RELU")
        y = _conv(graph, state, y, f"b{i}c2", filters=24)
        x = pairs.layer(graph, state, "ADD", x, y, "RELU", name=f"b{i}add")
    return [_conv(graph, state, x, "last", filters=4, kernel=(1, 1), stuck=False)]


def _joined(graph, state):
    x = _conv(graph, state, _image(graph, state, (6, 5, 4)), "stem", filters=12, activation="RELU")
    shared = Quantization(0.11, -128)
    branches = [
        _conv(graph, state, x, "b1", filters=24, kernel=(1, 1), activation="RELU"),
        _conv(graph, state, x, "b3", filters=24, activation="RELU"),
        pools.layer(graph, pools.Spec(window=(3, 3), stride=(1, 1), padding="SAME"), x, "MAX_POOL_2D"),
    ]
    same = [quantize.layer(graph, b, "int8", shared, f"q{i}") for i, b in enumerate(branches)]
    constant = graph.constant("more", state.randint(-128, 128, (1, 6, 5, 4)).astype(np.int8), shared)
    x = concatenation(graph, [*same[:2], constant, same[2]], 3)
    x = concatenation(graph, [x, x], 1)
    return [_conv(graph, state, x, "last", filters=6, kernel=(1, 1), stuck=False)]


def _multiplied(graph, state):
    x = _conv(graph, state, _image(graph, state, (6, 6, 2)), "stem", filters=7, activation="RELU")
    x = _depthwise(graph, state, x, "twice", multiplier=2, activation="RELU")
    x = _depthwise(graph, state, x, "thrice", multiplier=3, kernel=(1, 1))
    return [_conv(graph, state, x, "last", filters=3, kernel=(1, 1), stuck=False)]


def _flattened(graph, state):
    """Channels recur in every position of a flattened image."""
    x = _conv(graph, state, _image(graph, state, (3, 4, 3)), "stem", filters=10, activation="RELU")
    x = reshape(graph, x, (1, 3 * 4 * 10))
    y = fully_connected.layer(graph, state, fully_connected.Spec(units=12, stuck=True, per_channel=True), x, "d0")
    y = reshape(graph, y, (1, 2, 1, 6), name="again")
    y = elements.layer(graph, "LOGISTIC", y)
    return [fully_connected.layer(graph, state, fully_connected.Spec(units=5), y, "d1")]


def _nothing_varies(graph, state):
    x = _conv(graph, state, _image(graph, state, (4, 4, 3)), "stem", filters=3, activation="RELU", gain=2.0**-60)
    x = _conv(graph, state, x, "next", filters=9, activation="RELU")
    return [_conv(graph, state, x, "last", filters=2, stuck=False)]


def _pruned_and_int4(graph, state):
    x = _conv(graph, state, _image(graph, state, (5, 5, 3)), "stem", filters=9, int4=True, pruned=True)
    x = _conv(graph, state, x, "next", filters=9, int4=True, pruned=True, padding="VALID")
    x = _depthwise(graph, state, x, "depth", int4=True)
    return [_conv(graph, state, x, "last", filters=5, kernel=(1, 1), int4=True, stuck=False)]


def _without_bias(graph, state):
    x = _conv(graph, state, _image(graph, state, (5, 5, 3)), "stem", filters=9)
    y = _conv(graph, state, x, "none", filters=6, kernel=(1, 1), bias="none", stuck=False)
    z = fully_connected.layer(graph, state, fully_connected.Spec(units=3, bias="omitted"), x, "omitted")
    return [y, z]


def _scaled(graph, state):
    """Operands with a value for each channel, and one for all."""
    x = _conv(graph, state, _image(graph, state, (5, 6, 3)), "stem", filters=24)
    for i, shape in enumerate(((24,), (1, 1, 1, 24), (1,))):
        values = graph.constant(f"by{i}", state.randint(-128, 128, shape).astype(np.int8), Quantization(0.02, 5))
        x = pairs.layer(graph, state, ("MUL", "ADD", "SUB")[i], x, values, name=f"scaled{i}")
    gate = mean.layer(graph, x, (1, 2), True, x.quantization)
    place = _conv(graph, state, x, "place", filters=1, kernel=(1, 1), stuck=False)
    x = pairs.layer(graph, state, "MUL", x, gate, name="gated")
    x = _conv(graph, state, x, "last", filters=3, kernel=(1, 1), stuck=False)
    return [pairs.layer(graph, state, "ADD", x, place, name="placed")]


def _read_by_others(graph, state):
    """Tensors read by a result or another kind of operator keep all channels."""
    x = _conv(graph, state, _image(graph, state, (4, 5, 3)), "stem", filters=9, activation="RELU")
    y = _conv(graph, state, x, "next", filters=8, activation="RELU")
    z = _conv(graph, state, y, "other", filters=5)
    return [y, z]


def _gives_back(graph, state):
    x = _conv(graph, state, _image(graph, state, (4, 5, 3)), "stem", filters=6, output_zero_point=-128)
    x = elements.layer(graph, "RELU", x, Quantization(x.scale, -128), name="never_negative")
    zeros = graph.constant("zeros", np.full((1,), 7, np.int8), Quantization(x.scale, 7))
    x = pairs.layer(graph, state, "ADD", x, zeros, scale=x.scale, zero=-128, name="nothing")
    low = graph.constant("low", np.full((6,), -128, np.int8), x.quantization)
    x = pairs.layer(graph, state, "MAXIMUM", x, low, name="lowest")
    y = pools.layer(graph, pools.Spec(window=(1, 1), stride=(1, 1)), x, "MAX_POOL_2D")
    return [x, _conv(graph, state, y, "last", filters=4, stuck=False)]


def _idle_clamps(graph, state):
    x = _image(graph, state, (5, 5, 4))
    x = _conv(graph, state, x, "wide", filters=5, activation="RELU6", gain=2.0**-14, stuck=False, bias="zero")
    x = _depthwise(graph, state, x, "depth", activation="RELU6", gain=2.0**-13, stuck=False, bias="zero")
    y = _conv(graph, state, x, "same", filters=5, kernel=(1, 1), activation="RELU_N1_TO_1", gain=2.0**-15, stuck=False)
    return [pairs.layer(graph, state, "ADD", x, y, "RELU6", name="sum")]


def _image(graph, state, shape):
    quantization = Quantization(quantities.activations(state).scale, int(state.randint(-128, 60)))
    return graph.input("input", (1, *shape), quantization)


def _room(source, spec):
    zero = -128 if "activation" in spec else 20
    return {"stuck": True, "output_zero_point": zero, "spread": 350 if source.zero_point == -128 else 120, **spec}


def _conv(graph, state, source, name, **spec):
    return conv_2d.layer(graph, state, conv_2d.Spec(**_room(source, spec)), source, name)


def _depthwise(graph, state, source, name, **spec):
    return depthwise_conv_2d.layer(graph, state, depthwise_conv_2d.Spec(**_room(source, spec)), source, name)


def _build(state, make):
    model = Model()
    graph = model.graph()
    graph.output(*make(graph, state))
    return model.bytes()
