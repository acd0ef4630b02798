"""Why a client could go: the hazard of every cause, month by month, as competing risks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import MONTH_DAYS, Bools, Floats, Ints, month_of
from segml.simulate.clients import Clients
from segml.simulate.draws import CAUSES, WorldConfig
from segml.simulate.exposures import Exposures

CAP = 0.3
"""The largest hazard of one cause in one month."""

SETTLING_DAYS = 60
"""Nobody is at risk in the window's first days, nor in the first days after the acquisition."""


@dataclass(frozen=True, slots=True, eq=False)
class Onsets:
    """Who is lost, why and from which day: arrays of length n.

    Parameters
    ----------
    cause
        int64: index into `CAUSES`, -1 where the client stays.
    day
        int64: the onset, in days from the window's start; after all days where it stays.
    hazard
        float64 (n, causes): every cause's hazard a year in the month of the onset; NaN where it
        stays.
    """

    cause: Ints
    day: Ints
    hazard: Floats

    @property
    def lost(self) -> Ints:
        """Who is lost, rising."""
        return np.flatnonzero(self.cause >= 0)


def sensitivities(rng: np.random.Generator, config: WorldConfig, count: int) -> Floats:
    """A client's weight on every cause's exposure: log-normal about 1, float64 (count, causes)."""
    sigma = config["sensitivity_sigma"]
    return np.asarray(np.exp(rng.normal(0, sigma, (count, len(CAUSES)))))


def at_risk(config: WorldConfig, clients: Clients) -> Bools:
    """Whether a client can be lost in a month: bool (n, months)."""
    month_start = np.arange(config.months) * MONTH_DAYS
    settled = np.maximum(clients.acquired, 0) + SETTLING_DAYS
    return np.asarray(month_start[None, :] >= settled[:, None])


def hazard_scales(config: WorldConfig, clients: Clients, found: Exposures) -> Floats:
    """What turns sensitivity x exposure into a hazard a month: float64 (causes,).

    Over the client-months at risk of the sample, the mean of scale x E[sensitivity] x exposure is
    cause_mix x -log(1 - yearly_loss) / 12; E[sensitivity] = exp(sigma^2 / 2). A cause to which
    nobody is exposed has scale 0.
    """
    risk = at_risk(config, clients)
    mean = np.einsum("nkm,nm->k", found.total(), risk) / max(1, int(risk.sum()))
    mean *= np.exp(config["sensitivity_sigma"] ** 2 / 2)
    monthly = -np.log1p(-config["yearly_loss"]) / 12 * np.array(config.cause_mix)
    return np.asarray(np.divide(monthly, mean, out=np.zeros_like(mean), where=mean > 0))


def hazards_by_age(
    config: WorldConfig, clients: Clients, found: Exposures, scales: Floats
) -> Floats:
    """The mean hazard a month of a new client by its age in months, not capped: float64 (12,).

    Over the clients acquired in the window; 0 at an age that none of them has reached.
    """
    weight = scales * np.exp(config["sensitivity_sigma"] ** 2 / 2)
    hazard = np.einsum("nkm,k->nm", found.total(), weight) * at_risk(config, clients)
    first = month_of(clients.acquired)
    by_age = np.zeros(12)
    for age in range(12):
        seen = np.flatnonzero((clients.acquired >= 0) & (first + age < config.months))
        if len(seen):
            by_age[age] = hazard[seen, first[seen] + age].mean()
    return by_age


def monthly_hazards(
    config: WorldConfig, clients: Clients, found: Exposures, weight: Floats
) -> Floats:
    """The hazard a month of every client, cause and month: float64 (n, causes, months).

    Parameters
    ----------
    weight
        float64 (n, causes): scale x sensitivity.

    Returns
    -------
    ndarray
        weight x exposure, at most `CAP`; zero where nobody is at risk.
    """
    hazards = np.minimum(CAP, weight[:, :, None] * found.total())
    return np.asarray(hazards * at_risk(config, clients)[:, None, :])


def draw_onsets(rng: np.random.Generator, config: WorldConfig, hazards: Floats) -> Onsets:
    """The first event of competing risks whose hazards are constant within a month.

    The day is where the cumulated total hazard passes a unit exponential draw; the cause is drawn
    in proportion to the hazards of that month.
    """
    total = hazards.sum(axis=1)
    cumulated = total.cumsum(axis=1)
    count = len(hazards)
    threshold = rng.exponential(size=count)
    lost = cumulated[:, -1] > threshold
    month = np.minimum((cumulated <= threshold[:, None]).sum(axis=1), config.months - 1)
    row = np.arange(count)
    then, sum_then = hazards[row, :, month], total[row, month]
    left_over = threshold - (cumulated[row, month] - sum_then)
    within = np.divide(left_over, sum_then, out=np.zeros(count), where=lost)
    day = np.floor((month + within.clip(0, 1)) * MONTH_DAYS).astype(np.int64)
    drawn = rng.random(count) * sum_then
    cause = np.minimum((then.cumsum(axis=1) <= drawn[:, None]).sum(axis=1), len(CAUSES) - 1)
    return Onsets(
        cause=np.where(lost, cause, -1),
        day=np.where(lost, np.minimum(day, config.days - 1), config.all_days),
        hazard=np.where(lost[:, None], 12 * then, np.nan),
    )
