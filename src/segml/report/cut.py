"""That a list shows the first of many: how many there are, and by what it is ordered."""

from __future__ import annotations

from segml.report.figures import number
from segml.report.language import Phrases, _

ORDERS = Phrases(
    {
        "at_risk": "the most profit at risk first",
        "clients": "the commonest first",
        "expected": "the highest expected profit first",
        "missed": "most missed first",
        "brought": "the most profit brought first",
        "profit": "the lowest profit first",
        "return": "what a return may bring first, then what was lost",
        "zero": "those below zero first",
        "reason": "by reason, the greatest share first",
    }
)
"""What a list is ordered by, to how that is said."""


def cut_sentence(shown: int, count: int, order: str) -> str:
    """How many of how many are shown, and which; empty where all are.

    Parameters
    ----------
    shown, count
        How many the list has, and how many there are.
    order
        Of `ORDERS`.

    Examples
    --------
    >>> cut_sentence(8, 1411, "profit"), cut_sentence(8, 8, "profit")
    ('Shown: 8 of 1,411, the lowest profit first.', '')
    """
    if shown >= count:
        return ""
    return _(
        "Shown: {shown} of {count}, {order}.",
        shown=number(shown),
        count=number(count),
        order=ORDERS[order],
    )
