"""The range of every number of a world, and what the number means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Range:
    """One number of a world.

    Parameters
    ----------
    low, high
        It is drawn uniformly between these.
    least, most
        What an override may say.
    meaning
        A noun phrase for the documentation.
    """

    low: float
    high: float
    least: float
    most: float
    meaning: str


RANGES: Mapping[str, Range] = MappingProxyType({
    # loss
    "yearly_loss": Range(0.10, 0.20, 0.0, 0.6, "share of clients at risk that a year takes"),
    "sensitivity_sigma": Range(0.75, 1.15, 0.0, 2.0, "spread (log) of sensitivity to one cause"),
    "memory_days": Range(90, 165, 15, 720, "time constant of the decay of an exposure, days"),
    "decoy_share": Range(0.35, 0.55, 0.0, 0.95, "share of harmful-looking events that harm nobody"),
    "ramp_scale": Range(0.7, 1.5, 0.2, 4.0, "factor on the length of every course"),
    "recorded_end_share": Range(0.3, 0.6, 0.0, 1.0, "share of those who left whose end is noted"),
    "wrong_reason_share": Range(0.25, 0.5, 0.0, 1.0, "share of noted reasons vague or wrong"),
    # orders
    "orders_per_year": Range(8, 12, 0.5, 60, "median of the clients' order rates a year"),
    "orders_sigma": Range(0.55, 0.85, 0.0, 1.5, "spread (log) of order rates"),
    "lines_per_order": Range(2.6, 4.2, 1.0, 30, "mean lines an order"),
    "quantity_sigma": Range(0.4, 0.6, 0.0, 1.0, "spread (log) of a line's quantity"),
    "season_amplitude": Range(0.1, 0.45, 0.0, 0.9, "largest swing of an industry's season"),
    "wander_sigma": Range(0.15, 0.35, 0.0, 1.0, "spread (log) of the slow wander of a rate"),
    "yearly_growth": Range(-0.03, 0.08, -0.5, 0.5, "mean yearly growth (log) of a client"),
    "growth_sigma": Range(0.08, 0.2, 0.0, 0.5, "spread of yearly growth"),
    "acquired_in_window": Range(0.35, 0.55, 0.0, 1.0, "share of clients first met in the window"),
    # money
    "inflation": Range(0.01, 0.035, 0.0, 0.2, "ordinary yearly rise of list prices and costs"),
    "margin_rate": Range(0.28, 0.42, 0.15, 0.6, "mean share of the list price that is not cost"),
    "return_share": Range(0.01, 0.04, 0.0, 0.3, "mean share of lines that come back"),
    "requests_a_year": Range(0.3, 0.8, 0.0, 12, "discount requests a year without pressure"),
    # events
    "rises_a_year": Range(1.8, 3.2, 0.0, 24, "price changes beyond the yearly one"),
    "withdrawals_a_year": Range(1.5, 2.8, 0.0, 24, "withdrawals of a group of products"),
    "outages_a_year": Range(2, 4, 0.0, 24, "service outages"),
    "rivals_a_year": Range(2.0, 4.5, 0.0, 24, "entries of a competitor"),
    "handovers_a_year": Range(0.15, 0.4, 0.0, 4, "changes of the manager of one desk"),
    "launches_a_year": Range(1.0, 3.0, 0.0, 24, "launches of a product (decoys)"),
    "policies_a_year": Range(0.5, 1.5, 0.0, 24, "changes of a policy (decoys)"),
    # episodes of one client
    "failures_a_year": Range(0.15, 0.35, 0.0, 4, "episodes of failing service"),
    "neglect_a_year": Range(0.15, 0.35, 0.0, 4, "episodes of too little contact"),
    "stress_a_year": Range(0.1, 0.22, 0.0, 4, "episodes of short cash"),
    "pressure_a_year": Range(0.15, 0.35, 0.0, 4, "episodes of bargaining"),
    # contacts
    "visits_a_year": Range(0.7, 1.5, 0.0, 24, "visits of a client of middle size"),
    "calls_a_year": Range(4, 8, 0.0, 60, "calls of a client of middle size"),
    "support_share": Range(0.06, 0.15, 0.0, 2, "support contacts an expected order"),
    "complaint_share": Range(0.02, 0.05, 0.0, 1, "complaints an expected order, without failures"),
    # payment and referral
    "late_days": Range(1, 6, 0.0, 40, "mean habit of paying after the due day"),
    "late_sigma": Range(3, 8, 0.0, 30, "spread of an invoice's payment about the habit, days"),
    "referred_share": Range(0.12, 0.28, 0.0, 0.9, "share of clients that another one brought"),
})  # fmt: skip
"""The uniform range of every number of a world, and the limits of what may override it."""
