"""The clients of a published run as columns: its scores, beside each who it is.

Rows stand by client id, as they were published. A column is read when it is first asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from segml.scoring import UNASKED
from segml.stores.columns import Coded, Column, Figures, Mask, Places, Texts, column_of
from segml.stores.heap import give_back
from segml.stores.shelf import Shelf

WHO = ("name", "manager", "region", "industry")
"""The columns that stand in the table of clients; the others stand in that of the scores."""
FEW = (
    *("status", "tier", "previous_tier", "roles", "action", "currency"),
    *("manager", "region", "industry"),
)
"""Texts with few values."""
WIDE = ("client_id", "name")
"""Texts of which most rows have their own."""
MADE = ("called", "stake")
"""Columns that are made of others."""


class Register:
    """The columns of a run's clients.

    Parameters
    ----------
    shelf
        A run with `scores` and `clients`.

    Raises
    ------
    ValueError
        If it has no such tables.
    """

    def __init__(self, shelf: Shelf) -> None:
        if not {"scores", "clients"} <= {*shelf.tables}:
            raise ValueError(f"{shelf.folder} has no scores or no clients")
        self._shelf = shelf
        self._held: dict[str, Column] = {}
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self.text("client_id"))

    def open(self, columns: Sequence[str]) -> None:
        """Read columns that were not read yet, two at a time."""
        # what takes most while it is read comes first, when the others are not held yet
        missing = [name for name in columns if name not in self._held]
        tables = ("scores", "clients") if missing else ()
        wide = [name for name in missing if name in WIDE]
        others = [name for name in missing if name not in (*WIDE, *MADE)]
        made = [name for name in missing if name in MADE]
        with self._shelf.column_by_column(tables), ThreadPoolExecutor(2) as readers:
            for group in (wide, others, made):
                for _ in readers.map(self.column, group):
                    pass
                if group:
                    give_back()

    def forget(self) -> None:
        """Hold nothing; what is asked for is read anew."""
        with self._lock:
            self._held = {}

    def column(self, name: str) -> Column:
        """A column; those of `MADE` are made of others."""
        with self._lock:
            if name in self._held:
                return self._held[name]
        made = self._made(name)
        with self._lock:
            return self._held.setdefault(name, made)

    def figures(self, name: str) -> npt.NDArray[Any]:
        """A column of numbers, null as NaN."""
        found = self.column(name)
        assert isinstance(found, Figures)
        return found.values

    def flags(self, name: str) -> Mask:
        """A column of flags."""
        return self.figures(name).astype(np.bool_, copy=False)

    def coded(self, name: str) -> Coded:
        """A column of a text with few values."""
        found = self.column(name)
        assert isinstance(found, Coded)
        return found

    def text(self, name: str) -> pa.Array:
        """A column of any text."""
        return self.column(name).arrow()

    def place(self, client_id: str) -> int | None:
        """Where a client stands; None where there is no such client."""
        ids = self.text("client_id")
        low, high = 0, len(ids)
        while low < high:
            middle = (low + high) // 2
            if ids[middle].as_py() < client_id:
                low = middle + 1
            else:
                high = middle
        return low if low < len(ids) and ids[low].as_py() == client_id else None

    def called(self, place: int, *, beside_id: bool) -> str:
        """What the client that stands there is called, its id beside it where that is wanted."""
        name, client_id = (self.text(each)[place].as_py() for each in ("name", "client_id"))
        if not name or not name.strip():
            return str(client_id)
        return f"{name} ({client_id})" if beside_id else str(name)

    def namesakes(self, among: Mask) -> Mask:
        """Whose name another one among these clients has too."""
        called = self.text("called")
        counted = pc.value_counts(called.filter(pa.array(among)))
        shared = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
        mask: Mask = pc.is_in(called, value_set=shared).to_numpy(zero_copy_only=False)
        return mask & among

    def named(self, text: str) -> Mask:
        """Whose name holds a text, letters of either case, or whose id begins with it."""
        called = pc.utf8_lower(self.text("called"))
        found = pc.or_(
            pc.match_substring(called, text.lower()), pc.starts_with(self.text("client_id"), text)
        )
        mask: Mask = found.to_numpy(zero_copy_only=False)
        return mask

    def is_one_of(self, client_ids: pa.Array) -> Mask:
        """Whose id is one of these."""
        found = pc.is_in(self.text("client_id"), value_set=client_ids)
        mask: Mask = found.to_numpy(zero_copy_only=False)
        return mask

    def order(self, name: str, *, descending: bool) -> Places:
        """The places of all rows by a column: nulls last, ties by id."""
        found = self.column(name)
        if isinstance(found, Figures):
            values = -found.values if descending else found.values
            return np.argsort(values, kind="stable").astype(np.int32)
        direction = "descending" if descending else "ascending"
        order = pc.array_sort_indices(found.arrow(), direction, null_placement="at_end")
        return order.to_numpy().astype(np.int32)  # type: ignore[no-any-return]  # Arrow is untyped

    def rows(self, places: Places, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Some rows as Python's own values, null as None."""
        told = [self.column(name).at(places) for name in columns]
        return [dict(zip(columns, row, strict=True)) for row in zip(*told, strict=True)]

    def frame(self, places: Places | None, columns: Sequence[str]) -> pd.DataFrame:
        """Some rows, or all; a text with few values is a category."""
        frame: pd.DataFrame = self.table(places, columns).to_pandas()
        return frame

    def table(self, places: Places | None, columns: Sequence[str]) -> pa.Table:
        """The same as Arrow has it."""
        return pa.table({name: self.column(name).arrow(places) for name in columns})

    def _made(self, name: str) -> Column:
        if name == "called":
            return _Called(self.text("client_id"), self.text("name"))
        if name == "stake":
            risk, profit = self.figures("p_churn"), self.figures("profit_365")
            stake = np.nan_to_num(risk, copy=True) * np.clip(profit, 0.0, None)
            return Figures(np.where(self.coded("action").equals(*UNASKED), 0.0, stake))
        table = "clients" if name in WHO else "scores"
        values = self._shelf.column(table, name, is_coded=name in FEW)
        if table == "clients" and self._whose is not None:
            values = values.take(self._whose)
        return column_of(values)

    @cached_property
    def _whose(self) -> pa.Array | None:
        """The row of `clients` of each client; None where both tables stand alike."""
        scored, known = self.text("client_id"), self._shelf.column("clients", "client_id")
        whole = known.combine_chunks()
        return None if whole.equals(scored) else pc.index_in(scored, value_set=whole)


class _Called:
    """What each client is called: its name, or its id where that is missing or blank.

    Parameters
    ----------
    ids, names
        Length n.
    """

    def __init__(self, ids: pa.Array, names: pa.Array) -> None:
        self._ids, self._names = Texts(ids), Texts(names)

    def at(self, places: Places) -> list[Any]:
        """As `Column`."""
        return list(self.arrow(places).to_pylist())

    def arrow(self, places: Places | None = None) -> pa.Array:
        """As `Column`."""
        names = self._names.arrow(places)
        blank = pc.equal(pc.utf8_trim_whitespace(pc.fill_null(names, "")), "")
        return pc.if_else(blank, self._ids.arrow(places), names)
