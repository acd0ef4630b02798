"""Every client of a published run, to be searched, filtered, sorted and paged without waiting.

The columns that a list needs are held in DuckDB's memory, so that a page of a million clients is
one query over columns. Whoever asks says whose clients they may see: `Scope` is part of every
question, and nothing here answers without one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from segml.stores.question import Scope, Wanted, asked, order_of, seen
from segml.stores.shelf import Shelf

OF_SCORES = (
    *("client_id", "status", "tier", "tier_rank", "previous_tier", "p_churn", "p_churn_low"),
    *("p_churn_high", "expected_profit", "profit_365", "revenue_365", "cost_to_serve_365"),
    *("referral_profit_365", "value_365", "roles", "is_key", "action", "currency"),
)
OF_CLIENTS = ("client_id", "name", "manager", "region", "industry")
STAKE = "coalesce(p_churn, 0) * greatest(profit_365, 0)"
"""What an active client's loss would take of last year's profit, times its probability."""
_VECTORS = 10
"""DuckDB's vectors (2,048 rows) of a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list, how many it has in all, and their profit and stake together."""

    rows: pd.DataFrame
    total: int
    profit: float
    stake: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry:
    """The active clients of an industry: how many, medians, and their sales together."""

    clients: int
    sales: float
    profit: float
    risk: float
    sales_sum: float


class Roster:
    """The clients of one run in DuckDB's memory.

    Parameters
    ----------
    shelf
        A run with `scores` and `clients`.
    threads
        How many a question may use.
    """

    def __init__(self, shelf: Shelf, *, threads: int = 2) -> None:
        if not {"scores", "clients"} <= {*shelf.tables}:
            raise ValueError(f"{shelf.folder} has no scores or no clients")
        self._shelf, self._threads = shelf, threads
        self._opening = threading.Lock()
        self._opened: duckdb.DuckDBPyConnection | None = None

    def open(self) -> None:
        """Read the clients now; else the first question does."""
        with self._opening:
            if self._opened is None:
                self._opened = self._read()

    @property
    def _door(self) -> duckdb.DuckDBPyConnection:
        self.open()
        assert self._opened is not None
        return self._opened

    def _read(self) -> duckdb.DuckDBPyConnection:
        door = duckdb.connect(":memory:", config={"threads": self._threads})
        door.register("scores", self._shelf.arrow("scores", OF_SCORES))
        door.register("clients", self._shelf.arrow("clients", OF_CLIENTS))
        door.execute(
            f"create table roster as select scores.*, clients.name, manager, region, industry, "
            f"case when trim(coalesce(clients.name, '')) = '' then client_id else clients.name "
            f"end as called, {STAKE} as stake "
            "from scores left join clients using (client_id) order by client_id"
        )
        door.unregister("scores")
        door.unregister("clients")
        return door

    def page(self, wanted: Wanted, scope: Scope) -> Page:
        """The part of a list that was asked for; sorted to the end, nulls last, ties by id."""
        where, values = asked(wanted, scope)
        door = self._door.cursor()
        found = door.execute(
            "select count(*), coalesce(sum(profit_365), 0), coalesce(sum(stake), 0) "
            f"from roster where {where}",
            values,
        ).fetchone()
        assert found is not None
        order = order_of(wanted)
        limit = "" if wanted.limit is None else f" limit {wanted.limit} offset {wanted.offset}"
        # the ids alone are sorted, then the rows of the part are fetched
        rows = door.execute(
            "select roster.* from roster join (select rowid as place from roster "
            f"where {where} order by {order}{limit}) on roster.rowid = place order by {order}",
            values,
        )
        return Page(
            rows=rows.df(), total=int(found[0]), profit=float(found[1]), stake=float(found[2])
        )

    def parts(self, wanted: Wanted, scope: Scope) -> Iterator[pd.DataFrame]:
        """The same list in parts of some ten thousand rows, so that no list is held whole."""
        where, values = asked(wanted, scope)
        told = self._door.cursor().execute(
            f"select * from roster where {where} order by {order_of(wanted)}", values
        )
        while len(part := told.fetch_df_chunk(_VECTORS)):
            yield part

    def client(self, client_id: str, scope: Scope) -> dict[str, Any] | None:
        """One client's row; None where there is none, or none that may be seen."""
        where, values = seen(scope)
        rows = self._door.cursor().execute(
            f"select * from roster where client_id = ? and {where}", [client_id, *values]
        )
        found = rows.df()
        return None if found.empty else found.iloc[0].to_dict()

    def frame(
        self,
        scope: Scope,
        columns: Sequence[str],
        *,
        only_key: bool = False,
        also: Sequence[str] = (),
    ) -> pd.DataFrame:
        """The clients that may be seen, by id.

        Parameters
        ----------
        scope
            Whose clients may be seen.
        columns
            Names of the list's columns.
        only_key, also
            Key clients alone, and with them those of these ids.
        """
        where, values = seen(scope)
        if only_key:
            where += " and (is_key or client_id in (select unnest(?)))"
            values.append(list(also))
        told = self._door.cursor().sql(
            f"select {', '.join(columns)} from roster where {where} order by client_id",
            params=values,
        )
        frame: pd.DataFrame = told.to_arrow_table().to_pandas()
        return frame

    def names(self, scope: Scope) -> Names:
        """What each client that may be seen is called, looked up when it is asked for."""
        return Names(self, scope)

    def names_of(self, client_ids: Sequence[str], scope: Scope) -> dict[str, str]:
        """What these clients are called, of those that may be seen, in one question."""
        where, values = seen(scope)
        found = self._door.cursor().execute(
            f"select client_id, called from roster where {where} and client_id in "
            "(select unnest(?))",
            [*values, list(client_ids)],
        )
        return {str(who): str(called) for who, called in found.fetchall()}

    def industry(self, industry: str) -> Industry:
        """What the active clients of an industry are like: figures, nobody's row."""
        found = self._door.cursor().execute(
            "select count(*), coalesce(median(revenue_365), 0), coalesce(median(profit_365), 0), "
            "coalesce(median(p_churn), 0), coalesce(sum(revenue_365), 0) "
            "from roster where industry = ? and status = 'active'",
            [industry],
        )
        row = found.fetchone()
        assert row is not None
        return Industry(clients=row[0], sales=row[1], profit=row[2], risk=row[3], sales_sum=row[4])

    def values(self, column: str, scope: Scope) -> tuple[str, ...]:
        """What a text column holds among those that may be seen, most frequent first."""
        where, values = seen(scope)
        found = self._door.cursor().execute(
            f"select {column} from roster where {where} and {column} is not null "
            f"group by {column} order by count(*) desc, {column} limit 500",
            values,
        )
        return tuple(str(row[0]) for row in found.fetchall())


class Names(Mapping[str, str]):
    """Client id to what it is called, of those that may be seen.

    Parameters
    ----------
    roster
        Where they are looked up.
    scope
        Whose clients may be seen.
    """

    def __init__(self, roster: Roster, scope: Scope) -> None:
        self._roster, self._scope = roster, scope

    def __getitem__(self, client_id: str) -> str:
        found = self._roster.client(client_id, self._scope)
        if found is None:
            raise KeyError(client_id)
        return str(found["called"])

    def __iter__(self) -> Iterator[str]:
        return iter(self._roster.frame(self._scope, ("client_id",))["client_id"])

    def __len__(self) -> int:
        return self._roster.page(Wanted(limit=1), self._scope).total
