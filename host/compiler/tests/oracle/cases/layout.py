"""Operators that move bytes: RESHAPE, PAD, TRANSPOSE, CONCATENATION, STRIDED_SLICE, SPLIT, SPLIT_V."""

import numpy as np

import quantities
from builder import Model, activation, options


def cases():
    """See the package."""
    for group in (_reshape, _pad, _transpose, _concatenation, _strided_slice, _split, _split_v):
        for name, make in group():
            yield f"{group.__name__[1:]}-{name}", make


def reshape(graph, source, shape, said=None, way="both", name="reshaped"):
    """RESHAPE to `shape`; `said` is what the file says, with -1 where it leaves a dimension open."""
    said = shape if said is None else said
    output = graph.tensor(name, shape, source.quantization, source.dtype)
    inputs = [source]
    if way in ("both", "input"):
        inputs.append(graph.constant(f"{name}/shape", np.int32(said)))
    fields = options("ReshapeOptions", newShape=list(said)) if way in ("both", "options") else None
    return graph.operator("RESHAPE", inputs, [output], fields)


def pad(graph, source, amounts, name="padded"):
    """PAD by pairs of (before, after), one for each dimension."""
    shape = tuple(size + before + after for size, (before, after) in zip(source.shape, amounts))
    output = graph.tensor(name, shape, source.quantization, source.dtype)
    inputs = [source, graph.constant(f"{name}/amounts", np.int32(amounts))]
    return graph.operator("PAD", inputs, [output], options("PadOptions"))


def transpose(graph, source, order, name="transposed"):
    """TRANSPOSE: dimension i of the output is dimension order[i] of the input."""
    output = graph.tensor(name, tuple(source.shape[i] for i in order), source.quantization, source.dtype)
    inputs = [source, graph.constant(f"{name}/order", np.int32(order))]
    return graph.operator("TRANSPOSE", inputs, [output], options("TransposeOptions"))


def concatenation(graph, sources, axis, name="joined"):
    """CONCATENATION along `axis`."""
    shape = list(sources[0].shape)
    shape[axis] = sum(s.shape[axis] for s in sources)
    output = graph.tensor(name, shape, sources[0].quantization, sources[0].dtype)
    fields = options("ConcatenationOptions", axis=axis, fusedActivationFunction=activation("NONE"))
    return graph.operator("CONCATENATION", sources, [output], fields)


def strided_slice(graph, source, begin, end, strides=None, name="slice", **masks):
    """STRIDED_SLICE; the shape of the result follows Python's rules."""
    strides = strides or [1] * len(begin)
    picked = []
    for i, (first, last, step) in enumerate(zip(begin, end, strides)):
        if masks.get("shrinkAxisMask", 0) >> i & 1:
            picked.append(first)
            continue
        first = None if masks.get("beginMask", 0) >> i & 1 else first
        last = None if masks.get("endMask", 0) >> i & 1 else last
        picked.append(slice(first, last, step))
    shape = np.zeros(source.shape)[tuple(picked)].shape
    output = graph.tensor(name, shape, source.quantization, source.dtype)
    words = (("begin", begin), ("end", end), ("strides", strides))
    inputs = [source, *[graph.constant(f"{name}/{word}", np.int32(values)) for word, values in words]]
    return graph.operator("STRIDED_SLICE", inputs, [output], options("StridedSliceOptions", **masks))


def split(graph, source, axis, count, name="part"):
    """SPLIT into `count` equal parts."""
    shape = list(source.shape)
    shape[axis] //= count
    outputs = [graph.tensor(f"{name}{i}", shape, source.quantization, source.dtype) for i in range(count)]
    inputs = [graph.constant(f"{name}/axis", np.int32(axis)), source]
    graph.operator("SPLIT", inputs, outputs, options("SplitOptions", numSplits=count))
    return outputs


def split_v(graph, source, axis, sizes, said=None, name="part"):
    """SPLIT_V into parts of given sizes; `said` is what the file says, with -1 for at most one of them."""
    outputs = []
    for i, size in enumerate(sizes):
        shape = list(source.shape)
        shape[axis] = size
        outputs.append(graph.tensor(f"{name}{i}", shape, source.quantization, source.dtype))
    inputs = [
        source,
        graph.constant(f"{name}/sizes", np.int32(said or sizes)),
        graph.constant(f"{name}/axis", np.int32(axis)),
    ]
    graph.operator("SPLIT_V", inputs, outputs, options("SplitVOptions", numSplits=len(sizes)))
    return outputs


def _model(shapes, apply):
    """A function that makes a model with inputs of these shapes, all quantised alike."""

    def make(state):
        model = Model()
        graph = model.graph()
        quantization = quantities.activations(state)
        sources = [graph.input(f"input{i}", shape, quantization) for i, shape in enumerate(shapes)]
        result = apply(graph, *sources)
        graph.output(*(result if isinstance(result, list) else [result]))
        return model.bytes()

    return make


def _reshape():
    yield "flatten", _model([(1, 3, 4, 5)], lambda g, x: reshape(g, x, (1, 60)))
    yield "open_dimension", _model([(1, 3, 4, 5)], lambda g, x: reshape(g, x, (4, 15), (-1, 15)))
    yield "input_only", _model([(1, 24)], lambda g, x: reshape(g, x, (1, 2, 3, 4), way="input"))
    yield "options_only", _model([(1, 24)], lambda g, x: reshape(g, x, (1, 2, 3, 4), way="options"))
    yield "same", _model([(1, 7)], lambda g, x: reshape(g, x, (1, 7)))
    yield "rank5", _model([(4, 8)], lambda g, x: reshape(g, x, (1, 2, 2, 2, 4)))


