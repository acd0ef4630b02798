"""A ledger written by hand, one big client for each fate, and the analysis it gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.bundle import Bundle, fit
from segml.ledger import Ledger, day_of, open_ledger
from segml.losses import LossAnalysis, analyse
from segml.losses.books import Books, open_books
from segml.losses.scene import Scene
from segml.words.plan import (
    ChurnPlan,
    Economics,
    LedgerPlan,
    Plan,
    PotentialPlan,
    SourcePlan,
    TierPlan,
)

FIRST = dt.date(2022, 1, 3)
START = dt.date(2023, 12, 1)
END = dt.date(2024, 6, 1)
AFTER = dt.date(2024, 7, 15)
"""The ledger goes on after the later date: no row of these six weeks may be seen."""
TURN = dt.date(2024, 1, 8)
"""The day on which the lives of the clients that will be lost change."""


def orders(
    client_id: str, days: list[int], amount: float, cost: float, discount: float = 0.0
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": client_id,
            "date": [FIRST + dt.timedelta(days=day) for day in days],
            "amount": amount,
            "cost": cost,
            "discount": discount,
            "product": "p",
            "category": "cp",
            "quantity": 10.0,
        }
    )


def every(gap: int, first: dt.date = FIRST, until: dt.date = AFTER) -> list[int]:
    return list(range((first - FIRST).days, (until - FIRST).days, gap))


def lines() -> pd.DataFrame:
    draws = np.random.default_rng(4)
    parts = [orders(f"big{i:02d}", every(14), 900.0 + 20 * i, 500.0) for i in range(12)]
    for i in range(30):
        days = np.cumsum(draws.integers(20, 60, size=40))
        until = draws.integers(300, 1200)
        parts.append(orders(f"small{i:02d}", days[days < min(until, 920)].tolist(), 30.0, 20.0))
    parts += [
        orders("stopped", every(14, until=TURN), 1000.0, 500.0),
        orders("quarterly", every(91), 6500.0, 3250.0),
        orders("gone", every(14, until=dt.date(2023, 9, 15)), 1000.0, 500.0),
        orders("shrunk", every(14, until=TURN), 1000.0, 500.0),
        orders("shrunk", every(14, first=TURN), 100.0, 50.0),
        orders("sunk", every(14, until=TURN), 1000.0, 500.0),
        orders("sunk", every(14, first=TURN), 1000.0, 1200.0),
        orders("pressed", every(14, until=TURN), 1000.0, 500.0),
        orders("pressed", every(14, first=TURN), 450.0, 500.0, discount=550.0),
    ]
    return pd.concat(parts, ignore_index=True)


def plan_of(folder: Path, table: pd.DataFrame) -> Plan:
    table.to_parquet(folder / "lines.parquet")
    return Plan(
        portfolio="by hand",
        ledger=LedgerPlan(transactions=SourcePlan(path=str(folder / "lines.parquet"))),
        economics=Economics(currency="EUR"),
        tiers=TierPlan(number=2),
        churn=ChurnPlan(horizon_days=90, cutoffs=4),
        potential=PotentialPlan(horizon_days=90),
        seed=1,
    )


@pytest.fixture(scope="session")
def dates() -> tuple[int, int]:
    return day_of(START), day_of(END)


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    plan = plan_of(tmp_path_factory.mktemp("ledger"), lines())
    with open_ledger(plan.ledger, plan.economics) as opened:
        yield opened


@pytest.fixture(scope="session")
def bundle(
    ledger: Ledger, dates: tuple[int, int], tmp_path_factory: pytest.TempPathFactory
) -> Bundle:
    plan = plan_of(tmp_path_factory.mktemp("plan"), lines())
    return fit(ledger, dates[0], plan, threads=1)


@pytest.fixture(scope="session")
def analysis(ledger: Ledger, bundle: Bundle, dates: tuple[int, int]) -> LossAnalysis:
    return analyse(ledger, bundle, start=dates[0], end=dates[1])


@dataclass(frozen=True, kw_only=True, eq=False)
class Ahead:
    """A ledger with losses enough to learn from: its analysis, and what it was made of."""

    scene: Scene
    books: Books
    analysis: LossAnalysis


COMING = dt.date(2024, 2, 12)
"""Since then `coming` has the discount that `press0` to `press5` had before their decline."""
FIRST_DISCOUNT = dt.date(2023, 9, 11)


def lines_ahead() -> pd.DataFrame:
    """Clients pressed by discount and lost, one that is being pressed now, and many that fade."""
    parts = [lines()]
    for place in range(6):
        turn = TURN + dt.timedelta(days=7 * (place % 3))
        parts += [
            orders(f"press{place}", every(14, until=FIRST_DISCOUNT), 1000.0, 500.0),
            orders(f"press{place}", every(14, FIRST_DISCOUNT, turn), 980.0, 500.0, discount=20.0),
            orders(f"press{place}", every(14, first=turn), 450.0, 500.0, discount=550.0),
        ]
    parts += [
        orders("coming", every(14, until=COMING), 1000.0, 500.0),
        orders("coming", every(14, first=COMING), 980.0, 500.0, discount=20.0),
    ]
    draws = np.random.default_rng(8)
    for place in range(120):
        days = np.cumsum(draws.integers(10, 22, size=90))
        until = draws.integers(500, 1000) if place % 2 else 920
        kept = days[days < min(until, 920)].tolist()
        parts.append(orders(f"shop{place:03d}", kept, 60.0 + place, 30.0))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def ahead(dates: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ahead]:
    """That ledger's analysis."""
    start, end = dates
    plan = plan_of(tmp_path_factory.mktemp("ahead"), lines_ahead())
    with open_ledger(plan.ledger, plan.economics) as opened:
        bundle = fit(opened, start, plan, threads=1)
        scene = Scene(ledger=opened, bundle=bundle, start=start, end=end)
        books = open_books(
            opened,
            scene.key,
            known=list(scene.after.index),
            start=start,
            end=end,
            shrunk_below=plan.losses.shrunk_below,
            seed=plan.seed,
        )
        yield Ahead(
            scene=scene, books=books, analysis=analyse(opened, bundle, start=start, end=end)
        )
