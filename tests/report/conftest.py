"""A small published run and loss analysis, with names that try to be more than text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from segml.losses import COURSE, DEMOTED, EVIDENCE, LOSS_REASONS, LOSSES, PATH
from segml.losses.tables import framed
from segml.report import ReportFacts, report_facts
from segml.scoring import CLIENTS, REASONS, SCORES, conform
from segml.words.feature import Feature

Tables = dict[str, pd.DataFrame]
Published = tuple[dict[str, Any], Tables]

DAY = dt.date(2024, 7, 1)
NAMES = {
    "a": "<script>alert(1)</script>",
    "b": 'Fish "& Chips" {{ 7 * 7 }}',
    "c": "ООО Ромашка",
    "d": "北京永利医疗",
    "e": "\u202eevil\u202c' onload='x",
    "f": None,
}
FEATURES = {
    "silence_days": Feature(
        name="silence_days",
        family="rhythm",
        unit="days",
        kind="symptom",
        label="days since the last order",
    ),
    "price_rise": Feature(
        name="price_rise",
        family="prices",
        unit="share",
        kind="driver",
        reason="price",
        label="rise of own unit prices",
    ),
    "spend_90": Feature(
        name="spend_90", family="spend", unit="money", kind="symptom", label="spend of 90 days"
    ),
}


def score_row(client_id: str, **given: Any) -> dict[str, Any]:
    """One row of the scores."""
    row = {
        "as_of": DAY,
        "client_id": client_id,
        "status": "active",
        "tier": "tier 1",
        "tier_rank": 1,
        "previous_tier": "tier 1",
        "tier_margin": 0.4,
        "tier_rival": "tier 2",
        "raw_churn": -1.0,
        "p_churn": 0.3,
        "p_churn_low": 0.25,
        "p_churn_high": 0.36,
        "raw_potential": 1.0,
        "expected_profit": 90.0,
        "expected_profit_low": -10.0,
        "expected_profit_high": 190.0,
        "median_profit": 80.0,
        "profit_365": 100.0,
        "revenue_365": 1000.0,
        "cost_to_serve_365": 50.0,
        "referral_profit_365": 0.0,
        "value_365": 100.0,
        "roles": "",
        "is_key": True,
        "action": "keep",
        "model_version": "2024-01-01-0123456789",
        "currency": "EUR",
    }
    return {**row, **given}


def scores_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Scores as scoring publishes them."""
    return conform(pd.DataFrame(rows), SCORES)


def reasons_of(client_id: str) -> list[dict[str, Any]]:
    """The reasons of one client: a probability from 10 to 30 per cent, and a tier margin."""
    told = [
        ("churn", 0, "(base)", "", None, "", None, -2.2, 10.0),
        ("churn", 1, "silence_days", "symptom", 111.0, "111 days", 30.0, 0.9, 15.0),
        ("churn", 2, "spend_90", "symptom", 40.0, "40.00 EUR", 60.0, 0.5, 8.0),
        ("churn", 3, "(other)", "", None, "", None, -0.2, -3.0),
        ("tier", 0, "(base)", "", None, "", None, 0.1, None),
        ("tier", 1, "spend_90", "symptom", 40.0, "40.00 EUR", 60.0, -0.4, None),
        ("tier", 2, "(other)", "", None, "", None, 0.7, None),
    ]
    names = ("subject", "rank", "feature", "kind", "value", "value_text", "reference")
    columns = (*names, "contribution", "points")
    return [
        {"as_of": DAY, "client_id": client_id, "reason": "", **dict(zip(columns, row, strict=True))}
        for row in told
    ]


@pytest.fixture
def published() -> Published:
    """A run of six clients in two tiers."""
    rows = [
        score_row("a", profit_365=400.0, p_churn=0.5),
        score_row("b", p_churn=0.004, p_churn_low=0.002, p_churn_high=0.009),
        score_row("c", tier="tier 2", tier_rank=2, is_key=False, profit_365=900.0),
        score_row("d", tier="tier 2", tier_rank=2, is_key=False, profit_365=-50.0),
        score_row("e", profit_365=300.0),
        score_row(
            "f",
            status="lapsed",
            tier="tier 2",
            tier_rank=2,
            is_key=False,
            profit_365=0.0,
            p_churn=None,
            p_churn_low=None,
            p_churn_high=None,
            previous_tier=None,
        ),
    ]
    reasons = [row for client_id in NAMES for row in reasons_of(client_id)]
    clients = pd.DataFrame(
        [
            {"client_id": key, "name": name, "manager": None, "region": None, "industry": None}
            for key, name in NAMES.items()
        ]
    )
    run = {
        "portfolio": "shop",
        "as_of": "2024-07-01",
        "model_version": "2024-01-01-0123456789",
        "churn_horizon_days": 120,
        "potential_horizon_days": 180,
        "notes": ["no cost column: margin rate 0.35 used"],
    }
    tables = {
        "scores": scores_of(rows),
        "reasons": conform(pd.DataFrame(reasons), REASONS),
        "clients": conform(clients, CLIENTS),
    }
    return run, tables


