"""When a client's decline began: a scan for the day on which its orders became rarer or poorer.

For every day τ and every slowing φ (0 is a stop) the gamma renewal model of `rhythm` is asked for
the likelihood of the client's orders when, from τ on, its own time runs φ times as fast. Rates and
shapes are integrated out in closed form. Where the worth of an order is looked at too, its mean may
fall from the same τ on, at once or evenly over a quarter, half a year or a year, each as likely
beforehand (Gaussian, on a signed logarithmic scale). The profile of the likelihood
over τ, every day as likely beforehand, gives the day (its median) and the interval.

After a sudden stop the profile is flat until the next order was due and falls from there on: the
onset stands within the gap that was expected, not on the last order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from segml.losses.clock import Clock
from segml.losses.history import Days, History, Numbers
from segml.losses.rhythm import RECENT_GAPS, Rhythm

SLOWINGS: Numbers = np.array([0.0, 0.1, 0.2, 0.35, 0.5, 0.7])
REACH_DAYS = 730
"""How far back from the day of the loss an onset is looked for."""
INTERVAL = (0.05, 0.95)
MIN_BEFORE = 3
"""Orders that must stand before an onset: a decline needs something to decline from."""
FALL_DAYS = (91.0, 182.0, 365.0)
"""How long the worth of an order may take to fall, besides at once: discounts and baskets drift.
Orders have no such courses: with them, on made worlds, sudden stops were dated up to 11 days
worse."""
_FLAT = 1e-9
WORTH_NOISE = 0.01
"""Least variance of an order's worth (log scale): equal orders must not make a cent an onset."""


@dataclass(frozen=True, slots=True)
class Onset:
    """The day a decline began, with its interval, and how strongly the orders speak for it.

    Parameters
    ----------
    day, low, high
        Days: the median and the 5 % and 95 % points of the likelihood's profile.
    strength
        Twice the log likelihood ratio of the best day against no change at all.
    """

    day: int
    low: int
    high: int
    strength: float


def find_onset(
    history: History,
    rhythm: Rhythm,
    clock: Clock,
    *,
    end: int,
    with_worth: bool = False,
    every: int = 1,
) -> Onset | None:
    """The onset of a decline that is over or still under way at `end`.

    Parameters
    ----------
    history
        The client's orders; rows on or after `end` are not read.
    rhythm, clock
        Of its portfolio.
    end
        The day up to which it was watched, in days.
    with_worth
        Whether the profit of an order is looked at besides the days between orders.
    every
        Days between two days that are tried: 1 for all of them.

    Returns
    -------
    Onset or None
        None for a client with fewer than `MIN_BEFORE` order days.
    """
    known = history.until(end)
    bought = known.days
    if len(bought) < MIN_BEFORE:
        return None
    first = max(int(bought[MIN_BEFORE - 1]) + 1, end - REACH_DAYS)
    # orders long before the first candidate only describe the rhythm, as many as it reads
    skipped = max(0, int(np.searchsorted(bought, first)) - RECENT_GAPS - 1)
    bought = bought[skipped:]
    candidates = np.arange(first, end + 1, every)
    profile, unchanged = _order_profile(bought, candidates, rhythm, clock, end)
    if with_worth:
        profile = np.logaddexp(profile, unchanged) - np.log(2.0)
        profile = profile + _worth_profile(known.earned[skipped:], bought, candidates)
    return _read(candidates, profile, unchanged)


def _read(candidates: Days, profile: Numbers, unchanged: float) -> Onset:
    mass = np.cumsum(np.exp(profile - np.logaddexp.reduce(profile)))
    low, middle, high = (
        int(candidates[min(int(np.searchsorted(mass, level)), len(candidates) - 1)])
        for level in (INTERVAL[0], 0.5, INTERVAL[1])
    )
    strength = 2.0 * (float(profile.max()) - unchanged)
    return Onset(middle, low, high, max(0.0, strength))


@dataclass(frozen=True, slots=True)
class _Scan:
    """The orders in ticks, and where each candidate day stands among them.

    `last` is the order before the candidate, `following` the one after it (or the end of the
    watch), `n_after` how many follow, `logs` the running sum of the logarithms of the gaps.
    """

    ticks: Numbers
    closing: float
    now: Numbers
    last: Days
    following: Numbers
    n_after: Days
    logs: Numbers

    @classmethod
    def over(cls, bought: Days, candidates: Days, clock: Clock, end: int) -> _Scan:
        ticks, closing = clock.at(bought), float(clock.at(end))
        last = np.searchsorted(bought, candidates) - 1
        return cls(
            ticks,
            closing,
            clock.at(candidates),
            last,
            np.append(ticks, closing)[last + 1],
            len(ticks) - 1 - last,
            np.concatenate([[0.0], np.cumsum(np.log(np.diff(ticks)))]),
        )

    def of(self, rows: npt.NDArray[np.intp]) -> _Scan:
        """With some of the candidates alone, by their places."""
        return replace(
            self,
            now=self.now[rows],
            last=self.last[rows],
            following=self.following[rows],
            n_after=self.n_after[rows],
        )


