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
from segml.words.plan import ContactRate, Economics, LedgerPlan, SourcePlan

ZERO = dt.date(2024, 1, 1)
"""Day 0 of the tests' ledgers."""

OpenLedger = Callable[..., Ledger]


DAYS = {"day": "date", "resolved": "resolved_on", "issued": "issued_on", "due": "due_on"}
"""A column of days that count from ZERO to the contract's column; so with `paid` and `left`."""


def _source(folder: Path, name: str, frame: pd.DataFrame) -> SourcePlan:
    path = folder / f"{name}.parquet"
    dated = frame.rename(columns={"paid": "paid_on", "left": "left_on", **DAYS})
    for column in set(dated) - set(frame):
        dated[column] = pd.Timestamp(ZERO) + pd.to_timedelta(dated[column], unit="D")
    dated.to_parquet(path, index=False)
    return SourcePlan(path=str(path))


@pytest.fixture(scope="session")
def open_frames(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLedger]:
    """Opens a ledger of frames; columns of `DAYS` count from ZERO."""
    opened: list[Ledger] = []

    def make(
        transactions: pd.DataFrame,
        clients: pd.DataFrame | None = None,
        economics: Economics | None = None,
        **records: pd.DataFrame,
    ) -> Ledger:
        folder = tmp_path_factory.mktemp("ledger")
        tables = {"transactions": transactions, "clients": clients, **records}
        plan = LedgerPlan(
            **{
                name: _source(folder, name, frame)
                for name, frame in tables.items()
                if frame is not None
            }
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
        **records: pd.DataFrame,
    ) -> Snapshot:
        ledger = open_frames(transactions, clients, economics, **records)
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
            "role": [None if i % 9 else "advisor" for i in range(count)],
            "left": [RICH_AS_OF + 20.0 if i == 3 else None for i in range(count)],
            "left_reason": ["moved" if i == 3 else None for i in range(count)],
        }
    )


def rich_interactions(seed: int = 6) -> pd.DataFrame:
    """Contacts of every kind with 60 clients; some are resolved after the cut-off, some never."""
    rng = np.random.default_rng(seed)
    kinds = ["Visit", "call", "support", "complaint", "discount_request", "return_request", "idea"]
    rows = []
    for client in range(60):
        day, rate = int(rng.integers(0, 300)), rng.uniform(4, 40)
        while day < RICH_AS_OF + 60:
            kind = str(rng.choice(kinds, p=[0.2, 0.25, 0.15, 0.2, 0.08, 0.07, 0.05]))
            asks = kind == "complaint" or kind.endswith("request")
            solved = asks and rng.random() < 0.9
            rows.append(
                {
                    "client_id": f"c{client:02d}",
                    "day": day,
                    "kind": kind,
                    "minutes": None if rng.random() < 0.1 else float(rng.integers(1, 90)),
                    "cost": None if rng.random() < 0.7 else round(rng.uniform(1, 30), 2),
                    "resolved": day + float(rng.integers(0, 70)) if solved else None,
                    "outcome": str(rng.choice(["upheld", "Rejected"])) if solved else None,
                }
            )
            if kind == "idea":
                rows[-1] |= {"resolved": day + 10.0, "outcome": ("Rejected", "upheld")[day % 2]}
            day += 1 + int(rng.exponential(rate * (2 if day > 600 and client % 4 == 0 else 1)))
    return pd.DataFrame(rows)


def rich_invoices(seed: int = 7) -> pd.DataFrame:
    """Bills of 60 clients, credit notes among them; some paid late, after the cut-off, or never."""
    rng = np.random.default_rng(seed)
    rows = []
    for client in range(60):
        late, issued = rng.uniform(-10, 20), int(rng.integers(0, 200))
        while issued < RICH_AS_OF + 60:
            due = issued + int(rng.choice([14, 30]))
            paid = max(issued, due + int(rng.normal(late + (client % 5 == 0) * issued / 30, 12)))
            rows.append(
                {
                    "client_id": f"c{client:02d}",
                    "issued": issued,
                    "due": due,
                    "amount": round(rng.uniform(20, 900) * (-1 if rng.random() < 0.05 else 1), 2),
                    "paid": None if rng.random() < 0.06 else float(paid),
                }
            )
            issued += 1 + int(rng.exponential(25))
    return pd.DataFrame(rows)


