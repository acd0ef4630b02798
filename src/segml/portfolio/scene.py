"""What the portfolio's questions are asked of: one date's scores, what was known then, the plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from segml.ledger import Past
from segml.words.playbook import Playbook, Playbooks

YEAR = 365

Values = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Places = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """One scored date.

    Parameters
    ----------
    past
        What was known at the date.
    scores, clients
        As scoring gives them, one row a client known then.
    churn_days, potential_days
        The horizons of the probability of churn and of the expected profit.
    playbooks
        What each tier is meant to get.
    seed
        Of the simulated year.
    """

    past: Past
    scores: pd.DataFrame
    clients: pd.DataFrame
    churn_days: int
    potential_days: int
    playbooks: Playbooks
    seed: int = 0

    @cached_property
    def book(self) -> pd.DataFrame:
        """The scores in the order of places, with `manager` and `year`: a year's expected profit.

        The expected profit is brought from its own horizon to 365 days in proportion. That of a
        prospect holds only if it begins to buy, which nobody knows: its year counts nothing.
        """
        scores = self.scores.sort_values("client_id", ignore_index=True)
        managers = self.clients.set_index("client_id")["manager"]
        return scores.assign(
            manager=managers.reindex(scores["client_id"]).to_numpy(dtype=object),
            year=(scores["expected_profit"] * (YEAR / self.potential_days)).mask(
                scores["status"].eq("prospect"), 0.0
            ),
        )

    @cached_property
    def by_tier(self) -> dict[str, Playbook]:
        """The playbook of each tier that somebody holds."""
        held = self.book[["tier", "tier_rank"]].drop_duplicates()
        tiers = int(held["tier_rank"].max()) if len(held) else 0
        return {
            str(tier): self.playbooks.of(str(tier), int(rank), tiers)
            for tier, rank in zip(held["tier"], held["tier_rank"], strict=True)
        }

    @cached_property
    def contact_days(self) -> Values:
        """The planned rhythm of each client's contacts, in days; NaN where none is planned."""
        planned = {
            tier: float("nan") if book.contact_days is None else float(book.contact_days)
            for tier, book in self.by_tier.items()
        }
        return np.asarray(self.book["tier"].map(planned), dtype=np.float64)

    @cached_property
    def discount_limit(self) -> Values:
        """The greatest discount of each client's playbook, as a share of the list value."""
        limits = {tier: book.discount_limit for tier, book in self.by_tier.items()}
        return np.asarray(self.book["tier"].map(limits), dtype=np.float64)


def spread_out(rows: pd.DataFrame, column: str, count: int) -> Values:
    """A column of rows that name a `place`, as one value a client; zero where there is none.

    Parameters
    ----------
    rows
        With `place` and the column.
    column
        Its name.
    count
        How many clients there are.

    Examples
    --------
    >>> spread_out(pd.DataFrame({"place": [2], "cost": [5.0]}), "cost", 3)
    array([0., 0., 5.])
    """
    values = np.zeros(count)
    values[rows["place"].to_numpy(dtype=np.int64)] = rows[column].to_numpy(dtype=np.float64)
    return values
