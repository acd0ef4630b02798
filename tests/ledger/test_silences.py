"""Parts of the sources that stopped, on ledgers written out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import pytest

from segml.ledger import Ledger, day_of, silences

FIRST = dt.date(2023, 1, 1)
DAYS = 500
TODAY = day_of(FIRST) + DAYS
CLIENTS = "client_id,region\n" + "".join(
    f"c{n},{'North' if n % 2 else 'South'}\n" for n in range(24)
)


def _work_days(until: int = DAYS) -> list[int]:
    return [day for day in range(until) if (FIRST + dt.timedelta(days=day)).weekday() < 5]


def _lines(days: Iterable[int], category: str, clients: Iterable[int]) -> list[str]:
    dates = [FIRST + dt.timedelta(days=day) for day in days]
    return [f"c{n},{date},{category},5" for date in dates for n in clients]


def _ledger(opened: Callable[..., Ledger], *lines: list[str], **more: Any) -> Ledger:
    rows = [line for each in lines for line in each]
    return opened("client_id,date,category,amount\n" + "\n".join(rows), CLIENTS, **more)


def _told(ledger: Ledger, as_of: int = TODAY) -> dict[tuple[str, str], tuple[int, int]]:
    found = silences(ledger.past(as_of))
    return {
        (table, part): (days, usual)
        for table, part, days, usual in found.itertuples(index=False, name=None)
    }


def test_a_category_that_stopped_is_told_beside_its_longest_weekend(
    opened: Callable[..., Ledger],
) -> None:
    ledger = _ledger(
        opened, _lines(_work_days(), "tea", range(24)), _lines(_work_days(490), "milk", range(24))
    )
    told = _told(ledger)
    last = max(_work_days()) - max(_work_days(490))
    assert told["transactions", "category milk"] == (last, 2)
    assert ("transactions", "category tea") not in told


def test_a_region_is_counted_to_the_last_line_of_all(opened: Callable[..., Ledger]) -> None:
    north, south = range(1, 24, 2), range(0, 24, 2)
    ledger = _ledger(
        opened, _lines(_work_days(480), "tea", north), _lines(_work_days(470), "tea", south)
    )
    told = _told(ledger)
    assert told["transactions", ""] == (DAYS - 1 - max(_work_days(480)), 2)
    assert told["transactions", "region South"][0] == max(_work_days(480)) - max(_work_days(470))
    assert ("transactions", "region North") not in told


def test_few_rows_a_day_make_long_pauses_usual(opened: Callable[..., Ledger]) -> None:
    ledger = _ledger(
        opened, _lines(range(DAYS), "tea", range(24)), _lines(range(0, 490, 20), "salt", [1])
    )
    # ten gaps of twenty days, without the days at either end
    assert _told(ledger)["transactions", "category salt"] == (19, 199)


@pytest.mark.parametrize(("stopped", "is_told"), [(410, True), (408, False)])
def test_what_stopped_long_ago_is_no_news(
    opened: Callable[..., Ledger], stopped: int, is_told: bool
) -> None:
    ledger = _ledger(
        opened, _lines(range(DAYS), "tea", range(24)), _lines(range(stopped), "milk", range(24))
    )
    assert (("transactions", "category milk") in _told(ledger)) is is_told


def test_what_is_not_known_for_a_year_or_was_withdrawn_is_left_out(
    opened: Callable[..., Ledger],
) -> None:
    tea, milk = _lines(range(DAYS), "tea", range(24)), _lines(range(200, 480), "milk", range(24))
    assert ("transactions", "category milk") not in _told(_ledger(opened, tea, milk))
    known = _lines(range(480), "milk", range(24))
    assert ("transactions", "category milk") in _told(_ledger(opened, tea, known))
    withdrawn = (
        "event_id,date,kind,scope,scope_value\n"
        f"e,{FIRST + dt.timedelta(days=480)},product_withdrawal,category,milk\n"
    )
    ledger = _ledger(opened, tea, known, events=withdrawn)
    assert ("transactions", "category milk") not in _told(ledger)


def test_kinds_of_contacts_and_invoices_are_parts_too(opened: Callable[..., Ledger]) -> None:
    days = [FIRST + dt.timedelta(days=day) for day in range(DAYS - 6)]
    contacts = "client_id,date,kind\n" + "".join(
        f"c{n},{day},{kind}\n"
        for day in days
        for n in range(24)
        for kind in ("visit", "call")
        if kind == "call" or day < days[-4]
    )
    bills = "client_id,issued_on,due_on,paid_on,amount\n" + "".join(
        f"c{n},{day},{day},{day},5\n" for day in days for n in range(24)
    )
    ledger = _ledger(
        opened, _lines(range(DAYS), "tea", range(24)), interactions=contacts, invoices=bills
    )
    told = _told(ledger)
    assert told["interactions", "visit"] == (10, 0)
    assert told["interactions", "call"] == (6, 0)
    assert told["invoices", ""] == (6, 0)


def test_rows_on_the_day_or_later_change_nothing(opened: Callable[..., Ledger]) -> None:
    lines = _lines(range(DAYS), "tea", range(24)), _lines(range(490), "milk", range(24))
    day = day_of(FIRST) + 495
    whole = silences(_ledger(opened, *lines).past(day))
    cut = [[line for line in each if line.split(",")[1] < "2024-05-10"] for each in lines]
    pd.testing.assert_frame_equal(whole, silences(_ledger(opened, *cut).past(day)))
