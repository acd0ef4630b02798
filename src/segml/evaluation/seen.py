"""What is looked at before scores are published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from segml.features import Moved, Weights


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A day that is judged.

    Parameters
    ----------
    day
        It, since 1970-01-01.
    now
        As `features.watched` gives it.
    volumes, worth, silences, regions, missing
        As `ledger.volumes`, `ledger.worth`, `ledger.silences`, `ledger.region_days` and
        `ledger.missing_days` give them.
    weights
        As `bundle.churn_weights` gives them; of tiers that are lacking reasons are not judged.
    moves
        As `features.moved` gives them, since the last month start.
    gone
        Tables without a row that had some at the training, with how many.
    past
        Of each dated table the rows that the training saw, and those of the same days now.
    """

    day: int
    now: pd.DataFrame
    volumes: pd.DataFrame
    worth: pd.DataFrame = field(default_factory=pd.DataFrame)
    silences: pd.DataFrame = field(default_factory=pd.DataFrame)
    regions: pd.DataFrame = field(default_factory=pd.DataFrame)
    missing: pd.DataFrame = field(default_factory=pd.DataFrame)
    weights: Weights = field(default_factory=dict)
    moves: Mapping[str, Moved] = field(default_factory=dict)
    gone: Mapping[str, int] = field(default_factory=dict)
    past: Mapping[str, tuple[int, int]] = field(default_factory=dict)
