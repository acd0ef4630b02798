"""From sales to profit: what a year's sales were spent on, for one client or for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from segml.report import phrases

PARTS: tuple[str, ...] = tuple(phrases.SERVED)
"""The parts of the cost to serve, in the order of the published table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfitFacts:
    """The profit of 365 days and what it is made of; money.

    `served` maps each part of the cost to serve that is not zero to its money, the largest first.
    """

    revenue: float
    cost_of_goods: float
    cost_to_serve: float
    acquisition: float
    profit: float
    served: Mapping[str, float]


def profit_facts(table: pd.DataFrame | None, client_id: str | None = None) -> ProfitFacts | None:
    """What the profit of one client, or of all together, is made of.

    Parameters
    ----------
    table
        The published `profit` table; None for a run that published none.
    client_id
        Whose; None: all clients together.

    Returns
    -------
    ProfitFacts
        None without a table, or where it does not hold the client.
    """
    if table is None:
        return None
    rows = table if client_id is None else table[table["client_id"] == client_id]
    if rows.empty:
        return None
    sums = {str(name): float(rows[name].sum()) for name in rows.columns if name != "client_id"}
    served = sorted(
        ((part, sums[part]) for part in PARTS if abs(sums[part]) >= 0.005),
        key=lambda each: (-each[1], PARTS.index(each[0])),
    )
    return ProfitFacts(
        revenue=sums["revenue"],
        cost_of_goods=sums["cost_of_goods"],
        cost_to_serve=sums["cost_to_serve"],
        acquisition=sums["acquisition"],
        profit=sums["profit"],
        served=dict(served),
    )
