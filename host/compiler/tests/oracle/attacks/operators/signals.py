"""The operators on signals: windows, transforms, the filter bank and what follows it, streams in frames."""

import numpy as np

from builder import options

from ..net import is_type, size

# Numbers of the types in the options.
TYPES = {"int16": 7, "int32": 2, "float32": 0}

# Runs until the interpreter's state is reset.
RUNS = 5


def _source(net, dtype, accepts, shape):
    """A tensor of the net, or a new input of this shape."""
    source = net.source(lambda t: t.dtype.name == dtype and len(t.shape) > 0 and accepts(t), raw=True)
    if source is not None and net.chance(0.9):
        return source
    if dtype in ("uint32", "uint64"):
        # The interpreter does not support inputs of these types.
        number = net.keep(net.graph.input(net.name("number"), shape, None, "int32"))
        return net.operator("CAST", [number], [net.result("unsigned", shape, "uint32")], options("CastOptions"))[0]
    return net.keep(net.graph.input(net.name("samples"), shape, None, dtype))


def _apply(net, name, inputs, results, **fields):
    """The custom operator, its results as (shape, type)."""
    outputs = [net.result(name, shape, dtype) for shape, dtype in results]
    net.graph.custom(name, inputs, outputs, **fields)
    exact = True
    for tensor in inputs:
        net.read.add(tensor.index)
        exact = exact and tensor.index not in net.inexact
    for tensor in outputs:
        net.keep(tensor, exact)
    return outputs


def _end(net, outputs):
    """Frames that no operator may read, and the flag that says whether they are defined: both are results."""
    net.tensors.remove(outputs[0])
    net.read.add(outputs[1].index)
    net.ends.extend(outputs)


def _rows(net, longest):
    """A shape of up to three dimensions."""
    return (*(net.between(1, 3) for _ in range(net.between(0, 2))), net.between(1, longest))


def _constant(net, word, values):
    return net.graph.constant(net.name(word), values)


def window(net):
    """SignalWindow."""
    source = _source(net, "int16", lambda t: True, _rows(net, 60))
    length = source.shape[-1]
    divisors = [n for n in range(1, length + 1) if length % n == 0]
    length = net.pick((length, net.pick(divisors)))
    weights = _constant(net, "window", net.state.randint(-(1 << 15), 1 << 15, length).astype(np.int16))
    _apply(net, "SignalWindow", [source, weights], [(source.shape, "int16")], shift=net.pick((0, 9, 12, 15, 31)))
    return True


def fft_auto_scale(net):
    """SignalFftAutoScale."""
    source = _source(net, "int16", lambda t: len(t.shape) == 1, (net.between(1, 80),))
    _apply(net, "SignalFftAutoScale", [source], [(source.shape, "int16"), ((), "int32")])
    return True


def _lengths():
    """Even lengths with only the factors 2, 3 and 5."""
    products = {2**a * 3**b * 5**c for a in range(1, 10) for b in range(5) for c in range(4)}
    return sorted(n for n in products if 4 <= n <= 400)


LENGTHS = _lengths()


def rfft(net):
    """SignalRfft."""
    dtype = net.pick(tuple(TYPES))
    source = _source(net, dtype, lambda t: t.shape[-1] <= LENGTHS[-1], _rows(net, 100))
    outer = source.shape[:-1]
    length = net.pick([n for n in LENGTHS if n >= source.shape[-1]][:6])
    if size((*outer, length + 2)) > net.largest:
        return False
    _apply(net, "SignalRfft", [source], [((*outer, length + 2), dtype)], T=TYPES[dtype], fft_length=length)
    return True


def irfft(net):
    """SignalIrfft."""
    dtype = net.pick(tuple(TYPES))
    source = _source(net, dtype, lambda t: t.shape[-1] - 2 in LENGTHS, (*_rows(net, 9)[:-1], net.pick(LENGTHS[:30]) + 2))
    shape = (*source.shape[:-1], source.shape[-1] - 2)
    _apply(net, "SignalIrfft", [source], [(shape, dtype)], T=TYPES[dtype], fft_length=shape[-1])
    return True


def energy(net):
    """SignalEnergy: of the whole, or of a part; only that part is defined and read."""
    source = _source(net, "int16", lambda t: len(t.shape) == 1 and t.shape[0] % 2 == 0, (2 * net.between(1, 60),))
    bins = source.shape[0] // 2
    if net.chance(0.6):
        _apply(net, "SignalEnergy", [source], [((bins,), "uint32")], start_index=0, end_index=bins)
        return True
    first = net.between(0, bins - 1)
    last = net.between(first + 1, bins)
    net.read.add(source.index)
    energies, number = (net.graph.tensor(net.name("energy"), (bins,), None, t) for t in ("uint32", "int32"))
    net.graph.custom("SignalEnergy", [source], [energies], start_index=first, end_index=last)
    net.graph.operator("CAST", [energies], [number], options("CastOptions"))
    bounds = [_constant(net, "bound", np.int32([v])) for v in (first, last, 1)]
    part = net.result("energies", (last - first,), "int32")
    net.graph.operator("STRIDED_SLICE", [number, *bounds], [part], options("StridedSliceOptions"))
    net.keep(part, source.index not in net.inexact)
    return True


def filter_bank(net):
    """SignalFilterBank."""
    channels, weights = net.between(1, 12), net.between(14, 60)
    source = _source(net, "uint32", lambda t: len(t.shape) == 1, (net.between(4, 60),))
    bins = source.shape[0]
    low = -4096 if net.chance(0.2) else 0
    up = net.state.randint(low, 4097, weights).astype(np.int16)
    starts = net.state.randint(0, bins, channels + 1)
    widths = np.minimum(net.state.randint(0, 12, channels + 1), bins - starts)
    first = net.state.randint(0, weights - 12, channels + 1)
    tables = [up, (4096 - up).astype(np.int16), *[values.astype(np.int16) for values in (starts, first, widths)]]
    constants = [_constant(net, "bank", values) for values in tables]
    _apply(net, "SignalFilterBank", [source, *constants], [((channels,), "uint64")], num_channels=channels)
    return True


