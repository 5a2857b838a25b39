"""Sparse contents, as the file format describes them."""

import numpy as np

from builder import schema

# Rows and columns of a block.
BLOCK = (2, 4)


def sparse(dense, layout, width):
    """The values of a matrix that are kept, and the table that says where they are; `width` is the type of its lists."""
    rows, columns = dense.shape
    order, blocks = [0, 1], []
    if layout == "columns":
        order, dense = [1, 0], dense.T
    elif layout == "blocks":
        order, blocks = [0, 1, 2, 3], [0, 1]
        dense = dense.reshape(rows // BLOCK[0], BLOCK[0], columns // BLOCK[1], BLOCK[1]).transpose(0, 2, 1, 3)
    table = schema.SparsityParametersT()
    table.traversalOrder, table.blockMap = order, blocks
    first = _level(dense.shape[0])
    if layout == "dense":
        table.dimMetadata = [first, _level(dense.shape[1])]
        return dense.reshape(-1), table
    kept = dense.reshape(*dense.shape[:2], -1).any(2)
    segments = np.concatenate([[0], kept.sum(1).cumsum()])
    table.dimMetadata = [first, _listed(segments, np.nonzero(kept)[1], width), *map(_level, BLOCK[: len(blocks)])]
    return dense[kept].reshape(-1), table


def _level(size):
    level = schema.DimensionMetadataT()
    level.format, level.denseSize = schema.DimensionType.DENSE, size
    return level


def _listed(segments, positions, width):
    level = schema.DimensionMetadataT()
    level.format, level.denseSize = schema.DimensionType.SPARSE_CSR, 0
    kind = getattr(schema.SparseIndexVector, f"{width}Vector")
    level.arraySegmentsType = level.arrayIndicesType = kind
    level.arraySegments, level.arrayIndices = _vector(segments, width), _vector(positions, width)
    return level


def _vector(numbers, width):
    vector = getattr(schema, f"{width}VectorT")()
    vector.values = np.asarray(numbers, {"Int32": np.int32, "Uint16": np.uint16, "Uint8": np.uint8}[width])
    return vector
