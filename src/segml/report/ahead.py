"""The facts of what comes after the losses: who is next, on whose road, who may come back."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.records import Rows
from segml.report.table import Condition, Table, Tables, as_table

TABLES = ("next_lost", "lookalikes", "winback", "successors")
"""What the facts are read from, where the analysis published it."""
NEXT_TOLD = 12
"""Clients that are told of, by rank."""
SAME_ROAD_SHOWN = 5
"""Clients named on a dossier as being on the same road."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextClient:
    """One of today's key clients by the chance of being lost; `like` are lost clients' names."""

    client_id: str
    name: str
    rank: int
    chance: float | None
    profit_365: float
    profit_at_risk: float | None
    days_left: float | None
    warned_on: dt.date | None
    last_order: dt.date | None
    due_on: dt.date | None
    reason: str | None
    driver: str | None
    driver_value: float | None
    lever: str | None
    like: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextFacts:
    """Who is next: of `count` the first `clients`, and for lost clients those on their road.

    `caught` and `caught_by_silence` say, of past dates, which share of the lost stood in the tenth
    that this order, and an order by silence, put first; None where nothing was learnt.
    """

    count: int
    clients: tuple[NextClient, ...]
    same_road: Mapping[str, tuple[str, ...]]
    horizon_days: int
    profit_at_risk: float
    learnt_from: int | None
    caught: float | None
    caught_by_silence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WinBackClient:
    """One lost client that may come back; money a year, the chance within a year."""

    client_id: str
    name: str
    kind: str
    reason: str
    lever: str | None
    profit_lost: float
    chance: float | None
    chance_low: float | None
    chance_high: float | None
    compared: int
    returned: int
    verdict: str
    expected_value: float | None
    attempt_cost: float | None


def next_facts(
    run: Mapping[str, Any],
    tables: Tables,
    *,
    names: Mapping[str, str],
) -> NextFacts | None:
    """Who is next: of the likeliest tenth those with the most profit at risk, that first.

    None where the analysis did not look ahead.

    Parameters
    ----------
    run
        The run.json of the analysis.
    tables
        `next_lost` and `lookalikes`.
    names
        Client id to name.
    """
    if "next_lost" not in tables or "lookalikes" not in tables or "next" not in run:
        return None
    told = run["next"]
    ranked, pairs = (as_table(tables[name]) for name in ("next_lost", "lookalikes"))
    count = ranked.count()
    likeliest = ranked.rows(order=(("rank", False),), most=max(NEXT_TOLD, math.ceil(count / 10)))
    shown = sorted(likeliest, key=lambda row: -(row["profit_at_risk"] or 0.0))[:NEXT_TOLD]
    ids = [row["client_id"] for row in shown]
    like = _alike(pairs, "client_id", ("client_id", "in", ids))
    plain = [name for name in NextClient.__slots__ if name not in ("name", "like")]
    return NextFacts(
        count=count,
        clients=tuple(
            NextClient(
                **{name: row[name] for name in plain},
                name=names.get(row["client_id"], row["client_id"]),
                like=tuple(
                    names.get(each["like"], each["like"]) for each in like.get(row["client_id"], ())
                ),
            )
            for row in shown
        ),
        same_road=_same_road(_alike(pairs, "like"), ranked, names),
        horizon_days=int(told["horizon_days"]),
        profit_at_risk=float(told["profit_at_risk"]),
        learnt_from=told["learnt_from"],
        caught=told["caught"],
        caught_by_silence=told["caught_by_silence"],
    )


def _alike(pairs: Table, column: str, *where: Condition) -> dict[str, list[Mapping[str, Any]]]:
    """Pairs by one of their clients, the most alike first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    order = (("similarity", True), ("like", False), ("client_id", False))
    for row in pairs.rows(*where, order=order, columns=("client_id", "like")):
        found.setdefault(row[column], []).append(row)
    return found


def _same_road(
    road: Mapping[str, Sequence[Mapping[str, Any]]], ranked: Table, names: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Of each lost client the names of those on its road, the likeliest to be lost first."""
    ids = sorted({row["client_id"] for rows in road.values() for row in rows})
    known = ranked.rows(("client_id", "in", ids), columns=("client_id", "rank")) if ids else ()
    place = {row["client_id"]: row["rank"] for row in known}
    last = math.inf
    found = {}
    for lost, rows in road.items():
        ordered = sorted(rows, key=lambda row: place.get(row["client_id"], last))[:SAME_ROAD_SHOWN]
        found[lost] = tuple(names.get(row["client_id"], row["client_id"]) for row in ordered)
    return found


def winback_facts(
    table: pd.DataFrame | Table | None, *, names: Mapping[str, str]
) -> tuple[WinBackClient, ...]:
    """The lost clients that may come back: by expected value, then by what they cost.

    Parameters
    ----------
    table
        `winback`; None where it was not published.
    names
        Client id to name.
    """
    if table is None:
        return ()
    order = (("expected_value", True), ("profit_lost", True), ("client_id", False))
    return winback_of(as_table(table).rows(order=order), names)


def winback_of(rows: Rows, names: Mapping[str, str]) -> tuple[WinBackClient, ...]:
    """Rows of `winback` as facts, in their order."""
    plain = [name for name in WinBackClient.__slots__ if name != "name"]
    return tuple(
        WinBackClient(
            **{name: row[name] for name in plain},
            name=names.get(row["client_id"], row["client_id"]),
        )
        for row in rows
    )
