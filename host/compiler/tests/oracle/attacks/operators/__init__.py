"""One drawing function for each operator: `draw(net)` applies it to tensors of the net, or returns False if none fit.

To add an operator, write its function in a module here and list it in that module's `OPERATORS`; the random graphs, the
mutants and the tests of their coverage then include it, too. The figures are relative frequencies.
"""

from . import (
    branches,
    conversions,
    detections,
    elementwise,
    folding,
    known,
    loops,
    moves,
    rearranging,
    reductions,
    signals,
    states,
    weighted,
)

OPERATORS = {
    **weighted.OPERATORS,
    **elementwise.OPERATORS,
    **reductions.OPERATORS,
    **conversions.OPERATORS,
    **moves.OPERATORS,
    **rearranging.OPERATORS,
    **states.OPERATORS,
    **folding.OPERATORS,
    **loops.OPERATORS,
    **known.OPERATORS,
    **signals.OPERATORS,
    **branches.OPERATORS,
    **detections.OPERATORS,
}
