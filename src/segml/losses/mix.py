"""Which products and categories carried a loss: by the profit each lost, or its part in the sales.

Of a client's profit a year by product before its onset, less that since (nothing, once it left),
the parts that fell share the loss; one that grew takes none. Where nothing fell, by their account,
the loss is shared by what was bought of each before the onset. So every loss is shared out whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from segml.losses.money import Money
from segml.losses.yearly import Stretch

NOT_RECORDED = "(not recorded)"
"""The value of what the ledger does not say."""
Carrier = Literal["product", "category"]


def carried(lines: pd.DataFrame, money: Money, by: Carrier) -> Mapping[str, float]:
    """Each product's, or category's, share in what one client's loss costs; they sum to one.

    Parameters
    ----------
    lines
        All lines of the client up to the later date, as `Past.lines` has them.
    money
        Of its loss: the stretches that are compared.
    by
        The column.

    Returns
    -------
    Mapping
        Value to share, above 0; sorted by value. Lines without a value count as `NOT_RECORDED`.
    """
    named = lines.assign(**{by: lines[by].astype("object").where(lines[by].notna(), NOT_RECORDED)})
    was = _yearly(named, money.before, by, "profit")
    fell = (
        was
        if money.after is None
        else was.sub(_yearly(named, money.after, by, "profit"), fill_value=0.0)
    )
    for found in (fell, _yearly(named, money.before, by, "amount")):
        parts = found[found > 0].sort_index()
        if len(parts):
            return {str(value): float(part) for value, part in (parts / parts.sum()).items()}
    return {NOT_RECORDED: 1.0}


def _yearly(lines: pd.DataFrame, stretch: Stretch, by: Carrier, column: str) -> pd.Series:
    """A column's sum by value over a stretch, brought to a year; the same for any order of rows."""
    inside = lines[lines["day"].between(stretch.start, stretch.end, inclusive="left")]
    ordered = inside.sort_values([by, column], kind="stable")
    return stretch.factor * ordered.groupby(by)[column].sum().astype("float64")
