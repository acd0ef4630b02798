"""Clients that buy at the same times of the year, where that is not their industry's season.

A shop that takes the autumn's goods alone buys for two months and is silent for ten, as every year;
on the clock of all it has left each winter. One client has too few orders to tell its season from
chance, many alike have enough. So the clients are told apart as a mixture of seasons, one of which
is what their industry's or the portfolio's clock says of each: the periods of four weeks in which a
client ordered, a year after the other, are drawn from its season.

How many seasons there are, and whether there is any besides the clocks, is asked of years that were
not read: what a client's even years say of its season has to tell its odd years better than its
clock does, and the other way round, beyond chance over the clients.

References
----------
McLachlan and Peel (2000), Finite Mixture Models, chapters 2 and 5 (EM, mixtures of multinomials).
Stone (1974), Cross-Validatory Choice and Assessment of Statistical Predictions, JRSS B 36.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logsumexp

from segml.losses.clock import WEEKS, Clock
from segml.losses.history import Numbers

PERIOD_WEEKS = 4
PERIODS = WEEKS // PERIOD_WEEKS
PERIOD_DAYS = 7 * PERIOD_WEEKS
YEARS_NEEDED = 2
"""Whole years from a client's first order on: one says nothing of the next."""
MOST = 8
"""Seasons besides the clocks, at most."""
ROUNDS = 60
"""Of expectation and maximisation."""
SWING = 0.9
"""How far the seasons that are begun with rise and fall about the mean."""
SURELY = 2.326
"""Standard errors by which years that were not read must be told better (99 %)."""
MEMBER = 0.9
"""The probability of a season from which on a client is counted to it."""


def season_groups(
    bought: pd.DataFrame, clock: Clock, own: Mapping[str, Clock], *, first_day: int
) -> dict[str, str]:
    """The clients of a season that is not their clock's, each with the name of its group.

    Parameters
    ----------
    bought
        `client_id` and `day` of every order.
    clock, own
        The portfolio's, and client id to that of its industry where it has another.
    first_day
        Of the history, in days: the year is counted from it, as the clocks do.

    Returns
    -------
    dict
        Client id to the name of its group; empty where there is no such season.
    """
    years = _years(bought, first_day)
    if not len(years.clients):
        return {}
    clocks = _log_seasons(years.clients, clock, own)
    count = _count(years, clocks)
    if not count:
        return {}
    whole = years.even + years.odd
    member = _posterior(whole, clocks, _learnt(whole, clocks, count))
    likely = member.argmax(axis=1)
    sure = (likely < count) & (member.max(axis=1) >= MEMBER)
    return {str(years.clients[row]): f"season {likely[row] + 1}" for row in np.flatnonzero(sure)}


def _count(years: _Years, clocks: Numbers) -> int:
    """How many seasons there are besides the clocks: more are tried as long as they tell more."""
    best, count = np.zeros(len(years.clients)), 0
    while count < MOST:
        gain = _gains(years, clocks, count + 1)
        if gain.mean() <= best.mean():
            break
        best, count = gain, count + 1
    return count if best.mean() > SURELY * best.std() / np.sqrt(len(best)) else 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Years:
    """How often c clients ordered in each period of the year, in their even and odd years.

    Parameters
    ----------
    clients
        (c,) their ids.
    even, odd
        (c, PERIODS) the number of years in which it did.
    """

    clients: npt.NDArray[np.object_]
    even: Numbers
    odd: Numbers


def _years(bought: pd.DataFrame, first_day: int) -> _Years:
    """The whole years of each client, from its first order on."""
    place, clients = pd.factorize(bought["client_id"], sort=True)
    period = (bought["day"].to_numpy(np.int64) - first_day) // PERIOD_DAYS
    seen = np.unique(np.stack([place, period]), axis=1)  # an order or ten in a period are one
    first = np.full(len(clients), np.iinfo(np.int64).max)
    last = np.full(len(clients), -1)
    np.minimum.at(first, seen[0], seen[1])
    np.maximum.at(last, seen[0], seen[1])
    whole = (last - first + 1) // PERIODS
    year = (seen[1] - first[seen[0]]) // PERIODS
    inside = (year < whole[seen[0]]) & (whole[seen[0]] >= YEARS_NEEDED)
    told = []
    for parity in (0, 1):
        mine = seen[:, inside & (year % 2 == parity)]
        cells = np.bincount(mine[0] * PERIODS + mine[1] % PERIODS, minlength=whole.size * PERIODS)
        told.append(cells.reshape(-1, PERIODS).astype(np.float64))
    both = (told[0].sum(axis=1) > 0) & (told[1].sum(axis=1) > 0)
    return _Years(clients=np.asarray(clients)[both], even=told[0][both], odd=told[1][both])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seasons:
    """Learnt seasons: (k, PERIODS) logarithms of their shares, and (k + 1,) of how common each is.

    The last is what the clients' clocks say.
    """

    log_share: Numbers
    log_common: Numbers


def _log_seasons(
    clients: npt.NDArray[np.object_], clock: Clock, own: Mapping[str, Clock]
) -> Numbers:
    """(c, PERIODS) logarithms of the shares of the periods, by each client's clock."""
    told = {
        id(each): np.log(each.index.reshape(PERIODS, PERIOD_WEEKS).mean(axis=1) / PERIODS)
        for each in (clock, *own.values())
    }
    return np.stack([told[id(own.get(str(each), clock))] for each in clients])


def _gains(years: _Years, clocks: Numbers, count: int) -> Numbers:
    """(c,) by how much each half of a client's years tells the other better than its clock does."""
    halves = ((years.even, years.odd), (years.odd, years.even))
    told = [_told(read, asked, clocks, count) for read, asked in halves]
    return np.asarray(np.mean(told, axis=0), dtype=np.float64)


def _told(read: Numbers, asked: Numbers, clocks: Numbers, count: int) -> Numbers:
    learnt = _learnt(read, clocks, count)
    member = np.log(np.maximum(_posterior(read, clocks, learnt), np.finfo(float).tiny))
    by_clock = (asked * clocks).sum(axis=1)
    each = np.column_stack([asked @ learnt.log_share.T, by_clock])
    return np.asarray(logsumexp(member + each, axis=1) - by_clock)


def _learnt(counts: Numbers, clocks: Numbers, count: int) -> _Seasons:
    """The seasons of a mixture, begun as waves that peak at even distances over the year."""
    turn = np.arange(PERIODS)[None, :] / PERIODS - np.arange(count)[:, None] / count
    share = (1.0 + SWING * np.cos(2.0 * np.pi * turn)) / PERIODS
    found = _Seasons(log_share=np.log(share), log_common=np.full(count + 1, -np.log(count + 1.0)))
    for _ in range(ROUNDS):
        member = _posterior(counts, clocks, found)
        claimed = member[:, :count].T @ counts + 1.0
        common = member.sum(axis=0) + 1.0
        found = _Seasons(
            log_share=np.log(claimed / claimed.sum(axis=1, keepdims=True)),
            log_common=np.log(common / common.sum()),
        )
    return found


def _posterior(counts: Numbers, clocks: Numbers, seasons: _Seasons) -> Numbers:
    """(c, k + 1) the probability of each season, and last of the clock."""
    by_clock = (counts * clocks).sum(axis=1)
    joint = np.column_stack([counts @ seasons.log_share.T, by_clock]) + seasons.log_common
    return np.asarray(np.exp(joint - logsumexp(joint, axis=1, keepdims=True)))
