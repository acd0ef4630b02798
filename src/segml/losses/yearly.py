"""A stretch of a client's profit brought to a year, few orders kept from promising too much.

Two orders in four months are one gap, not two: the stretch a young client was watched over is the
days since its first order and the one gap expected before it. The rate of so short a stretch is
still mostly luck, the more so as key clients are chosen for what they earned. So a year is what was
earned, and for the days not watched a rate between its own and that of comparable clients,

    z · own + (1 − z) · theirs,   z = T / (T + K),

T the ticks watched, K the variance within comparable clients (from quarter to quarter) over the
variance between them: Bühlmann's credibility, the best linear empirical Bayes rule. Comparable are
the key clients with a whole year behind them.

References
----------
Bühlmann (1967), Experience Rating and Credibility, ASTIN Bulletin 4, 199-207; Bühlmann and Gisler
(2005), A Course in Credibility Theory and its Applications, chapters 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segml.losses.clock import Clock
from segml.losses.history import History

YEAR = 365
QUARTERS = 4
LEAST_DAYS = 90
LEAST_PEERS = 20
"""With fewer comparable clients nothing is known of them, and a rate is the client's own."""


@dataclass(frozen=True, slots=True)
class Peers:
    """What comparable clients earn, and how soon a client's own rate outweighs it.

    Parameters
    ----------
    rate
        Their mean profit a tick, in money.
    credible
        K: the ticks after which its own rate and theirs weigh the same; may be infinite.
    """

    rate: float
    credible: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some days, and the factor that brings what happened in them to a year.

    Parameters
    ----------
    start, end
        [start, end), in days.
    factor
        A year's worth over the stretch's.
    """

    start: int
    end: int
    factor: float

    def profit(self, history: History) -> float:
        """Profit a year, in money."""
        return self.factor * float(history.profit_between(self.start, self.end))


def learn_peers(clients: Sequence[History], clock: Clock, *, start: int) -> Peers | None:
    """What key clients with a whole year before `start` earned in it; None for too few.

    Parameters
    ----------
    clients
        The key clients' histories.
    clock
        Of the portfolio.
    start
        The earlier date, in days; no row on it or after is read.
    """
    first, last = (float(each) for each in clock.at([start - YEAR, start]))
    edges = np.rint(clock.day_when(np.linspace(first, last, QUARTERS + 1))).astype(np.int64)
    known = [each for each in clients if len(each.days) and each.days[0] <= start - YEAR]
    if len(known) < LEAST_PEERS:
        return None
    rates = np.stack([each.profit_between(edges[:-1], edges[1:]) for each in known])
    rates = rates * QUARTERS / (last - first)
    within = float(rates.var(axis=1, ddof=1).mean())
    between = float(rates.mean(axis=1).var(ddof=1)) - within / QUARTERS
    quarters = within / between if between > 0.0 else np.inf
    return Peers(float(rates.mean()), quarters * (last - first) / QUARTERS)


def before(history: History, onset: int, clock: Clock, peers: Peers | None) -> Stretch:
    """The year before an onset, or what there is of it.

    Parameters
    ----------
    history
        The client's.
    onset
        The day the decline began.
    clock
        Of the portfolio.
    peers
        Comparable clients; None to go by its own rate alone.
    """
    start = onset - YEAR
    # what was brought by others has no orders of its own; of a client's own, a visit is none
    bought = history.days if len(history.days) else history.money_days
    known = bought[bought < onset]
    # of one order no pace is known: a year is what it brought, as if such a one came once a year
    if len(known) < 2 or int(known[0]) <= start:
        return Stretch(start=start, end=onset, factor=1.0)
    first = int(known[0])
    gap = (int(known[-1]) - first) // max(len(known) - 1, 1)
    opened = max(start, min(first - gap, onset - LEAST_DAYS))
    year, watched = (float(clock.at(onset) - clock.at(day)) for day in (start, opened))
    earned = float(history.profit_between(start, onset))
    if peers is None or earned <= 0.0:
        # a client that earned nothing is no short history of a good one
        return Stretch(start=start, end=onset, factor=year / watched)
    own = watched / (watched + peers.credible)
    rate = own * earned / watched + (1.0 - own) * peers.rate
    return Stretch(start=start, end=onset, factor=1.0 + (year - watched) * rate / earned)


def after(onset: int, end: int, clock: Clock) -> Stretch:
    """The days since an onset, at most a year, brought to a year by the season's ticks.

    Parameters
    ----------
    onset, end
        Days; the decline began on `onset`, and what happens on `end` is not known.
    clock
        Of the portfolio.
    """
    start = max(onset, end - YEAR)
    ticks = float(clock.at(end) - clock.at(start))
    year = float(clock.at(onset) - clock.at(onset - YEAR))
    return Stretch(start=start, end=end, factor=year / ticks if ticks > 0.0 else 0.0)