def loss_row(client_id: str, **given: Any) -> dict[str, Any]:
    """One row of the losses."""
    row = {
        "client_id": client_id,
        "tier_before": "tier 1",
        "kind": "left",
        "certainty": "certain",
        "onset": dt.date(2024, 2, 10),
        "onset_low": dt.date(2024, 2, 1),
        "onset_high": dt.date(2024, 3, 1),
        "lost_on": dt.date(2024, 6, 1),
        "first_signal": dt.date(2024, 4, 1),
        "profit_before": 500.0,
        "profit_lost": 600.0,
        "referral_profit_lost": 0.0,
        "reason_1": "price",
        "share_1": 0.7,
        "reason_2": "unknown",
        "share_2": 0.3,
        "reason_3": None,
        "share_3": None,
        "first_signal_by": "p_churn",
        "left_on": None,
        "left_reason": None,
    }
    return {**row, **given}


def _reason(client_id: str, reason: str, feature: str, **given: Any) -> dict[str, Any]:
    row = {"value_before": None, "value_after": None, "contribution": 0.0, "share": 0.0}
    row["value_earlier"] = None
    return {
        "client_id": client_id,
        "reason": reason,
        "feature": feature,
        "money": 0.0,
        **row,
    } | given


def _row(client_id: str, code: str, key: str, amount: float, reason: str) -> dict[str, Any]:
    row = {"table": "transactions", "date": dt.date(2024, 3, 2)}
    named = {"client_id": client_id, "reason": reason, "row_key": key, "text_code": code}
    return {**row, **named, "amount": amount}


def _months(client_id: str) -> list[dict[str, Any]]:
    months = [dt.date(2023 + (m > 12), m - 12 * (m > 12), 1) for m in range(3, 20)]
    return [
        {
            "client_id": client_id,
            "month": month,
            "orders": 2,
            "revenue": 100.0 if month < dt.date(2024, 2, 1) else 10.0,
            "profit": 20.0 if month < dt.date(2024, 2, 1) else -5.0,
        }
        for month in months
    ]


@pytest.fixture
def analysed() -> Published:
    """A loss analysis with three losses: one explained, one not, one of an unnamed client."""
    losses = [
        loss_row("a"),
        loss_row("e", kind="unprofitable", profit_lost=900.0, reason_1="unknown", share_1=1.0)
        | {"reason_2": None, "share_2": None, "first_signal": None, "certainty": "probable"},
        loss_row("f", kind="shrunk", profit_lost=100.0, onset_low=None, onset_high=None),
    ]
    reasons = [
        _reason("a", "price", "price_rise", value_before=0.01, value_after=0.12)
        | {"contribution": 0.5, "share": 0.7, "money": 420.0},
        _reason("a", "unknown", "silence_days", value_before=4.0, value_after=115.0)
        | {"contribution": 1.5},
        _reason("a", "unknown", "spend_90", value_before=None, value_after=0.0)
        | {"contribution": 1.0},
        _reason("a", "unknown", "(unknown)", share=0.3, money=180.0),
        _reason("e", "unknown", "(unknown)", share=1.0, money=900.0),
        _reason("f", "price", "price_rise", share=0.7, money=70.0),
        _reason("f", "unknown", "(unknown)", share=0.3, money=30.0),
    ]
    evidence = [
        _row("a", "last_order", "O9", 80.0, "unknown"),
        _row("a", "unit_price_above_earlier", "O8", 3.0, "price"),
        _row("a", "unit_price_above_earlier", "O8", 4.0, "price"),
        _row("a", "goods_returned", "O7", 5.0, "service"),
    ]
    path = {
        "last_healthy": dt.date(2024, 2, 1),
        "explained_at": dt.date(2024, 6, 1),
        "tier_before": "tier 1",
        "tier_after": "tier 2",
        "p_churn_before": 0.1,
        "p_churn_after": 0.4,
        "raw_churn_before": -2.0,
        "raw_churn_after": 1.0,
        "last_order": dt.date(2024, 3, 2),
        "due_on": dt.date(2024, 3, 20),
    }
    demoted = [
        {"client_id": "b", "tier_before": "tier 1", "tier_after": "tier 2"}
        | {"value_before": 90.0, "value_after": 40.0}
    ]
    run = {
        "from": "2024-01-01",
        "churn_horizon_days": 120,
        "to": "2024-07-01",
        "key_clients": 7,
        "lost_before": 1,
        "demoted": 1,
        "model_version": "2024-01-01-0123456789",
        "notes": [],
    }
    months = [row for client_id in ("a", "e", "f") for row in _months(client_id)]
    tables = {
        "losses": framed(losses, LOSSES),
        "loss_reasons": framed(reasons, LOSS_REASONS),
        "evidence": framed(evidence, EVIDENCE),
        "course": framed(months, COURSE),
        "path": framed([{"client_id": each, **path} for each in ("a", "e")], PATH),
        "demoted": framed(demoted, DEMOTED),
    }
    return run, tables


@pytest.fixture
def features() -> Mapping[str, Feature]:
    """The features named above."""
    return FEATURES


@pytest.fixture
def facts(published: Published, analysed: Published) -> ReportFacts:
    """The facts of both."""
    return report_facts(*published, losses=analysed, features=FEATURES)


@pytest.fixture
def names() -> Mapping[str, str | None]:
    """The clients' names."""
    return NAMES
