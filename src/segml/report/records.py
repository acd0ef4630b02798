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
    rows = frame.to_dict(orient="records")
    return [
        {str(key): None if pd.isna(value) else value for key, value in row.items()} for row in rows
    ]
