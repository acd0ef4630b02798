"""One client as a page: where it stands, why, against its own past and against its peers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.prospects import ProspectFact, prospect_of
from segml.report.records import records
from segml.report.standing import StandingFacts, standing_facts
from segml.report.waterfall import ProfitFacts, profit_facts
from segml.scoring import ClientFacts, client_facts

TABLES = (
    *("scores", "reasons", "clients", "features", "profit", "roles", "levers", "criteria"),
    *("outlook", "next_need", "attention", "prospects", "prospect_reasons"),
)
"""The published tables of which a client's rows are read."""
COMPARED = 5
"""Features that are held against the client's own past."""
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


def profile_facts(
    row: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    past: tuple[dt.date, pd.DataFrame] | None,
    *,
    peers: PeerFacts | None,
) -> ProfileFacts:
    """The facts of one client.

    Parameters
    ----------
    row
        Its row of the roster.
    tables
        Its rows of `TABLES`, where they were published.
    past
        The date of the run before and the client's features then; None: there was none.
    peers
        Its industry, where there are enough of it.
    """
    client_id = str(row["client_id"])
    client = client_facts(
        tables["scores"], tables["reasons"], tables["clients"], client_id=client_id
    )
    return ProfileFacts(
        client=client,
        row=row,
        profit=profit_facts(tables.get("profit"), client_id),
        standing=standing_facts(tables, client_id),
        prospect=prospect_of(tables, client_id, names={}) if client.status == "prospect" else None,
        past=_past(client, tables.get("features"), past),
        past_on=None if past is None else past[0],
        needs=_needs(tables.get("next_need")),
        care=_care(tables.get("attention")),
        peers=peers,
    )


def _past(
    client: ClientFacts, features: pd.DataFrame | None, past: tuple[dt.date, pd.DataFrame] | None
) -> tuple[ThenNow, ...]:
    """The strongest numeric features of the risk with their values then and now."""
    told = client.explained.get("churn") or client.explained.get("buys")
    if told is None or features is None or features.empty:
        return ()
    asked = [fact.feature for fact in told.reasons]
    now, then = _values(features, asked), _values(None if past is None else past[1], asked)
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


def _values(features: pd.DataFrame | None, asked: Sequence[str]) -> dict[str, Any]:
    """The client's values of some features, of those that the frame has."""
    if features is None or features.empty:
        return {}
    return records(features[[name for name in asked if name in features.columns]])[0]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _needs(table: pd.DataFrame | None) -> tuple[NeedFact, ...]:
    if table is None:
        return ()
    return tuple(
        NeedFact(
            level=row["level"],
            item=row["item"],
            like=row["like"],
            share=row["share"],
            comparable=int(row["comparable"]),
        )
        for row in records(table.sort_values(["level", "rank"]))
    )


def _care(table: pd.DataFrame | None) -> CareFact | None:
    if table is None or table.empty:
        return None
    row = records(table)[0]
    counts = {name: None if row[name] is None else int(row[name]) for name in _COUNTS}
    return CareFact(team=row["team"], last_contact=row["last_contact"], **counts)


_COUNTS = ("due", "made", "missed")
