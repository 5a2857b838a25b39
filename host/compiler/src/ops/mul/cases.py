"""MUL: int8; int32 without scale, with every activation and broadcasting."""

from cases import pairs


def cases():
    """See the package."""
    yield from pairs.cases("MUL")
    for fused in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1"):
        for second in ((3, 5), (), (5,), (3, 1)):
            name = f"mul-int32-{fused}-{'x'.join(map(str, second)) or 'scalar'}"
            yield name, lambda state, a=(fused, second): pairs.integers(state, "MUL", *a)
