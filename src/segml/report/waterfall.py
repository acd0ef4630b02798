"""From sales to profit: what a year's sales were spent on, for one client or for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from segml.report import phrases
from segml.report.records import Rows, of_client
from segml.report.table import Table, as_table

WHOLE = ("revenue", "cost_of_goods", "cost_to_serve", "acquisition", "profit")
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


def profit_facts(table: pd.DataFrame | Table | None) -> ProfitFacts | None:
    """What the profit of all clients together is made of.

    Parameters
    ----------
    table
        The published `profit` table; None for a run that published none.

    Returns
    -------
    ProfitFacts
        None without a table, or where it holds nobody.
    """
    asked = None if table is None else as_table(table)
    return None if asked is None or not asked.count() else _facts(asked.sums((*WHOLE, *PARTS)))


def client_profit(table: pd.DataFrame | Rows | None, client_id: str) -> ProfitFacts | None:
    """What the profit of one client is made of.

    Parameters
    ----------
    table
        The published `profit` table; None for a run that published none.
    client_id
        Whose.

    Returns
    -------
    ProfitFacts
        None without a table, or where it does not hold the client.
    """
    rows = of_client(table, client_id)
    return _facts({name: one or 0.0 for name, one in rows[0].items()}) if rows else None


def _facts(sums: Mapping[str, float]) -> ProfitFacts:
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
