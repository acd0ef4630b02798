from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.scoring.texts import value_text, value_texts
from segml.words.feature import Unit


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.0, "days", "1 day"),
        (2.54, "days", "2.5 days"),
        (45.4, "days", "45 days"),
        (1234567.8, "money", "1,234,568 GBP"),
        (-0.004, "money", "0 GBP"),
        (12.3, "money", "12.30 GBP"),
        (0.5, "share", "50 %"),
        (0.12345, "share", "12.3 %"),
        (0.0024, "points", "0.2 points"),
        (-0.01, "points", "-1 points"),
        (2.0, "ratio", "2×"),
        (1.2345, "ratio", "1.23×"),
        (3.0, "count", "3"),
        (0.126, "count", "0.13"),
        (2.44, "per_year", "2.4 a year"),
        (0.0, "flag", "no"),
        (1.0, "flag", "yes"),
        ("Розница", "category", "Розница"),
        (None, "category", "unknown"),
        (float("nan"), "share", "unknown"),
    ],
)
def test_every_unit_has_its_text(value: float | str | None, unit: Unit, text: str) -> None:
    assert value_text(value, unit, "GBP") == text


NUMBERS = st.floats(width=32) | st.integers(-40_000, 40_000).map(lambda steps: steps / 200)
"""Any float32, and many that lie on a border between two texts."""


@settings(max_examples=300, deadline=None, derandomize=True)
@given(values=st.lists(NUMBERS, max_size=40), unit=st.sampled_from(get_args(Unit)))
def test_texts_of_many_values_are_those_of_each(values: list[float], unit: Unit) -> None:
    given_ = np.array(values, dtype=np.float32)
    codes, texts = value_texts(given_, unit, "GBP")
    single = [value_text(float(value), unit, "GBP") for value in given_]
    assert [texts[code] for code in codes] == single


@pytest.mark.parametrize("unit", sorted({*get_args(Unit)} - {"category"}))
def test_values_near_one_another_have_the_texts_of_each(unit: Unit) -> None:
    near = np.concatenate([np.arange(-300, 300) / 1000, np.arange(90, 110, 0.25)])
    near = near.astype(np.float32)
    codes, texts = value_texts(near, unit, "GBP")
    assert [texts[code] for code in codes] == [
        value_text(float(each), unit, "GBP") for each in near
    ]


def test_texts_of_categories_are_themselves_and_unknown_where_missing() -> None:
    codes, texts = value_texts(np.array(["b", None, "a", "b"], dtype=object), "category")
    assert [texts[code] for code in codes] == ["b", "unknown", "a", "b"]
