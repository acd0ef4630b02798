"""Prospects as facts: what each first year is expected to bring, why, and whom it is like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from segml.report.records import Rows, of_client
from segml.report.table import Table, Tables, as_table, by_client
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


def prospects_facts(tables: Tables, *, names: Mapping[str, str]) -> ProspectFacts | None:
    """The facts of a run's prospects; None where it published none or has none.

    Parameters
    ----------
    tables
        `prospects` and `prospect_reasons`, where they were published.
    names
        Client id to the name to show.
    """
    table, reasons = (tables.get(name) for name in TABLES)
    if table is None or reasons is None:
        return None
    asked = as_table(table)
    learnt = asked.rows(order=(("learnt_from", True),), most=1, columns=("learnt_from",))
    if not learnt:
        return None
    groups = asked.groups(("recommendation",), ())
    counts = {row["recommendation"]: row["count"] for row in groups}
    best = asked.rows(
        ("expected_profit", "is", True),
        order=(("expected_profit", True), ("client_id", False)),
        most=SHOWN,
    )
    return ProspectFacts(
        count=sum(counts.values()),
        learnt_from=int(learnt[0]["learnt_from"]),
        by_recommendation={code: counts[code] for code in RECOMMENDATIONS if code in counts},
        told=tuple(_facts(best, as_table(reasons), names)),
    )


def prospect_of(
    tables: Mapping[str, pd.DataFrame | Rows], client_id: str, *, names: Mapping[str, str]
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
    mine, reasons = (of_client(tables.get(name), client_id) for name in TABLES)
    if not mine or reasons is None or mine[0]["expected_profit"] is None:
        return None
    return _fact(mine[0], reasons, names)


def _facts(best: Rows, reasons: Table, names: Mapping[str, str]) -> list[ProspectFact]:
    told = by_client(reasons, [row["client_id"] for row in best])
    return [_fact(row, told[row["client_id"]], names) for row in best]


def _fact(row: Mapping[str, object], reasons: Rows, names: Mapping[str, str]) -> ProspectFact:
    known = {name: row[name] for name in _SAME}
    client_id = str(row["client_id"])
    rows = sorted(reasons, key=lambda each: each["rank"])
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
