"""One small ledger, the bundle it gives and the scores of one date, made once for the room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from segml.bundle import Bundle, fit
from segml.features import Snapshot, snapshot
from segml.ledger import Ledger, open_ledger
from segml.scoring import Scored, score
from segml.simulate import make_world
from segml.words.plan import (
    ChurnPlan,
    Economics,
    LedgerPlan,
    Plan,
    PotentialPlan,
    SourcePlan,
)

VERSION = "2023-10-02-0123456789"


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("ledger")
    world = make_world(clients=200, months=24, seed=5)
    clients = world.clients
    clients.loc[0, "name"] = "<script>轮胎 Шины</script>"
    world.transactions.to_parquet(folder / "lines.parquet")
    clients.to_parquet(folder / "clients.parquet")
    return Plan(
        portfolio="small",
        ledger=LedgerPlan(
            transactions=SourcePlan(path=str(folder / "lines.parquet")),
            clients=SourcePlan(path=str(folder / "clients.parquet")),
        ),
        economics=Economics(currency="EUR", order=5.0, return_=10.0),
        churn=ChurnPlan(horizon_days=60, active_days=180, cutoffs=4),
        potential=PotentialPlan(horizon_days=90),
        seed=1,
    )


@pytest.fixture(scope="session")
def ledger(plan: Plan) -> Iterator[Ledger]:
    with open_ledger(plan.ledger, plan.economics) as opened:
        yield opened


@pytest.fixture(scope="session")
def as_of(ledger: Ledger) -> int:
    """Three months before the ledger's end, so that there are rows that must not be seen."""
    return ledger.last_day - 90


@pytest.fixture(scope="session")
def bundle(ledger: Ledger, as_of: int, plan: Plan) -> Bundle:
    return fit(ledger, as_of, plan, threads=1)


@pytest.fixture(scope="session")
def now(ledger: Ledger, as_of: int, bundle: Bundle) -> Snapshot:
    return snapshot(ledger.past(as_of), bundle.features)


@pytest.fixture(scope="session")
def scored(bundle: Bundle, ledger: Ledger, as_of: int) -> Scored:
    return score(bundle, ledger, as_of, version=VERSION)
