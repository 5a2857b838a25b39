"""ADD: int8; int32 without scale, with broadcasting."""

from cases import pairs


def cases():
    """See the package."""
    yield from pairs.cases("ADD")
    for second in ((3, 5), (), (5,), (3, 1)):
        name = f"add-int32-{'x'.join(map(str, second)) or 'scalar'}"
        yield name, lambda state, a=second: pairs.integers(state, "ADD", "NONE", a)
    # The reference ignores the activation.
    yield "contradiction-add-int32-activation", lambda state: pairs.integers(state, "ADD", "RELU6", (5,))
