"""What the report says, as frozen values: read from published tables, checked by tests.

Nothing here knows a language or a page. Shares are in [0, 1], money is in the portfolio's
currency, dates are dates.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.at_risk import most_at_risk, risk_facts, scores_table
from segml.report.expected import ExpectedFact, expected_facts
from segml.report.health import HealthFacts, health_facts
from segml.report.lost import LossFacts, loss_facts
from segml.report.names import client_names
from segml.report.prospects import ProspectFacts, prospects_facts
from segml.report.records import Rows
from segml.report.silence import RiskFacts, with_silence
from segml.report.standing import RolesFacts, StandingFacts, roles_facts, standing_facts
from segml.report.support import SupportFacts, advised, support_facts
from segml.report.table import Table
from segml.report.waterfall import ProfitFacts, client_profit, profit_facts
from segml.scoring import ClientFacts, client_facts
from segml.words.feature import Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class TierFacts:
    """One tier: its clients (active ones apart), the money of the last 365 days, its shares."""

    tier: str
    rank: int
    is_key: bool
    clients: int
    active: int
    revenue: float
    profit: float
    cost_to_serve: float
    client_share: float
    profit_share: float | None
    expected_profit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioFacts:
    """The whole portfolio at a date.

    `migration` counts the clients of each (previous tier, tier) pair; `tier_names` are today's
    tiers top first, then those that hold nobody any more; `top_shares` are the shares
    of positive profit of the best 1, 5 and 10 clients (None where nobody brings profit);
    `expected_profit` is that of clients that have bought; `expected` what the scheme expects;
    `at_stake` is the sum over active clients, those already counted as lost left out, of the
    probability of churn times the profit of their last 365 days, where that is positive.
    """

    portfolio: str
    as_of: dt.date
    currency: str | None
    version: str
    statuses: Mapping[str, int]
    tiers: tuple[TierFacts, ...]
    tier_names: tuple[str, ...]
    migration: Mapping[tuple[str, str], int]
    profit: float
    revenue: float
    cost_to_serve: float
    expected_profit: float
    at_stake: float
    at_stake_key: float
    top_shares: Mapping[int, float | None]
    horizon_days: int
    potential_days: int
    active_days: int
    expected: tuple[ExpectedFact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """Everything on the page, in its order; `losses` is None where no analysis was published.

    `profit` says what the year's profit of all clients is made of, `example_profit` that of the
    example; None where the run did not publish it.
    `support` is there where the model learnt from few clients, `prospects` where there are any.
    `roles` and `example_standing` are None where the run published no roles.
    `set_aside` is how many rows of sales broke a rule and are in no figure, of `read`.
    """

    portfolio: PortfolioFacts
    losses: LossFacts | None
    at_risk: tuple[RiskFacts, ...]
    example: ClientFacts | None
    features: Mapping[str, Feature]
    notes: tuple[str, ...]
    profit: ProfitFacts | None = None
    example_profit: ProfitFacts | None = None
    support: SupportFacts | None = None
    health: HealthFacts | None = None
    prospects: ProspectFacts | None = None
    roles: RolesFacts | None = None
    example_standing: StandingFacts | None = None
    set_aside: int = 0
    read: int = 0


def report_facts(
    run: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    *,
    losses: tuple[Mapping[str, Any], Mapping[str, pd.DataFrame]] | None,
    features: Mapping[str, Feature],
) -> ReportFacts:
    """The facts of one published run, with the newest loss analysis beside it.

    Parameters
    ----------
    run
        The run.json of the scores: portfolio, model version, horizons, notes.
    tables
        `scores`, `reasons`, `clients`; `features` where silences are to be shown; `profit`,
        `prospects`, `prospect_reasons`, those of `standing.TABLES` and of `health.TABLES` where
        they were published.
    losses
        The run.json and the tables of a loss analysis, or None.
    features
        Feature name to the feature: its label, unit and kind.
    """
    scores, reasons, clients = tables["scores"], tables["reasons"], tables["clients"]
    names = client_names(clients)
    kinds = {name: feature.kind for name, feature in features.items()}
    lost = None if losses is None else loss_facts(*losses, names=names, kinds=kinds)
    lost_tables = losses and losses[1]
    gone = gone_clients(lost_tables)
    at_risk = risk_facts(most_at_risk(scores, gone=gone), reasons, names)
    support = support_facts(run)
    if support is not None:
        at_risk = with_silence(at_risk, tables.get("features"))
    notes = [*run.get("notes", ()), *(losses[0].get("notes", ()) if losses else ())]
    found = _example(scores, reasons, clients, at_risk)
    example = advised(found, run) if found else None
    profit = tables.get("profit")
    sales = run.get("data", {}).get("rows", {}).get("transactions", {})
    said = {*(run.get("support") or {}).get("sentences", ()), *_sentences(losses)}
    return ReportFacts(
        portfolio=portfolio_facts(run, scores, gone=gone),
        losses=lost,
        at_risk=at_risk,
        example=example,
        profit=profit_facts(profit),
        example_profit=client_profit(profit, example.client_id) if example else None,
        features=features,
        notes=tuple(note for note in dict.fromkeys(notes) if note not in said),
        support=support,
        health=health_facts(tables, names, left=gone_clients(lost_tables, "left")),
        prospects=prospects_facts(tables, names=names),
        roles=roles_facts(scores, tables.get("roles"), names),
        example_standing=standing_facts(tables, example.client_id) if example else None,
        set_aside=sales.get("quarantined", 0),
        read=sales.get("read", 0),
    )


def portfolio_facts(
    run: Mapping[str, Any], scores: pd.DataFrame | Table, *, gone: Collection[str] = ()
) -> PortfolioFacts:
    """The portfolio's totals, tiers, migration and concentration from its scores.

    Parameters
    ----------
    run
        The run.json of the scores.
    scores
        One row a client.
    gone
        Ids already counted as lost: nothing of theirs is at stake any more.
    """
    asked = scores_table(scores)
    parts = asked.groups(("tier_rank", "tier", "is_key", "status"), _MONEY)
    at_stake = asked.groups(
        ("is_key",), ("stake",), ("status", "=", "active"), ("client_id", "not in", list(gone))
    )
    gain = ("profit_365", ">", 0)
    gains = asked.rows(gain, order=(("profit_365", True),), most=10, columns=("profit_365",))
    every = asked.sums(("profit_365",), gain)["profit_365"]
    moved = asked.groups(("previous_tier", "tier"), (), ("previous_tier", "is", True))
    pairs = {(row["previous_tier"], row["tier"]): row["count"] for row in moved}
    tiers = _tiers(parts)
    named = dict.fromkeys([*(each.tier for each in tiers), *sorted(old for old, _ in pairs)])
    currency = asked.rows(("currency", "is", True), most=1, columns=("currency",))
    return PortfolioFacts(
        portfolio=str(run["portfolio"]),
        as_of=dt.date.fromisoformat(str(run["as_of"])),
        currency=currency[0]["currency"] if currency else None,
        version=str(run["model_version"]),
        statuses=_statuses(parts),
        tiers=tiers,
        tier_names=tuple(named),
        migration=pairs,
        profit=_sum(parts, "profit_365"),
        revenue=_sum(parts, "revenue_365"),
        cost_to_serve=_sum(parts, "cost_to_serve_365"),
        expected_profit=_expected(parts),
        at_stake=_sum(at_stake, "stake"),
        at_stake_key=_sum([row for row in at_stake if row["is_key"]], "stake"),
        top_shares={
            n: _share(sum(row["profit_365"] for row in gains[:n]), every) for n in (1, 5, 10)
        },
        horizon_days=int(run["churn_horizon_days"]),
        potential_days=int(run["potential_horizon_days"]),
        active_days=int(run.get("active_days", 365)),
        expected=expected_facts(run.get("expected_shares") or (), parts),
    )


_MONEY = ("revenue_365", "profit_365", "cost_to_serve_365", "expected_profit")


def _sentences(losses: tuple[Mapping[str, Any], Mapping[str, pd.DataFrame]] | None) -> list[str]:
    """What a loss analysis says of a small portfolio; the page says it in its own words."""
    return [] if losses is None else list((losses[0].get("support") or {}).get("sentences", ()))


def _statuses(parts: Rows) -> dict[str, int]:
    """How many clients are active, lapsed, prospects; the most first."""
    counts: dict[str, int] = {}
    for row in parts:
        counts[row["status"]] = counts.get(row["status"], 0) + row["count"]
    return dict(sorted(counts.items(), key=lambda each: -each[1]))


def _tiers(parts: Rows) -> tuple[TierFacts, ...]:
    total, everyone = _sum(parts, "profit_365"), sum(row["count"] for row in parts)
    found = []
    for rank in dict.fromkeys(row["tier_rank"] for row in parts):
        rows = [row for row in parts if row["tier_rank"] == rank]
        clients = sum(row["count"] for row in rows)
        profit = _sum(rows, "profit_365")
        found.append(
            TierFacts(
                tier=rows[0]["tier"],
                rank=int(rank),
                is_key=all(row["is_key"] for row in rows),
                clients=clients,
                active=sum(row["count"] for row in rows if row["status"] == "active"),
                revenue=_sum(rows, "revenue_365"),
                profit=profit,
                cost_to_serve=_sum(rows, "cost_to_serve_365"),
                client_share=clients / everyone,
                profit_share=_share(profit, total),
                expected_profit=_expected(rows),
            )
        )
    return tuple(found)


def _sum(rows: Rows, column: str) -> float:
    return math.fsum(row[column] for row in rows)


def _expected(parts: Rows) -> float:
    """What clients are expected to bring; a prospect's year holds only if it begins to buy."""
    return _sum([row for row in parts if row["status"] != "prospect"], "expected_profit")


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def gone_clients(
    losses: Mapping[str, pd.DataFrame] | None, kind: str | None = None
) -> frozenset[str]:
    """The ids of those that a loss analysis counts as lost, in one way or in any."""
    if losses is None:
        return frozenset()
    found = losses["losses"]
    return frozenset((found if kind is None else found[found["kind"].eq(kind)])["client_id"])


def _example(
    scores: pd.DataFrame,
    reasons: pd.DataFrame,
    clients: pd.DataFrame,
    at_risk: tuple[RiskFacts, ...],
) -> ClientFacts | None:
    if not at_risk:
        return None
    return client_facts(scores, reasons, clients, client_id=at_risk[0].client_id)
