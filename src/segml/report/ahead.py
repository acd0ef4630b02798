"""The facts of what comes after the losses: who is next, on whose road, who may come back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.records import records

TABLES = ("next_lost", "lookalikes", "winback")
"""What the facts are read from, where the analysis published it."""
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
    """Who is next: `clients` by rank, and for each lost client those that are on its road.

    `caught` and `caught_by_silence` say, of past dates, which share of the lost stood in the tenth
    that this order, and an order by silence, put first; None where nothing was learnt.
    """

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
    run: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], *, names: Mapping[str, str]
) -> NextFacts | None:
    """Who is next, by rank; None where the analysis did not look ahead.

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
    told, pairs = run["next"], tables["lookalikes"]
    ranked = tables["next_lost"].sort_values("rank")
    place = dict(zip(ranked["client_id"], ranked["rank"], strict=True))
    ordered = pairs.assign(
        place=[place.get(each, len(place) + 1) for each in pairs["client_id"]]
    ).sort_values(["similarity", "like"], ascending=[False, True], kind="stable")
    like: dict[str, list[str]] = {}
    for row in records(ordered):
        like.setdefault(row["client_id"], []).append(names.get(row["like"], row["like"]))
    road: dict[str, list[str]] = {}
    for row in records(ordered.sort_values("place", kind="stable")):
        road.setdefault(row["like"], []).append(names.get(row["client_id"], row["client_id"]))
    plain = [name for name in NextClient.__slots__ if name not in ("name", "like")]
    return NextFacts(
        clients=tuple(
            NextClient(
                **{name: row[name] for name in plain},
                name=names.get(row["client_id"], row["client_id"]),
                like=tuple(like.get(row["client_id"], ())),
            )
            for row in records(ranked)
        ),
        same_road={each: tuple(those[:SAME_ROAD_SHOWN]) for each, those in road.items()},
        horizon_days=int(told["horizon_days"]),
        profit_at_risk=float(told["profit_at_risk"]),
        learnt_from=told["learnt_from"],
        caught=told["caught"],
        caught_by_silence=told["caught_by_silence"],
    )


def winback_facts(
    table: pd.DataFrame | None, *, names: Mapping[str, str]
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
    ranked = table.sort_values(
        ["expected_value", "profit_lost", "client_id"], ascending=[False, False, True]
    )
    return tuple(
        WinBackClient(
            **{name: row[name] for name in WinBackClient.__slots__ if name != "name"},
            name=names.get(row["client_id"], row["client_id"]),
        )
        for row in records(ranked)
    )
