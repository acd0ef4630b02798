"""How clients order in the last days of a window, by their own seasons of the years before.

Some trades have no common season, and every client one of its own. A clock of many shows none of
them: out of its season each of them looks as if it had faded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from segml.features import YEARS_BACK, OwnYears
from segml.losses.clock import Clock
from segml.losses.history import History, Numbers
from segml.losses.silence import YEAR


def own_paces(
    book: Mapping[str, History], clock_of: Callable[[str], Clock], *, start: int, end: int
) -> dict[str, float]:
    """Client id to its pace in [start, end) by the years before, against that of its clock.

    Parameters
    ----------
    book
        Every client's history.
    clock_of
        The clock of a client.
    start, end
        A window of less than a year, in days; no order on or after `start` is read.

    Returns
    -------
    dict
        1 where nothing is known of its own season, or clients have none; 0.5: it usually orders
        half as much in these days as its clock says.
    """
    clients = sorted(each for each, own in book.items() if len(own.days))
    if not clients:
        return {}
    own_years = _years([book[each] for each in clients], start, end)
    clocks = [clock_of(each) for each in clients]
    different = {id(one): one for one in clocks}  # most clients share the portfolio's
    shares = {key: _usual(one, start, end) for key, one in different.items()}
    usual = np.array([shares[id(one)] for one in clocks])
    found = own_years.shares(usual) / usual
    return dict(zip(clients, found.tolist(), strict=True))


def _years(histories: list[History], start: int, end: int) -> OwnYears:
    """The same days of the years before, and the years that begin with them, known whole."""
    lengths = [len(own.days) for own in histories]
    days = np.concatenate([own.days for own in histories])
    whose = np.repeat(np.arange(len(histories)), lengths)
    first = np.array([own.days[0] for own in histories])

    def counted(begin: int, until: int) -> Numbers:
        kept = (days >= begin) & (days < until)
        told = np.bincount(whose[kept], minlength=len(histories))
        return np.where(first <= begin, told, 0).astype(np.float64)

    begins = [start - YEAR * year for year in YEARS_BACK]
    return OwnYears(
        inside=np.stack([counted(each, each + end - start) for each in begins]),
        whole=np.stack([counted(each, each + YEAR) for each in begins]),
    )


def _usual(clock: Clock, start: int, end: int) -> float:
    """The share of a year's orders that a clock puts into the same days a year before."""
    before, after, last = clock.at(np.array([start - YEAR, end - YEAR, start]))
    return float((after - before) / (last - before))
