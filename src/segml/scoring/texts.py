"""The value of a feature as text, with its unit: the same text for the same value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.words.feature import Unit

UNKNOWN = "unknown"
_GRAIN: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "days": (10.0, 10.0),
        "money": (100.0, 100.0),
        "share": (1000.0, math.inf),
        "points": (1000.0, math.inf),
        "per_year": (10.0, math.inf),
    }
)
"""The steps a unit of a value is told in, and from what size on it is told in whole units."""


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
    >>> value_text(0.0024, "points"), value_text(0.01, "points"), value_text(-0.001, "money")
    ('0.2 points', '1 point', '0')
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return UNKNOWN
    return _number_text(float(value), unit, currency)


def value_texts(
    values: npt.NDArray[np.generic], unit: Unit, currency: str | None = None
) -> tuple[npt.NDArray[np.intp], list[str]]:
    """The same of many values, each text made once: `texts[codes[i]]` is that of `values[i]`.

    Parameters
    ----------
    values
        Shape (n,): float32 (or float64 of as few digits, so that a hundredfold is exact); objects
        for categories.
    unit, currency
        As for `value_text`.

    Examples
    --------
    >>> codes, texts = value_texts(np.float32([3.01, 3.02, 7]), "days")
    >>> [texts[code] for code in codes], len(texts)
    (['3 days', '3 days', '7 days'], 2)
    """
    alike = values if unit in {"category", "flag"} else _alike(values.astype(np.float64), unit)
    codes, kinds = pd.factorize(alike, use_na_sentinel=False)
    member = np.empty(len(kinds), dtype=np.intp)
    member[codes[::-1]] = np.arange(len(codes))[::-1]
    given = values[member].tolist()
    if values.dtype == object:
        given = [None if pd.isna(one) else one for one in given]
    return codes, [value_text(one, unit, currency) for one in given]


def told_target(target: float, today: float, unit: Unit) -> float:
    """A target that its text tells in full: rounded on, so that whoever gets there has got there.

    Parameters
    ----------
    target, today
        What has to be reached, and from where.
    unit
        What one unit of both is.

    Examples
    --------
    >>> told_target(33_655.2, 9_851.0, "money"), told_target(0.1234, 0.2, "share")
    (33656.0, 0.123)
    """
    steps, coarse_from = _GRAIN.get(unit, (100.0, math.inf))
    steps = 1.0 if abs(target) >= coarse_from else steps
    near = round(target * steps, 6)  # a target that stands on a step but for rounding stays there
    return (math.ceil(near) if target > today else math.floor(near)) / steps


def _alike(values: npt.NDArray[np.float64], unit: Unit) -> npt.NDArray[np.float64]:
    """A number for each value, the same only for values whose text is the same.

    Rounded as the text rounds (exact products, ties to even); whole units stand on halves, where
    no finer step does.
    """
    steps, coarse_from = _GRAIN.get(unit, (100.0, math.inf))
    fine = np.rint(values * steps)
    coarse = np.rint(values) * steps + 0.5
    return np.where(np.abs(values) >= coarse_from, coarse, fine)


def _number_text(value: float, unit: Unit, currency: str | None) -> str:
    match unit:
        case "days":
            text = _rounded(value, 0 if abs(value) >= 10 else 1)
            text += " day" if text == "1" else " days"
        case "money":
            text = _rounded(value, 0 if abs(value) >= 100 else 2, trim=False)
            text = "0" if text == "0.00" else text
            text += f" {currency}" if currency else ""
        case "share":
            text = f"{_rounded(100 * value, 1)} %"
        case "points":
            text = _rounded(100 * value, 1)
            text += " point" if text == "1" else " points"
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
    return text if text.strip("-0.") else text.lstrip("-")
