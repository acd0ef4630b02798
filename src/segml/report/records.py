"""Rows of a frame as plain Python values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

Rows = Sequence[Mapping[str, Any]]
"""Rows of a table as plain values."""


def of_client(table: pd.DataFrame | Rows | None, client_id: str) -> list[Mapping[str, Any]] | None:
    """The rows of one client as plain values; None without a table.

    Parameters
    ----------
    table
        A frame, or rows that were read already.
    client_id
        Whose.
    """
    if table is None:
        return None
    if isinstance(table, pd.DataFrame):
        return list(records(table[table["client_id"] == client_id]))
    return [row for row in table if row["client_id"] == client_id]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each row as a dict, null as None, NumPy scalars as Python's own.

    Examples
    --------
    >>> records(pd.DataFrame({"a": [1.0, None]}))
    [{'a': 1.0}, {'a': None}]
    """
    names = [str(name) for name in frame.columns]
    columns = [_plain(column) for _, column in frame.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def largest(frame: pd.DataFrame, column: str, most: int) -> pd.DataFrame:
    """The rows with the greatest values, ties by client id: those that sorting all puts first.

    A large frame is not sorted whole, which its ids would make slow.

    Parameters
    ----------
    frame
        With `client_id` and the column, a figure.
    column
        By what.
    most
        Rows at most, one or more.
    """
    values = frame[column].to_numpy(float)
    known = values[~np.isnan(values)]
    found = frame[values >= np.partition(known, -most)[-most]] if len(known) > most else frame
    return found.sort_values([column, "client_id"], ascending=[False, True]).head(most)


def _plain(column: pd.Series) -> list[Any]:
    """A column's values; NaN is what differs from itself."""
    told = column.tolist()
    return [None if one is None or one is pd.NA or one != one else one for one in told]  # noqa: PLR0124 - NaN
