"""What serving clients costs beside their orders, day by day, against the profit of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from segml.ledger import Ledger, Past, day_of, open_ledger, profit
from segml.words.plan import ContactRate, Economics, LedgerPlan, SourcePlan

ECONOMICS = Economics(
    minute=0.5,
    kinds={"visit": ContactRate(minute=1.0, contact=20.0)},
    overdue_yearly_rate=0.1,
    write_off_days=100,
)
TABLES = {
    "transactions": "client_id,date,amount,category,product\n"
    "a,2020-01-01,100,tea,green\na,2020-02-01,300,ink,blue\nb,2020-01-05,70,tea,black\n",
    "clients": "client_id,region,manager\na,north,Ann\nb,south,Bo\n",
    "interactions": "client_id,date,kind,minutes,cost,resolved_on,outcome\n"
    "a,2020-01-10,Visit,60,5,,\na,2020-01-10,call,10,,,\n"
    "a,2020-03-01,complaint,20,,2020-03-09,upheld\nb,2020-01-11,call,4,,,\n",
    "invoices": "client_id,issued_on,due_on,amount,paid_on\n"
    "a,2020-01-01,2020-01-31,365,2020-02-10\n"  # ten days late
    "a,2020-02-01,2020-03-02,730,\n"  # never paid: lost on 2020-06-10
    "a,2020-02-02,2020-03-03,100,2020-07-01\n"  # lost on 2020-06-11, and paid after all
    "a,2020-02-02,2020-03-03,-50,\n",  # a credit note is not overdue
    "events": "event_id,date,kind,scope,scope_value,magnitude\n"
    "e0,2020-01-03,policy_change,all,,\n"  # between the first orders of a and of b
    "e1,2020-02-15,price_change,category,tea,0.1\ne2,2020-02-15,price_change,category,wood,0.1\n"
    "e3,2020-02-16,manager_change,manager,Ann,\ne4,2020-02-17,policy_change,all,,\n"
    "e5,2020-02-18,product_withdrawal,product,blue,\ne6,2020-09-01,policy_change,all,,\n",
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder: Path = tmp_path_factory.mktemp("five")
    sources = {}
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        sources[name] = SourcePlan(path=str(folder / f"{name}.csv"))
    return open_ledger(LedgerPlan(folder=str(folder), **sources), ECONOMICS)


@pytest.fixture
def at(ledger: Ledger) -> Callable[..., Past]:
    return lambda *day: ledger.past(dt.date(*day))


def _days(rows: pd.DataFrame, column: str) -> dict[str, float]:
    told = rows[rows[column] != 0.0]
    dates = pd.to_datetime(told["day"], unit="D").dt.strftime("%m-%d")
    return dict(zip(dates, told[column], strict=True))


def test_care_is_charged_on_its_day_at_the_rates_of_its_kind(at: Callable[..., Past]) -> None:
    charges = at(2021, 1, 1).charges(["a"])
    # 60 minutes at 1, 20 a visit, 5 of its own cost; 10 minutes at 0.5
    assert _days(charges, "care") == {"01-10": 60 + 20 + 5 + 5, "03-01": 10.0}


def test_overdue_money_is_charged_by_slices_until_it_is_paid_or_lost(
    at: Callable[..., Past],
) -> None:
    unpaid = _days(at(2021, 1, 1).charges(["a"]), "unpaid")
    assert unpaid.pop("02-09") == pytest.approx(365 * 0.1 * 10 / 365)
    last_slice = 100 * 0.1 * 10 / 365  # of the third bill, which falls on the second's loss
    assert unpaid.pop("06-10") == pytest.approx(730.0 + last_slice)
    assert unpaid.pop("06-11") == pytest.approx(100.0)
    assert unpaid.pop("07-01") == pytest.approx(-100.0)
    assert sum(unpaid.values()) == pytest.approx(0.1 * (730 + 100) * 100 / 365 - last_slice)
    assert max(unpaid.values()) == pytest.approx(0.1 * 730 * 30 / 365)


def test_a_bill_paid_later_is_unpaid_until_then(at: Callable[..., Past]) -> None:
    early = _days(at(2020, 2, 5).charges(["a"]), "unpaid")
    assert early == {"02-04": pytest.approx(365 * 0.1 * 5 / 365)}
    assert at(2020, 2, 5).bills(["a"])["paid_day"].isna().all()
    assert at(2020, 2, 11).bills(["a"])["paid_day"].notna().sum() == 1


def test_a_complaint_is_open_until_it_is_resolved(at: Callable[..., Past]) -> None:
    on_the_day, after = (at(2020, 3, day).contacts(["a"]).iloc[-1] for day in (9, 10))
    assert (on_the_day["kind"], on_the_day["outcome"]) == ("complaint", None)
    assert pd.isna(on_the_day["resolved_day"])
    assert (after["outcome"], after["resolved_day"]) == ("upheld", day_of(dt.date(2020, 3, 9)))


@pytest.mark.parametrize("day", [(2020, 1, 20), (2020, 2, 5), (2020, 4, 1), (2021, 1, 1)])
def test_charges_are_the_care_and_the_unpaid_money_of_the_profit(
    at: Callable[..., Past], day: tuple[int, int, int]
) -> None:
    past = at(*day)
    whole = profit(past, 0, past.as_of)
    charges = past.charges(["a", "b"]).groupby("client_id")[["care", "unpaid"]].sum()
    for client in ("a", "b"):
        parts = whole.loc[client]
        assert charges["care"].get(client, 0.0) == pytest.approx(
            parts["minutes"] + parts["contacts"]
        )
        assert charges["unpaid"].get(client, 0.0) == pytest.approx(
            parts["overdue"] + parts["bad_debt"]
        )


def test_events_reach_whom_their_scope_names_by_what_they_spent_before(
    at: Callable[..., Past],
) -> None:
    events = at(2020, 3, 1).events(["a", "b"]).set_index(["client_id", "event_id"])
    assert list(events.index) == [
        *(("a", name) for name in ("e0", "e1", "e3", "e4", "e5")),
        *(("b", name) for name in ("e1", "e4")),
    ]
    assert events.loc[("a", "e1"), ["touched", "share"]].tolist() == [100.0, 0.25]
    assert events.loc[("a", "e5"), "touched"] == 300.0
    assert events.loc[("b", "e1"), "share"] == 1.0
    assert events.loc[("a", "e4"), "touched"] == 400.0


def test_company_events_are_all_that_came_before_the_day_whomever_they_reached(
    at: Callable[..., Past],
) -> None:
    told = at(2020, 3, 1).company_events()
    assert list(told.columns) == [
        *("event_id", "day", "kind", "scope", "scope_value", "magnitude", "description"),
    ]
    assert set(at(2020, 3, 1).events(["a", "b"])["event_id"]) < set(told["event_id"])
    assert (told["day"] < at(2020, 3, 1).as_of).all()
    assert told["day"].is_monotonic_increasing
