"""Rows of a frame as plain Python values."""

from __future__ import annotations

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each row as a dict, null as None, NumPy scalars as Python's own.

    Examples
    --------
    >>> records(pd.DataFrame({"a": [1.0, None]}))
    [{'a': 1.0}, {'a': None}]
    """
    names = [str(name) for name in frame.columns]
    columns = [_plain(frame.iloc[:, place]) for place in range(len(names))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    """A column's values; NaN is what differs from itself."""
    told = column.tolist()
    return [None if one is None or one is pd.NA or one != one else one for one in told]  # noqa: PLR0124
