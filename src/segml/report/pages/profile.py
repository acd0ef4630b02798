"""One client as a page: where it stands, why, against its own past and against its peers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from segml.report.edges import DecisionFact, decision_fact
from segml.report.prospects import ProspectFact, prospect_of
from segml.report.records import Rows
from segml.report.standing import StandingFacts, standing_facts
from segml.report.waterfall import ProfitFacts, client_profit
from segml.scoring import BASE, OTHER, ClientFacts, ReasonFact, Subject, facts_of

TABLES: Mapping[str, tuple[str, ...] | None] = MappingProxyType(
    {
        "scores": (
            *("as_of", "tier_margin", "tier_rival", "expected_profit_low"),
            *("expected_profit_high", "median_profit", "model_version"),
        ),
        "reasons": ("subject", *(field.name for field in fields(ReasonFact))),
        "profit": None,
        "roles": None,
        "levers": None,
        "criteria": None,
        "outlook": None,
        "next_need": ("level", "rank", "item", "like", "share", "comparable"),
        "attention": ("team", "last_contact", "due", "made", "missed"),
        "decisions": None,
        "prospects": None,
        "prospect_reasons": None,
    }
)
"""The published tables of which a client's rows are read, and which columns (None: all)."""
COMPARED = 5
"""Features that are held against the client's own past."""
USUAL_GAP = "median_gap_days"
"""The feature that says how far apart a client's orders usually are."""
LEAST_PEERS = 10
"""Fewer peers are not told of: their median would be one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThenNow:
    """A feature that carries a score: at the run before, now, and what is typical."""

    feature: str
    before: float | None
    now: float | None
    typical: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFact:
    """A category or product that clients like this one buy and it does not yet."""

    level: str
    item: str
    like: str
    share: float
    comparable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CareFact:
    """Contacts of the last 365 days against the playbook; None where they are not known."""

    team: str
    due: int | None
    made: int | None
    missed: int | None
    last_contact: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerFacts:
    """Active clients of the same industry: medians, and their sales against the run before."""

    industry: str
    clients: int
    sales: float
    profit: float
    risk: float
    sales_change: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """All that is told of one client; what was not published is None or empty."""

    client: ClientFacts
    row: Mapping[str, Any]
    profit: ProfitFacts | None
    standing: StandingFacts | None
    prospect: ProspectFact | None
    past: tuple[ThenNow, ...]
    past_on: dt.date | None
    needs: tuple[NeedFact, ...]
    care: CareFact | None
    peers: PeerFacts | None
    usual_gap_days: float | None = None
    decision: DecisionFact | None = None

    @property
    def example(self) -> ClientFacts:
        """The client, by the name that the report's template has for it."""
        return self.client

    @property
    def example_profit(self) -> ProfitFacts | None:
        """Its profit, likewise."""
        return self.profit

    @property
    def example_standing(self) -> StandingFacts | None:
        """Its standing, likewise."""
        return self.standing


def compared_features(reasons: Rows) -> list[str]:
    """The features that a client may be held against its own past by, and its usual gap.

    Parameters
    ----------
    reasons
        Its rows of the reasons.
    """
    asked = [row["feature"] for row in reasons if row["subject"] in _COMPARED_BY]
    found = [feature for feature in dict.fromkeys(asked) if feature not in (BASE, OTHER)]
    return [*found, *([USUAL_GAP] if found and USUAL_GAP not in found else [])]


def profile_facts(
    row: Mapping[str, Any],
    tables: Mapping[str, Rows],
    past: tuple[dt.date, Rows] | None,
    *,
    peers: PeerFacts | None,
) -> ProfileFacts:
    """The facts of one client.

    Parameters
    ----------
    row
        Its row of the roster.
    tables
        Its rows of `TABLES`, and of the features with `compared_features`, where they were
        published.
    past
        The date of the run before and the client's features then; None: there was none.
    peers
        Its industry, where there are enough of it.
    """
    client_id = str(row["client_id"])
    client = facts_of({**row, **tables["scores"][0]}, tables["reasons"])
    return ProfileFacts(
        client=client,
        row=row,
        profit=client_profit(tables.get("profit"), client_id),
        standing=standing_facts(tables, client_id),
        prospect=prospect_of(tables, client_id, names={}) if client.status == "prospect" else None,
        past=_past(client, tables.get("features"), past),
        past_on=None if past is None else past[0],
        needs=_needs(tables.get("next_need")),
        care=_care(tables.get("attention")),
        peers=peers,
        usual_gap_days=_usual_gap(tables.get("features")),
        decision=_decision(tables.get("decisions")),
    )


def _usual_gap(features: Rows | None) -> float | None:
    return _number(features[0].get(USUAL_GAP)) if features else None


def _past(
    client: ClientFacts, features: Rows | None, past: tuple[dt.date, Rows] | None
) -> tuple[ThenNow, ...]:
    """The strongest numeric features of the risk with their values then and now."""
    told = next((client.explained[each] for each in _COMPARED_BY if each in client.explained), None)
    if told is None or not features:
        return ()
    now, then = features[0], past[1][0] if past and past[1] else {}
    found = [
        ThenNow(
            feature=fact.feature,
            before=_number(then.get(fact.feature)),
            now=_number(now.get(fact.feature)),
            typical=fact.reference,
        )
        for fact in told.reasons
        if _number(now.get(fact.feature)) is not None
    ]
    return tuple(found[:COMPARED])


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _needs(table: Rows | None) -> tuple[NeedFact, ...]:
    return tuple(
        NeedFact(
            level=row["level"],
            item=row["item"],
            like=row["like"],
            share=row["share"],
            comparable=int(row["comparable"]),
        )
        for row in sorted(table or (), key=lambda row: (row["level"], row["rank"]))
    )


def _care(table: Rows | None) -> CareFact | None:
    if not table:
        return None
    row = table[0]
    counts = {name: None if row[name] is None else int(row[name]) for name in _COUNTS}
    return CareFact(team=row["team"], last_contact=row["last_contact"], **counts)


def _decision(table: Rows | None) -> DecisionFact | None:
    return decision_fact(table[0], name="") if table else None


_COMPARED_BY: tuple[Subject, ...] = ("churn", "buys")
_COUNTS = ("due", "made", "missed")
