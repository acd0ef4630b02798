"""What to do first: the dearest call, visit, new terms and win-back, of those that may be seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from segml.report.at_risk import COLUMNS as AT_RISK
from segml.report.at_risk import most_at_risk, risk_facts
from segml.report.records import largest, records
from segml.report.silence import RiskFacts
from segml.report.table import Table, Tables, as_table

TASKS = 3
_LOOKED_AT = 50
"""Key clients with the most at stake, of whom is looked first whether their care was missed."""
ReasonsOf = Callable[[Sequence[str]], pd.DataFrame]
"""The published reasons of some clients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFact:
    """One thing to do: `kind` is call, visit, reprice or win_back; `money` is what it is about."""

    kind: str
    client_id: str
    name: str
    money: float
    risk: RiskFacts | None = None
    missed: int = 0
    chance: float | None = None
    lever: str | None = None


def tasks(
    now: pd.DataFrame,
    tables: Tables,
    *,
    names: Mapping[str, str],
    reasons_of: ReasonsOf | None,
) -> tuple[TaskFact, ...]:
    """The dearest thing of each kind, a client once, the most money first.

    Parameters
    ----------
    now
        The key clients that may be seen and do not count as lost.
    tables
        `attention`, `decisions`, `winback`, where they were published and may be seen.
    names
        Client id to name, of those that may be seen.
    reasons_of
        Gives the published reasons of some clients; None: no risk is a thing to do.
    """
    found = [
        *(_calls(now, reasons_of, names) if reasons_of else ()),
        *_visits(now, tables.get("attention")),
        *_terms(tables.get("decisions"), names),
        *_returns(tables.get("winback"), names),
    ]
    chosen: list[TaskFact] = []
    for task in sorted(found, key=lambda each: (-each.money, each.kind, each.client_id)):
        kinds = {each.kind for each in chosen}
        clients = {each.client_id for each in chosen}
        if task.kind not in kinds and task.client_id not in clients and len(chosen) < TASKS:
            chosen.append(task)
    return tuple(chosen)


def _calls(now: pd.DataFrame, reasons_of: ReasonsOf, names: Mapping[str, str]) -> list[TaskFact]:
    key = now["is_key"] & now["status"].eq("active") & (now["profit_365"] > 0)
    asked = now.loc[key & now["p_churn"].notna(), [*AT_RISK, "status"]]
    ranked = most_at_risk(largest(asked, "stake", 2))
    told = (
        risk_facts(ranked, reasons_of([row["client_id"] for row in ranked]), names)
        if ranked
        else ()
    )
    return [
        TaskFact(kind="call", client_id=each.client_id, name=each.name, money=each.stake, risk=each)
        for each in told
    ]


def _visits(now: pd.DataFrame, attention: pd.DataFrame | Table | None) -> list[TaskFact]:
    """Key clients that were not cared for as planned, by what is at stake with them."""
    if attention is None:
        return []
    care = as_table(attention)
    key = now.loc[now["is_key"] & (now["stake"] > 0), ["client_id", "called", "stake"]]
    for most in (_LOOKED_AT, max(len(key), 1)):
        ranked = records(largest(key, "stake", most))
        asked = ("client_id", "in", [row["client_id"] for row in ranked])
        told = care.rows(asked, ("missed", ">", 0), columns=("client_id", "missed"))
        missed = {row["client_id"]: int(row["missed"]) for row in told}
        worst = [row for row in ranked if row["client_id"] in missed][:2]
        if len(worst) == 2 or most >= len(key):
            break
    return [
        TaskFact(
            kind="visit",
            client_id=row["client_id"],
            name=row["called"],
            money=row["stake"],
            missed=missed[row["client_id"]],
        )
        for row in worst
    ]


def _terms(decisions: pd.DataFrame | Table | None, names: Mapping[str, str]) -> list[TaskFact]:
    if decisions is None:
        return []
    columns = ("client_id", "reprice", "keep")
    where = (("best", "=", "reprice"), ("reprice", "is", True))
    asked = as_table(decisions).frame(columns, *where)
    asked = asked.assign(more=asked["reprice"] - asked["keep"].clip(lower=0))
    best = largest(asked, "more", 2)
    return [
        TaskFact(
            kind="reprice",
            client_id=row["client_id"],
            name=names.get(row["client_id"], row["client_id"]),
            money=row["more"],
        )
        for row in records(best)
    ]


def _returns(winback: pd.DataFrame | Table | None, names: Mapping[str, str]) -> list[TaskFact]:
    if winback is None:
        return []
    columns = ("client_id", "expected_value", "attempt_cost", "chance", "lever")
    worth = as_table(winback).frame(columns, ("expected_value", ">", 0))
    worth = worth.assign(net=worth["expected_value"] - worth["attempt_cost"].fillna(0.0))
    best = largest(worth[worth["net"] > 0], "net", 2)
    return [
        TaskFact(
            kind="win_back",
            client_id=row["client_id"],
            name=names.get(row["client_id"], row["client_id"]),
            money=row["net"],
            chance=row["chance"],
            lever=row["lever"],
        )
        for row in records(best)
    ]