def square_root(net):
    """SignalFilterBankSquareRoot of a filter bank's result."""
    source = net.source(is_type("uint64"))
    if source is None and not filter_bank(net):
        return False
    source = source or net.tensors[-1]
    shift = _constant(net, "shift", np.int32(net.pick((0, 3, 11, 31))))
    _apply(net, "SignalFilterBankSquareRoot", [source, shift], [(source.shape, "uint32")])
    return True


def spectral_subtraction(net):
    """SignalFilterBankSpectralSubtraction."""
    source = _source(net, "uint32", lambda t: len(t.shape) == 1, (net.between(1, 40),))
    one = 1 << 14
    smoothing, other = (int(n) for n in net.state.randint(0, one + 1, 2))
    fields = {
        "alternate_one_minus_smoothing": one - other,
        "alternate_smoothing": other,
        "clamping": bool(net.between(0, 1)),
        "min_signal_remaining": net.pick((819, 0, one, 40000)),
        "num_channels": source.shape[0],
        "one_minus_smoothing": one - smoothing,
        "smoothing": smoothing,
        "smoothing_bits": net.pick((10, 0, 5, 31)),
        "spectral_subtraction_bits": 14,
    }
    name = "SignalFilterBankSpectralSubtraction"
    _apply(net, name, [source], [(source.shape, "uint32"), (source.shape, "uint32")], **fields)
    net.samples_in_a_row = RUNS
    return True


def pcan(net):
    """SignalPCAN."""
    source = _source(net, "uint32", lambda t: len(t.shape) == 1, (net.between(1, 40),))
    noise = net.source(lambda t: t.dtype == source.dtype and t.shape == source.shape)
    curve = _constant(net, "curve", net.state.randint(-(1 << 15), 1 << 15, 125).astype(np.int16))
    _apply(net, "SignalPCAN", [source, noise, curve], [(source.shape, "uint32")], snr_shift=net.pick((0, 6, 20, 40)))
    return True


def filter_bank_log(net):
    """SignalFilterBankLog."""
    source = _source(net, "uint32", lambda t: len(t.shape) == 1, (net.between(1, 60),))
    fields = {"input_correction_bits": net.pick((0, 3, 7, 31)), "output_scale": net.pick((64, 1, 16, -5, 1600))}
    _apply(net, "SignalFilterBankLog", [source], [(source.shape, "int16")], **fields)
    return True


def delay(net):
    """SignalDelay."""
    source = _source(net, "int16", lambda t: True, _rows(net, 20))
    _apply(net, "SignalDelay", [source], [(source.shape, "int16")], delay_length=net.between(0, 40))
    net.samples_in_a_row = RUNS
    return True


def framer(net):
    """SignalFramer; if it begins with silence, its frames are always defined, otherwise nothing reads them."""
    source = _source(net, "int16", lambda t: True, _rows(net, 40))
    samples = source.shape[-1]
    step = net.pick([n for n in range(1, samples + 1) if samples % n == 0])
    frame = step + net.between(0, 30)
    shape = (*source.shape[:-1], samples // step, frame)
    if size(shape) > net.largest:
        return False
    prefill = net.chance(0.7)
    fields = {"frame_size": frame, "frame_step": step, "prefill": prefill}
    outputs = _apply(net, "SignalFramer", [source], [(shape, "int16"), ((), "bool")], **fields)
    if not prefill:
        _end(net, outputs)
    net.samples_in_a_row = RUNS
    return True


def stacker(net):
    """SignalStacker, whose frames nothing reads: they are not defined in every run."""
    source = _source(net, "int16", lambda t: len(t.shape) == 1, (net.between(1, 12),))
    left, right = net.between(0, 4), net.between(0, 4)
    channels = source.shape[0]
    fields = {
        "num_channels": channels,
        "stacker_left_context": left,
        "stacker_right_context": right,
        "stacker_step": net.between(1, left + right + 1),
    }
    results = [((channels * (left + right + 1),), "int16"), ((), "bool")]
    outputs = _apply(net, "SignalStacker", [source], results, **fields)
    _end(net, outputs)
    net.samples_in_a_row = RUNS
    return True


def overlap_add(net):
    """SignalOverlapAdd."""
    dtype = net.pick(("int16", "float32"))
    source = _source(net, dtype, lambda t: len(t.shape) > 1, (*_rows(net, 5), net.between(1, 20)))
    step = net.between(1, source.shape[-1])
    shape = (*source.shape[:-2], source.shape[-2] * step)
    _apply(net, "SignalOverlapAdd", [source], [(shape, dtype)], T=TYPES[dtype], frame_step=step)
    net.samples_in_a_row = RUNS
    return True


OPERATORS = {
    "SignalWindow": (2, window),
    "SignalFftAutoScale": (1, fft_auto_scale),
    "SignalRfft": (2, rfft),
    "SignalIrfft": (2, irfft),
    "SignalEnergy": (2, energy),
    "SignalFilterBank": (2, filter_bank),
    "SignalFilterBankSquareRoot": (2, square_root),
    "SignalFilterBankSpectralSubtraction": (2, spectral_subtraction),
    "SignalPCAN": (2, pcan),
    "SignalFilterBankLog": (2, filter_bank_log),
    "SignalDelay": (1, delay),
    "SignalFramer": (2, framer),
    "SignalStacker": (1, stacker),
    "SignalOverlapAdd": (1, overlap_add),
}
