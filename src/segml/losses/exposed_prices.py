"""Exposure to prices as they were paid: what a unit of the own basket costs above the year before.

A price change that nobody wrote down, or that one client alone was given, is in no event; it is in
the lines.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from segml.losses.exposed_columns import Exposure
from segml.losses.exposed_months import Months, days_of, numbers_of, shifted, window
from segml.losses.history import Days, Numbers

PRICE_WINDOWS = (3, 6)
"""Months in which the prices paid may have risen."""
YEAR = 12
"""Months before them, whose mean price of a product is the earlier one."""
DEAREST = 1.0
"""A rise beyond which a price is of another thing: other packs, other terms."""
_CELLS = 4_000_000
"""Client and product x month sums that are held at once."""


def exposed_prices(lines: pd.DataFrame, months: Months) -> Iterator[Exposure]:
    """The rise of the prices each client pays, as the feature `price_rise_180` tells it.

    Parameters
    ----------
    lines
        As `Past.lines` has them.
    months
        The clients and months.

    Yields
    ------
    Exposure
        Paid over what the same quantities would have cost at the own mean prices of the year before
        (Paasche), less one; 0 where no product was bought in both. None where the ledger has no
        products or no quantities.
    """
    priced = (
        ~lines["is_return"].astype(bool)
        & lines["product"].notna()
        & (numbers_of(lines["quantity"]) > 0)
    )
    bought = lines[priced]
    if bought.empty:
        return
    code, names = pd.factorize(bought["product"], sort=True)
    row = months.rows(bought["client_id"])
    month = months.cells(bought["client_id"], days_of(bought["day"])) % len(months.starts)
    paid, units = numbers_of(bought["amount"]), numbers_of(bought["quantity"])
    order = np.lexsort((units, paid, month, code, row))
    order = order[row[order] >= 0]
    pairs, at = np.unique(row[order] * len(names) + code[order], return_inverse=True)
    now, then = (np.zeros((len(PRICE_WINDOWS), *months.shape)) for _ in range(2))
    size = max(1, _CELLS // len(months.starts))
    for first in range(0, len(pairs), size):
        part = slice(*np.searchsorted(at, [first, first + size]))
        cells = (at[part] - first, month[order][part], (min(size, len(pairs) - first),))
        client = (pairs[first : first + size] // len(names)).astype(np.int64)
        by_month, taken = (_sums(*cells, each[order][part], months) for each in (paid, units))
        for place, length in enumerate(PRICE_WINDOWS):
            dear, earlier = _paid(by_month, taken, length)
            np.add.at(now[place], client, dear)
            np.add.at(then[place], client, earlier)
    for dear, earlier in zip(now, then, strict=True):
        rise = np.divide(dear, earlier, out=np.ones_like(dear), where=earlier > 0) - 1.0
        values = np.clip(rise, -1.0, DEAREST)
        yield Exposure(reason="price", feature="price_rise_180", values=values)


def _sums(at: Days, month: Days, shape: tuple[int], values: Numbers, months: Months) -> Numbers:
    length = len(months.starts)
    total = np.bincount(at * length + month, values, shape[0] * length)
    return np.asarray(total.reshape(shape[0], length), dtype=np.float64)


def _paid(paid: Numbers, units: Numbers, length: int) -> tuple[Numbers, Numbers]:
    """(pairs, m) paid in the last months, and the same units at the mean price of before."""
    recent_paid, recent = window(paid, length), window(units, length)
    before_paid, before = (shifted(window(each, YEAR), length) for each in (paid, units))
    both = (recent > 0) & (before > 0) & (before_paid > 0) & (recent_paid > 0)
    price = np.divide(before_paid, before, out=np.zeros_like(before), where=both)
    return np.where(both, recent_paid, 0.0), recent * price
