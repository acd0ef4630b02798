"""Pressure: the place among comparable clients, harm upwards, the middle where nothing is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.losses.pressure import drivers_of, pressure
from segml.words.feature import Feature

LATE = Feature(
    name="days_late", family="f", unit="days", kind="driver", reason="payment", label="days late"
)
MARGIN = Feature(
    name="margin", family="f", unit="share", kind="driver", reason="margin", label="m", harm=-1
)
SILENCE = Feature(name="silence", family="f", unit="days", kind="symptom", label="silence")
AMONG = pd.DataFrame({"days_late": [0.0, 0.0, 4.0, 9.0], "margin": [0.1, 0.2, 0.3, 0.4]})


def placed(name: str, *values: float) -> list[float]:
    frame = pd.DataFrame({"days_late": 0.0, "margin": 0.0}, index=range(len(values)))
    frame[name] = values
    return pressure(frame, AMONG, [LATE, MARGIN])[name].tolist()


def test_it_is_the_share_that_stands_better_and_ties_count_half() -> None:
    assert placed("days_late", 0.0, 4.0, 5.0, 10.0) == [0.25, 0.625, 0.75, 1.0]


def test_where_less_is_worse_the_least_is_pressed_hardest() -> None:
    assert placed("margin", 0.05, 0.25, 0.5) == [1.0, 0.5, 0.0]


def test_a_missing_value_presses_on_nobody() -> None:
    assert placed("days_late", np.nan) == [0.5]
    unknown = AMONG.assign(days_late=np.nan)
    assert pressure(AMONG, unknown, [LATE])["days_late"].tolist() == [0.5] * 4


def test_missing_values_of_others_do_not_count_as_better() -> None:
    among = pd.DataFrame({"days_late": [np.nan, np.nan, 1.0, 2.0]})
    found = pressure(pd.DataFrame({"days_late": [2.0]}), among, [LATE])
    assert found["days_late"].tolist() == [0.75]


def test_only_drivers_that_are_numbers_and_columns_are_compared() -> None:
    kind = Feature(
        name="kind", family="f", unit="category", kind="driver", reason="price", label="kind"
    )
    found = drivers_of(["silence", "kind", "margin"], [SILENCE, LATE, MARGIN, kind])
    assert found == (MARGIN,)
