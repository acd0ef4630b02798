from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import FIRST_CONTACT, first_contact
from segml.ledger import Ledger

ZERO = dt.date(2024, 1, 1)


def at(ledger: Ledger, day: int) -> pd.DataFrame:
    return first_contact(ledger.past(ZERO + dt.timedelta(days=day)))


LINES = pd.DataFrame(
    {
        "client_id": ["a", "a", "b", "c", "c"],
        "day": [0, 250, 300, 310, 400],
        "amount": [100.0, 50.0, 10.0, 20.0, 5.0],
        "cost": [60.0, 30.0, 5.0, 10.0, 1.0],
        "category": ["x", "y", "x", "x", "x"],
    }
)
CLIENTS = pd.DataFrame(
    {
        "client_id": ["a", "b", "c", "p"],
        "industry": ["retail", None, "food", "food"],
        "referred_by": [None, "a", "b", "c"],
        "wallet": [1000.0, np.nan, 500.0, 200.0],
    }
)
MET = pd.DataFrame(
    {
        "client_id": ["b", "b", "b", "p"],
        "day": [200, 299, 300, 390],
        "kind": ["visit", "call", "visit", "visit"],
        "minutes": [60.0, 10.0, 500.0, 30.0],
    }
)
EVENTS = pd.DataFrame(
    {
        "event_id": ["e1", "e2", "e3"],
        "day": [260, 270, 405],
        "kind": ["price_change"] * 3,
        "scope": ["category", "industry", "all"],
        "scope_value": ["y", "food", None],
        "magnitude": [0.3, 0.1, 0.5],
    }
)


@pytest.fixture
def ledger(open_frames: Callable[..., Ledger]) -> Ledger:
    return open_frames(LINES, CLIENTS, interactions=MET, events=EVENTS)


def test_contacts_are_counted_up_to_the_day_before_the_first_order(ledger: Ledger) -> None:
    known = at(ledger, 401)
    assert known["contacts_before"].to_dict() == {"a": 0, "b": 2, "c": 0, "p": 1}
    assert known["minutes_before"].to_dict() == {"a": 0, "b": 70, "c": 0, "p": 30}


def test_the_referrers_profit_is_that_of_the_year_before_the_first_order(ledger: Ledger) -> None:
    known = at(ledger, 401)["referrer_profit"]
    assert np.isnan(known["a"])
    assert known["b"] == pytest.approx(40 + 20)
    assert known["c"] == pytest.approx(5)
    assert known["p"] == pytest.approx(10 + 4)  # of a prospect: the year before today


def test_prices_of_the_time_are_by_what_the_company_sold_or_by_whom_they_reach(
    ledger: Ledger,
) -> None:
    rise = at(ledger, 401)["announced_rise"]
    of_category = np.log1p(0.3) * 50 / 150
    assert rise["a"] == 0.0
    assert rise["b"] == pytest.approx(of_category)
    assert rise["c"] == pytest.approx(of_category + np.log1p(0.1))


def test_rows_from_the_first_order_on_change_nothing(
    ledger: Ledger, open_frames: Callable[..., Ledger]
) -> None:
    bought = ["a", "b", "c"]
    more = pd.concat([LINES, LINES.assign(day=LINES["day"] + 320, amount=9e5, cost=1.0)])
    met = pd.concat([MET, pd.DataFrame({"client_id": bought, "day": [9, 300, 600]})]).assign(
        kind="visit", minutes=lambda frame: frame["minutes"].fillna(999.0)
    )
    later = open_frames(more, CLIENTS, interactions=met, events=EVENTS)
    assert at(later, 900).loc[bought].equals(at(ledger, 401).loc[bought])
    # and what is known at an earlier day is the same for who had bought by then
    assert at(later, 305).loc[["a", "b"]].equals(at(ledger, 401).loc[["a", "b"]])


def test_lines_alone_give_every_column_and_nothing_known(
    open_frames: Callable[..., Ledger],
) -> None:
    known = at(open_frames(LINES[["client_id", "day", "amount"]]), 401)
    assert list(known) == [feature.name for feature in FIRST_CONTACT]
    assert known.drop(columns="month").isna().all().all()
    assert known.loc["a", "month"] == 0.0
    assert (known["month"] < 12).all()
