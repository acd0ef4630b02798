"""Lost clients that may buy on under another id: one began as they ended, and buys what they did.

A firm that registers anew, moves its orders to a sister or is taken over ends in the ledger and
has not left. How much of two clients' trade is one and the same is told by what they spend a month
on each product, min over max (Ružička's similarity). That of a lost client and one that began
about then is held against chance: clients that stayed beside all who began, none of whom can have
taken their place. The candidates of one client are counted (Bonferroni), and the lost clients
together by Benjamini and Hochberg's step-up.

It is a hint and changes no figure: who is one client is for a person to say, by one id.

References
----------
Ružička (1958), Biológia (Bratislava) 13; Benjamini and Hochberg (1995), Controlling the false
discovery rate, Journal of the Royal Statistical Society B 57.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.stats import false_discovery_control

from segml.ledger import Past
from segml.losses.books import Books
from segml.losses.fates import Fates
from segml.losses.history import Numbers, of
from segml.losses.months import as_date
from segml.losses.tables import framed
from segml.losses.tables_ahead import SUCCESSORS

EARLIEST, LATEST = -30, 60
"""Days from the last order of a client to the first one of who may have taken its place."""
YEAR, MONTH = 365, 30
LEAST_ALIKE = 0.25
"""Less of the same trade is nobody's successor, however rare it be."""
LEVEL = 0.05
"""Of those told, so many may be told by chance."""
MOST_STAYED = 500
"""Clients that stayed, evenly among them, are enough to know chance by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spans:
    """From when to when the orders of some clients are looked at, in days.

    Parameters
    ----------
    clients
        n ids.
    first, last
        (n,) of each: its first day and the one after its last.
    """

    clients: Sequence[str]
    first: Numbers
    last: Numbers


def successors(past: Past, books: Books, became: Fates) -> pd.DataFrame:
    """Who may be whom of the key clients that left; columns `tables_ahead.SUCCESSORS`.

    Parameters
    ----------
    past
        What was known at the later date.
    books, became
        Every client's history up to it, and what became of the key clients.
    """
    left = {
        each: int(of(books.orders, each).days[-1])
        for each, loss in became.lost.items()
        if loss.kind == "left"
    }
    since = min(left.values(), default=0) + EARLIEST
    began = {
        each: int(history.days[0])
        for each, history in books.orders.items()
        if len(history.days) and history.days[0] >= since
    }
    return followed(past, left=left, stayed=became.stayed, began=began)


def followed(
    past: Past,
    *,
    left: Mapping[str, int],
    stayed: Sequence[str],
    began: Mapping[str, int],
) -> pd.DataFrame:
    """Who of those that began may be whom of those that left; see `successors`.

    Parameters
    ----------
    past
        What was known at the later date.
    left
        Clients that left, to the days of their last orders.
    stayed
        Clients that still buy.
    began
        Clients to the days of their first orders, of all who began since `EARLIEST` before the
        first of those last orders, and a month before the later date.
    """
    new = sorted(each for each, day in began.items() if day <= past.as_of - MONTH)
    gone, some = sorted(set(left) - set(new)), _evenly(sorted(set(stayed) - set(new) - set(left)))
    if not (new and gone and some) or "product" not in past.has:
        return framed([], SUCCESSORS)
    ends = {**left, **dict.fromkeys(some, past.as_of)}
    old = [*gone, *some]
    last = np.array([ends[each] + 1.0 for each in old])
    then = _Spans(clients=old, first=last - YEAR, last=last)
    first = np.array([began[each] for each in new], dtype=np.float64)
    since = _Spans(clients=new, first=first, last=np.full(len(new), float(past.as_of)))
    alike = similarity(*_baskets(past.lines([*old, *new]), then, since))
    by_chance = np.sort(alike[len(gone) :], axis=None)
    best = [_best(alike[row], first - left[each], by_chance) for row, each in enumerate(gone)]
    chances = false_discovery_control([chance for _, chance in best])
    return framed(
        [
            {
                "client_id": each,
                "successor": new[place],
                "began": as_date(int(first[place])),
                "days_between": int(first[place]) - left[each],
                "alike": float(alike[row, place]),
            }
            for row, (each, (place, _), chance) in enumerate(zip(gone, best, chances, strict=True))
            if chance <= LEVEL and alike[row, place] >= LEAST_ALIKE
        ],
        SUCCESSORS,
    )


def similarity(one: csr_array, other: csr_array) -> Numbers:
    """(n, m) of rows (n, p) and (m, p), not negative: the sum of minima over that of maxima.

    Examples
    --------
    >>> similarity(csr_array([[1.0, 3.0], [0.0, 0.0]]), csr_array([[1.0, 1.0]])).tolist()
    [[0.5], [0.0]]
    """
    columns = other.tocsc()
    sums = one.sum(axis=1)[:, None] + other.sum(axis=1)[None, :]
    least = np.zeros(sums.shape)
    for row in range(one.shape[0]):
        own = one[[row]]
        for product, spent in zip(own.indices, own.data, strict=True):
            part = slice(columns.indptr[product], columns.indptr[product + 1])
            least[row, columns.indices[part]] += np.minimum(columns.data[part], spent)
    most = sums - least
    return np.asarray(np.divide(least, most, out=np.zeros_like(least), where=most > 0.0))


def _evenly(clients: Sequence[str]) -> list[str]:
    if len(clients) <= MOST_STAYED:
        return list(clients)
    return [clients[n] for n in np.linspace(0, len(clients) - 1, MOST_STAYED).astype(int)]


def _best(alike: Numbers, days: Numbers, by_chance: Numbers) -> tuple[int, float]:
    """The likeliest of those that began in time, and the chance that one is as alike by chance."""
    in_time = np.flatnonzero((days >= EARLIEST) & (days <= LATEST))
    if not len(in_time):
        return 0, 1.0
    place = int(in_time[alike[in_time].argmax()])
    rarer = len(by_chance) - int(np.searchsorted(by_chance, alike[place]))
    return place, min(1.0, len(in_time) * (1 + rarer) / (1 + len(by_chance)))


def _baskets(lines: pd.DataFrame, *spans: _Spans) -> tuple[csr_array, csr_array]:
    """(clients, products) what each of the clients of two spans spent a month on each product."""
    bought = lines[~lines["is_return"].astype(bool) & lines["product"].notna()]
    product, names = pd.factorize(bought["product"], sort=True)
    day, amount = bought["day"].to_numpy(np.int64), bought["amount"].to_numpy(np.float64)

    def basket(of: _Spans) -> csr_array:
        row = pd.Index(of.clients).get_indexer(pd.Index(bought["client_id"]))
        inside = (row >= 0) & (amount > 0.0)
        inside &= (day >= of.first[row]) & (day < of.last[row])
        shape = (len(of.clients), len(names))
        spent = csr_array((amount[inside], (row[inside], product[inside])), shape=shape)
        begun = np.full(shape[0], np.inf)
        np.minimum.at(begun, row[inside], day[inside])
        months = np.maximum(of.last - begun, MONTH) / MONTH
        return csr_array(spent.multiply(1.0 / months[:, None]))

    one, other = (basket(each) for each in spans)
    return one, other