def _pad():
    for name, shape, amounts in (
        ("image", (1, 4, 5, 3), ((0, 0), (1, 1), (1, 1), (0, 0))),
        ("before_strided", (1, 6, 6, 4), ((0, 0), (0, 1), (0, 1), (0, 0))),
        ("uneven", (1, 3, 4, 5), ((0, 0), (2, 1), (0, 3), (1, 0))),
        ("nothing", (1, 3, 4, 5), ((0, 0), (0, 0), (0, 0), (0, 0))),
        ("batch", (1, 2, 2, 3), ((1, 2), (0, 0), (0, 0), (0, 0))),
        ("rank2", (3, 7), ((1, 0), (2, 4))),
        ("rank1", (9,), ((3, 2),)),
        ("rank3", (2, 3, 5), ((0, 1), (1, 0), (2, 2))),
    ):
        yield name, _model([shape], lambda g, x, amounts=amounts: pad(g, x, amounts))


def _transpose():
    for shape, order in (
        ((3, 5), (1, 0)),
        ((2, 3, 5), (2, 0, 1)),
        ((2, 3, 5), (0, 2, 1)),
        ((1, 3, 4, 5), (0, 3, 1, 2)),
        ((1, 3, 4, 5), (0, 2, 3, 1)),
        ((1, 3, 4, 5), (0, 2, 1, 3)),
        ((2, 3, 4, 5), (3, 2, 1, 0)),
        ((2, 3, 4, 5), (0, 1, 2, 3)),
        ((2, 1, 3, 2, 2), (4, 2, 0, 1, 3)),
    ):
        name = "x".join(map(str, shape)) + "-" + "".join(map(str, order))
        yield name, _model([shape], lambda g, x, order=order: transpose(g, x, order))


def _concatenation():
    for name, axis, *shapes in (
        ("axis3", 3, (1, 3, 4, 5), (1, 3, 4, 2)),
        ("axis3-three", 3, (1, 3, 4, 1), (1, 3, 4, 7), (1, 3, 4, 16)),
        ("axis-1", -1, (1, 3, 4, 5), (1, 3, 4, 2)),
        ("axis1-stream", 1, (1, 4, 1, 32), (1, 1, 1, 32)),
        ("axis2", 2, (1, 3, 1, 5), (1, 3, 6, 5)),
        ("axis0", 0, (1, 3), (2, 3)),
        ("one", 1, (1, 9)),
        ("six", 1, (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6)),
    ):
        yield name, _model(shapes, lambda g, *x, axis=axis: concatenation(g, list(x), axis))
    yield "twice_the_same", _model([(1, 3, 2)], lambda g, x: concatenation(g, [x, x], 1))

    def with_constant(graph, source):
        constant = graph.constant("constant", np.int8([[-128, 127, 0, 5]]), source.quantization)
        return concatenation(graph, [constant, source, constant], 1)

    yield "constant", _model([(1, 3)], with_constant)


def _strided_slice():
    image, line = (1, 6, 7, 5), (11,)
    for name, shape, begin, end, strides, masks in (
        ("inside", image, (0, 1, 2, 0), (1, 4, 6, 5), None, {}),
        ("strides", image, (0, 0, 1, 0), (1, 6, 7, 5), (1, 2, 3, 2), {}),
        ("negative", image, (0, -5, -3, 0), (1, -1, 7, 5), None, {}),
        ("masks", image, (0, 2, 0, 0), (0, 0, 3, 0), None, {"beginMask": 0b1001, "endMask": 0b1011}),
        ("stream", (1, 5, 1, 40), (0, 1, 0, 0), (0, 0, 0, 0), None, {"beginMask": 0b1101, "endMask": 0b1111}),
        ("stream_last", (1, 23, 1, 8), (0, -15, 0, 0), (0, 0, 0, 0), None, {"beginMask": 0b1101, "endMask": 0b1111}),
        ("shrink", image, (0, 2, 0, 0), (1, 3, 7, 5), None, {"shrinkAxisMask": 0b10}),
        ("shrink_last", (3, 4), (0, -1), (3, 0), None, {"shrinkAxisMask": 0b10, "beginMask": 1, "endMask": 1}),
        ("backwards", line, (-1,), (0,), (-2,), {}),
        ("backwards_all", line, (0,), (0,), (-1,), {"beginMask": 1, "endMask": 1}),
        ("beyond", line, (3,), (100,), None, {}),
        ("rank2", (5, 6), (1, 0), (4, 6), (2, 5), {}),
        ("rank3", (3, 4, 5), (0, 1, 1), (3, 3, 5), (1, 1, 2), {}),
    ):
        yield (
            name,
            _model(
                [shape],
                lambda g, x, a=(begin, end, strides), masks=masks: strided_slice(g, x, *a, **masks),
            ),
        )


def _split():
    for name, shape, axis, count in (
        ("channels", (1, 3, 4, 6), 3, 2),
        ("channels-three", (1, 3, 4, 6), 3, 3),
        ("rows", (1, 6, 2, 3), 1, 2),
        ("negative_axis", (1, 4, 10), -1, 5),
        ("one", (1, 7), 1, 1),
        ("batch", (4, 3), 0, 4),
    ):
        yield name, _model([shape], lambda g, x, axis=axis, count=count: split(g, x, axis, count))


def _split_v():
    for name, shape, axis, sizes, said in (
        ("channels", (1, 3, 4, 8), 3, (3, 5), None),
        ("open_size", (1, 11, 1, 8), 3, (4, 4), (4, -1)),
        ("rows", (1, 7, 2, 3), 1, (1, 4, 2), None),
        ("negative_axis", (1, 3, 9), -1, (2, 7), None),
        ("one", (1, 7), 1, (7,), None),
    ):
        arguments = (axis, sizes, said)
        yield name, _model([shape], lambda g, x, arguments=arguments: split_v(g, x, *arguments))
