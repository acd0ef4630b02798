"""Clients whose terms do not pay, as facts: boundaries, spreads, and what to do below zero."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.records import Rows, records
from segml.report.table import Table, as_table

SHOWN = 8
"""Clients named in each section."""
SPREADS_SHOWN = 6
_FIRST = ("below_zero", "reaches_zero")
_ON = ("on_boundary", "=", True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryFact:
    """A key client on its boundary: what is eaten, what presses, and the line."""

    client_id: str
    name: str
    profit: float
    profit_before: float | None
    eaten_share: float | None
    pressed_by: str | None
    pressed_money: float | None
    verdict: str
    zero_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadFact:
    """A tier that could learn of the key clients' discounts in a category."""

    category: str
    tier: str
    discount_rate: float
    key_discount_rate: float
    granted: float
    linked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryFacts:
    """`key_clients` were looked at, `count` are on their boundary, the first of them `shown`."""

    key_clients: int
    count: int
    shown: tuple[BoundaryFact, ...]
    spreads: tuple[SpreadFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFact:
    """A client below zero: its options in money a year, the best and what must be true.

    New terms bring `gain`: `less_discount` and `less_care` are money a year beyond the playbook,
    `dearer` is the rise of prices as a share; all three None where they were not published apart.
    `accepted` is None where there are no new terms to ask for.
    """

    client_id: str
    name: str
    tier: str
    profit: float
    keep: float
    reprice: float | None
    best: str
    condition: str
    break_even: float | None
    gain: float
    less_discount: float | None
    less_care: float | None
    dearer: float | None
    accepted: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFacts:
    """`by_best` counts the options; `acceptance` is None where too few terms were tried."""

    count: int
    lost: float
    by_best: Mapping[str, int]
    acceptance: float | None
    tried: int
    shown: tuple[DecisionFact, ...]


def boundary_facts(
    table: pd.DataFrame | Table | None, spreads: pd.DataFrame | None, names: Mapping[str, str]
) -> BoundaryFacts | None:
    """The facts of `boundaries` and `spreads`; None where the former was not published."""
    if table is None:
        return None
    asked = as_table(table)
    learnt = [] if spreads is None else records(spreads[spreads["could_be_learnt"]])
    learnt.sort(
        key=lambda row: (-(row["key_discount_rate"] - row["discount_rate"]), row["category"])
    )
    return BoundaryFacts(
        key_clients=asked.count(),
        count=asked.count(_ON),
        shown=tuple(
            BoundaryFact(
                client_id=row["client_id"],
                name=names.get(row["client_id"], row["client_id"]),
                profit=row["profit"],
                profit_before=row["profit_before"],
                eaten_share=row["eaten_share"],
                pressed_by=row["pressed_by"],
                pressed_money=row["pressed_money"],
                verdict=row["verdict"],
                zero_on=row["zero_on"],
            )
            for row in _on_boundary(asked)
        ),
        spreads=tuple(
            SpreadFact(
                category=row["category"],
                tier=row["tier"],
                discount_rate=row["discount_rate"],
                key_discount_rate=row["key_discount_rate"],
                granted=row["granted"],
                linked=row["linked"],
            )
            for row in learnt[:SPREADS_SHOWN]
        ),
    )


def _on_boundary(table: Table) -> Rows:
    """Those below zero, then those that reach it, then the others; the soonest, then the least.

    By money and not by the share that is eaten: of next to nothing any cost is many times as much.
    """
    order = (("zero_on", False), ("profit", False), ("client_id", False))
    found: list[Mapping[str, Any]] = []
    for verdict in (*(("verdict", "=", each) for each in _FIRST), ("verdict", "not in", _FIRST)):
        if len(found) < SHOWN:
            found += table.rows(_ON, verdict, order=order, most=SHOWN - len(found))
    return found


def decision_facts(
    table: pd.DataFrame | Table | None, names: Mapping[str, str]
) -> DecisionFacts | None:
    """The facts of `decisions`; None where it was not published."""
    if table is None:
        return None
    asked = as_table(table)
    rows = asked.rows(order=(("profit_365", False), ("client_id", False)), most=SHOWN)
    return DecisionFacts(
        count=asked.count(),
        lost=-asked.sums(("profit_365",))["profit_365"],
        by_best={row["best"]: row["count"] for row in asked.groups(("best",), ())},
        acceptance=rows[0]["acceptance"] if rows else None,
        tried=int(rows[0]["tried"]) if rows else 0,
        shown=tuple(
            decision_fact(row, name=names.get(row["client_id"], row["client_id"])) for row in rows
        ),
    )


def decision_fact(row: Mapping[str, Any], *, name: str) -> DecisionFact:
    """The facts of one row of `decisions`."""
    return DecisionFact(
        client_id=row["client_id"],
        name=name,
        tier=row["tier"],
        profit=row["profit_365"],
        keep=row["keep"],
        reprice=row["reprice"],
        best=row["best"],
        condition=row["condition"],
        break_even=row["break_even"],
        gain=row["gain"],
        less_discount=row.get("gain_discount"),
        less_care=row.get("gain_care"),
        dearer=_dearer(row),
        accepted=row["keep"] + row["gain"] if row["gain"] > 0 else None,
    )


def _dearer(row: Mapping[str, Any]) -> float | None:
    """The rise of prices as a share of the sales of the year; None where it is not known apart."""
    prices, of_sales = row.get("gain_prices"), row["rise"]
    if prices is None or of_sales is None or not row["gain"]:
        return None
    return float(prices * of_sales / row["gain"])
