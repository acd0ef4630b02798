from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot

LINES = pd.DataFrame({"client_id": ["a", "b"], "day": [0, 0], "amount": [1.0, 1.0]})
Answer = tuple[int, int | None, str | None]


def _complaints(rows: list[Answer]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "resolved", "outcome"])
    return frame.astype({"resolved": float}).assign(client_id="a", kind="complaint")


def test_they_are_counted_against_the_own_normal(snap: Callable[..., Snapshot]) -> None:
    rows = _complaints([(day, day, "upheld") for day in (254, 300, 619, 620, 700, 799)])
    made = snap(LINES, 800, interactions=rows).frame
    assert made.loc["a", "complaints_180"] == 3
    # 620 to 799 are the last 180 days, 255 to 619 the 365 before
    rise = 3 * 365 / 180 - 2
    assert made.loc["a", "complaints_rise_180"] == pytest.approx(rise)
    assert made.loc["b", ["complaints_180", "complaints_rise_180"]].eq(0).all()


def test_without_a_year_before_there_is_no_rise(snap: Callable[..., Snapshot]) -> None:
    made = snap(LINES, 800, interactions=_complaints([(700, None, None)])).frame
    assert made["complaints_rise_180"].isna().all()
    assert made["support_rise_180"].isna().all()
    assert made.loc["a", "complaints_180"] == 1


def test_one_that_is_resolved_later_is_open_now(snap: Callable[..., Snapshot]) -> None:
    rows = _complaints([(700, 800, "upheld"), (750, 799, "upheld"), (790, None, None)])
    before, after = (snap(LINES, day, interactions=rows).frame.loc["a"] for day in (800, 801))
    assert (before["complaints_open"], after["complaints_open"]) == (2, 1)
    assert (before["complaint_open_days"], after["complaint_open_days"]) == (100, 11)
    assert (before["complaints_upheld_365"], after["complaints_upheld_365"]) == (1, 2)


def test_one_older_than_a_year_no_longer_waits(snap: Callable[..., Snapshot]) -> None:
    rows = _complaints([(435, None, None)])
    assert snap(LINES, 800, interactions=rows).frame.loc["a", "complaint_open_days"] == 365
    gone = snap(LINES, 801, interactions=rows).frame.loc["a"]
    assert gone["complaint_open_days"] == 0
    assert gone["complaints_open"] == 0


def test_the_days_to_an_answer_and_their_damped_rise(snap: Callable[..., Snapshot]) -> None:
    rows = _complaints(
        [
            (300, 304, "upheld"),
            (400, 402, "rejected"),
            (700, 720, "rejected"),
            (710, 740, "upheld"),
            (790, None, None),
        ]
    )
    made = snap(LINES, 800, interactions=rows).frame
    assert made.loc["a", "resolution_days_365"] == 25
    # 50 days instead of 2 x 3, over two answers and one more
    assert made.loc["a", "resolution_rise_180"] == pytest.approx((50 - 6) / 3)
    assert made.loc["b", ["resolution_days_365", "resolution_rise_180"]].isna().all()


def test_without_the_day_of_the_answer_only_numbers_are_left(
    snap: Callable[..., Snapshot],
) -> None:
    rows = _complaints([(300, None, None), (700, None, None)]).drop(columns="resolved")
    made = snap(LINES, 800, interactions=rows).frame
    assert {"complaints_180", "complaints_rise_180", "support_rise_180"} <= set(made)
    assert not {"complaints_open", "complaints_upheld_365", "resolution_days_365"} & set(made)


def test_support_contacts_rise(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {"client_id": "a", "day": [100, 300, 700, 710], "kind": ["visit", *["Support"] * 3]}
    )
    made = snap(LINES, 800, interactions=rows).frame
    assert made.loc["a", "support_rise_180"] == pytest.approx(2 * 365 / 180 - 1)
    assert np.isclose(made.loc["a", "complaints_180"], 0)
