"""Code shared by RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR: larger and smaller images, with each option."""

import itertools

import numpy as np

import quantities
from builder import Model, Quantization, options

SIZES = (((3, 5), (6, 10)), ((7, 4), (3, 9)), ((1, 1), (4, 3)), ((6, 6), (1, 1)), ((5, 11), (13, 7)))


def cases(operator, table, sizes, pairs, types):
    """Cases of one of them: its table of options, pairs of corners that meet and of centres, types with channels."""
    start = operator.lower()
    for (size, result), (align, half) in itertools.product(sizes, pairs):
        name = f"{size[0]}x{size[1]}-{result[0]}x{result[1]}{'-align' * align}{'-half' * half}"
        fields = options(table, alignCorners=align, halfPixelCenters=half)
        for dtype, channels in types:
            yield (
                f"{start}-{dtype}-{name}",
                lambda state, args=(size, result, fields, dtype, channels): _build(state, operator, *args),
            )
    for (size, result), (align, half), (dtype, channels) in itertools.product(sizes[:2], pairs, types):
        fields = options(table, alignCorners=align, halfPixelCenters=half)
        name = f"{size[0]}x{size[1]}{'-align' * align}{'-half' * half}"
        arguments = (size, result, fields, dtype, channels)
        yield f"{start}-{dtype}-known-{name}", lambda state, args=arguments: _build(state, operator, *args, known=True)
    fields = options(table, alignCorners=False, halfPixelCenters=False)
    yield f"{start}-batch2", lambda state: _build(state, operator, (4, 4), (6, 3), fields, "int8", 5, 2)
    for numbers in ((6, 0, 3), (6, 3, -1), (0, 3)):
        name = f"contradiction-{start}-size-{'_'.join(map(str, numbers))}"
        args = (4, 4), (6, 3), fields, "int8", 5
        yield name, lambda state, n=numbers, a=args: _build(state, operator, *a, numbers=n)


def _build(state, operator, size, result, fields, dtype, channels, batch=1, known=False, numbers=None):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == "int8" else None
    if dtype == "int16":
        quantization = Quantization(1e-3, 0)
    shape = (batch, *size, channels)
    if known:
        limit = 128 if dtype == "int8" else 32768
        values = state.standard_normal(shape) if dtype == "float32" else state.randint(-limit, limit, shape)
        source = graph.constant("input", values.astype(dtype), quantization)
    else:
        source = graph.input("input", shape, quantization, np.dtype(dtype))
    wanted = graph.constant("size", np.int32(numbers or result))
    output = graph.tensor("output", (batch, *result, channels), quantization, np.dtype(dtype))
    output = graph.operator(operator, [source, wanted], [output], fields)
    if known:
        # A tensor that a run computes.
        other = graph.input("other", output.shape, quantization, output.dtype)
        larger = graph.tensor("larger", output.shape, quantization, output.dtype)
        output = graph.operator("MAXIMUM", [output, other], [larger], options("MaximumMinimumOptions"))
    graph.output(output)
    return model.bytes()
