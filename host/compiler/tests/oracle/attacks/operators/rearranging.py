"""More operators that move bytes: parts, blocks of images, mirrors and repetitions."""

import numpy as np

from builder import Quantization, options

from ..net import size

ANY = ("int8", "int16", "int32", "float32", "bool")
WIDE = ("int8", "int16", "int32", "float32")
NARROW = ("int8", "float32")


def _source(net, types, accepts):
    # Sometimes uint8: the reference refuses it, the compiler treats it as int8.
    types = ("uint8",) if net.unsigned else types
    more = ("uint8",) if net.chance(0.03) else ()
    return net.source(lambda t: t.dtype.name in (*types, *more) and accepts(t), inexact=True, raw=True)


def _apply(net, operator, source, constants, shapes, fields):
    """The operator on one tensor, followed by constants, if its outputs are not too large."""
    if sum(size(shape) for shape in shapes) > net.largest:
        return False
    inputs = [source, *[net.graph.constant(net.name("constant"), values) for values in constants]]
    outputs = [net.result(operator, shape, source.dtype, source.quantization) for shape in shapes]
    net.operator(operator, inputs, outputs, fields)
    return True


def _whole(net):
    """The type of whole numbers that shapes and amounts have."""
    return net.pick((np.int32, np.int32, np.int64))


def slice_(net):
    """SLICE."""
    source = _source(net, ANY, lambda t: 1 <= len(t.shape) <= 5)
    if source is None:
        return False
    begin = [net.between(0, n - 1) if net.chance(0.6) else 0 for n in source.shape]
    shape = [net.between(1, n - b) if net.chance(0.6) else n - b for n, b in zip(source.shape, begin)]
    said = [-1 if b + s == n and net.chance(0.4) else s for b, s, n in zip(begin, shape, source.shape)]
    kind = _whole(net)
    return _apply(net, "SLICE", source, [kind(begin), kind(said)], [shape], options("SliceOptions"))


def unpack(net):
    """UNPACK."""
    source = _source(net, WIDE, lambda t: 2 <= len(t.shape) <= 5 and min(t.shape) <= 5)
    if source is None:
        return False
    axis = net.pick([i for i, n in enumerate(source.shape) if n <= 5])
    shape = source.shape[:axis] + source.shape[axis + 1 :]
    said = axis - (len(source.shape) if net.chance(0.3) else 0)
    fields = options("UnpackOptions", num=source.shape[axis], axis=said)
    return _apply(net, "UNPACK", source, [], [shape] * source.shape[axis], fields)


