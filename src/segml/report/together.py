"""The facts of all losses together: where the money lay, what is ours to mend, what rose."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from segml.report.records import records

PARTS_SHOWN = 5
"""Values of a dimension that are shown one by one."""
FAULTS_SHOWN = 10
Fact = TypeVar("Fact")
DIMENSIONS = ("event", "manager", "category", "product", "industry", "region", "kind", "quarter")
"""The dimensions shown beside the reasons, in the order of the page."""
RECORDED = "recorded_reasons"
"""A table that an analysis of an earlier version does not hold."""
TABLES = (
    *("losses_by", "loss_faults", "loss_events", "loss_drivers", "loss_trend", "relief"),
    RECORDED,
)
RECORDED_SHOWN = 12
"""Texts that are shown, the commonest."""
TOLD_SHOWN = 2
"""Reasons that are shown beside a text: more of one is less of all others, and the other way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    """An event of the ledger, as it was written down."""

    event_id: str
    date: dt.date
    kind: str
    scope: str | None
    scope_value: str | None
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFact:
    """The part of the losses that lies at one value of a dimension; None for the values not shown.

    `share` is None where nothing was lost in total, `clients` for the values not shown.
    """

    value: str | None
    clients: int | None
    money: float
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultFact:
    """A thing in our own hand that a part of the losses comes from."""

    reason: str
    source: str
    value: str
    clients: int
    money: float
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverFact:
    """A driver that had risen before losses more often than with comparable clients."""

    feature: str
    reason: str
    lost_share: float
    compared_share: float
    ratio: float
    ratio_low: float
    ratio_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterFact:
    """A quarter: its losses and their money; of its own key clients, how many were lost."""

    quarter: str
    lost: int
    money: float
    key_clients: int
    key_lost: int
    rate: float | None
    rate_low: float
    rate_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefFact:
    """Departures that are a relief, all of them: minutes, cost freed, profit forgone, a year."""

    clients: int
    care_minutes: float
    cost_freed: float
    profit_forgone: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFact:
    """A reason that is told more of some clients than of others, beyond chance; both shares."""

    reason: str
    share: float
    usual_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFact:
    """A reason that people recorded, of how many clients, and the reasons told more of these."""

    text: str
    clients: int
    told: tuple[ToldFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherFacts:
    """All losses together; every dimension's parts add up to the profit lost.

    `faults` are the dearest, `faults_money` that of all of them. `drivers` are those that had risen
    more often, of `drivers_compared` that were looked at. `direction` says whether the rate of key
    clients lost is rising, falling or unclear. `recorded` are the reasons that people recorded, the
    commonest of `recorded_count` first; none where too few were.
    """

    by: Mapping[str, tuple[PartFact, ...]]
    faults: tuple[FaultFact, ...]
    faults_count: int
    faults_money: float
    events: Mapping[str, EventFact]
    drivers: tuple[DriverFact, ...]
    drivers_compared: int
    quarters: tuple[QuarterFact, ...]
    direction: str
    relief: ReliefFact
    recorded: tuple[RecordedFact, ...]
    recorded_count: int = 0


def together_facts(
    run: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> TogetherFacts | None:
    """The facts of all losses of one published analysis; None for one that does not hold them.

    Parameters
    ----------
    run
        Its run.json.
    tables
        Those of `TABLES`.
    """
    if any(name not in tables for name in TABLES if name != RECORDED):
        return None
    faults = tables["loss_faults"].sort_values(
        ["money", "reason", "source", "value"], ascending=[False, True, True, True]
    )
    drivers = tables["loss_drivers"].sort_values(["p_adjusted", "feature"])
    relief = tables["relief"]
    return TogetherFacts(
        by={name: _parts(tables["losses_by"], name) for name in DIMENSIONS},
        faults=tuple(_of(FaultFact, row) for row in records(faults.head(FAULTS_SHOWN))),
        faults_count=len(faults),
        faults_money=math.fsum(faults["money"]),
        events={row["event_id"]: _of(EventFact, row) for row in records(tables["loss_events"])},
        drivers=tuple(
            _of(DriverFact, row) for row in records(drivers[drivers["verdict"] == "more_often"])
        ),
        drivers_compared=int(drivers["p_adjusted"].notna().sum()),
        quarters=tuple(_of(QuarterFact, row) for row in records(tables["loss_trend"])),
        direction=str((run.get("trend") or {}).get("direction", "unclear")),
        relief=ReliefFact(
            clients=len(relief),
            care_minutes=math.fsum(relief["care_minutes"]),
            cost_freed=math.fsum(relief["cost_freed"]),
            profit_forgone=math.fsum(relief["profit_forgone"]),
        ),
        recorded=_recorded(tables[RECORDED]) if RECORDED in tables else (),
        recorded_count=tables[RECORDED]["left_reason"].nunique() if RECORDED in tables else 0,
    )


def _recorded(rows: pd.DataFrame) -> tuple[RecordedFact, ...]:
    """The commonest texts, each with the reasons that are told more beside it, the surest first."""
    texts = rows.drop_duplicates("left_reason").sort_values(
        ["clients", "left_reason"], ascending=[False, True]
    )
    more = rows[rows["goes_together"]].sort_values(["p_adjusted", "reason"])
    told = {str(text): of.head(TOLD_SHOWN) for text, of in more.groupby("left_reason")}
    return tuple(
        RecordedFact(
            text=row["left_reason"],
            clients=row["clients"],
            told=tuple(
                _of(ToldFact, each) for each in records(told.get(row["left_reason"], more.head(0)))
            ),
        )
        for row in records(texts.head(RECORDED_SHOWN))
    )


def _of(kind: type[Fact], row: Mapping[str, Any]) -> Fact:
    names = kind.__slots__  # type: ignore[attr-defined]  # slotted
    return kind(**{name: row[name] for name in names})


def _parts(by: pd.DataFrame, dimension: str) -> tuple[PartFact, ...]:
    """The values with the most money, one part for all others, the rest; quarters as they came."""
    rows = by[by["dimension"] == dimension]
    if dimension == "quarter":
        return tuple(_of(PartFact, row) for row in records(rows.sort_values("value")))
    is_rest = rows["value"].str.startswith("(")
    ranked = rows.assign(rest=is_rest).sort_values(
        ["rest", "money", "value"], ascending=[True, False, True]
    )
    named, rest = ranked[~ranked["rest"]], ranked[ranked["rest"]]
    shown, others = named.head(PARTS_SHOWN), named.iloc[PARTS_SHOWN:]
    parts = [_of(PartFact, row) for row in records(shown)]
    if len(others):
        share = math.fsum(others["share"])
        parts.append(
            PartFact(
                value=None,
                clients=None,
                money=math.fsum(others["money"]),
                share=None if math.isnan(share) else share,
            )
        )
    return (*parts, *(_of(PartFact, row) for row in records(rest)))
