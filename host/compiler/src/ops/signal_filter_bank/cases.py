"""SignalEnergy and what follows it: filter bank, square root, noise, gain, logarithm, each with options of its own."""

import numpy as np

from builder import Model, options


def cases():
    """See the package."""
    for bins, start, end in ((9, 0, 9), (257, 0, 257), (257, 5, 241), (33, 0, 20), (8, 8, 8)):
        yield f"signal_energy-{bins}-{start}-{end}", lambda state, a=(bins, start, end): _energy(*a)
    for channels in (1, 7, 40):
        for kind in range(4):
            yield f"signal_filter_bank-{channels}-{kind}", lambda state, a=(channels, kind): _bank(state, *a)
    for channels in (1, 6, 33):
        for kind in range(4):
            yield f"signal_noise-{channels}-{kind}", lambda state, a=(channels, kind): _noise(state, *a)
    for shift in (0, 6, 20, 40):
        yield f"signal_pcan-{shift}", lambda state, n=shift: _pcan(state, n)
    for shift, scale in ((3, 64), (0, 1), (0, 16), (31, 64), (7, -5)):
        yield f"signal_filter_bank_log-{shift}-{scale}", lambda state, a=(shift, scale): _log(*a)
    for dtype in ("int8", "int16", "int32", "bool"):
        yield f"cast-uint32-{dtype}", lambda state, d=dtype: _cast(d)


def _energy(bins, start, end):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (2 * bins,), None, np.int16)
    energy = graph.tensor("energy", (bins,), None, np.uint32)
    graph.custom("SignalEnergy", [source], [energy], start_index=start, end_index=end)
    first, last = (start, end) if start < end else (0, 0)
    if (first, last) == (0, bins):
        graph.output(energy)
        return model.bytes()
    number = graph.tensor("number", (bins,), None, np.int32)
    graph.operator("CAST", [energy], [number], options("CastOptions"))
    if first == last:
        # The energy is undefined: no result may depend on it.
        graph.output(_times(graph, number, 0))
        return model.bytes()
    bounds = [graph.constant(n, np.int32([v])) for n, v in (("begin", first), ("end", last), ("strides", 1))]
    output = graph.tensor("output", (last - first,), None, np.int32)
    graph.output(graph.operator("STRIDED_SLICE", [number, *bounds], [output], options("StridedSliceOptions")))
    return model.bytes()


def _times(graph, source, factor):
    output = graph.tensor("product", source.shape, None, np.int32)
    by = graph.constant("factor", np.int32(factor))
    return graph.operator("MUL", [source, by], [output], options("MulOptions"))


def _unsigned(graph, shape):
    """An input of int32, as uint32."""
    source = graph.input("input", shape, None, np.int32)
    return _to_unsigned(graph, source)


def _to_unsigned(graph, source):
    unsigned = graph.tensor(f"unsigned{source.index}", source.shape, None, np.uint32)
    return graph.operator("CAST", [source], [unsigned], options("CastOptions"))


def _ranges(state, channels, bins, weights):
    starts = state.randint(0, bins, channels + 1)
    widths = np.minimum(state.randint(0, 12, channels + 1), bins - starts)
    first = state.randint(0, weights - 12, channels + 1)
    return [values.astype(np.int16) for values in (starts, first, widths)]


def _bank(state, channels, kind):
    model = Model()
    graph = model.graph()
    bins, weights = 20 + 3 * channels, 16 + 5 * channels
    source = _unsigned(graph, (bins,))
    low = -4096 if kind == 3 else 0
    up = state.randint(low, 4097, weights).astype(np.int16)
    constants = [up, (4096 - up).astype(np.int16), *_ranges(state, channels, bins, weights)]
    constants = [graph.constant(f"constant{i}", values) for i, values in enumerate(constants)]
    sums = graph.tensor("sums", (channels,), None, np.uint64)
    graph.custom("SignalFilterBank", [source, *constants], [sums], num_channels=channels)
    roots = graph.tensor("roots", (channels,), None, np.uint32)
    shift = graph.constant("shift", np.int32((0, 3, 11, 31)[kind]))
    graph.output(graph.custom("SignalFilterBankSquareRoot", [sums, shift], [roots]))
    return model.bytes()


def _noise(state, channels, kind):
    model = Model()
    graph = model.graph()
    source = _unsigned(graph, (channels,))
    output = graph.tensor("output", (channels,), None, np.uint32)
    estimate = graph.tensor("estimate", (channels,), None, np.uint32)
    one = 1 << 14
    smoothing, other = (int(n) for n in state.randint(0, one + 1, 2))
    graph.custom(
        "SignalFilterBankSpectralSubtraction",
        [source],
        [output, estimate],
        alternate_one_minus_smoothing=one - other,
        alternate_smoothing=other,
        clamping=bool(kind % 2),
        min_signal_remaining=(819, 0, one, 40000)[kind],
        num_channels=channels,
        one_minus_smoothing=one - smoothing,
        smoothing=smoothing,
        smoothing_bits=(10, 0, 5, 31)[kind],
        spectral_subtraction_bits=14,
    )
    graph.output(output, estimate)
    return model.bytes()


def _pcan(state, shift):
    model = Model()
    graph = model.graph()
    shape = (40,)
    source = _unsigned(graph, shape)
    noise = _to_unsigned(graph, graph.input("noise", shape, None, np.int32))
    curve = graph.constant("curve", state.randint(-(1 << 15), 1 << 15, 125).astype(np.int16))
    output = graph.tensor("output", shape, None, np.uint32)
    graph.output(graph.custom("SignalPCAN", [source, noise, curve], [output], snr_shift=shift))
    return model.bytes()


def _log(shift, scale):
    model = Model()
    graph = model.graph()
    source = _unsigned(graph, (50,))
    output = graph.tensor("output", (50,), None, np.int16)
    graph.output(
        graph.custom("SignalFilterBankLog", [source], [output], input_correction_bits=shift, output_scale=scale)
    )
    return model.bytes()


def _cast(dtype):
    model = Model()
    graph = model.graph()
    source = graph.input("input", (33,), None, np.dtype(dtype))
    unsigned = _to_unsigned(graph, source)
    output = graph.tensor("output", (33,), None, np.dtype(dtype))
    graph.output(graph.operator("CAST", [unsigned], [output], options("CastOptions")))
    return model.bytes()
