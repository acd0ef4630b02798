"""Ledgers for the tests of features: tiny ones written out in a test, and one rich random one."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segml.features import FeaturePlan, Snapshot, snapshot
from segml.ledger import Ledger, Past, open_ledger
from segml.words.plan import Economics, LedgerPlan, SourcePlan

ZERO = dt.date(2024, 1, 1)
"""Day 0 of the tests' ledgers."""

OpenLedger = Callable[..., Ledger]


def _source(folder: Path, name: str, frame: pd.DataFrame) -> SourcePlan:
    path = folder / f"{name}.parquet"
    frame.to_parquet(path, index=False)
    return SourcePlan(path=str(path))


@pytest.fixture(scope="session")
def open_frames(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLedger]:
    """Opens a ledger of two frames; a `day` column counts from ZERO."""
    opened: list[Ledger] = []

    def make(
        transactions: pd.DataFrame,
        clients: pd.DataFrame | None = None,
        economics: Economics | None = None,
    ) -> Ledger:
        folder = tmp_path_factory.mktemp("ledger")
        days = pd.to_timedelta(transactions["day"], unit="D")
        dated = transactions.drop(columns="day").assign(date=pd.Timestamp(ZERO) + days)
        plan = LedgerPlan(
            transactions=_source(folder, "transactions", dated),
            clients=None if clients is None else _source(folder, "clients", clients),
        )
        opened.append(open_ledger(plan, economics or Economics()))
        return opened[-1]

    yield make
    for ledger in opened:
        ledger.close()


@pytest.fixture(scope="session")
def snap(open_frames: OpenLedger) -> Callable[..., Snapshot]:
    """The snapshot of frames at a day counted from ZERO."""

    def make(
        transactions: pd.DataFrame,
        as_of: int,
        *,
        clients: pd.DataFrame | None = None,
        economics: Economics | None = None,
        horizon_days: int = 90,
    ) -> Snapshot:
        ledger = open_frames(transactions, clients, economics)
        past = ledger.past(ZERO + dt.timedelta(days=as_of))
        return snapshot(past, FeaturePlan(horizon_days=horizon_days))

    return make


RICH_AS_OF = 800


def rich_transactions(seed: int = 5, last_day: int = RICH_AS_OF + 60) -> pd.DataFrame:
    """Every column of the contract, returns, discounts, seasons, and rows after the cut-off."""
    rng = np.random.default_rng(seed)
    rows = []
    for client in range(60):
        day, rate, order = int(rng.integers(0, 400)), rng.uniform(5, 80), 0
        while day < last_day:
            for _ in range(int(rng.integers(1, 5))):
                # the last product is withdrawn a good 90 days before the cut-off
                product = int(rng.integers(0, 25 if day < 690 else 24))
                quantity = int(rng.integers(1, 9))
                returned = rng.random() < 0.08
                price = round((3 + product) * (1 + day / 4000) * rng.uniform(0.9, 1.1), 2)
                amount = round(price * quantity, 2) * (-1 if returned else 1)
                rows.append(
                    {
                        "client_id": f"c{client:02d}",
                        "day": day,
                        "order_id": f"o{client}-{order}",
                        "product": f"p{product}",
                        "category": f"k{product % 6}",
                        "quantity": quantity * (-1 if returned else 1),
                        "amount": amount,
                        "cost": round(amount * rng.uniform(0.5, 0.9), 2),
                        "discount": 0.0 if returned else round(amount * rng.uniform(0, 0.2), 2),
                        "is_return": returned,
                    }
                )
            order += 1
            day += 1 + int(rng.exponential(rate * (2 if day > 500 and client % 3 == 0 else 1)))
    return pd.DataFrame(rows)


def rich_clients() -> pd.DataFrame:
    """Attributes for 63 clients, of which three never bought and one is known only later."""
    ids = [f"c{client:02d}" for client in range(63)]
    count = len(ids)
    acquired = [ZERO + dt.timedelta(days=5 * i) for i in range(count - 1)]
    return pd.DataFrame(
        {
            "client_id": ids,
            "name": [f"Client {one}" for one in ids],
            "industry": ["mining", None, "retail"] * 21,
            "region": ["north", "south", None] * 21,
            "employees": [None if i % 7 == 0 else 10.0 * i for i in range(count)],
            "annual_turnover": [None if i % 5 == 0 else 1e4 * i for i in range(count)],
            "manager": ["Ann", "Bo", None] * 21,
            "acquired_on": [*acquired, ZERO + dt.timedelta(days=RICH_AS_OF + 10)],
            "acquisition_channel": ["fair", None, "web"] * 21,
            "acquisition_cost": [None if i % 4 == 0 else 3.0 * i for i in range(count)],
            "referred_by": [None if i < 10 else ids[i % 10] for i in range(count)],
            "wallet": [None if i % 6 == 0 else 500.0 * i for i in range(count)],
        }
    )


@dataclass(frozen=True)
class Rich:
    """The rich ledger's rows, its cut-off, and a way to open it with other rows."""

    transactions: pd.DataFrame
    clients: pd.DataFrame
    as_of: dt.date
    economics: Economics
    open_frames: OpenLedger

    def past(self, transactions: pd.DataFrame, clients: pd.DataFrame) -> Past:
        """The past of the cut-off on other rows."""
        return self.open_frames(transactions, clients, self.economics).past(self.as_of)


@pytest.fixture(scope="session")
def rich(open_frames: OpenLedger) -> Rich:
    """The rich ledger."""
    return Rich(
        rich_transactions(),
        rich_clients(),
        ZERO + dt.timedelta(days=RICH_AS_OF),
        Economics(order=3.0, return_=5.0, commission_rate=0.02, referral_weight=0.5),
        open_frames,
    )


@pytest.fixture(scope="session")
def rich_past(rich: Rich) -> Past:
    """The rich ledger's past at its cut-off."""
    return rich.past(rich.transactions, rich.clients)


@pytest.fixture(scope="session")
def rich_snapshot(rich_past: Past) -> Snapshot:
    """The rich ledger's snapshot at its cut-off, with a horizon of 90 days."""
    return snapshot(rich_past, FeaturePlan(horizon_days=90))
