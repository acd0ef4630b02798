"""Rows by month, on a ledger written out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from segml.ledger import Ledger, day_of, volumes, worth
from segml.ledger.volumes import WINDOWS

LINES = """client_id,date,amount
a,2024-01-01,10
a,2024-02-10,10
b,2024-02-29,10
b,2024-02-29,-10
a,2024-03-01,10
"""
CONTACTS = """client_id,date,kind
a,2024-02-15,visit
a,2024-01-15,visit
b,2024-02-20,call
"""


def test_rows_are_counted_by_kind_in_windows_before_the_day(
    opened: Callable[..., Ledger],
) -> None:
    ledger = opened(LINES, interactions=CONTACTS)
    found = volumes(ledger.past(day_of(dt.date(2024, 3, 1)))).set_index(["table", "kind"])
    assert found.loc[("transactions", "all"), [0, 1]].tolist() == [3.0, 1.0]
    assert found.loc[("transactions", "returns"), 0] == 1.0
    assert found.loc[("interactions", "visit"), [0, 1]].tolist() == [1.0, 1.0]
    assert found.loc[("interactions", "call"), [0, 1]].tolist() == [1.0, 0.0]
    assert "invoices" not in found.index.get_level_values("table")


def test_windows_before_the_first_line_are_missing_and_not_empty(
    opened: Callable[..., Ledger],
) -> None:
    found = volumes(opened(LINES).past(day_of(dt.date(2024, 3, 2))))
    windows = found.loc[found["kind"] == "all", range(WINDOWS)].to_numpy()[0]
    assert np.isnan(windows[2:]).all()
    assert not np.isnan(windows[:2]).any()


def test_later_rows_change_nothing(opened: Callable[..., Ledger]) -> None:
    day = day_of(dt.date(2024, 2, 29))
    short = "\n".join(LINES.splitlines()[:3])
    before, after = volumes(opened(short).past(day)), volumes(opened(LINES).past(day))
    assert before.equals(after)


def test_a_window_of_a_month_holds_the_bills_of_its_first_day_on_every_day(
    opened: Callable[..., Ledger],
) -> None:
    starts = (dt.date(2022 + month // 12, 1 + month % 12, 1) for month in range(28))
    ledger = opened("client_id,date,amount\n" + "\n".join(f"a,{day},10" for day in starts))
    for days in range(0, 45, 3):
        past = ledger.past(day_of(dt.date(2024, 2, 20)) + days)
        assert set(volumes(past, by_month=True)[list(range(WINDOWS))].to_numpy()[0]) == {1.0}
        assert worth(past, by_month=True)[list(range(WINDOWS))].eq(10.0).all(axis=None)
    by_days = [volumes(ledger.past(day_of(dt.date(2024, 3, 1)) + days))[0] for days in range(45)]
    assert {float(each.iloc[0]) for each in by_days} == {0.0, 1.0, 2.0}
