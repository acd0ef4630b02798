"""The facts of one lost key client: where it stood, what moved, what the ledger shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from segml.report import called
from segml.report.pace import MonthFact, PaceFact, new_in, pace_of
from segml.report.records import Rows

TOLD_OF = ("loss_reasons", "evidence", "path", "course")
"""The published tables of which a lost client's rows are read."""
EVIDENCE_SHOWN = 8
SYMPTOMS_SHOWN = 4
LEAST_NAMED = 0.05
"""A smaller share of a loss is named nowhere: it is more noise than reason."""
DRIVERS_SHOWN = 5
NUMBERED = ("transactions", "events")
"""Tables whose rows have a number of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFact:
    """One ledger row behind a reason; `about` is what is written of an event.

    `document` is its number, where rows of its table have one: of a contact or a bill the key is
    the client, the day and the kind, which the row tells anyway.
    """

    reason: str
    table: str
    row_key: str
    date: dt.date | None
    text_code: str | None
    amount: float | None
    about: str | None = None

    @property
    def document(self) -> str:
        """What the row can be looked up by besides the client and the day; empty for none."""
        return self.row_key if self.table in NUMBERED else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFact:
    """What a feature was before and after.

    `earlier` is what it was half a year before the decline, where that is known;
    `points` is what that did to the risk, in percentage points (None where no risk is known);
    `share` and `money` are its part of the loss, zero unless it is a driver.
    """

    feature: str
    reason: str
    before: float | None
    after: float | None
    points: float | None
    share: float
    money: float
    earlier: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFact:
    """Where it stood on its last healthy date and on the day its loss was explained."""

    last_healthy: dt.date | None
    explained_at: dt.date | None
    tier_before: str | None
    tier_after: str | None
    p_churn_before: float | None
    p_churn_after: float | None
    last_order: dt.date | None
    due_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoesOnFact:
    """Who may be a lost client under another id: since when, and how much of the trade it has."""

    successor: str
    name: str
    began: dt.date
    days_between: int
    alike: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LostClient:
    """One lost key client: when, how, what it cost a year, and the shares of its reasons.

    `first_signal_by` is `p_churn` or a driver; `left_on` and `left_reason` are what a person
    recorded; `new_in` is the first month with orders, where it had no year of them before.
    Of `evidence_count` rows `evidence` shows the first of each reason.
    """

    client_id: str
    name: str
    tier_before: str
    kind: str
    certainty: str
    onset: dt.date | None
    onset_low: dt.date | None
    onset_high: dt.date | None
    lost_on: dt.date | None
    first_signal: dt.date | None
    profit_before: float
    profit_lost: float
    referral_profit_lost: float
    reasons: tuple[tuple[str, float], ...]
    drivers: tuple[MoveFact, ...]
    symptoms: tuple[MoveFact, ...]
    evidence: tuple[EvidenceFact, ...]
    path: PathFact | None
    course: tuple[MonthFact, ...]
    pace: PaceFact | None
    first_signal_by: str | None = None
    left_on: dt.date | None = None
    left_reason: str | None = None
    new_in: dt.date | None = None
    evidence_count: int = 0
    goes_on: GoesOnFact | None = None


def lost_client(
    row: Mapping[str, Any],
    rows: Mapping[str, Rows],
    names: Mapping[str, str],
    kinds: Mapping[str, str],
    *,
    end: dt.date,
) -> LostClient:
    """The facts of one lost client.

    Parameters
    ----------
    row
        Its row of `losses`.
    rows
        Its rows of `TOLD_OF`, and those of `loss_events` and `successors` where there are some.
    names
        Client id to name.
    kinds
        Feature to driver, symptom or context.
    end
        The later date of the analysis: a month that it cuts short is no whole month.
    """
    who = row["client_id"]
    shares = [(row[f"reason_{n}"], row[f"share_{n}"]) for n in (1, 2, 3)]
    reasons = tuple(
        (reason, share)
        for reason, share in shares
        if reason is not None and (reason == "unknown" or share >= LEAST_NAMED)
    )
    path = rows["path"]
    months = sorted(rows["course"], key=lambda each: each["month"])
    course = tuple(MonthFact(**_picked(MonthFact, each)) for each in months)
    moves = _moves(rows["loss_reasons"], _slope(path))
    evidence = _evidence(rows["evidence"], [reason for reason, _ in reasons])
    kept = {name: row[name] for name in LostClient.__slots__ if name in row}
    if row["first_signal"] and row["lost_on"] and row["first_signal"] >= row["lost_on"]:
        kept |= {"first_signal": None, "first_signal_by": None}  # it warned of nothing
    return LostClient(
        **kept,
        name=names.get(who, who),
        reasons=reasons,
        drivers=_drivers(moves),
        symptoms=_symptoms(moves, kinds),
        evidence=_described(_first_of_each(evidence), rows),
        evidence_count=len(evidence),
        path=PathFact(**_picked(PathFact, path[0])) if path else None,
        course=course,
        pace=pace_of(course, row["onset"], end),
        new_in=new_in(course, row["onset"]),
        goes_on=_goes_on(rows.get("successors", ()), names),
    )


def _goes_on(rows: Rows, names: Mapping[str, str]) -> GoesOnFact | None:
    for row in rows:
        name = names.get(row["successor"], row["successor"])
        return GoesOnFact(**_picked(GoesOnFact, {**row, "name": name}))
    return None


def _picked(kind: type, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in kind.__slots__}  # type: ignore[attr-defined]  # slotted


def _slope(path: Rows) -> float | None:
    """Percentage points of risk a unit of the model's score stands for between the two dates."""
    if not path:
        return None
    chances = (path[0]["p_churn_before"], path[0]["p_churn_after"])
    scores = (path[0]["raw_churn_before"], path[0]["raw_churn_after"])
    if None in (*chances, *scores) or abs(scores[1] - scores[0]) < 1e-9:
        return None
    return float(100 * (chances[1] - chances[0]) / (scores[1] - scores[0]))


