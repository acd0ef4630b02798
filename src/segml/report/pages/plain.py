"""Facts and rows as plain values: what JSON can hold, and rows that a template can name."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.report.records import Rows, records


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A client in a list."""

    client_id: str
    name: str
    status: str
    tier: str
    is_key: bool
    p_churn: float | None
    stake: float
    profit_365: float
    revenue_365: float
    manager: str | None
    action: str | None


def list_rows(rows: Rows) -> tuple[ListRow, ...]:
    """The rows of a list, as `stores.Roster.page` gives them; one without a name shows its id."""
    names = [field.name for field in dataclasses.fields(ListRow) if field.name != "name"]
    return tuple(ListRow(**{name: row[name] for name in names}, name=row["called"]) for row in rows)


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each row as a dict of plain values, null as None."""
    return records(frame)


def plain(value: object) -> Any:
    """Frozen facts as JSON can hold them: dataclasses as objects, days as text, NaN as null.

    Examples
    --------
    >>> plain({("a", "b"): (dt.date(2024, 7, 1), math.nan)})
    {'a, b': ['2024-07-01', None]}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {_key(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if hasattr(value, "item"):  # NumPy's scalars
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _key(key: object) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
