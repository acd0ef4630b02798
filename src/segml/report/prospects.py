"""Prospects as facts: what each first year is expected to bring, why, and whom it is like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from segml.report.records import records
from segml.scoring import BASE, RECOMMENDATIONS

TABLES = ("prospects", "prospect_reasons")
"""The published tables this is read from."""
SHOWN = 10
"""Prospects on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectFact:
    """One reason: a feature, its value in words, and what it adds to the profit, in money."""

    feature: str
    value_text: str
    money: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProspectFact:
    """One prospect's first year, should it begin to buy: money, minutes, reasons, look-alikes.

    `base` is the money expected of one about whom nothing is known; with the effects it sums to
    `expected_profit`. `like` names the past newcomers most like it.
    """

    client_id: str
    name: str
    expected_profit: float
    low: float
    high: float
    expected_minutes: float | None
    expected_cost_to_serve: float
    recommendation: str
    like: tuple[str, ...]
    like_profit: float | None
    base: float
    effects: tuple[EffectFact, ...]
    learnt_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProspectFacts:
    """All prospects: how many, how many of each recommendation, and the best of them.

    `learnt_from` is 0 where too few past newcomers could teach a model: nothing is told then.
    """

    count: int
    learnt_from: int
    by_recommendation: Mapping[str, int]
    told: tuple[ProspectFact, ...]


def prospects_facts(
    tables: Mapping[str, pd.DataFrame], *, names: Mapping[str, str]
) -> ProspectFacts | None:
    """The facts of a run's prospects; None where it published none or has none.

    Parameters
    ----------
    tables
        `prospects` and `prospect_reasons`, where they were published.
    names
        Client id to the name to show.
    """
    table, reasons = (tables.get(name) for name in TABLES)
    if table is None or reasons is None or table.empty:
        return None
    counts = table["recommendation"].value_counts()
    best = table.dropna(subset=["expected_profit"])
    best = best.sort_values(["expected_profit", "client_id"], ascending=[False, True]).head(SHOWN)
    return ProspectFacts(
        count=len(table),
        learnt_from=int(table["learnt_from"].max()),
        by_recommendation={
            code: int(counts[code]) for code in RECOMMENDATIONS if code in counts.index
        },
        told=tuple(_facts(best, reasons, names)),
    )


def prospect_of(
    tables: Mapping[str, pd.DataFrame], client_id: str, *, names: Mapping[str, str]
) -> ProspectFact | None:
    """The facts of one prospect; None where it is none, or nothing is told of it.

    Parameters
    ----------
    tables
        As for `prospects_facts`.
    client_id
        Whose.
    names
        Client id to the name to show.
    """
    table, reasons = (tables.get(name) for name in TABLES)
    if table is None or reasons is None:
        return None
    mine = table[table["client_id"] == client_id].dropna(subset=["expected_profit"])
    found = _facts(mine, reasons, names)
    return found[0] if found else None


def _facts(
    table: pd.DataFrame, reasons: pd.DataFrame, names: Mapping[str, str]
) -> list[ProspectFact]:
    asked = reasons[reasons["client_id"].isin(table["client_id"])]
    told = {str(who): rows for who, rows in asked.groupby("client_id")}
    return [_fact(row, told[row["client_id"]], names) for row in records(table)]


def _fact(
    row: Mapping[str, object], reasons: pd.DataFrame, names: Mapping[str, str]
) -> ProspectFact:
    known = {name: row[name] for name in _SAME}
    client_id = str(row["client_id"])
    rows = records(reasons.sort_values("rank"))
    like = [str(row[name]) for name in ("like_1", "like_2", "like_3") if row[name] is not None]
    return ProspectFact(
        name=names.get(client_id, client_id),
        like=tuple(names.get(one, one) for one in like),
        base=next(each["money"] for each in rows if each["feature"] == BASE),
        effects=tuple(
            EffectFact(feature=each["feature"], value_text=each["value_text"], money=each["money"])
            for each in rows
            if each["feature"] != BASE
        ),
        **known,  # type: ignore[arg-type]  # the columns of the published table have these types
    )


_SAME = (
    "client_id",
    "expected_profit",
    "low",
    "high",
    "expected_minutes",
    "expected_cost_to_serve",
    "recommendation",
    "like_profit",
    "learnt_from",
)
