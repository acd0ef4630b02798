"""One small world, replayed once for all tests of the room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from segml.evaluation import Backtest, backtest
from segml.features import FeaturePlan
from segml.ledger import Ledger, Past, open_ledger
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
    world = make_world(clients=100, months=16, seed=23)
    world.transactions.to_parquet(folder / "lines.parquet")
    return Plan(
        portfolio="small",
        ledger=LedgerPlan(transactions=SourcePlan(path=str(folder / "lines.parquet"))),
        economics=Economics(currency="EUR", margin_rate=0.3),
        churn=ChurnPlan(horizon_days=60, active_days=90, cutoffs=3),
        potential=PotentialPlan(horizon_days=90),
    )


@pytest.fixture(scope="session")
def ledger(plan: Plan) -> Iterator[Ledger]:
    with open_ledger(plan.ledger, plan.economics) as opened:
        yield opened


@pytest.fixture(scope="session")
def origins(ledger: Ledger) -> tuple[int, int]:
    """The last two dates with a whole churn horizon; potential's is whole at the first alone."""
    last = ledger.last_day + 1 - 60
    return last - 30, last


@pytest.fixture(scope="session")
def made() -> list[tuple[int, Any]]:
    """The day and the columns of every snapshot and frame that the replay made."""
    return []


@pytest.fixture(scope="session")
def replayed(
    ledger: Ledger, plan: Plan, origins: tuple[int, int], made: list[tuple[int, Any]]
) -> Backtest:
    room = import_module("segml.features.remembered")
    with pytest.MonkeyPatch.context() as patched:
        for name in ("make_snapshot", "make_features"):
            patched.setattr(room, name, _listening(getattr(room, name), made))
        return backtest(ledger, plan, origins, threads=1, draws=10)


def _listening(make: Callable[..., Any], made: list[tuple[int, Any]]) -> Callable[..., Any]:
    def listening(past: Past, plan: FeaturePlan, columns: Any, at_once: int) -> Any:
        made.append((past.as_of, columns and frozenset(columns)))
        return make(past, plan, columns, at_once)

    return listening
