from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot
from segml.words.plan import Economics

LINES = pd.DataFrame({"client_id": ["a", "b"], "day": [0, 0], "amount": [1.0, 1.0]})


def _bills(rows: list[tuple[int, int, float, int | None]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["issued", "due", "amount", "paid"])
    return frame.astype({"paid": float}).assign(client_id="a")


def test_what_is_overdue_now(snap: Callable[..., Snapshot]) -> None:
    bills = _bills(
        [
            (400, 430, 500.0, None),  # billed more than a year ago
            (500, 530, 300.0, 520),
            (700, 730, 60.0, 805),  # paid later: not yet
            (760, 790, 40.0, None),
            (780, 800, 100.0, None),  # due today
            (790, 795, -70.0, None),  # a credit note
        ]
    )
    made = snap(LINES, 800, invoices=bills).frame
    assert made.loc["a", "overdue_share_365"] == pytest.approx(100 / 500)
    assert made.loc["a", "overdue_days"] == 70
    assert np.isnan(made.loc["b", "overdue_share_365"])
    assert made.loc["b", "overdue_days"] == 0


def test_days_late_are_weighted_by_money_and_open_bills_count_so_far(
    snap: Callable[..., Snapshot],
) -> None:
    bills = _bills(
        [
            (300, 330, 100.0, 340),  # 10 days late, of the year before
            (400, 430, 300.0, 420),  # early is in time
            (650, 680, 200.0, 700),  # 20 days late
            (700, 730, 100.0, None),  # 70 days so far
            (720, 750, 100.0, 750),
        ]
    )
    made = snap(LINES, 800, invoices=bills).frame.loc["a"]
    late = (200 * 20 + 100 * 70) / 400
    assert made["days_late_180"] == pytest.approx(late)
    assert made["days_late_rise_180"] == pytest.approx(late - 2.5)
    assert made["late_share_180"] == pytest.approx(0.75)
    assert made["late_share_rise_180"] == pytest.approx(0.75 - 0.25)


def test_an_old_debt_counts_180_days_at_most(snap: Callable[..., Snapshot]) -> None:
    bills = _bills([(300, 330, 10.0, None), (700, 730, 10.0, 730)])
    made = snap(LINES, 800, invoices=bills).frame.loc["a"]
    assert made["days_late_rise_180"] == -180


def test_without_bills_due_before_there_is_no_rise(snap: Callable[..., Snapshot]) -> None:
    made = snap(LINES, 800, invoices=_bills([(700, 730, 10.0, 750)])).frame
    assert made.loc["a", "days_late_180"] == 20
    assert made[["days_late_rise_180", "late_share_rise_180"]].isna().all(axis=None)
    assert made.loc["b", ["days_late_180", "late_share_180"]].isna().all()


def test_bad_debt_is_what_was_written_off_and_taken_back(snap: Callable[..., Snapshot]) -> None:
    bills = _bills([(300, 330, 10.0, None), (560, 590, 25.0, 795), (600, 630, 7.0, None)])
    economics = Economics(write_off_days=180)
    for as_of, bad in [(510, 0), (511, 10), (771, 35), (795, 35), (796, 10), (811, 17), (876, 7)]:
        made = snap(LINES, as_of, invoices=bills, economics=economics)
        assert made.frame.loc["a", "bad_debt_365"] == bad
        assert made.money.loc["a", "cost_to_serve_365"] == bad


def test_without_days_of_payment_there_is_no_payment_feature(
    snap: Callable[..., Snapshot],
) -> None:
    bills = _bills([(700, 730, 10.0, None)]).drop(columns="paid")
    made = snap(LINES, 800, invoices=bills)
    assert not {"days_late_180", "overdue_days", "bad_debt_365", "care_share_365"} & set(made.frame)
