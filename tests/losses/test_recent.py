"""The recent course: each client against its own year before, nothing of the day or after it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.losses.history import History
from segml.losses.recent import COURSE, FAVOURITE, LIMIT, recent_course, recent_favourite

DAY = 1000


def history(days: np.ndarray, revenue: float | np.ndarray = 100.0, rate: float = 0.3) -> History:
    sold = np.broadcast_to(np.asarray(revenue, dtype=np.float64), days.shape).copy()
    return History(days, sold * rate, days, sold * rate, sold)


def course(own: History, day: int = DAY) -> pd.Series:
    return recent_course({"a": own}, ["a"], day).loc["a"].astype("float64")


EVEN = np.arange(0, DAY, 5)


def bought(*rows: tuple[int, str, float], is_return: bool = False) -> pd.DataFrame:
    told = [("a", day, category, amount, is_return) for day, category, amount in rows]
    return pd.DataFrame(told, columns=["client_id", "day", "category", "amount", "is_return"])


def favourite(lines: pd.DataFrame, day: int = DAY) -> pd.Series:
    return recent_favourite(lines, ["a"], day).loc["a"].astype("float64")


HABIT = bought(
    *((day, "paper", 50.0) for day in range(0, DAY, 10)),
    *((day, "ink", 10.0) for day in range(5, DAY, 10)),
)


def test_a_steady_client_moves_nothing() -> None:
    found = course(history(EVEN))
    for name in COURSE:
        usual = 1.0 if "pace" in name else 0.0
        assert found[name] == pytest.approx(usual, abs=0.02)


def test_half_the_orders_for_the_last_stretch_halve_its_pace_and_surprise() -> None:
    found = course(history(np.concatenate([EVEN[EVEN < DAY - 90], EVEN[EVEN >= DAY - 90][::2]])))
    assert found["sales_pace_90"] == pytest.approx(0.5, abs=0.02)
    assert found["profit_pace_90"] == pytest.approx(0.5, abs=0.02)
    assert found["order_surprise_90"] == pytest.approx(-9 / np.sqrt(19), abs=0.1)
    assert found["margin_move_90"] == pytest.approx(0.0, abs=1e-6)


def test_a_fallen_margin_moves_profit_and_margin_but_no_order() -> None:
    own = history(EVEN)
    profit = np.where(EVEN >= DAY - 90, 10.0, 30.0)
    found = course(History(EVEN, profit, EVEN, profit, own.revenue))
    assert found["margin_move_90"] == pytest.approx(-0.2)
    assert found["profit_pace_90"] == pytest.approx(1 / 3, abs=0.02)
    assert found["order_surprise_90"] == pytest.approx(0.0, abs=0.1)


def test_rows_on_or_after_the_day_change_nothing() -> None:
    later = history(np.arange(0, 2 * DAY, 5), np.where(np.arange(0, 2 * DAY, 5) < DAY, 100.0, 9e9))
    pd.testing.assert_series_equal(course(later), course(history(EVEN)))


def test_a_client_without_a_stretch_as_long_before_has_nothing_to_compare_with() -> None:
    found = course(history(np.arange(DAY - 150, DAY, 5)))
    assert found.filter(like="_90").isna().all()
    assert found.filter(like="_45").notna().all()
    assert course(history(np.empty(0, dtype=np.int64))).isna().all()


def test_ratios_without_measure_are_limited() -> None:
    found = course(history(EVEN, np.where(EVEN >= DAY - 45, 1e6, 1.0)))
    assert found["sales_pace_45"] == LIMIT


def test_the_favourite_that_is_no_longer_bought_is_missed() -> None:
    kept = favourite(HABIT)
    given_up = favourite(HABIT[(HABIT["category"] != "paper") | (HABIT["day"] < DAY - 120)])
    assert abs(kept["favourite_surprise_120"]) < 0.5
    assert given_up["favourite_surprise_120"] == pytest.approx(-12 / np.sqrt(13), abs=0.3)
    assert given_up["favourite_share_move"] == pytest.approx(-50 / 60, abs=0.01)


def test_the_favourite_is_what_was_bought_before_and_not_what_is_bought_now() -> None:
    turned = bought(
        *((day, "paper", 50.0) for day in range(600, DAY - 120, 10)),
        *((day, "ink", 900.0) for day in range(DAY - 120, DAY, 10)),
    )
    assert favourite(turned)["favourite_share_move"] == -1.0


def test_returns_are_no_purchase_of_the_favourite_and_later_rows_are_not_read() -> None:
    noise = pd.concat(
        [
            HABIT,
            bought((DAY - 30, "paper", 50.0), is_return=True),
            bought((DAY, "paper", 9e9), (DAY + 1, "ink", 9e9)),
        ]
    )
    pd.testing.assert_series_equal(favourite(noise), favourite(HABIT))


def test_who_bought_nothing_before_has_no_favourite() -> None:
    assert favourite(bought((DAY - 30, "paper", 50.0))).isna().all()
    found = recent_favourite(HABIT.head(0), ["a", "b"], DAY)
    assert found.shape == (2, len(FAVOURITE))
    assert found.isna().all(axis=None)


def test_the_order_of_the_lines_changes_nothing() -> None:
    pd.testing.assert_series_equal(
        favourite(HABIT.sample(frac=1, random_state=1)), favourite(HABIT)
    )


@pytest.mark.parametrize("before", [0.0, -0.01])
def test_who_sent_back_all_that_it_bought_before_has_nothing_to_compare_with(before: float) -> None:
    earlier = EVEN < DAY - 90
    revenue = np.where(earlier, before, 100.0)
    assert course(history(EVEN, revenue)).filter(like="_90").isna().all()
