"""The expected care of a client a year, and how late it is expected to pay."""

from __future__ import annotations

import math

import numpy as np

from segml.simulate.arrays import Floats
from segml.simulate.clients import REGION_SHARES, ROLE_SHARES
from segml.simulate.contacts import (
    ADVISOR_IDEAS,
    BURST,
    DECOY_BURST,
    DIP_MONTHS,
    FAILING,
    HANDOVER_DIP,
    IDEAS,
    NEGLECTED,
    PRESSED_RETURNS,
    PRESSING,
    RETURNS_ASKED,
)
from segml.simulate.draws import WorldConfig
from segml.simulate.events import Event
from segml.simulate.invoices import STRESS_DAYS
from segml.simulate.names import INDUSTRIES
from segml.simulate.rates import MINUTES, OUTLAY, RATES
from segml.simulate.scene import Scene
from segml.simulate.spells import LONG_MONTHS, MEAN_DEPTH, RAMP_MONTHS

_HABIT_SIGMA = 4.0


def care_a_year(scene: Scene, size: Floats, rate: Floats) -> Floats:
    """Money of a year's contacts of clients of these sizes and order rates: float64 (n,)."""
    config = scene.config
    dip = config["handovers_a_year"] * DIP_MONTHS / 12 * (1 - HANDOVER_DIP)
    level = (1 - NEGLECTED * mean_level(config, "neglect")) * (1 - dip)
    power = np.exp(0.3 * size)
    pressure = mean_level(config, "pressure")
    lines = rate * config["lines_per_order"] * config["return_share"]
    failing = 1 + FAILING * mean_level(config, "failures")
    rates = (
        config["visits_a_year"] * np.exp(0.6 * size) * level,
        config["calls_a_year"] * power * level,
        config["support_share"] * rate,
        config["complaint_share"] * rate * failing + _bursts_a_year(scene),
        config["requests_a_year"] * power * (1 + PRESSING * pressure),
        RETURNS_ASKED * lines + PRESSED_RETURNS * pressure,
        IDEAS + ADVISOR_IDEAS * ROLE_SHARES["advisor"],
    )
    minute, contact = RATES.per_minute(), RATES.per_contact()
    each = [MINUTES[k] * minute[k] + contact[k] + OUTLAY[k] for k in range(len(rates))]
    total = np.zeros(len(size))
    for one, money in zip(rates, each, strict=True):
        total += np.asarray(one) * money
    return total


def mean_level(config: WorldConfig, kind: str) -> float:
    """The mean level of a kind of spell: starts a year x months at full depth x mean depth."""
    low, high = LONG_MONTHS[kind]
    rising = sum(1 - (passed + 1) / RAMP_MONTHS[kind] for passed in range(RAMP_MONTHS[kind]))
    months = (low + high) / 2 - rising
    return config[f"{kind}_a_year"] / 12 * months * MEAN_DEPTH


def _bursts_a_year(scene: Scene) -> float:
    def share(event: Event) -> float:
        regional = event.scope == "region"
        return REGION_SHARES[event.place] if regional else 1 / len(INDUSTRIES)

    outages = [event for event in scene.events if event.kind == "service_outage"]
    sizes = [DECOY_BURST if e.is_decoy else BURST * e.strength for e in outages]
    found = sum(size * share(event) for size, event in zip(sizes, outages, strict=True))
    return found / scene.config.years


def overdue_days(config: WorldConfig) -> float:
    """The mean of max(0, days late), normal, and what short cash adds."""
    mean, sigma = config["late_days"], math.hypot(_HABIT_SIGMA, config["late_sigma"])
    z = mean / sigma
    density = math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    usual = mean * 0.5 * (1 + math.erf(z / math.sqrt(2))) + sigma * density
    return usual + mean_level(config, "stress") * sum(STRESS_DAYS) / 2
