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
        (-0.004, "money", "0.00 GBP"),
        (0.5, "share", "50 %"),
        (2.0, "ratio", "2×"),
        (3.0, "count", "3"),
        (2.44, "per_year", "2.4 a year"),
        (0.0, "flag", "no"),
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


def test_texts_of_categories_are_themselves_and_unknown_where_missing() -> None:
    codes, texts = value_texts(np.array(["b", None, "a", "b"], dtype=object), "category")
    assert [texts[code] for code in codes] == ["b", "unknown", "a", "b"]
