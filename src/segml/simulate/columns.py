"""Columns of tables: ids, days, words and money as Arrow arrays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from segml.simulate.arrays import Bools, Floats, Ints

_EPOCH = date(1970, 1, 1)


def days(start: date, day: Ints, known: Bools | None = None) -> pa.Array:
    """Days from a start as dates, null where not known."""
    since = (day + (start - _EPOCH).days).astype(np.int32)
    return pa.array(since, mask=None if known is None else ~known).cast(pa.date32())


def numbers(values: Floats) -> pa.Array:
    """Numbers, null where NaN."""
    return pa.array(values, from_pandas=True)


def words(names: Sequence[str] | pa.Array, place: npt.NDArray[Any]) -> pa.Array:
    """The name at each place, null where the place is negative."""
    index = pa.array(np.maximum(place, 0).astype(np.int32), mask=place < 0)
    return pa.DictionaryArray.from_arrays(index, pa.array(names, type=pa.string()))


def padded(letter: str, number: Ints, width: int) -> pa.Array:
    """A letter and a number with leading zeros."""
    digits = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), width, "0")
    return pc.binary_join_element_wise(letter, digits, "")


def client_ids(first: int, count: int) -> pa.Array:
    """`C00001`, `C00002`, … for the clients from `first` (counted from 0)."""
    return padded("C", np.arange(first + 1, first + count + 1), 5)


def plain(table: pa.Table) -> pd.DataFrame:
    """The table as a frame: words as text, days as datetimes."""
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    text: pd.DataFrame = pa.table(columns, names=table.column_names).to_pandas(date_as_object=False)
    return text
