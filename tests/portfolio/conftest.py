"""A ledger written by hand, in which every figure can be worked out, and scores beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from segml.ledger import Ledger, day_of, open_ledger
from segml.portfolio import Scene
from segml.words.plan import Economics, LedgerPlan, SourcePlan
from segml.words.playbook import Playbook, Playbooks

DAY = dt.date(2024, 1, 1)
AFTER = dt.date(2024, 2, 1)
"""The ledger goes on after the date: no row of that month may be seen."""
ECONOMICS = Economics(currency="EUR", minute=1.0, order=2.0, return_=5.0, referral_weight=0.2)
PLAYBOOKS = Playbooks(
    by_rank=(
        Playbook(
            team="key accounts",
            seniority="senior",
            contact_days=30,
            service=("plan",),
            discount_limit=0.2,
        ),
        Playbook(team="web", seniority="any", contact_days=None, service=(), discount_limit=0.05),
    )
)

Opened = Callable[..., Ledger]


def line(client: str, ago: int, amount: float = 100.0, **more: Any) -> dict[str, Any]:
    """An order line so many days before the date."""
    return {
        "client_id": client,
        "date": DAY - dt.timedelta(days=ago),
        "amount": amount,
        "cost": 0.5 * amount,
        "discount": 0.0,
        "category": "tea",
        "product": "green",
        **more,
    }


def contact(client: str, ago: int, kind: str = "call", minutes: float = 10.0) -> dict[str, Any]:
    """An interaction so many days before the date."""
    return {
        "client_id": client,
        "date": DAY - dt.timedelta(days=ago),
        "kind": kind,
        "minutes": minutes,
    }


def score(client: str, **given: Any) -> dict[str, Any]:
    """What the portfolio reads of one client's scores."""
    return {
        "client_id": client,
        "status": "active",
        "tier": "tier 1",
        "tier_rank": 1,
        "is_key": True,
        "p_churn": 0.1,
        "p_churn_low": 0.08,
        "p_churn_high": 0.13,
        "action": "maintain",
        "expected_profit": 100.0,
        "profit_365": 100.0,
        "revenue_365": 1000.0,
        "referral_profit_365": 0.0,
        **given,
    }


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Open a ledger of rows; it is closed after the test."""
    ledgers: list[Ledger] = []

    def make(lines: list[dict[str, Any]], **tables: list[dict[str, Any]]) -> Ledger:
        sources = {}
        for name, rows in {"transactions": lines, **tables}.items():
            path = tmp_path / f"{name}.parquet"
            pd.DataFrame(rows).to_parquet(path)
            sources[name] = SourcePlan(path=str(path))
        ledger = open_ledger(LedgerPlan(folder=str(tmp_path), **sources), ECONOMICS)
        ledgers.append(ledger)
        return ledger

    yield make
    for ledger in ledgers:
        ledger.close()


@pytest.fixture
def scene_of() -> Callable[..., Scene]:
    """The scene of a ledger's clients at the date; what is given of a client wins."""

    def make(ledger: Ledger, given: dict[str, dict[str, Any]] | None = None) -> Scene:
        past = ledger.past(DAY)
        known = past.frame("SELECT client_id, manager FROM {clients} ORDER BY client")
        rows = [score(client, **(given or {}).get(client, {})) for client in known["client_id"]]
        return Scene(
            past=past,
            scores=pd.DataFrame(rows),
            clients=known,
            churn_days=180,
            potential_days=365,
            playbooks=PLAYBOOKS,
            seed=3,
        )

    return make


@pytest.fixture(scope="session")
def today() -> int:
    """The date, as a day."""
    return day_of(DAY)
