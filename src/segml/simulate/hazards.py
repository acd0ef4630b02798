"""Why a client could go: the hazard of every cause, month by month, as competing risks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.simulate.clients import Clients
from segml.simulate.draws import CAUSES, MONTH_DAYS, WorldConfig
from segml.simulate.goods import Goods
from segml.simulate.happenings import Happenings

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

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
        int64: the onset, in days from the window's start; the window's length where it stays.
    hazard
        float64 (n, 5): every cause's hazard a year in the month of the onset; NaN where it stays.
    """

    cause: Ints
    day: Ints
    hazard: Floats


def monthly_hazards(
    rng: np.random.Generator,
    config: WorldConfig,
    goods: Goods,
    happenings: Happenings,
    clients: Clients,
) -> Floats:
    """The hazard a month of every client, cause and month: float64 (n, 5, months), at most `CAP`.

    sensitivity x exposure, scaled so that over all client-months at risk a cause's mean is its
    share of the mix times -log(1 - yearly_loss) / 12; zero where nobody is at risk.
    """
    count = len(clients.size)
    sensitivity = np.exp(rng.normal(0, config.sensitivity_sigma, (count, len(CAUSES))))
    raw = sensitivity[:, :, None] * exposures(config, goods, happenings, clients)
    risk = at_risk(config, clients)
    raw *= risk[:, None, :]
    mean = raw.sum(axis=(0, 2)) / max(1, int(risk.sum()))
    monthly = -np.log1p(-config.yearly_loss) / 12 * np.array(config.cause_mix)
    scale = np.divide(monthly, mean, out=np.zeros_like(mean), where=mean > 0)
    return np.asarray(np.minimum(CAP, raw * scale[:, None]))


def exposures(
    config: WorldConfig, goods: Goods, happenings: Happenings, clients: Clients
) -> Floats:
    """How much of every cause reaches a client in a month: float64 (n, 5, months), not negative.

    price, assortment, competitor: the share of the client's mix that a happening touches, decaying
    from its day; margin: bargaining power, exp(0.8 size); unknown: 1.
    """
    rises, gone, rivals = happenings.rises, happenings.withdrawals, happenings.rivals
    rise_share = clients.mix[:, [r.category for r in rises]] * [r.magnitude / 0.1 for r in rises]
    product_share = clients.mix[:, goods.category] * clients.taste
    gone_share = np.stack([product_share[:, w.products].sum(axis=1) for w in gone], axis=1)
    here = clients.region[:, None] == np.array([r.region for r in rivals])
    rival_share = clients.mix[:, [r.category for r in rivals]] * here
    power = np.exp(0.8 * clients.size)[:, None]
    found = [
        share @ _decay(config, [h.day for h in kind])
        for share, kind in ((rise_share, rises), (gone_share, gone), (rival_share, rivals))
    ]
    ones = np.ones((1, config.months))
    return np.stack([*found, power * ones, np.ones_like(power) * ones], axis=1)


def _decay(config: WorldConfig, days: list[int]) -> Floats:
    """exp(-age / memory) of every happening at every month's middle: (happenings, months)."""
    middle = (np.arange(config.months) + 0.5) * MONTH_DAYS
    age = middle[None, :] - np.array(days, dtype=np.float64)[:, None]
    return np.where(age >= 0, np.exp(-np.maximum(age, 0) / config.memory_days), 0.0)


def at_risk(config: WorldConfig, clients: Clients) -> npt.NDArray[np.bool_]:
    """Whether a client can be lost in a month: bool (n, months)."""
    month_start = np.arange(config.months) * MONTH_DAYS
    settled = np.maximum(clients.acquired, 0) + SETTLING_DAYS
    return np.asarray(month_start[None, :] >= settled[:, None])


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
        day=np.where(lost, np.minimum(day, config.days - 1), config.days),
        hazard=np.where(lost[:, None], 12 * then, np.nan),
    )
