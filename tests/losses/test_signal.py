"""The first missed signal: a line that is crossed, not one that was always behind."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from segml.features import CATALOGUE
from segml.ledger import day_of
from segml.losses.months import month_starts
from segml.losses.signal import (
    RISK,
    Signal,
    Watch,
    earlier,
    first_crossings,
    first_signals,
    usual_lines,
)
from segml.words.feature import Feature

FEATURES = {feature.name: feature for feature in CATALOGUE}
RISES, FALLS = FEATURES["complaints_rise_180"], FEATURES["margin_rate_365"]
HEALTHY, GONE = day_of(dt.date(2024, 3, 1)), day_of(dt.date(2024, 8, 15))
WATCH = Watch(since=HEALTHY, until=GONE)
JUNE = day_of(dt.date(2024, 6, 1))


def crossing(values: dict[int, float], feature: Feature = RISES) -> Signal | None:
    lines = {RISES.name: 1.0, FALLS.name: -0.2}

    def frame(day: int) -> pd.DataFrame:
        known = [value for since, value in sorted(values.items()) if since <= day]
        return pd.DataFrame({feature.name: [known[-1] if known else np.nan]}, index=["a"])

    return first_crossings({"a": WATCH}, {"a": [feature]}, frame, lambda day: lines)["a"]


def test_a_driver_signals_on_the_first_month_start_beyond_its_line() -> None:
    assert crossing({0: 0.0, JUNE: 3.0}) == Signal(day=JUNE, by=RISES.name)
    assert crossing({0: 0.0, JUNE - 3: 3.0}) == Signal(day=JUNE, by=RISES.name)
    assert crossing({0: 0.0, JUNE: 0.9}) is None


def test_a_driver_that_harms_by_falling_signals_below_its_line() -> None:
    assert crossing({0: 0.4, JUNE: 0.1}, feature=FALLS) == Signal(day=JUNE, by=FALLS.name)
    assert crossing({0: 0.4, JUNE: 0.9}, feature=FALLS) is None


def test_a_driver_that_stood_beyond_its_line_all_the_time_is_no_news() -> None:
    assert crossing({0: 5.0}) is None
    back = crossing({0: 5.0, JUNE - 40: 0.0, JUNE: 5.0})
    assert back == Signal(day=JUNE, by=RISES.name)


def test_a_cause_may_signal_up_to_half_a_year_before_the_last_healthy_date() -> None:
    months = WATCH.months
    assert months[0] == day_of(dt.date(2023, 9, 1))
    assert months[-1] == day_of(dt.date(2024, 8, 1))
    assert Watch(since=HEALTHY, until=GONE, known_from=HEALTHY - 20).months == month_starts(
        HEALTHY - 20, GONE
    )


def test_the_earlier_of_both_signals_wins_and_a_driver_says_more_than_a_risk() -> None:
    driver = Signal(day=JUNE, by=RISES.name)
    assert earlier(JUNE - 30, driver) == Signal(day=JUNE - 30, by=RISK)
    assert earlier(JUNE, driver) == driver
    assert earlier(None, driver) == driver
    assert earlier(JUNE, None) == Signal(day=JUNE, by=RISK)
    assert earlier(None, None) is None


def test_the_line_is_what_nine_of_ten_key_clients_stand_within() -> None:
    key = pd.DataFrame({RISES.name: np.arange(11.0), FALLS.name: np.arange(11.0)})
    assert usual_lines(key, [RISES, FALLS]) == {RISES.name: 9.0, FALLS.name: -1.0}
    unknown = pd.DataFrame({RISES.name: [np.nan]})
    assert usual_lines(unknown, [RISES]) == {RISES.name: np.inf}


def test_where_all_rise_with_the_season_none_of_them_signals() -> None:
    def of(day: int, own: float) -> float:
        return own + (5.0 if day >= JUNE else 0.0)

    def frame(day: int) -> pd.DataFrame:
        return pd.DataFrame({RISES.name: [of(day, 0.5)]}, index=["a"])

    still = first_crossings(
        {"a": WATCH}, {"a": [RISES]}, frame, lambda day: {RISES.name: of(day, 1.0)}
    )
    fixed = first_crossings({"a": WATCH}, {"a": [RISES]}, frame, lambda day: {RISES.name: 1.0})
    assert still["a"] is None
    assert fixed["a"] == Signal(day=JUNE, by=RISES.name)

    def risks(day: int) -> pd.Series:
        return pd.Series({"a": of(day, 0.5)})

    assert first_signals({"a": WATCH}, risks, line=lambda day: of(day, 1.0)) == {"a": None}
    assert first_signals({"a": WATCH}, risks, line=lambda day: 1.0) == {"a": JUNE}
