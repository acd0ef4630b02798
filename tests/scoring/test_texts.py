import pytest

from segml.scoring.texts import value_text
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
