"""Every client of a published run, to be searched, filtered, sorted and paged without waiting.

The columns that a list needs are held in DuckDB's memory, so that a page of a million clients is
one query over columns. Whoever asks says whose clients they may see: `Scope` is part of every
question, and nothing here answers without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import duckdb
import pandas as pd

from segml.stores.shelf import Shelf

OF_SCORES = (
    *("client_id", "status", "tier", "tier_rank", "previous_tier", "p_churn", "p_churn_low"),
    *("p_churn_high", "expected_profit", "profit_365", "revenue_365", "cost_to_serve_365"),
    *("referral_profit_365", "value_365", "roles", "is_key", "action", "currency"),
)
OF_CLIENTS = ("client_id", "name", "manager", "region", "industry")
STAKE = "coalesce(p_churn, 0) * greatest(profit_365, 0)"
"""What an active client's loss would take of last year's profit, times its probability."""
SORTED_BY: Mapping[str, str] = MappingProxyType(
    {
        "name": "called",
        "tier": "tier_rank",
        "risk": "p_churn",
        "stake": "stake",
        "profit": "profit_365",
        "sales": "revenue_365",
        "expected": "expected_profit",
        "cost": "cost_to_serve_365",
    }
)
"""What a list may be sorted by, to its column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose clients may be seen: those of these managers, or of these regions; None: no limit.

    Where both are named a client has to be of both. An empty tuple names nobody.
    """

    managers: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None

    @property
    def is_all(self) -> bool:
        """Whether every client may be seen."""
        return self.managers is None and self.regions is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is to hold, in which order, and which part of it.

    `text` is looked for in names and ids, as letters of either case; None or empty: no filter.
    """

    text: str = ""
    tier: str | None = None
    status: str | None = None
    manager: str | None = None
    region: str | None = None
    only_key: bool = False
    sort: str = "stake"
    descending: bool = True
    offset: int = 0
    limit: int | None = 50

    def __post_init__(self) -> None:
        if self.sort not in SORTED_BY:
            raise ValueError(f"sorted by {self.sort!r}; allowed: {', '.join(SORTED_BY)}")
        if self.offset < 0 or (self.limit is not None and self.limit < 1):
            raise ValueError("an offset from 0 and a limit from 1")


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
        scores, clients = shelf.arrow("scores", OF_SCORES), shelf.arrow("clients", OF_CLIENTS)
        if scores is None or clients is None:
            raise ValueError(f"{shelf.folder} has no scores or no clients")
        self._door = duckdb.connect(":memory:", config={"threads": threads})
        self._door.register("scores", scores)
        self._door.register("clients", clients)
        self._door.execute(
            f"create table roster as select scores.*, clients.name, manager, region, industry, "
            f"case when trim(coalesce(clients.name, '')) = '' then client_id else clients.name "
            f"end as called, {STAKE} as stake "
            "from scores left join clients using (client_id) order by client_id"
        )
        self._door.unregister("scores")
        self._door.unregister("clients")

    def page(self, wanted: Wanted, scope: Scope) -> Page:
        """The part of a list that was asked for; sorted to the end, nulls last, ties by id."""
        where, values = _where(wanted, scope)
        door = self._door.cursor()
        found = door.execute(
            "select count(*), coalesce(sum(profit_365), 0), coalesce(sum(stake), 0) "
            f"from roster where {where}",
            values,
        ).fetchone()
        assert found is not None
        column = SORTED_BY[wanted.sort]
        order = f"{column} {'desc' if wanted.descending else 'asc'} nulls last, client_id"
        limit = "" if wanted.limit is None else f" limit {wanted.limit} offset {wanted.offset}"
        rows = door.execute(f"select * from roster where {where} order by {order}{limit}", values)
        return Page(
            rows=rows.df(), total=int(found[0]), profit=float(found[1]), stake=float(found[2])
        )

    def client(self, client_id: str, scope: Scope) -> dict[str, Any] | None:
        """One client's row; None where there is none, or none that may be seen."""
        where, values = _seen(scope)
        rows = self._door.cursor().execute(
            f"select * from roster where client_id = ? and {where}", [client_id, *values]
        )
        found = rows.df()
        return None if found.empty else found.iloc[0].to_dict()

    def frame(self, scope: Scope, columns: Sequence[str] = ("*",)) -> pd.DataFrame:
        """All clients that may be seen, by id; `columns` are names of the list's."""
        where, values = _seen(scope)
        told = self._door.cursor().execute(
            f"select {', '.join(columns)} from roster where {where} order by client_id", values
        )
        frame: pd.DataFrame = told.df()
        return frame

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
        where, values = _seen(scope)
        found = self._door.cursor().execute(
            f"select {column} from roster where {where} and {column} is not null "
            f"group by {column} order by count(*) desc, {column} limit 500",
            values,
        )
        return tuple(str(row[0]) for row in found.fetchall())


def _seen(scope: Scope) -> tuple[str, list[Any]]:
    """The one condition of who may see whom."""
    parts, values = ["true"], list[Any]()
    for column, allowed in (("manager", scope.managers), ("region", scope.regions)):
        if allowed is not None:
            marks = ", ".join("?" * len(allowed))
            parts.append(f"{column} in ({marks})" if allowed else "false")
            values += allowed
    return " and ".join(parts), values


def _where(wanted: Wanted, scope: Scope) -> tuple[str, list[Any]]:
    where, values = _seen(scope)
    parts: list[str] = [where]
    for column in ("tier", "status", "manager", "region"):
        asked = getattr(wanted, column)
        if asked is not None:
            parts.append(f"{column} = ?")
            values.append(asked)
    if wanted.only_key:
        parts.append("is_key")
    if text := wanted.text.strip():
        parts.append("(contains(lower(called), lower(?)) or starts_with(client_id, ?))")
        values += [text, text]
    return " and ".join(parts), values
