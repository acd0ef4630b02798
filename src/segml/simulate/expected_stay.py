"""How much of the first year's profit losses leave, on average over causes and courses."""

from __future__ import annotations

import numpy as np

from segml.simulate.arrays import MONTH_DAYS, Floats
from segml.simulate.courses import COURSES, FLOOR, LATER_DAYS, SHARES, SPAN_DAYS
from segml.simulate.draws import CAUSES, WorldConfig

_FAVOURITE = 0.35
"""What the favourite category usually holds of a mix."""


def staying(config: WorldConfig, young: Floats) -> Floats:
    """Expected share of profit left in each of the first twelve months: float64 (12,).

    Parameters
    ----------
    young
        float64 (12,): the hazard a month at every age. What a loss leaves after some months is
        averaged over the mix of causes and their courses.
    """
    left = _left(config)
    alive = np.exp(-np.cumsum(young) + young)
    share = np.ones(12)
    for age in range(12):
        for begun in range(1, age + 1):
            share[age] -= alive[begun] * young[begun] * (1 - left[age - begun])
    return share


def _left(config: WorldConfig) -> Floats:
    """The mean share of profit left so many months after an onset: float64 (12,)."""
    days = (np.arange(12) + 0.5) * MONTH_DAYS
    weight = np.array(config.cause_mix) @ np.array([SHARES[cause] for cause in CAUSES])
    scale = config["ramp_scale"]
    done = {
        name: np.clip(days / max(1.0, scale * sum(SPAN_DAYS[name]) / 2), 0, 1) for name in COURSES
    }
    over = (days - scale * sum(SPAN_DAYS["leaking"]) / 2) / (scale * sum(LATER_DAYS) / 2)
    rest = 1 - np.clip(over, 0, 1)
    fallen = 1 - done["partial"] * (1 - np.sqrt(sum(FLOOR) / 2))
    below = 1 + 0.165 * (1 - config["margin_rate"]) / config["margin_rate"]
    by_course = (
        np.zeros(12),
        1 - done["ramped"],
        fallen**2,
        _FAVOURITE * (1 - done["leaking"]) + (1 - _FAVOURITE) * rest,
        1 - below * done["unprofitable"],
    )
    return np.asarray(weight @ np.stack(by_course))
