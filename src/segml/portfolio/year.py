r"""A year of the portfolio under the predicted losses: its exact moments, and a simulation.

A client stays from one churn horizon to the next, or is lost with the probability p of churn and
then brings nothing, just as the label of churn says. Let h be the horizon; of a year of Y days a
client that stays through the first k horizons has brought W_k = min(k h, Y) / Y of what it would
bring, and it stays so long with the probability (1 − p)^min(k, Y / h). The share F of the year
that it brings has

    E F = Σ (W_k − W_{k−1}) q^e_k,      E F² = Σ (W_k² − W_{k−1}²) q^e_k.

Seasons differ, and they differ for all clients alike: the interval of p is meant to hold the share
lost in four seasons of five, so the log-odds of each p move with one normal z that all clients
share, by the half-width of their own interval. Given z clients are independent; the moments over z
are by Gauss-Hermite quadrature.

Whole years are better or worse than foretold, too, for reasons no client's risk knows: prices,
demand, the market. The profit of all is multiplied by one normal factor around 1; its width is
`level_of`, from how far yearly changes of the same clients' profit lay from the change that is
expected now, with an assumption worth two years until there are years enough to see.

What a client brings if it stays is set so that its mean is the model's expected profit: the sum of
the expected profits is the mean of the simulated year, exactly. Lapsed clients, who have no
probability of being lost, count with their expected profit, for certain; prospects count nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline
from scipy.special import expit, logit

from segml.ledger.quarters import A_YEAR
from segml.portfolio.scene import YEAR, Values

DRAWS = 20_000
"""Simulated years: the 5 % point of the profit is then sure to a fiftieth of its spread."""
SINGLE = 200
"""Clients that are lost or kept one by one; all others together are normal, given the season."""
LEAST_STAY = 0.25
"""A client that is not likely to stay is not taken to bring more than four times what is expected
of it if it stays: beyond that the quotient says more about p than about profit."""
NODES = 16
ASSUMED_LEVEL = 0.2
"""How far a year's profit lies from what is expected of it, before any year is seen: a fifth."""
ASSUMED_YEARS = 2.0
"""How many years the assumption is worth, as with the level of churn."""
_FOUR_IN_FIVE = 1.2815515655446004  # the normal's 0.9 quantile
_NEVER_SURE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The profit of the year after a date, as a distribution; all in money.

    Parameters
    ----------
    expected
        The mean: the sum of the expected profits.
    sd
        Exact standard deviation; its square is the sum of three: `sd_clients` (all seasons alike),
        `sd_season` (a season common to all), `sd_level` (a year's profit common to all).
    low, median, high
        The 5 %, 50 % and 95 % points of the simulated years.
    simulated_mean, simulated_sd
        Of the same years, to hold against the exact ones.
    """

    expected: float
    sd: float
    sd_clients: float
    sd_season: float
    sd_level: float
    low: float
    median: float
    high: float
    simulated_mean: float
    simulated_sd: float

    @property
    def at_risk(self) -> float:
        """Profit at risk: by how much one year in twenty falls short of the expected profit."""
        return self.expected - self.low


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stay:
    """Clients that may be lost: log-odds of p, their move with the season, profit if they stay."""

    odds: Values
    season: Values
    profit: Values

    def of(self, rows: np.ndarray) -> Stay:
        """The same of some of them."""
        return Stay(odds=self.odds[rows], season=self.season[rows], profit=self.profit[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Periods:
    """The horizons that a year falls into: what each adds, and how many losses may precede it."""

    exponents: Values
    shares: Values

    def moments(self, p: Values) -> tuple[Values, Values]:
        """The mean and the variance of the share of the year that is brought; shapes of p."""
        q = 1.0 - p
        before, mean, square = 0.0, np.zeros_like(p), np.zeros_like(p)
        for exponent, share in zip(self.exponents, self.shares, strict=True):
            stays = q**exponent
            mean += share * stays
            square += (2 * before + share) * share * stays
            before += share
        return mean, np.maximum(square - mean**2, 0.0)

    def drawn(self, p: Values, u: Values) -> Values:
        """The share of the year that is brought, by one uniform draw a client and year."""
        q, brought = 1.0 - p, np.zeros(np.broadcast_shapes(p.shape, u.shape))
        for exponent, share in zip(self.exponents, self.shares, strict=True):
            brought += share * (u < q**exponent)
        return brought

    def lost(self, p: Values) -> Values:
        """The probability of being lost within the year."""
        return np.asarray(1.0 - (1.0 - p) ** self.exponents[-1])


def periods_of(churn_days: int) -> Periods:
    """The horizons of a year.

    Parameters
    ----------
    churn_days
        The horizon of the probability of churn.

    Examples
    --------
    >>> periods_of(180).exponents.round(3), periods_of(180).shares.round(3)
    (array([1.   , 2.   , 2.028]), array([0.493, 0.493, 0.014]))
    """
    ends = np.minimum(np.arange(1, -(-YEAR // churn_days) + 1) * churn_days, YEAR)
    return Periods(
        exponents=ends / churn_days, shares=np.diff(ends, prepend=0).astype(np.float64) / YEAR
    )


def stay_of(book: pd.DataFrame, periods: Periods) -> Stay:
    """What each active client brings if it stays, and how likely that is.

    Parameters
    ----------
    book
        Rows with `p_churn`, `p_churn_low`, `p_churn_high`, `year`; those without a probability
        are left out.
    periods
        The year's.
    """
    rows = book[book["p_churn"].notna()]
    odds, low, high = (
        logit(np.clip(rows[name].to_numpy(dtype=np.float64), _NEVER_SURE, 1 - _NEVER_SURE))
        for name in ("p_churn", "p_churn_low", "p_churn_high")
    )
    season = np.maximum(high - low, 0.0) / (2 * _FOUR_IN_FIVE)
    mean = np.zeros(len(rows))
    for z, weight in _seasons():
        mean += weight * periods.moments(expit(odds + z * season))[0]
    year = rows["year"].to_numpy(dtype=np.float64)
    return Stay(odds=odds, season=season, profit=year / np.maximum(mean, LEAST_STAY))


def level_of(changes: Values, foreseen: float | None) -> float:
    """How far a year's profit may lie from the expected one, as a share of it.

    Parameters
    ----------
    changes
        Logarithms of yearly changes, a quarter each.
    foreseen
        The logarithm of the change that is expected now; None where either year earns nothing.

    Examples
    --------
    >>> round(level_of(np.array([]), 0.1), 3), round(level_of(np.full(32, 0.05), 0.0), 3)
    (0.2, 0.1)
    """
    if foreseen is None or not len(changes):
        return ASSUMED_LEVEL
    years = len(changes) / A_YEAR
    seen = float(np.mean((changes - foreseen) ** 2))
    both = ASSUMED_YEARS * ASSUMED_LEVEL**2 + years * seen
    return float(np.sqrt(both / (ASSUMED_YEARS + years)))


def simulated_year(book: pd.DataFrame, *, churn_days: int, seed: int, level: float = 0.0) -> Year:
    """The distribution of the portfolio's profit over the year after a date.

    Parameters
    ----------
    book
        One row a client: `year` (its expected profit of a year) and, where it is active,
        `p_churn` with its interval.
    churn_days
        The horizon of that probability.
    seed
        Of the draws; the same seed gives the same years.
    level
        How far a year's profit may lie from the expected one, as a share of it.

    References
    ----------
    One common factor on the log-odds of default, conditional independence given it: Gordy (2000),
    A comparative anatomy of credit risk models, Journal of Banking and Finance 24, 119-149.
    """
    periods = periods_of(churn_days)
    stay = stay_of(book, periods)
    order = np.argsort(-np.abs(stay.profit), kind="stable")
    single, rest = stay.of(order[:SINGLE]), stay.of(order[SINGLE:])
    nodes = np.array([z for z, _ in _seasons()])
    weights = np.array([weight for _, weight in _seasons()])
    ours, theirs = _given_seasons(single, periods), _given_seasons(rest, periods)
    means, variances = ours[0] + theirs[0], ours[1] + theirs[1]
    expected = float(book["year"].sum())
    centre = float(weights @ means)
    season = float(weights @ (means - centre) ** 2)
    within = float(weights @ variances)
    common = level**2 * (within + season + expected**2)
    rng = np.random.default_rng(seed)
    lost = _draws(single, CubicSpline(nodes, np.column_stack(theirs)), periods, rng)
    years = (expected - centre + lost) * (1.0 + level * rng.standard_normal(DRAWS))
    low, median, high = (float(value) for value in np.quantile(years, (0.05, 0.5, 0.95)))
    return Year(
        expected=expected,
        sd=float(np.sqrt(within + season + common)),
        sd_clients=float(np.sqrt(within)),
        sd_season=float(np.sqrt(season)),
        sd_level=float(np.sqrt(common)),
        low=low,
        median=median,
        high=high,
        simulated_mean=float(years.mean()),
        simulated_sd=float(years.std()),
    )


def _seasons() -> list[tuple[float, float]]:
    """Standard normal quadrature: points, rising, and their weights."""
    points, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return list(zip(points.tolist(), (weights / weights.sum()).tolist(), strict=True))


def _given_seasons(stay: Stay, periods: Periods) -> tuple[Values, Values]:
    """The mean and the variance of the clients' profit together, given each season."""
    means, variances = [], []
    for z, _ in _seasons():
        mean, variance = periods.moments(expit(stay.odds + z * stay.season))
        means.append(float(stay.profit @ mean))
        variances.append(float(stay.profit**2 @ variance))
    return np.array(means), np.array(variances)


def _draws(single: Stay, rest: CubicSpline, periods: Periods, rng: np.random.Generator) -> Values:
    """Simulated profits: the season, then the largest clients one by one, the rest together."""
    z, together = rng.standard_normal(DRAWS), rng.standard_normal(DRAWS)
    mean, variance = rest(z).T
    years = np.asarray(mean + together * np.sqrt(np.maximum(variance, 0.0)))
    for odds, season, profit in zip(single.odds, single.season, single.profit, strict=True):
        years += profit * periods.drawn(expit(odds + z * season), rng.random(DRAWS))
    return years
