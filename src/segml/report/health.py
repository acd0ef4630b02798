"""The portfolio's health as facts: concentration, attention, boundaries, decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.edges import SHOWN, BoundaryFacts, DecisionFacts, boundary_facts, decision_facts
from segml.report.records import records

TABLES = ("concentration", "attention", "boundaries", "spreads", "decisions")
"""The tables these facts are read from, where they were published."""
MANAGERS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class StressFact:
    """The year without one client: what is left, how likely it is lost, what it brought others."""

    client_id: str
    name: str
    share: float | None
    without: float
    chance: float | None
    referral: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentrationFacts:
    """`tops` and `hhi` are shares of last year's profit; `year` the items of the simulated year."""

    tops: Mapping[int, float]
    hhi: float | None
    stress: tuple[StressFact, ...]
    year: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeglectFact:
    """A key client with its contacts of the last 365 days."""

    client_id: str
    name: str
    manager: str | None
    due: int
    made: int
    missed: int
    last_contact: dt.date | None
    profit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerFact:
    """One manager's key clients and their contacts together; `manager` None: not told."""

    manager: str | None
    clients: int
    due: int
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionFacts:
    """`told` is whether contacts are known; `others` got more contacts than planned for them.

    `over` counts clients with a discount above their playbook's limit, `over_money` the excess.
    """

    told: bool
    key_clients: int
    due: int
    missed: int
    neglected: int
    worst: tuple[NeglectFact, ...]
    managers: tuple[ManagerFact, ...]
    others: int
    extra: int
    extra_cost: float
    over: int
    over_money: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFacts:
    """The four sections; None where a table was not published."""

    concentration: ConcentrationFacts | None
    attention: AttentionFacts | None
    boundaries: BoundaryFacts | None
    decisions: DecisionFacts | None


def health_facts(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> HealthFacts:
    """The facts of the portfolio's health.

    Parameters
    ----------
    tables
        Those of `TABLES` that were published.
    names
        Client id to name.
    """
    held = {name: tables.get(name) for name in TABLES}
    return HealthFacts(
        concentration=_concentration(held["concentration"], names),
        attention=_attention(held["attention"], names),
        boundaries=boundary_facts(held["boundaries"], held["spreads"], names),
        decisions=decision_facts(held["decisions"], names),
    )


def _concentration(
    table: pd.DataFrame | None, names: Mapping[str, str]
) -> ConcentrationFacts | None:
    if table is None:
        return None
    profit = table[table["item"] == "profit"]
    tops = records(profit[profit["part"] == "top"])
    hhi = records(profit[profit["part"] == "hhi"])
    return ConcentrationFacts(
        tops={row["rank"]: row["share"] for row in tops},
        hhi=hhi[0]["share"] if hhi else None,
        stress=tuple(
            StressFact(
                client_id=row["client_id"],
                name=names.get(row["client_id"], row["client_id"]),
                share=row["share"],
                without=row["money"],
                chance=row["chance"],
                referral=row["referral"] or 0.0,
            )
            for row in records(table[table["part"] == "stress"])[:SHOWN]
        ),
        year={row["item"]: row["money"] for row in records(table[table["part"] == "year"])},
    )


def _attention(table: pd.DataFrame | None, names: Mapping[str, str]) -> AttentionFacts | None:
    if table is None:
        return None
    key, others = table[table["is_key"]], table[~table["is_key"]]
    told = bool(table["made"].notna().any())
    by = key.assign(manager=key["manager"].astype(object).where(key["manager"].notna(), None))
    managers = by.groupby("manager", dropna=False)
    parts = [
        ManagerFact(
            manager=None if pd.isna(manager) else str(manager),
            clients=len(rows),
            due=int(rows["due"].sum()),
            missed=int(rows["missed"].sum()),
        )
        for manager, rows in managers
    ]
    over = table[table["discount_over"] > 0]
    worst = key[key["missed"] > 0].sort_values(
        ["missed", "profit_365", "client_id"], ascending=[False, False, True]
    )
    return AttentionFacts(
        told=told,
        key_clients=len(key),
        due=int(key["due"].sum()),
        missed=int(key["missed"].sum()),
        neglected=len(worst),
        worst=tuple(_neglect(row, names) for row in records(worst.head(SHOWN))),
        managers=tuple(
            sorted(parts, key=lambda each: (-each.missed, each.manager or ""))[:MANAGERS_SHOWN]
        ),
        others=int((others["extra"] > 0).sum()),
        extra=int(others["extra"].sum()),
        extra_cost=float(others["extra_cost"].sum()),
        over=len(over),
        over_money=float(over["discount_over"].sum()),
    )


def _neglect(row: Mapping[str, Any], names: Mapping[str, str]) -> NeglectFact:
    return NeglectFact(
        client_id=row["client_id"],
        name=names.get(row["client_id"], row["client_id"]),
        manager=row["manager"],
        due=int(row["due"]),
        made=int(row["made"]),
        missed=int(row["missed"]),
        last_contact=row["last_contact"],
        profit=row["profit_365"],
    )
