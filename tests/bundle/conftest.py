"""One small ledger and the bundle it gives, fitted once for all tests of the room."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from segml.bundle import Bundle, fit
from segml.ledger import Ledger, date_of, open_ledger
from segml.simulate import make_world
from segml.words.plan import (
    ChurnPlan,
    Economics,
    LedgerPlan,
    Plan,
    PotentialPlan,
    SourcePlan,
)


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("ledger")
    world = make_world(clients=150, months=20, seed=3)
    world.transactions.to_parquet(folder / "lines.parquet")
    world.clients.to_parquet(folder / "clients.parquet")
    return Plan(
        portfolio="малый <b>& small",
        ledger=LedgerPlan(
            transactions=SourcePlan(path=str(folder / "lines.parquet")),
            clients=SourcePlan(path=str(folder / "clients.parquet")),
        ),
        economics=Economics(currency="EUR", order=5.0, return_=10.0),
        churn=ChurnPlan(horizon_days=60, cutoffs=3, gap_days=2),
        potential=PotentialPlan(horizon_days=90),
        seed=1,
    )


@pytest.fixture(scope="session")
def ledger(plan: Plan) -> Iterator[Ledger]:
    with open_ledger(plan.ledger, plan.economics) as opened:
        yield opened


@pytest.fixture(scope="session")
def as_of(ledger: Ledger) -> int:
    """Two months before the ledger's end, so that there are rows that must not be seen."""
    return ledger.last_day - 60


@pytest.fixture(scope="session")
def bundle(ledger: Ledger, as_of: int, plan: Plan) -> Bundle:
    return fit(ledger, as_of, plan, threads=1)


@pytest.fixture
def cut(plan: Plan, as_of: int, tmp_path: Path) -> Plan:
    """The plan of the ledger as it stood on the as-of date, its rows backwards."""
    day = pd.Timestamp(date_of(as_of))
    lines = pd.read_parquet(str(plan.ledger.transactions.path))
    lines = lines[pd.to_datetime(lines["date"]) < day]
    assert plan.ledger.clients is not None
    clients = pd.read_parquet(str(plan.ledger.clients.path))
    later = pd.to_datetime(clients["acquired_on"]) >= day
    clients = clients[~later | clients["client_id"].isin(lines["client_id"])]
    lines.iloc[::-1].to_parquet(tmp_path / "lines.parquet")
    clients.iloc[::-1].to_parquet(tmp_path / "clients.parquet")
    ledger = LedgerPlan(
        transactions=SourcePlan(path=str(tmp_path / "lines.parquet")),
        clients=SourcePlan(path=str(tmp_path / "clients.parquet")),
    )
    return dataclasses.replace(plan, ledger=ledger)
