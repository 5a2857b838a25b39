"""Code shared by CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: weights, bias and the output's scale."""

import dataclasses

import numpy as np

import quantities
from builder import Quantization

# Output scales with which the bounds of these activations are well inside the range of int8.
_BOUNDED = {"RELU6": 0.07, "RELU_N1_TO_1": 0.02}


@dataclasses.dataclass(frozen=True)
class Weighted:
    """How the weights, the bias and the quantisation of a layer are chosen; see `quantities` for the words.

    `bias` may also be "none" (no third input) or "omitted" (a third input that is left out). `gain` is the
    ratio of the product of the scales of input and weights and the output's scale; chosen if None, so that results
    of uniformly random inputs are about `spread` steps around the zero point. `output_scale` then requires weights with
    such scales that the output gets this one. `pruned` sets the scales of some channels to 0. If it is `stuck`, every third
    channel has a tiny scale and a huge bias: its output never varies.
    """

    activation: str = "NONE"
    per_channel: bool = True
    decades: float = 0.6
    bias: str = "random"
    weights: str = "uniform"
    gain: float | None = None
    input: Quantization | None = None
    weight_scale: float | None = None
    output_zero_point: int | None = None
    output_scale: float | None = None
    spread: int = 48
    int4: bool = False
    pruned: bool = False
    stuck: bool = False

    def source(self, graph, state, shape):
        """The input of a model with one such layer."""
        return graph.input("input", shape, self.input or quantities.activations(state))

    def parameters(self, graph, state, source, shape, axis, name):
        """The layer's inputs, `source` first, and the quantisation of its output.

        `shape` is that of the weights, `axis` counts their output channels.
        """
        channels = shape[axis]
        weight = quantities.weights(state, shape, self.weights)
        if self.int4:
            weight >>= 4
        scales = quantities.weight_scales(state, channels, self.decades if self.per_channel else None)
        if self.weight_scale is not None:
            scales[:] = self.weight_scale
        worst = quantities.reach(weight, axis, source.zero_point)
        terms = weight.size // channels
        product = np.float64(source.scale) * np.float64(scales)
        scale = quantities.output_scale(product, worst, terms, self.gain, self.spread)
        wanted = self.output_scale or _BOUNDED.get(self.activation)
        if wanted and self.weight_scale is None:
            scales = np.float32(scales * (wanted / scale))
            product = np.float64(source.scale) * np.float64(scales)
            scale = quantities.output_scale(product, worst, terms, self.gain, self.spread)
        if self.stuck:
            scales[::3] = np.float32(scales[::3] * 2.0**-14)
            product = np.float64(source.scale) * np.float64(scales)
        zero = self.output_zero_point
        if zero is None:
            zero = quantities.output_zero_point(state, self.activation)
        if self.pruned:
            scales = np.where(np.arange(scales.size) % 3 == 1, np.float32(0), scales)
        constant = graph.int4 if self.int4 else graph.constant
        inputs = [source, constant(f"{name}/weights", weight, Quantization(scales, axis=axis if scales.size > 1 else 0))]
        bias = None
        if self.bias == "omitted":
            inputs.append(None)
        elif self.bias != "none":
            bias = quantities.biases(state, self.bias, worst, terms)
            if self.stuck:
                bias[::3] = state.randint(-(2**28), 2**28, bias[::3].size) >> state.randint(0, 8, bias[::3].size)
            inputs.append(graph.constant(f"{name}/bias", bias, Quantization(np.float32(product))))
        quantities.check_no_overflow(worst, bias, product, scale)
        return inputs, Quantization(scale, zero)
