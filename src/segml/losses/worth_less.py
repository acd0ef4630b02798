"""Who may have faded: looks at what a client brought of late, that spare most the evidence."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.special import pdtr

from segml.losses.clock import Clock
from segml.losses.history import History, counted_orders
from segml.losses.silence import YEAR
from segml.losses.transitions import (
    EXPECTED_ORDERS,
    WINDOW_DAYS,
    Client,
    Lens,
    is_worth_less,
    of_goods_on_sale,
)

NO_WONDER = 0.05


def may_have_faded(client: Client, lens: Lens, *, end: int, pace: float = 1.0) -> bool:
    """Whether the last window was worth much less than usual, or than a year before.

    Who has faded has by then, whatever its orders look like one by one: smaller ones that come more
    often, or rarer ones that are larger, are no less worth together.

    Parameters
    ----------
    client, lens
        As for `transition`; rows on or after `end` are not read.
    end
        The day that is asked about, in days.
    pace
        How it orders in these days of the year, by its own season (`own_pace`): out of season few
        orders are no wonder.
    """
    known, last = of_goods_on_sale(client, end), np.array([end - WINDOW_DAYS])
    if not _bought_often(known.own, end):
        return False
    seen_by = lens.of(client.client_id)
    return is_worth_less(known, seen_by, last, end) and not _out_of_season(
        known.own, seen_by.clock, end=end, pace=pace
    )


def has_been_worth_less(client: Client, lens: Lens, *, since: int, end: int) -> bool:
    """Whether all that came since a day, a window at least, was worth as little.

    Parameters as for `may_have_faded`; `since` in days.
    """
    known, first = of_goods_on_sale(client, end), np.array([min(since, end - WINDOW_DAYS)])
    return is_worth_less(known, lens.of(client.client_id), first, end)


def _out_of_season(own: History, clock: Clock, *, end: int, pace: float) -> bool:
    """Whether its own season alone makes so few orders in the last window no wonder.

    As few have a chance of more than `NO_WONDER` by it, twice that of an ordinary time of the year.
    """
    begins, first, last = end - WINDOW_DAYS - YEAR, end - WINDOW_DAYS, end
    before, since = (
        int(each) for each in np.diff(np.searchsorted(own.days, [begins, first, last]))
    )
    year, window = np.diff(clock.at(np.array([begins, first, last])))
    ordinary = before * float(window / year)
    told, usual = pdtr(since, ordinary * np.array([pace, 1.0]))
    return bool(told > max(NO_WONDER, 2.0 * usual))


def _bought_often(own: History, end: int) -> bool:
    """Whether a year before the last window, or the year before that, held three orders.

    Of a client that buys more seldom a window without orders tells nothing: what is believed of it
    would be what is believed of all, and every rare buyer would have faded between two orders.
    """
    edges = end - WINDOW_DAYS - YEAR * np.arange(2, -1, -1)
    places = np.searchsorted(own.days, edges)
    return any(
        counted_orders(own.earned[first:last]) >= EXPECTED_ORDERS
        for first, last in pairwise(places)
    )