def _order_profile(
    bought: Days, candidates: Days, rhythm: Rhythm, clock: Clock, end: int
) -> tuple[Numbers, float]:
    """Log likelihood of the orders for each candidate day, and the one without any change."""
    scan = _Scan.over(bought, candidates, clock, end)
    last, none_after = np.array([len(candidates) - 1]), np.flatnonzero(scan.n_after == 0)
    stopped = np.full(len(candidates), -np.inf)  # no order comes after a stop
    stopped[none_after] = _slowed(SLOWINGS[0], scan.of(none_after), rhythm)
    parts = [stopped, *(_slowed(slowing, scan, rhythm) for slowing in SLOWINGS[1:])]
    profile = np.logaddexp.reduce(parts) - np.log(len(SLOWINGS))
    return np.asarray(profile, dtype=np.float64), float(_slowed(1.0, scan.of(last), rhythm)[0])


def _slowed(slowing: float, scan: _Scan, rhythm: Rhythm) -> Numbers:
    """(candidates,) log likelihood when own time runs `slowing` times as fast from each on.

    Of a stop (0), on candidates after which no order comes.
    """
    ticks, last = scan.ticks, scan.last
    none_after = scan.n_after == 0
    # own time from the order before the candidate to the one after it, and over all gaps
    bridge = (scan.now - ticks[last]) + slowing * (scan.following - scan.now)
    after = np.where(none_after, 0.0, ticks[-1] - scan.following)
    total = (ticks[last] - ticks[0]) + np.where(none_after, 0.0, bridge) + slowing * after
    silent = np.where(none_after, bridge, slowing * (scan.closing - ticks[-1]))
    pace = np.log(slowing) if slowing > 0.0 else 0.0
    tail = scan.logs[-1] - scan.logs[np.minimum(last + 1, len(ticks) - 1)]
    changed = np.log(np.maximum(bridge, 1e-6)) + tail + np.maximum(scan.n_after - 1, 0) * pace
    log_total = scan.logs[last] + np.where(none_after, 0.0, changed)
    count = np.asarray(float(len(ticks) - 1))
    evidence = rhythm.log_evidence(count, np.maximum(total, 1e-6), log_total)
    silence = np.log(np.maximum(rhythm.survival(silent, count, total), 1e-300))
    joint = np.logaddexp.reduce(np.log(rhythm.weight) + evidence + silence, axis=1)
    # each order after the candidate brings the density of a slower clock with it
    return np.asarray(joint + scan.n_after * pace, dtype=np.float64)


def _worth_profile(earned: Numbers, bought: Days, candidates: Days) -> Numbers:
    """Log likelihood ratio of a fall in what an order earns from each candidate day on."""
    scale = float(np.median(np.abs(earned)))
    if scale <= 0.0:
        return np.zeros(len(candidates))
    worth = np.arcsinh(earned / scale)
    worth = worth - worth.mean()
    since = (bought[None, :] - candidates[:, None]).astype(np.float64)
    courses = [since >= 0.0, *(np.clip(since / days, 0.0, 1.0) for days in FALL_DAYS)]
    ratios = [_fall_ratio(worth, course.astype(np.float64)) for course in courses]
    return np.asarray(np.logaddexp.reduce(ratios) - np.log(len(ratios)))


def _fall_ratio(worth: Numbers, course: Numbers) -> Numbers:
    """(candidates,) log likelihood ratio of worth that falls along each course, (candidates, n)."""
    course = course - course.mean(axis=1, keepdims=True)
    spread, slope = (course**2).sum(axis=1), course @ worth
    falls = (spread > _FLAT) & (slope < 0.0)
    gained = np.where(falls, slope**2 / np.maximum(spread, _FLAT), 0.0)
    squares, floor = float(worth @ worth), len(worth) * WORTH_NOISE
    ratio = (squares + floor) / (np.maximum(squares - gained, 0.0) + floor)
    return np.asarray(0.5 * len(worth) * np.log(ratio), dtype=np.float64)
