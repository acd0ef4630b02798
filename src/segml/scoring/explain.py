"""What is true of one client at one date: its scores and the reasons behind each, as a value.

Read from the frames scoring gives, so that a page, a report and a command say the same of what
was published.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from segml.scoring.parts import SUBJECTS, Subject
from segml.scoring.reasons import BASE, OTHER
from segml.words.errors import ConfigurationRefused

SHOWN = 3
"""Ids that a refusal names at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonFact:
    """One row of the reasons: a feature's value, and what it did to the score."""

    rank: int
    feature: str
    kind: str
    reason: str
    value: float | None
    value_text: str
    reference: float | None
    contribution: float
    points: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One raw score taken apart: base + reasons + rest = raw, all in the raw score's unit.

    `points` of the base is the probability it stands for, in per cent (None where the subject is
    no probability).
    """

    subject: Subject
    raw: float
    base: ReasonFact
    reasons: tuple[ReasonFact, ...]
    rest: ReasonFact


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """One client at one date; the fields are the columns of the scores and of the clients."""

    client_id: str
    name: str | None
    manager: str | None
    region: str | None
    industry: str | None
    as_of: dt.date
    status: str
    tier: str
    tier_rank: int
    previous_tier: str | None
    tier_margin: float
    tier_rival: str | None
    p_churn: float | None
    p_churn_low: float | None
    p_churn_high: float | None
    expected_profit: float | None
    expected_profit_low: float | None
    expected_profit_high: float | None
    median_profit: float | None
    profit_365: float
    revenue_365: float
    cost_to_serve_365: float
    referral_profit_365: float
    value_365: float
    roles: str
    is_key: bool
    action: str
    model_version: str
    currency: str | None
    explained: Mapping[Subject, Explained]

    @property
    def may_rise(self) -> bool:
        """Whether there is a higher tier that it could come to: it is active and not at the top."""
        return self.status == "active" and self.tier_rank > 1


def client_facts(
    scores: pd.DataFrame, reasons: pd.DataFrame, clients: pd.DataFrame, *, client_id: str
) -> ClientFacts:
    """The facts of one client.

    Parameters
    ----------
    scores, reasons, clients
        The three frames of one date, as scored or as read back.
    client_id
        Whose; a name that one client alone has stands for its id.

    Raises
    ------
    ConfigurationRefused
        If no such client was scored, or several have the name; the nearest ids, or theirs, are
        told.
    """
    mine = scores[scores["client_id"] == client_id]
    if mine.empty:
        client_id = _by_name(scores["client_id"], clients, client_id)
        mine = scores[scores["client_id"] == client_id]
    who = clients[clients["client_id"] == client_id]
    told = reasons[reasons["client_id"] == client_id]
    return facts_of({**_first(who), **_first(mine)}, _records(told))


def facts_of(known: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]]) -> ClientFacts:
    """The facts of one client whose rows were read already.

    Parameters
    ----------
    known
        Its row of the scores with that of the clients, as plain values.
    reasons
        Its rows of the reasons, likewise.
    """
    told = {subject: [row for row in reasons if row["subject"] == subject] for subject in SUBJECTS}
    explained = {subject: _explained(subject, rows) for subject, rows in told.items() if rows}
    names = [field.name for field in fields(ClientFacts) if field.name != "explained"]
    shown: dict[str, Any] = {name: known.get(name) for name in names}
    return ClientFacts(**shown, explained=explained)


def _explained(subject: Subject, rows: Sequence[Mapping[str, Any]]) -> Explained:
    facts = tuple(
        ReasonFact(**{field.name: row[field.name] for field in fields(ReasonFact)})
        for row in sorted(rows, key=lambda row: row["rank"])
    )
    return Explained(
        subject=subject,
        raw=sum(fact.contribution for fact in facts),
        base=next(fact for fact in facts if fact.feature == BASE),
        reasons=tuple(fact for fact in facts if fact.feature not in (BASE, OTHER)),
        rest=next(fact for fact in facts if fact.feature == OTHER),
    )


def _first(frame: pd.DataFrame) -> dict[str, Any]:
    return _records(frame.head(1))[0] if len(frame) else {}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain Python values, null as None."""
    rows = frame.to_dict(orient="records")
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in rows
    ]


def _by_name(known: pd.Series, clients: pd.DataFrame, name: str) -> str:
    """The id of the client that is called so, upper and lower case and spaces aside."""

    def plain(text: str) -> str:
        return " ".join(text.casefold().split())

    called = clients[clients["name"].notna() & clients["client_id"].isin(known)]
    ids = called.loc[[plain(str(each)) == plain(name) for each in called["name"]], "client_id"]
    if ids.empty:
        raise _unknown(known, name)
    if len(ids) > 1:
        raise ConfigurationRefused(
            f"client `{name}`: {len(ids)} are called so",
            allowed="an id, or a name that one client alone has",
            next_step=f"pass one of {', '.join(f'`{one}`' for one in ids.iloc[:SHOWN])}",
        )
    return str(ids.iloc[0])


def _unknown(known: pd.Series, client_id: str) -> ConfigurationRefused:
    ids = known.astype("str").tolist()
    # a spreadsheet takes leading zeros away
    bare = [each for each in ids if each.lstrip("0") == client_id.lstrip("0")]
    near = list(dict.fromkeys([*bare, *difflib.get_close_matches(client_id, ids, n=SHOWN)]))[:SHOWN]
    return ConfigurationRefused(
        f"client `{client_id}`",
        allowed=f"one of the {len(known):,} clients known at this date",
        next_step=f"did you mean {', '.join(f'`{one}`' for one in near)}?"
        if near
        else "check the id",
    )
