"""Random histories of all five tables, and each of them physically cut at a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pandas as pd

from segml.ledger import Ledger, open_ledger
from segml.words.plan import ContactRate, Economics, LedgerPlan, SourcePlan

ZERO = dt.datetime(2024, 1, 1)
Tables = Mapping[str, pd.DataFrame]

DATED = {"transactions": "date", "interactions": "date", "invoices": "issued_on", "events": "date"}
LATER = {"resolved_on": ("outcome",), "paid_on": (), "left_on": ("left_reason",)}
"""A fact that is told later, with what is told with it."""
ECONOMICS = Economics(
    order=3.0,
    return_=5.0,
    commission_rate=0.02,
    referral_weight=0.5,
    minute=0.7,
    kinds={"visit": ContactRate(minute=1.3, contact=11.0)},
    overdue_yearly_rate=0.13,
    write_off_days=60,
)
CONTACTS = ("visit", "call", "support", "complaint", "discount_request", "return_request", "idea")
EVENTS = (
    *(("price_change", "category", "k1"), ("price_change", "all", None)),
    *(("product_withdrawal", "product", "p3"), ("manager_change", "manager", "Ann")),
    *(("service_outage", "region", "north"), ("competitor_entry", "industry", "mining")),
)
EDGE = (0, 1, 1800, 3599, 43_200, 86_399)
"""Seconds of the day of the rows at the cut-off itself."""


@dataclass(frozen=True)
class History:
    """A history and a day in it at which it is to be cut."""

    tables: Tables
    as_of: dt.date


def random_history(seed: int) -> History:
    """A history of a few clients, dense around a day, with facts that are told after it."""
    draw = Random(seed)
    cut = draw.randrange(200, 420)
    ids = [f"c{number}" for number in range(draw.randrange(4, 10))]
    known = {one: draw.randrange(0, cut - 60) for one in ids}
    days = [(one, day) for one in ids for day in _days(draw, known[one], cut)]
    tables = {
        "transactions": pd.DataFrame(
            [_line(draw, n, who, day) for n, (who, day) in enumerate(days)]
            + [_line(draw, 8999, ids[0], cut - 1, EDGE[-1])]
            + [_line(draw, 9000 + n, ids[0], cut, second) for n, second in enumerate(EDGE)]
        ),
        "clients": pd.DataFrame(
            [_client(draw, one, known.get(one, 0), cut, ids) for one in (*ids, "new")]
        ),
        "interactions": pd.DataFrame(
            [_contact(draw, *one) for one in draw.sample(days, len(days) // 2)]
        ),
        "invoices": pd.DataFrame([_bill(draw, *one) for one in draw.sample(days, len(days) // 2)]),
        "events": pd.DataFrame([_event(draw, n, cut) for n in range(draw.randrange(3, 12))]),
    }
    return History(tables, (ZERO + dt.timedelta(cut)).date())


def cut_at(tables: Tables, day: dt.date) -> Tables:
    """The tables as they stood at the start of a day: no later row, no fact told later."""
    end = pd.Timestamp(day)
    bought = tables["transactions"]
    buyers = set(bought.loc[bought["date"] < end, "client_id"])
    cut = {}
    for name, frame in tables.items():
        if name == "clients":
            seen = frame["acquired_on"].isna() | (frame["acquired_on"] < end)
            kept = frame[seen | frame["client_id"].isin(buyers)].copy()
        else:
            kept = frame[frame[DATED[name]] < end].copy()
        for fact, told in LATER.items():
            if fact in kept:
                unknown = kept[fact] >= end
                for column in (fact, *told):
                    kept[column] = kept[column].mask(unknown)
        cut[name] = kept
    return cut


def told_early(tables: Tables, by: dt.timedelta) -> Tables:
    """The tables as a leak would show them: every line a little before its time."""
    lines = tables["transactions"]
    return {**tables, "transactions": lines.assign(date=lines["date"] - by)}


@contextmanager
def opened(tables: Tables, folder: Path) -> Iterator[Ledger]:
    """The ledger of some tables, as Parquet files in a folder."""
    folder.mkdir(parents=True)
    sources = {}
    for name, frame in tables.items():
        path = folder / f"{name}.parquet"
        frame.to_parquet(path, index=False)
        sources[name] = SourcePlan(path=str(path))
    with open_ledger(LedgerPlan(**sources, max_bad_share=1.0), ECONOMICS) as ledger:
        yield ledger


def _days(draw: Random, first: int, cut: int) -> list[int]:
    far = [draw.randrange(first, cut + 200) for _ in range(draw.randrange(3, 25))]
    return sorted([first, *far, *(cut + draw.randrange(-3, 4) for _ in range(draw.randrange(3)))])


def _at(day: int, second: int = 0) -> dt.datetime:
    return ZERO + dt.timedelta(day, second)


def _line(
    draw: Random, number: int, who: str, day: int, second: int | None = None
) -> dict[str, object]:
    back = draw.random() < 0.1
    amount = round(draw.uniform(5, 300), 2) * (-1 if back else 1)
    return {
        "client_id": who,
        "date": _at(day, draw.randrange(86_400) if second is None else second),
        "amount": amount,
        "order_id": f"o{number // 2}-{who}-{day}",
        "product": f"p{draw.randrange(5)}",
        "category": f"k{draw.randrange(3)}",
        "quantity": float(draw.randrange(1, 9)) * (-1 if back else 1),
        "cost": round(amount * draw.uniform(0.4, 0.9), 2),
        "discount": 0.0 if back else round(draw.uniform(0, 20), 2),
        "is_return": back,
    }


def _client(draw: Random, who: str, first: int, cut: int, ids: list[str]) -> dict[str, object]:
    new = who not in ids
    left = _at(cut + draw.randrange(-90, 90)) if draw.random() < 0.3 and not new else None
    return {
        "client_id": who,
        "name": f"Client {who}",
        "industry": draw.choice(["mining", "retail", None]),
        "region": draw.choice(["north", "south", None]),
        "employees": draw.choice([None, 12.0, 300.0]),
        "manager": draw.choice(["Ann", "Bo", None]),
        "acquired_on": _at(cut + draw.randrange(1, 60)) if new else _at(first),
        "acquisition_channel": draw.choice(["fair", "web", None]),
        "acquisition_cost": draw.choice([None, 50.0]),
        "referred_by": draw.choice([None, *ids]),
        "wallet": draw.choice([None, 5000.0]),
        "left_on": left,
        "left_reason": None if left is None else "moved",
    }


def _contact(draw: Random, who: str, day: int) -> dict[str, object]:
    solved = _at(day + draw.randrange(0, 60)) if draw.random() < 0.7 else None
    return {
        "client_id": who,
        "date": _at(day, draw.randrange(86_400)),
        "kind": draw.choice(CONTACTS),
        "minutes": draw.choice([None, 10.0, 45.0]),
        "cost": draw.choice([None, 12.5]),
        "resolved_on": None if solved is None else solved + dt.timedelta(1),
        "outcome": None if solved is None else draw.choice(["upheld", "rejected"]),
    }


def _bill(draw: Random, who: str, day: int) -> dict[str, object]:
    due = day + draw.choice([0, 14, 30])
    return {
        "client_id": who,
        "issued_on": _at(day),
        "due_on": _at(due),
        "amount": round(draw.uniform(10, 400), 2),
        "paid_on": None if draw.random() < 0.2 else _at(due + draw.randrange(0, 90)),
    }


def _event(draw: Random, number: int, cut: int) -> dict[str, object]:
    kind, scope, value = draw.choice(EVENTS)
    return {
        "event_id": f"e{number}",
        "date": _at(cut + draw.randrange(-150, 60)),
        "kind": kind,
        "scope": scope,
        "scope_value": value,
        "magnitude": draw.choice([None, 0.05, -0.02]) if kind == "price_change" else None,
        "description": "told",
    }
