"""The portfolio's health as facts: concentration, attention, boundaries, decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.edges import SHOWN, BoundaryFacts, DecisionFacts, boundary_facts, decision_facts
from segml.report.records import records
from segml.report.table import Table, Tables, Without, as_table, frame_of

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
    """`tops` and `hhi` are shares of last year's profit; `year` the items of the simulated year.

    `tops_ahead` are shares of the year that is expected, each of the clients with the most of it.
    """

    tops: Mapping[int, float]
    tops_ahead: Mapping[int, float]
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

    `over` counts clients with a discount above their playbook's limit, `over_money` the excess;
    `discounts_told` is whether discounts are known; of `managers_count` the first `managers`.
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
    discounts_told: bool
    managers_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFacts:
    """The four sections; None where a table was not published.

    `without_those_that_left` is of all but the first: whether there are any who left.
    """

    concentration: ConcentrationFacts | None
    attention: AttentionFacts | None
    boundaries: BoundaryFacts | None
    decisions: DecisionFacts | None
    without_those_that_left: bool = False


def health_facts(
    tables: Tables, names: Mapping[str, str], *, left: Collection[str] = ()
) -> HealthFacts:
    """The facts of the portfolio's health.

    Parameters
    ----------
    tables
        Those of `TABLES` that were published.
    names
        Client id to name.
    left
        Ids of those that left: of their attention, boundaries and decisions nothing is said.
    """
    attention, boundaries, decisions = (
        Without(as_table(tables[name]), left) if left and name in tables else tables.get(name)
        for name in ("attention", "boundaries", "decisions")
    )
    return HealthFacts(
        concentration=_concentration(frame_of(tables, "concentration"), names),
        attention=_attention(attention, names),
        boundaries=boundary_facts(boundaries, frame_of(tables, "spreads"), names),
        decisions=decision_facts(decisions, names),
        without_those_that_left=bool(left),
    )


def _concentration(
    table: pd.DataFrame | None, names: Mapping[str, str]
) -> ConcentrationFacts | None:
    if table is None:
        return None
    profit = table[table["item"] == "profit"]
    top = table[table["part"] == "top"]
    tops, ahead = (records(top[top["item"] == item]) for item in ("profit", "expected"))
    hhi = records(profit[profit["part"] == "hhi"])
    return ConcentrationFacts(
        tops={row["rank"]: row["share"] for row in tops},
        tops_ahead={row["rank"]: row["share"] for row in ahead},
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


def _attention(
    table: pd.DataFrame | Table | None, names: Mapping[str, str]
) -> AttentionFacts | None:
    if table is None:
        return None
    asked = as_table(table)
    key, others, missed = ("is_key", "=", True), ("is_key", "=", False), ("missed", ">", 0)
    contacts = asked.sums(("due", "missed"), key)
    beyond = asked.sums(("extra", "extra_cost"), others)
    over = ("discount_over", ">", 0)
    order = (("missed", True), ("profit_365", True), ("client_id", False))
    managers = [
        ManagerFact(
            manager=row["manager"],
            clients=row["count"],
            due=int(row["due"]),
            missed=int(row["missed"]),
        )
        for row in asked.groups(("manager",), ("due", "missed"), key)
    ]
    return AttentionFacts(
        told=asked.count(("made", "is", True)) > 0,
        key_clients=asked.count(key),
        due=int(contacts["due"]),
        missed=int(contacts["missed"]),
        neglected=asked.count(key, missed),
        worst=tuple(
            _neglect(row, names) for row in asked.rows(key, missed, order=order, most=SHOWN)
        ),
        managers=tuple(
            sorted(managers, key=lambda each: (-each.missed, each.manager or ""))[:MANAGERS_SHOWN]
        ),
        others=asked.count(others, ("extra", ">", 0)),
        extra=int(beyond["extra"]),
        extra_cost=beyond["extra_cost"],
        over=asked.count(over),
        over_money=asked.sums(("discount_over",), over)["discount_over"],
        discounts_told=asked.count(("discount_over", "is", True)) > 0,
        managers_count=len(managers),
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
