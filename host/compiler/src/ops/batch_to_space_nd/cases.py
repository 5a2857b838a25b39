"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND of three and four dimensions, with and without padding and cropping."""

import numpy as np

import quantities
from builder import Model, options
from cases.pad import pad
from single import named, single

# Image, block, what is padded or cropped.
BLOCKS = (
    ((1, 4, 6, 3), (2, 2), ((0, 0), (0, 0))),
    ((1, 3, 5, 2), (2, 3), ((1, 0), (0, 1))),
    ((2, 5, 4, 4), (3, 2), ((2, 2), (1, 1))),
    ((1, 9, 9, 5), (4, 4), ((4, 3), (5, 2))),
    ((1, 2, 2, 1), (4, 2), ((5, 5), (0, 0))),
    ((1, 15, 10), (2,), ((0, 1),)),
    ((3, 7, 1), (3,), ((1, 1),)),
    ((1, 6, 3, 4), (1, 1), ((0, 0), (0, 0))),
)


def cases():
    """See the package."""
    for dtype in ("int8", "float32"):
        for image, block, around in BLOCKS:
            batch = list(image)
            for i, (size, pair) in enumerate(zip(block, around)):
                batch[0] *= size
                batch[i + 1] = (image[i + 1] + sum(pair)) // size
            constants = [np.int32(block), np.int32(around)]
            name = f"{dtype}-{named(image)}-{named(block)}"
            yield f"space_to_batch_nd-{name}", lambda state, a=(image, block, around, batch, dtype): _pair(state, *a)
            make = single("BATCH_TO_SPACE_ND", batch, dtype, constants, [image], options("BatchToSpaceNDOptions"))
            yield f"batch_to_space_nd-{name}", make
    constants = [np.int32([2]), np.int32([[0, 1]])]
    make = single("SPACE_TO_BATCH_ND", (1, 15, 10), "int8", constants, [(1, 15, 10)], options("SpaceToBatchNDOptions"))
    yield "contradiction-space_to_batch_nd-shape", make
    constants = [np.int32([2, 2]), np.int32([[0, 0], [0, 0]])]
    make = single("BATCH_TO_SPACE_ND", (3, 2, 2, 1), "int8", constants, [(1, 4, 4, 1)], options("BatchToSpaceNDOptions"))
    yield "contradiction-batch_to_space_nd-batches", make
    make = single("BATCH_TO_SPACE_ND", (4, 2, 2, 1), "int16", constants, [(1, 4, 4, 1)], options("BatchToSpaceNDOptions"))
    yield "refused-batch_to_space_nd-int16", make


def _pair(state, image, block, around, batch, dtype):
    """SPACE_TO_BATCH_ND that pads, and PAD before one that does not: the reference pads with uninitialised memory."""
    quantization = quantities.activations(state) if dtype == "int8" else None
    files = []
    for apart in (True, False):
        model = Model()
        graph = model.graph()
        source = graph.input("input", image, quantization, dtype)
        amounts = around
        if apart:
            source = pad(graph, source, ((0, 0), *around, (0, 0)))
            amounts = np.zeros_like(around)
        constants = [graph.constant("block", np.int32(block)), graph.constant("amounts", np.int32(amounts))]
        output = graph.tensor("output", batch, quantization, dtype)
        fields = options("SpaceToBatchNDOptions")
        graph.output(graph.operator("SPACE_TO_BATCH_ND", [source, *constants], [output], fields))
        files.append(model.bytes())
    return tuple(files)
