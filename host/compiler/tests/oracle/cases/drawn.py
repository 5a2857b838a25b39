"""Networks drawn at random: any operator on any tensor made so far, so that no two graphs have the same structure.

Another `--seed` draws other networks.
"""

import quantities
from builder import Model, Quantization

from . import conv_2d, depthwise_conv_2d, elements, fully_connected, mean, pairs, pools, quantize, softmax
from .concatenation import concatenation
from .pad import pad
from .reshape import reshape
from .split import split
from .strided_slice import strided_slice
from .transpose import transpose

COUNT = 40

# A step may not make a tensor larger than this, in elements.
_LARGEST = 4000


def cases():
    """See the package."""
    for number in range(COUNT):
        yield f"drawn-{number:02}", _build


def _build(state):
    model = Model()
    network = _Network(model.graph(), state)
    for number in range(state.randint(4, 16)):
        network.step(f"step{number}")
    network.finish()
    return model.bytes()


class _Network:
    def __init__(self, graph, state):
        self._graph, self._state = graph, state
        self._images, self._unread = [], {}
        for number in range(1 + (state.randint(4) == 0)):
            shape = (1, state.randint(1, 12), state.randint(1, 12), state.randint(1, 10))
            quantization = Quantization(quantities.activations(state).scale, int(state.randint(-128, 60)))
            self._images.append(graph.input(f"input{number}", shape, quantization))

    def step(self, name):
        """One more operator, or two if both operands must have the same quantisation."""
        # Newer tensors are more likely, which makes networks deep rather than wide.
        source = self._images[-1 - min(self._state.geometric(0.5) - 1, len(self._images) - 1)]
        steps = (
            self._convolve,
            self._convolve,
            self._depthwise,
            self._pool,
            self._join,
            self._join,
            self._concatenate,
            self._apply,
            self._pad,
            self._cut,
            self._average,
            self._turn,
        )
        made = steps[self._state.randint(len(steps))](source, name)
        if made is not None:
            self._images.append(made)
            self._unread[made.index] = made

    def finish(self):
        """Makes tensors that are not read yet outputs; sometimes classifies the last one."""
        results = list(self._unread.values())
        if not results:
            results = [self._convolve(self._images[-1], "last")]
        if self._state.randint(2):
            last = results.pop()
            self._read(last)
            size = int(last.shape[1] * last.shape[2] * last.shape[3])
            flat = reshape(self._graph, last, (1, size), name="flat")
            scores = fully_connected.layer(self._graph, self._state, fully_connected.Spec(units=7, spread=60, output_scale=0.08), flat)
            results.append(softmax.layer(self._graph, scores))
        self._graph.output(*results)

    def _read(self, *tensors):
        for tensor in tensors:
            self._unread.pop(tensor.index, None)

    def _pick(self, *choices):
        return choices[self._state.randint(len(choices))]

    def _window(self, source):
        """A kernel, stride and padding that fit the image, with the output's extent."""
        pad = self._pick("SAME", "VALID")
        kernel = [self._pick(1, 2, 3, 3, 5) for _ in range(2)]
        stride = [self._pick(1, 1, 2, 3) for _ in range(2)]
        if pad == "VALID":
            kernel = [min(k, n) for k, n in zip(kernel, source.shape[1:3])]
        return {"stride": tuple(stride), "padding": pad}, tuple(kernel)

    def _layer(self, source):
        spread = 350 if source.zero_point == -128 else 120
        fused = self._pick("NONE", "NONE", "RELU", "RELU6")
        return {"activation": fused, "spread": spread, "bias": self._pick("random", "random", "none")}

    def _convolve(self, source, name):
        fields, kernel = self._window(source)
        filters = int(self._pick(1, 2, 3, 4, 5, 7, 8, 16, 17))
        if filters * source.shape[1] * source.shape[2] > _LARGEST:
            return None
        self._read(source)
        spec = conv_2d.Spec(filters=filters, kernel=kernel, **fields, **self._layer(source))
        return conv_2d.layer(self._graph, self._state, spec, source, name)

    def _depthwise(self, source, name):
        fields, kernel = self._window(source)
        multiplier = self._pick(1, 1, 1, 2)
        if multiplier * source.shape[1] * source.shape[2] * source.shape[3] > _LARGEST:
            return None
        self._read(source)
        spec = depthwise_conv_2d.Spec(multiplier=multiplier, kernel=kernel, **fields, **self._layer(source))
        return depthwise_conv_2d.layer(self._graph, self._state, spec, source, name)

    def _pool(self, source, name):
        fields, window = self._window(source)
        self._read(source)
        operator = self._pick("AVERAGE_POOL_2D", "MAX_POOL_2D")
        return pools.layer(self._graph, pools.Spec(window=window, **fields), source, operator, name)

    def _join(self, source, name):
        others = [t for t in self._images if t.shape == source.shape and t is not source]
        if not others:
            return None
        other = others[self._state.randint(len(others))]
        operator = self._pick("ADD", "ADD", "ADD", "SUB", "MUL", "MINIMUM", "MAXIMUM")
        self._read(source, other)
        if operator in ("MINIMUM", "MAXIMUM"):
            other = quantize.layer(self._graph, other, "int8", source.quantization, f"{name}/alike")
        return pairs.layer(self._graph, self._state, operator, source, other, name=name)

    def _concatenate(self, source, name):
        others = [t for t in self._images if t.shape[1:3] == source.shape[1:3] and t is not source]
        if not others:
            return None
        other = others[self._state.randint(len(others))]
        self._read(source, other)
        other = quantize.layer(self._graph, other, "int8", source.quantization, f"{name}/alike")
        return concatenation(self._graph, [source, other], 3, name)

    def _apply(self, source, name):
        operator = self._pick("RELU", "RELU6", "LEAKY_RELU", "HARD_SWISH", "LOGISTIC", "TANH")
        self._read(source)
        alpha = 0.2 if operator == "LEAKY_RELU" else None
        result = Quantization(source.scale * 0.9, int(self._state.randint(-60, 30)))
        return elements.layer(self._graph, operator, source, result, alpha, name)

    def _pad(self, source, name):
        amounts = ((0, 0), *[tuple(int(n) for n in self._state.randint(0, 3, 2)) for _ in range(2)], (0, 0))
        self._read(source)
        return pad(self._graph, source, amounts, name)

    def _cut(self, source, name):
        self._read(source)
        if source.shape[3] % 2 == 0 and self._state.randint(2):
            parts = split(self._graph, source, 3, 2, name)
            self._images.append(parts[1])
            self._unread[parts[1].index] = parts[1]
            return parts[0]
        begin = [0, *[int(self._state.randint(0, n)) for n in source.shape[1:]]]
        return strided_slice(self._graph, source, begin, source.shape, name=name)

    def _average(self, source, name):
        self._read(source)
        return mean.layer(self._graph, source, (1, 2), True, Quantization(source.scale * 0.6, 0), name)

    def _turn(self, source, name):
        self._read(source)
        return transpose(self._graph, source, self._pick((0, 2, 1, 3), (0, 3, 1, 2), (0, 1, 3, 2)), name)
