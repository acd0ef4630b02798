"""Exposures in the trade itself: returns, discounts, the favourite category; and its size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.losses.exposed_columns import BASELINE, Exposure
from segml.losses.exposed_months import (
    Months,
    before,
    days_of,
    decayed,
    numbers_of,
    steady,
    window,
)
from segml.losses.history import Numbers

RETURN_TAUS_DAYS = (60.0, 180.0)
"""Time constants of what is forgotten of a return: a spread of which the fit takes its own."""
USUAL_MONTHS = 6.0
"""Months of its own in which a client's usual returns outweigh the portfolio's."""
DISCOUNT_WINDOWS = (3, 6)
"""Months in which the discount may have risen."""
LEAK_WINDOWS = (2, 4)
"""Months in which the favourite category may have gone elsewhere."""
YEAR = 12
"""Months in which a category became the favourite, and that size is measured over."""
_CELLS = 4_000_000
"""Client x month x category sums that are held at once."""


def exposed_trade(orders: pd.DataFrame, months: Months) -> Iterator[Exposure]:
    """Returns above the usual of what was bought, and discount above the client's own of before.

    Returns are held against the sales of the same months, and their excess against the usual sales:
    who buys more sends more back, and what is much for a small client is little for a large one.

    Parameters
    ----------
    orders
        As `Past.orders` has them.
    months
        The clients and months.
    """
    is_return = orders["is_return"].astype(bool)
    returned = _money(-orders.loc[is_return, "amount"], orders[is_return], months)
    sales = orders[~is_return]
    bought = _money(sales["amount"], sales, months)
    a_month = _ratio(before(bought), before(months.known))
    share = _usual_share(returned, bought, USUAL_MONTHS * a_month)
    for tau in RETURN_TAUS_DAYS:
        excess = decayed(returned, tau) - share * decayed(bought, tau)
        values = _ratio(excess, steady(tau) * a_month)
        yield Exposure(reason="service", feature="returns_rise_180", values=values)
    given = _money(sales["discount"].fillna(0.0), sales, months)
    full = _money(sales["amount"] + sales["discount"].fillna(0.0), sales, months)
    for length in DISCOUNT_WINDOWS:
        now, full_now = window(given, length), window(full, length)
        then, full_then = before(given, length), before(full, length)
        rise = _ratio(now, full_now) - _ratio(then, full_then)
        values = np.where((full_now > 0) & (full_then > 0), rise, 0.0)
        yield Exposure(reason="margin", feature="discount_ratchet_180", values=values)


def _usual_share(part: Numbers, whole: Numbers, prior: Numbers) -> Numbers:
    """(c, m) the part of the whole before each month, shrunk to all clients' by so much whole."""
    had, of = before(part), before(whole)
    everyone = _ratio(had.sum(axis=0), of.sum(axis=0))
    return _ratio(had + prior * everyone, of + prior)


def sizes(orders: pd.DataFrame, months: Months) -> Iterator[Exposure]:
    """What declines depend on without any reason: orders, spend of a year, age of the business."""
    sales = orders[~orders["is_return"].astype(bool)]
    count = months.sums(months.cells(sales["client_id"], days_of(sales["day"])))
    spend = _money(sales["amount"], sales, months)
    for values in (window(count, YEAR), window(spend, YEAR), months.age):
        yield Exposure(reason="unknown", feature=BASELINE, values=values)


def exposed_leak(lines: pd.DataFrame, months: Months) -> Iterator[Exposure]:
    """How much of its share the favourite category of the year before lost since.

    Parameters
    ----------
    lines
        As `Past.lines` has them.
    months
        The clients and months.

    Yields
    ------
    Exposure
        1 where nothing was bought of it any more, 0 where its share of the spend held or nothing
        was bought at all. None where the ledger has no categories.
    """
    bought = lines[~lines["is_return"].astype(bool) & lines["category"].notna()]
    if bought.empty:
        return
    code, names = pd.factorize(bought["category"], sort=True)
    cell = months.cells(bought["client_id"], days_of(bought["day"]))
    key = np.where(cell >= 0, cell * len(names) + code, -1)
    amount = numbers_of(bought["amount"])
    order = np.lexsort((amount, key))
    key, amount = key[order], amount[order]
    leaks = [np.zeros(months.shape) for _ in LEAK_WINDOWS]
    count, length = months.shape
    chunk = max(1, _CELLS // (length * len(names)))
    for first in range(0, count, chunk):
        size = min(chunk, count - first)
        shape = (size, length, len(names))
        start, stop = first * length * len(names), (first + size) * length * len(names)
        part = slice(*np.searchsorted(key, [start, stop]))
        sums = np.bincount(key[part] - start, amount[part], stop - start)
        for leak, recent in zip(leaks, LEAK_WINDOWS, strict=True):
            leak[first : first + size] = _leak(sums.reshape(shape).astype(np.float64), recent)
    for values in leaks:
        yield Exposure(reason="competitor", feature="favourite_leakage_180", values=values)


def _leak(sums: npt.NDArray[np.float64], recent: int) -> Numbers:
    """(c, m) the lost part of the favourite's share, of sums (c, m, categories)."""
    found = np.zeros(sums.shape[:2])
    for month in range(recent + 1, sums.shape[1]):
        since = month - recent
        now = sums[:, since:month].sum(axis=1)
        then = sums[:, max(0, since - YEAR) : since].sum(axis=1)
        favourite = then.argmax(axis=1)[:, None]
        share_now, share_then = (
            _ratio(np.take_along_axis(each, favourite, axis=1)[:, 0], each.sum(axis=1))
            for each in (now, then)
        )
        traded = (now.sum(axis=1) > 0) & (share_then > 0)
        found[:, month] = np.where(traded, 1.0 - _ratio(share_now, share_then), 0.0)
    return found


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def _money(amount: pd.Series, rows: pd.DataFrame, months: Months) -> Numbers:
    return months.sums(months.cells(rows["client_id"], days_of(rows["day"])), numbers_of(amount))
