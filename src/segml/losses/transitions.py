"""How a key client stands between two dates: left, unprofitable, shrunk, or still there.

The kinds are tried from the most to the least specific: who left is not asked for the value of its
orders; who costs more than it brings is `unprofitable`, though its value shrank as well.

A client that buys no more of what is no longer sold has not faded: it is asked for the value of the
goods that can still be bought, then and now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from segml.losses.by_year import poor_since
from segml.losses.clock import Clock
from segml.losses.confidence import chance_at_a_loss
from segml.losses.history import Days, History, Numbers, counted_orders
from segml.losses.onset import Onset, find_onset
from segml.losses.paid_ahead import paid_until
from segml.losses.rhythm import RECENT_GAPS, Rhythm
from segml.losses.silence import SEASON_SHIFT_DAYS, YEAR, may_be_lost, silence

Kind = Literal["left", "shrunk", "unprofitable"]
Certainty = Literal["certain", "probable"]

WINDOW_DAYS = 90
EXPECTED_ORDERS = 3.0
CHANGE, SURE_CHANGE = 11.79, 15.51
"""5 % and 1 % points of the likelihood ratio of an unknown break in two parameters (order rate and
worth): Andrews (2003), Econometrica 71, 395-397, trimming 0.15."""
SURELY_NEGATIVE = 0.9
CERTAINLY_NEGATIVE = 0.99
SURE_GAPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What a transition is judged by.

    Parameters
    ----------
    client_id
        Its id; also the seed of its resampling.
    own
        Its orders and its own profit: what it is asked by whether it left.
    value
        The same days with referral profit added to the profit.
    on_sale
        `own` and `value` without the goods that can no longer be bought: what it is asked by
        whether it faded. None: all can be.
    """

    client_id: str
    own: History
    value: History
    on_sale: tuple[History, History] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """What every client is seen through: the portfolio's rhythm and clock, and the rule for shrunk.

    Parameters
    ----------
    rhythm, clock
        Of the portfolio.
    shrunk_below
        Share of the year-before value below which a client has shrunk.
    seed
        Of the resampling.
    every
        Days between two days that an onset is looked for on.
    own_clocks
        Client id to the clock of its industry, where that is another (`seasons`).
    """

    rhythm: Rhythm
    clock: Clock
    shrunk_below: float
    seed: int = 0
    every: int = 1
    own_clocks: Mapping[str, Clock] = field(default_factory=dict)

    @property
    def is_seasonal(self) -> bool:
        """Whether any client's days are not plain ones."""
        return self.clock.is_seasonal or bool(self.own_clocks)

    def clock_of(self, client_id: str) -> Clock:
        """The clock that a client's days are counted by."""
        return self.own_clocks.get(client_id, self.clock)

    def of(self, client_id: str) -> Lens:
        """The lens with the clock of one client in it."""
        own = self.own_clocks.get(client_id)
        return self if own is None else replace(self, clock=own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A loss: its kind, how sure it is, the day it was complete, and when the decline began."""

    kind: Kind
    certainty: Certainty
    lost_on: int
    onset: Onset


def transition(client: Client, lens: Lens, *, end: int) -> Transition | None:
    """How the client has been lost by `end`, on whatever day; None if it has not.

    Parameters
    ----------
    client
        Its history; rows on or after `end` are not read.
    lens
        The portfolio's rhythm, clock and rule.
    end
        The later date, in days.
    """
    return left(client, lens, end=end) or _faded(client, lens.of(client.client_id), end=end)


def left(client: Client, lens: Lens, *, end: int) -> Transition | None:
    """The departure of a client whose silence at `end` is longer than its rhythm allows."""
    known, lens = client.own.until(end), lens.of(client.client_id)
    if not len(known.days):
        return None
    ticks, days = lens.clock.at(known.days[-(RECENT_GAPS + 1) :]), end - int(known.days[-1])
    quiet_for = float(lens.clock.at(end) - ticks[-1])
    if not may_be_lost(np.diff(ticks), lens.rhythm, ticks=quiet_for, days=days):
        return None
    quiet = silence(known, lens.rhythm, lens.clock)
    if quiet is None or quiet.lost_on > end:
        return None
    onset = find_onset(known, lens.rhythm, lens.clock, end=quiet.lost_on, every=lens.every)
    if onset is None:
        onset = Onset(quiet.last + 1, quiet.last + 1, quiet.due_on, 0.0)
    # a silence of the first year may be a season of its own
    year_known = quiet.lost_on - int(known.days[0]) >= YEAR + SEASON_SHIFT_DAYS
    sure = end > quiet.sure_on and quiet.gaps >= SURE_GAPS and year_known
    return Transition(
        kind="left",
        certainty="certain" if sure else "probable",
        lost_on=quiet.lost_on,
        onset=onset,
    )


@dataclass(frozen=True, slots=True)
class _Window:
    """The days on which the windows since an onset ended, and what each held and should have.

    `least`: what the last one should have been had its season come a month sooner or later a year
    before, whichever is less; 0 where no year before it is known. `is_back`: the last one alone,
    without those before it, is nearly what it should have been.
    """

    ends: Days
    value: Numbers
    profit: Numbers
    expected: Numbers
    least: float
    is_back: bool


def _faded(client: Client, lens: Lens, *, end: int) -> Transition | None:
    known, recent = of_goods_on_sale(client, end), np.arange(end - WINDOW_DAYS, end - 2 * YEAR, -7)
    # a cheap look that spares steady clients the scan
    if not is_worth_less(known, lens, recent, end):
        return None
    onset = find_onset(
        known.own, lens.rhythm, lens.clock, end=end, with_worth=True, every=lens.every
    )
    if onset is None:
        return None
    if onset.strength < CHANGE:
        since = poor_since(known.own, known.value, share=lens.shrunk_below, end=end)
        if since is None:
            return None
        return Transition(
            kind="shrunk", certainty="probable", lost_on=max(since, onset.day), onset=onset
        )
    window = _window(known, lens, onset, end)
    if window is None or window.expected[-1] <= 0.0:
        return None
    either = _unprofitable(known, lens, onset, window), _shrunk(lens, onset, window)
    found = [each for each in either if each is not None]
    return replace(found[0], lost_on=min(each.lost_on for each in found)) if found else None


def _unprofitable(client: Client, lens: Lens, onset: Onset, window: _Window) -> Transition | None:
    if window.profit[-1] >= 0.0:
        return None
    chance = chance_at_a_loss(client.own, since=onset.day, seed=lens.seed, key=client.client_id)
    if chance < SURELY_NEGATIVE:
        return None
    return Transition(
        kind="unprofitable",
        certainty="certain" if chance >= CERTAINLY_NEGATIVE else "probable",
        lost_on=_since(window.ends, window.profit < 0.0),
        onset=onset,
    )


def _shrunk(lens: Lens, onset: Onset, window: _Window) -> Transition | None:
    below = window.value < lens.shrunk_below * window.expected
    if not below[-1] or window.is_back:
        return None
    sure = onset.strength >= SURE_CHANGE and window.value[-1] < lens.shrunk_below * window.least
    return Transition(
        kind="shrunk",
        certainty="certain" if sure else "probable",
        lost_on=_since(window.ends, below),
        onset=onset,
    )


def _since(days: Days, holds: np.ndarray) -> int:
    """The first day of the run of true values that reaches the end."""
    broken = np.flatnonzero(~holds)
    return int(days[broken[-1] + 1 if len(broken) else 0])


def _window(client: Client, lens: Lens, onset: Onset, end: int) -> _Window | None:
    """The windows [onset, day) that are long enough, and what they should have been worth."""
    bought, clock, start = client.own.days, lens.clock, onset.day
    since = max(int(bought[0]), start - YEAR)
    before = client.own.earned[(bought >= since) & (bought < start)]
    pace = counted_orders(before) / max(float(clock.at(start) - clock.at(since)), 1.0)
    ends = np.arange(start + WINDOW_DAYS, end + 1)
    ticks = clock.at(ends) - clock.at(start)
    enough = pace * ticks >= EXPECTED_ORDERS
    if start - since < WINDOW_DAYS or not enough.any():
        return None
    ends, ticks = ends[enough], ticks[enough]
    shift = YEAR * np.ceil((ends - start) / YEAR).astype(np.int64)
    seasonal = bool(start - shift[-1] >= bought[0])
    earlier = client.value.profit_between(start - shift, ends - shift)
    moves = np.array([-SEASON_SHIFT_DAYS, 0, SEASON_SHIFT_DAYS]) - shift[-1]
    moved = client.value.profit_between(start + moves, end + moves)
    rate = float(client.value.profit_between(since, start)) / float(
        clock.at(start) - clock.at(since)
    )
    last = end - WINDOW_DAYS
    due = float(client.value.profit_between(last - shift[-1], end - shift[-1]))
    if not seasonal:
        due = rate * float(clock.at(end) - clock.at(last))
    nearly = 0.5 * (1.0 + lens.shrunk_below) * due
    return _Window(
        ends,
        client.value.profit_between(start, ends),
        client.own.profit_between(start, ends),
        earlier if seasonal else rate * ticks,
        float(moved.min()) if seasonal else 0.0,
        0.0 < nearly <= float(client.value.profit_between(last, end)),
    )


def of_goods_on_sale(client: Client, end: int) -> Client:
    """What is known of the client by a day, without the goods that can no longer be bought."""
    own, value = client.on_sale or (client.own, client.value)
    return Client(client_id=client.client_id, own=own.until(end), value=value.until(end))


def is_worth_less(client: Client, lens: Lens, starts: Days, end: int) -> bool:
    """Whether any window from one of the days to the end was worth much less than before it.

    No window of a year that is paid for at once is.

    Parameters
    ----------
    client, lens
        As for `transition`; no row on or after `end` is among the client's.
    starts, end
        Days.
    """
    paid = paid_until(client.own)
    if len(client.own.days) == 0 or (paid is not None and end <= paid + SEASON_SHIFT_DAYS):
        return False
    starts = starts[starts - client.own.days[0] >= WINDOW_DAYS]
    if not len(starts):
        return False
    since = np.maximum(starts - YEAR, int(client.own.days[0]))
    clock, value = lens.clock, client.value
    ticks = (clock.at(end) - clock.at(starts)) / (clock.at(starts) - clock.at(since))
    usual = value.profit_between(since, starts) * ticks
    season = value.profit_between(starts - YEAR, np.minimum(end - YEAR, starts))
    half = 0.5 * (1.0 + lens.shrunk_below)
    now = value.profit_between(starts, np.full_like(starts, end))
    return bool(np.any(now < half * np.maximum(usual, season)))