def _moves(rows: Rows, slope: float | None) -> list[MoveFact]:
    return [
        MoveFact(
            feature=row["feature"],
            reason=row["reason"],
            before=row["value_before"],
            after=row["value_after"],
            points=None if slope is None else slope * (row["contribution"] or 0.0),
            share=row["share"] or 0.0,
            money=row["money"] or 0.0,
            earlier=row.get("value_earlier"),
        )
        for row in rows
        if not row["feature"].startswith("(")
    ]


def _drivers(moves: list[MoveFact]) -> tuple[MoveFact, ...]:
    """What has a share in the loss worth naming, greatest first."""
    found = [move for move in moves if move.share >= LEAST_NAMED]
    return tuple(sorted(found, key=lambda move: (-move.share, move.feature))[:DRIVERS_SHOWN])


def _symptoms(moves: list[MoveFact], kinds: Mapping[str, str]) -> tuple[MoveFact, ...]:
    """What showed the loss: symptoms that raised the risk and have a value on both days."""
    found = [
        (move.points, move)
        for move in moves
        if kinds.get(move.feature) == "symptom"
        and None not in (move.before, move.after)
        and move.points is not None
        and move.points >= 0.05
    ]
    ranked = sorted(found, key=lambda each: (-each[0], each[1].feature))
    return tuple(move for _, move in ranked[:SYMPTOMS_SHOWN])


def _evidence(rows: Rows, reasons: Sequence[str]) -> tuple[EvidenceFact, ...]:
    """The named reasons' rows, oldest first, the loss itself last; lines of one order are one."""
    order = [*(reason for reason in reasons if reason != "unknown"), "unknown"]
    ranked = sorted(
        (row for row in rows if row["reason"] in order),
        key=lambda row: (
            order.index(row["reason"]),
            row["date"] or dt.date.min,
            row["text_code"] or "",
            row["row_key"],
        ),
    )
    found: dict[tuple[Any, ...], EvidenceFact] = {}
    for row in ranked:
        fact = EvidenceFact(**_picked(EvidenceFact, {"about": None, **row}))
        key = (fact.reason, fact.table, fact.row_key, fact.text_code)
        earlier = found.get(key)
        found[key] = replace(fact, amount=_sum(earlier.amount, fact.amount)) if earlier else fact
    return tuple(found.values())


def _first_of_each(found: tuple[EvidenceFact, ...]) -> tuple[EvidenceFact, ...]:
    """At most `EVIDENCE_SHOWN` rows, in turn of each reason: none that has rows is without one."""
    counts = dict.fromkeys((fact.reason for fact in found), 0)
    turns = []
    for place, fact in enumerate(found):
        turns.append((counts[fact.reason], place))
        counts[fact.reason] += 1
    return tuple(found[place] for place in sorted(at for _, at in sorted(turns)[:EVIDENCE_SHOWN]))


def _described(
    found: tuple[EvidenceFact, ...], rows: Mapping[str, Rows]
) -> tuple[EvidenceFact, ...]:
    """The rows, events with what is written of them, and whom or what they were about."""
    about = {row["event_id"]: _about(row) for row in rows.get("loss_events", ())}
    return tuple(
        replace(each, about=about.get(each.row_key)) if each.table == "events" else each
        for each in found
    )


def _about(row: Mapping[str, Any]) -> str | None:
    """What is written of an event, and its scope where that is not said by it."""
    found = (row["description"], row["scope_value"])
    told = [each for each in found if isinstance(each, str) and each.strip()]
    is_told = len(told) > 1 and called.names(*told)
    return ", ".join(told[:1] if is_told else told) or None


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one + (other or 0.0)
