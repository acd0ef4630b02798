"""How many clients usually move from tier to tier within a month.

Where many more do, the clients have most likely not changed: what the tiers read of them has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

LEAST_CLIENTS = 30
"""Of fewer clients of a tier a share is left to chance."""
BEYOND = 2.0
"""How many times the greatest share that moved in a month before is too many."""
LEAST = 0.05
"""A smaller share of a tier is never too many."""
_ERRORS = 4.0
_NEAR = 1.5
"""Pairs of days farther apart than so many times the nearest do not say what a month moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What became of one tier's clients.

    Parameters
    ----------
    clients
        How many held the tier.
    gone
        How many of them hold another now, by its name; none where nobody does.
    """

    clients: int
    gone: Mapping[str, int]


def moved(before: pd.Series, after: pd.Series) -> dict[str, Moved]:
    """What became of each tier's clients between two days, by the tier held before.

    Parameters
    ----------
    before, after
        Tiers by client id; who is missing in either is passed over.
    """
    both = pd.DataFrame({"before": before, "after": after}).dropna()
    found = {}
    for tier, each in both.groupby("before")["after"]:
        counts = each.value_counts().sort_index()
        gone = {str(name): int(count) for name, count in counts.items() if name != tier}
        found[str(tier)] = Moved(clients=len(each), gone=gone)
    return found


def usual_moves(by_day: Mapping[int, pd.Series]) -> dict[str, dict[str, float]]:
    """Tier before to tier after to the greatest share that moved so between two days of training.

    Parameters
    ----------
    by_day
        Day to tiers by client id, each day's held over from the one before. Neighbouring days
        count, those that lie much farther apart than others do not.
    """
    days = sorted(by_day)
    spans = [(later - earlier, earlier, later) for earlier, later in pairwise(days)]
    near = [span for span in spans if span[0] <= _NEAR * min(spans)[0]]
    found: dict[str, dict[str, float]] = {}
    for _, earlier, later in near:
        for tier, one in moved(by_day[earlier], by_day[later]).items():
            if one.clients < LEAST_CLIENTS:
                continue
            most = found.setdefault(tier, {})
            for name, count in one.gone.items():
                most[name] = max(most.get(name, 0.0), count / one.clients)
    return found


def most_moved(usual: float, clients: int) -> float:
    """The share of a tier's clients that is too many.

    Parameters
    ----------
    usual
        The greatest share before.
    clients
        How many held the tier: of few, many move by chance.
    """
    chance = usual + _ERRORS * np.sqrt(max(usual, 1.0 / clients) / clients)
    return float(max(BEYOND * usual, LEAST, chance))