def space_to_depth(net):
    """SPACE_TO_DEPTH."""
    source = _source(net, NARROW, lambda t: len(t.shape) == 4)
    if source is None:
        return False
    batches, height, width, depth = source.shape
    block = net.pick([n for n in range(1, 9) if height % n == 0 and width % n == 0])
    shape = (batches, height // block, width // block, depth * block * block)
    return _apply(net, "SPACE_TO_DEPTH", source, [], [shape], options("SpaceToDepthOptions", blockSize=block))


def depth_to_space(net):
    """DEPTH_TO_SPACE."""
    source = _source(net, NARROW, lambda t: len(t.shape) == 4)
    if source is None:
        return False
    batches, height, width, depth = source.shape
    block = net.pick([n for n in (1, 2, 3, 4) if depth % (n * n) == 0])
    shape = (batches, height * block, width * block, depth // (block * block))
    return _apply(net, "DEPTH_TO_SPACE", source, [], [shape], options("DepthToSpaceOptions", blockSize=block))


def space_to_batch_nd(net):
    """SPACE_TO_BATCH_ND without padding: the reference pads with uninitialised memory."""
    source = _source(net, NARROW, lambda t: len(t.shape) in (3, 4))
    if source is None:
        return False
    shape, block = list(source.shape), []
    for i in range(1, len(shape) - 1):
        block.append(net.pick([n for n in (1, 2, 3, 4) if shape[i] % n == 0]))
        shape[0], shape[i] = shape[0] * block[-1], shape[i] // block[-1]
    constants = [np.int32(block), np.zeros((len(block), 2), np.int32)]
    return _apply(net, "SPACE_TO_BATCH_ND", source, constants, [shape], options("SpaceToBatchNDOptions"))


def batch_to_space_nd(net):
    """BATCH_TO_SPACE_ND."""
    source = _source(net, NARROW, lambda t: len(t.shape) in (3, 4))
    if source is None:
        return False
    shape, block, around = list(source.shape), [], []
    for i in range(1, len(shape) - 1):
        size_ = net.pick([n for n in (1, 2, 3, 4, 6) if shape[0] % n == 0])
        whole = shape[i] * size_
        before = net.between(0, min(3, whole - 1))
        after = net.between(0, min(3, whole - 1 - before))
        shape[0], shape[i] = shape[0] // size_, whole - before - after
        block.append(size_)
        around.append((before, after))
    constants = [np.int32(block), np.int32(around)]
    return _apply(net, "BATCH_TO_SPACE_ND", source, constants, [shape], options("BatchToSpaceNDOptions"))


def resize(name, *types):
    """The drawing function of RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR, on these types."""

    def draw(net):
        source = net.source(lambda t: t.dtype.name in types and len(t.shape) == 4)
        if source is None:
            return False
        height, width = (n * net.pick((2, 3)) if net.chance(0.4) else net.between(1, 14) for n in source.shape[1:3])
        align = net.chance(0.4)
        half = net.chance(0.5) and not (align and name == "RESIZE_BILINEAR")
        table = "ResizeBilinearOptions" if name == "RESIZE_BILINEAR" else "ResizeNearestNeighborOptions"
        fields = options(table, alignCorners=align, halfPixelCenters=half)
        shape = (source.shape[0], height, width, source.shape[3])
        return _apply(net, name, source, [np.int32((height, width))], [shape], fields)

    return draw


def dynamic_update_slice(net):
    """DYNAMIC_UPDATE_SLICE at positions from the caller, or at constant ones."""
    source = net.source(lambda t: t.dtype.name in WIDE and 1 <= len(t.shape) <= 6)
    if source is None:
        return False
    part = tuple(net.between(1, n) if net.chance(0.6) else n for n in source.shape)
    update = net.source(lambda t: t.dtype == source.dtype and t.shape == part)
    if update is None or net.chance(0.3):
        make = net.input if net.chance(0.5) else net.constant
        update = make(part, source.dtype, quantization=source.quantization)
    rank, kind = len(part), _whole(net)
    if net.chance(0.5):
        start = net.graph.constant(net.name("start"), net.state.randint(-3, 9, rank).astype(kind))
    else:
        start = net.graph.input(net.name("start"), (rank,), None, kind)
    output = net.result("updated", source.shape, source.dtype, source.quantization)
    net.operator("DYNAMIC_UPDATE_SLICE", [source, update, start], [output])
    return True


def mirror_pad(net):
    """MIRROR_PAD."""
    source = _source(net, NARROW, lambda t: 1 <= len(t.shape) <= 4)
    if source is None:
        return False
    mode = net.pick((0, 1))
    amounts = [[net.between(0, min(3, n - 1 + mode)) for _ in range(2)] for n in source.shape]
    shape = [n + sum(pair) for n, pair in zip(source.shape, amounts)]
    fields = options("MirrorPadOptions", mode=mode)
    return _apply(net, "MIRROR_PAD", source, [_whole(net)(amounts)], [shape], fields)


def padv2(net):
    """PADV2 with a constant value."""
    source = _source(net, WIDE, lambda t: len(t.shape) <= 5)
    if source is None or source.dtype.name == "uint8":
        return False
    amounts = [[net.between(0, 2), net.between(0, 2)] if net.chance(0.5) else [0, 0] for _ in source.shape]
    shape = [n + sum(pair) for n, pair in zip(source.shape, amounts)]
    if not amounts or size(shape) > net.largest:
        return False
    value = net.graph.constant(net.name("value"), net.values((1,), source.dtype), source.quantization)
    inputs = [source, net.graph.constant(net.name("amounts"), np.int32(amounts)), value]
    net.operator("PADV2", inputs, [net.result("padv2", shape, source.dtype, source.quantization)], options("PadV2Options"))
    return True


def reverse_v2(net):
    """REVERSE_V2."""
    source = _source(net, ANY, lambda t: 1 <= len(t.shape) <= 5)
    if source is None:
        return False
    rank = len(source.shape)
    first = net.between(0, rank - 1)
    axes = [i - (rank if net.chance(0.3) else 0) for i in range(first, net.between(first, rank - 1) + 1)]
    net.state.shuffle(axes)
    return _apply(net, "REVERSE_V2", source, [np.int32(axes)], [source.shape], options("ReverseV2Options"))


def broadcast_to(net):
    """BROADCAST_TO."""
    source = _source(net, ANY, lambda t: 1 <= len(t.shape) <= 4)
    if source is None:
        return False
    shape = [net.between(1, 4) if n == 1 else n for n in source.shape]
    shape = [net.between(1, 3) for _ in range(net.between(0, 5 - len(shape)))] + shape
    return _apply(net, "BROADCAST_TO", source, [_whole(net)(shape)], [shape], options("BroadcastToOptions"))


def gather(net):
    """GATHER of positions known at compile time."""
    source = _source(net, NARROW, lambda t: 1 <= len(t.shape) <= 4)
    if source is None:
        return False
    axis = net.between(0, len(source.shape) - 1)
    shared = net.between(0, axis) if net.chance(0.3) else 0
    behind = [net.between(1, 4) for _ in range(net.between(0, 2))]
    positions = net.state.randint(0, source.shape[axis], (*source.shape[:shared], *behind)).astype(np.int32)
    shape = [*source.shape[:axis], *behind, *source.shape[axis + 1 :]]
    said = axis - (len(source.shape) if net.chance(0.3) else 0)
    fields = options("GatherOptions", axis=said, batchDims=shared)
    return _apply(net, "GATHER", source, [positions], [shape], fields)


def embedding_lookup(net):
    """EMBEDDING_LOOKUP of rows known at compile time."""
    if net.beyond:
        return _hybrid_lookup(net)
    source = _source(net, NARROW, lambda t: len(t.shape) >= 2)
    if source is None:
        return False
    rows = net.state.randint(0, source.shape[0], net.between(1, 5)).astype(np.int32)
    shape = (rows.size, *source.shape[1:])
    if size(shape) > net.largest:
        return False
    output = net.result("embedding", shape, source.dtype, source.quantization)
    net.operator("EMBEDDING_LOOKUP", [net.graph.constant(net.name("rows"), rows), source], [output])
    return True


def _hybrid_lookup(net):
    """The same with a table of int8 or int4 and a result of float32, which is then a term."""
    source = net.source(lambda t: t.dtype.name == "float32" and len(t.shape) >= 2)
    bits = 4 if source is not None and size(source.shape[1:]) % 2 == 0 and net.chance(0.4) else 8
    if source is None or size(source.shape) * 4 > net.largest:
        return False
    shape = (net.between(1, 4), *source.shape[1:])
    values = net.state.randint(*((-128, 128) if bits == 8 else (-8, 8)), shape).astype(np.int8)
    scales = np.float32(10.0 ** net.state.uniform(-4, 0, shape[0] if net.chance(0.5) else 1))
    table = (net.graph.constant if bits == 8 else net.graph.int4)(net.name("table"), values, Quantization(scales))
    rows = net.graph.constant(net.name("rows"), net.state.randint(0, shape[0], source.shape[0]).astype(np.int32))
    output = net.graph.tensor(net.name("embedding"), source.shape, None, "float32")
    net.graph.operator("EMBEDDING_LOOKUP", [rows, table], [output])
    net.operator("ADD", [source, output], [net.result("sum", source.shape, "float32")], options("AddOptions"))
    return True


def gather_nd(net):
    """GATHER_ND of positions known at compile time."""
    source = _source(net, NARROW, lambda t: len(t.shape) >= 1)
    if source is None:
        return False
    depth = net.between(1, min(len(source.shape), 5))
    rows = tuple(net.between(1, 4) for _ in range(net.between(0, 2)))
    positions = net.state.randint(0, 1 << 20, (*rows, depth)) % np.int32(source.shape[:depth])
    shape = (*rows, *source.shape[depth:])
    return _apply(net, "GATHER_ND", source, [positions.astype(np.int32)], [shape], options("GatherNdOptions"))


def zeros_like(net):
    """ZEROS_LIKE."""
    source = net.source(lambda t: t.dtype.name in ("int8", "int32", "float32"), inexact=True)
    return source is not None and _apply(net, "ZEROS_LIKE", source, [], [source.shape], options("ZerosLikeOptions"))


def fill(net):
    """FILL with one number from the caller."""
    dtype = net.pick(("int8", "int32", "float32"))
    shape = net.shape()
    quantization = None if dtype == "int32" else net.quantization(dtype)
    value = net.keep(net.graph.input(net.name("value"), (), quantization, np.dtype(dtype)))
    sizes = net.graph.constant(net.name("sizes"), np.asarray(shape, _whole(net)))
    net.operator("FILL", [sizes, value], [net.result("fill", shape, dtype, quantization)], options("FillOptions"))
    return True


OPERATORS = {
    "FILL": (1, fill),
    "GATHER_ND": (2, gather_nd),
    "DYNAMIC_UPDATE_SLICE": (2, dynamic_update_slice),
    "RESIZE_BILINEAR": (2, resize("RESIZE_BILINEAR", *NARROW)),
    "RESIZE_NEAREST_NEIGHBOR": (1, resize("RESIZE_NEAREST_NEIGHBOR", "int8", "int16", "float32")),
    "ZEROS_LIKE": (1, zeros_like),
    "GATHER": (4, gather),
    "EMBEDDING_LOOKUP": (2, embedding_lookup),
    "SLICE": (4, slice_),
    "UNPACK": (3, unpack),
    "SPACE_TO_DEPTH": (2, space_to_depth),
    "DEPTH_TO_SPACE": (2, depth_to_space),
    "SPACE_TO_BATCH_ND": (3, space_to_batch_nd),
    "BATCH_TO_SPACE_ND": (3, batch_to_space_nd),
    "MIRROR_PAD": (3, mirror_pad),
    "PADV2": (3, padv2),
    "REVERSE_V2": (2, reverse_v2),
    "BROADCAST_TO": (2, broadcast_to),
}
