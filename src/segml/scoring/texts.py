"""The value of a feature as text, with its unit: the same text for the same value."""

from __future__ import annotations

import math

from segml.words.feature import Unit

UNKNOWN = "unknown"


def value_text(value: float | str | None, unit: Unit, currency: str | None = None) -> str:
    """The value for people, with its unit, in English and independent of any locale.

    Parameters
    ----------
    value
        A number, a category, or None or NaN where unknown.
    unit
        What one unit of the value is.
    currency
        Put after money where known.

    Examples
    --------
    >>> value_text(45.2, "days"), value_text(0.1234, "share"), value_text(float("nan"), "days")
    ('45 days', '12.3 %', 'unknown')
    >>> value_text(-12345.678, "money", "GBP"), value_text("Retail", "category")
    ('-12,346 GBP', 'Retail')
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return UNKNOWN
    return _number_text(float(value), unit, currency)


def _number_text(value: float, unit: Unit, currency: str | None) -> str:
    match unit:
        case "days":
            text = _rounded(value, 0 if abs(value) >= 10 else 1)
            text += " day" if text == "1" else " days"
        case "money":
            text = _rounded(value, 0 if abs(value) >= 100 else 2, trim=False)
            text += f" {currency}" if currency else ""
        case "share":
            text = f"{_rounded(100 * value, 1)} %"
        case "per_year":
            text = f"{_rounded(value, 1)} a year"
        case "flag":
            text = "yes" if value else "no"
        case "ratio":
            text = f"{_rounded(value, 2)}×"
        case _:
            text = _rounded(value, 2)
    return text


def _rounded(value: float, digits: int, *, trim: bool = True) -> str:
    text = f"{value:,.{digits}f}"
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if any(digit in text for digit in "123456789") else text.lstrip("-")