def rich_events() -> pd.DataFrame:
    """Events of every kind and scope, the last of them announced for a day after the cut-off."""
    rows = [
        ("price_change", 300, "all", None, 0.02),
        ("price_change", 560, "category", "k1", 0.05),
        ("price_change", 690, "category", "k2", 0.08),
        ("price_change", 750, "product", "p3", -0.04),
        ("price_change", 770, "category", "k1", None),
        ("price_change", 799, "industry", "retail", 0.03),
        ("product_withdrawal", 500, "product", "p7", None),
        ("product_withdrawal", 690, "product", "p24", None),
        ("product_withdrawal", 760, "category", "k5", None),
        ("manager_change", 420, "manager", "Bo", None),
        ("manager_change", 610, "manager", "Ann", None),
        ("manager_change", 720, "manager", "Bo", None),
        ("service_outage", 400, "region", "south", None),
        ("service_outage", 700, "region", "north", None),
        ("service_outage", 780, "region", "north", None),
        ("competitor_entry", 450, "industry", "mining", None),
        ("competitor_entry", 650, "industry", "mining", None),
        ("competitor_entry", 740, "category", "k4", None),
        ("product_launch", 755, "category", "k4", None),
        ("price_change", RICH_AS_OF, "all", None, 0.5),
        ("manager_change", RICH_AS_OF + 5, "manager", "Ann", None),
    ]
    frame = pd.DataFrame(rows, columns=["kind", "day", "scope", "scope_value", "magnitude"])
    return frame.assign(event_id=[f"e{i}" for i in range(len(frame))], description="told")


@dataclass(frozen=True)
class Rich:
    """The rich ledger's rows by table, its cut-off, and a way to open it with other rows."""

    tables: dict[str, pd.DataFrame]
    as_of: dt.date
    economics: Economics
    open_frames: OpenLedger

    @property
    def transactions(self) -> pd.DataFrame:
        """The lines."""
        return self.tables["transactions"]

    def as_known(self) -> dict[str, pd.DataFrame]:
        """The tables without the rows and later facts of the cut-off day and after."""
        known: dict[str, pd.DataFrame] = {}
        for name, frame in self.tables.items():
            row = {"invoices": "issued", "clients": "acquired_on"}.get(name, "day")
            seen = frame[frame[row] < (self.as_of if name == "clients" else RICH_AS_OF)].copy()
            for fact, told in (("resolved", "outcome"), ("paid", ""), ("left", "left_reason")):
                for column in {fact, told} & set(seen):
                    seen[column] = seen[column].where(frame[fact] < RICH_AS_OF)
            assert len(seen) < len(frame)
            known[name] = seen
        return known

    def ledger(self, **tables: pd.DataFrame) -> Ledger:
        """The ledger, with other rows in the tables that are named."""
        return self.open_frames(**{**self.tables, **tables}, economics=self.economics)

    def past(self, **tables: pd.DataFrame) -> Past:
        """The past of the cut-off, with other rows in the tables that are named."""
        return self.ledger(**tables).past(self.as_of)


@pytest.fixture(scope="session")
def rich(open_frames: OpenLedger) -> Rich:
    """The rich ledger."""
    return Rich(
        {
            "transactions": rich_transactions(),
            "clients": rich_clients(),
            "interactions": rich_interactions(),
            "invoices": rich_invoices(),
            "events": rich_events(),
        },
        ZERO + dt.timedelta(days=RICH_AS_OF),
        Economics(
            order=3.0,
            return_=5.0,
            commission_rate=0.02,
            referral_weight=0.5,
            minute=0.7,
            kinds={"visit": ContactRate(minute=1.3, contact=11.0)},
            overdue_yearly_rate=0.13,
            write_off_days=120,
        ),
        open_frames,
    )


@pytest.fixture(scope="session")
def rich_past(rich: Rich) -> Past:
    """The rich ledger's past at its cut-off."""
    return rich.past()


@pytest.fixture(scope="session")
def rich_snapshot(rich_past: Past) -> Snapshot:
    """The rich ledger's snapshot at its cut-off, with a horizon of 90 days."""
    return snapshot(rich_past, FeaturePlan(horizon_days=90))
