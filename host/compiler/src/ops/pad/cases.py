"""PAD of int8; PADV2 of every type, its value a constant or an input."""

import numpy as np

import quantities
from builder import Model, Quantization, options
from cases.moves import model
from single import named, single

PADS = (
    ((1, 4, 5, 3), ((0, 0), (1, 1), (1, 2), (0, 0))),
    ((1, 3, 4, 5), ((0, 0), (2, 1), (0, 3), (1, 0))),
    ((3, 7), ((1, 0), (2, 4))),
    ((9,), ((3, 2),)),
    ((2, 1, 2, 3, 2), ((1, 0), (0, 1), (0, 0), (2, 1), (0, 1))),
    ((3, 4), ((0, 0), (0, 0))),
)


def cases():
    """See the package."""
    for name, make in _pads():
        yield f"pad-{name}", make
    for number, (shape, amounts) in enumerate(PADS):
        result = [n + sum(pair) for n, pair in zip(shape, amounts)]
        for dtype in ("int8", "int16", "int32", "float32"):
            kind = np.dtype(dtype)
            value = kind.type(-5.25 if dtype == "float32" else 100 - 200 * (number % 2))
            scalar = value.reshape(() if number % 3 else (1,))
            constants = [np.int32(amounts), lambda _, quantization, scalar=scalar: (scalar, quantization)]
            yield f"padv2-{dtype}-{named(shape)}", single("PADV2", shape, dtype, constants, [result], options("PadV2Options"))
            yield f"padv2-{dtype}-{named(shape)}-run", lambda state, a=(shape, amounts, result, kind): _of_the_run(state, *a)
    make = single("PADV2", (2, 3), "int8", [np.int32(((1, 0), (0, 2)))], [(3, 5)], options("PadV2Options"))
    yield "padv2-without_value", make
    other = lambda *_: (np.int8(3), Quantization(7.0, 1))  # noqa: E731
    make = single("PADV2", (2,), "int8", [np.int32([[1, 0]]), other], [(3,)], options("PadV2Options"))
    yield "refused-padv2-quantisation", make


def _of_the_run(state, shape, amounts, result, dtype):
    model = Model()
    graph = model.graph()
    quantization = quantities.activations(state) if dtype == np.int8 else None
    source = graph.input("input", shape, quantization, dtype)
    value = graph.input("value", (1,), quantization, dtype)
    output = graph.tensor("output", result, quantization, dtype)
    inputs = [source, graph.constant("amounts", np.int32(amounts)), value]
    graph.output(graph.operator("PADV2", inputs, [output], options("PadV2Options")))
    return model.bytes()


def pad(graph, source, amounts, name="padded"):
    """PAD by pairs of (before, after), one for each dimension."""
    shape = tuple(size + before + after for size, (before, after) in zip(source.shape, amounts))
    output = graph.tensor(name, shape, source.quantization, source.dtype)
    inputs = [source, graph.constant(f"{name}/amounts", np.int32(amounts))]
    return graph.operator("PAD", inputs, [output], options("PadOptions"))


def _pads():
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
        yield name, model([shape], lambda g, x, amounts=amounts: pad(g, x, amounts))
