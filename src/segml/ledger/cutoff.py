"""The past of a date, a type of its own: no feature can see a row it must not.

`Past` shows rows before its day, `horizon.Future` those of its horizon; neither has a default date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count

import duckdb
import pandas as pd

from segml.ledger.charges import charges_of
from segml.ledger.contract import TABLES, TRANSACTIONS
from segml.ledger.days import date_of
from segml.ledger.engines import Asked, Engine
from segml.ledger.evidence import (
    bills_of,
    brought_clients,
    company_events_of,
    contacts_of,
    events_of,
    lines_of,
    orders_of,
    withdrawn_products,
)
from segml.ledger.fingerprint import fingerprint_of, rows_before
from segml.ledger.memory import Memory
from segml.ledger.parts import parts_of
from segml.ledger.question import ask, written
from segml.ledger.views import REFERRED, known_by
from segml.words.errors import HistoryTooShort
from segml.words.plan import Economics

SMALL = 8192
"""So many clients are not worth a second processor."""
_KEPT = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was known at the start of a day.

    Parameters
    ----------
    as_of
        The day; rows dated before it are seen, and clients known before it.
    has
        Which optional columns and tables the ledger has: "product", "clients.industry", ...
    economics
        The money that is not in the ledger.
    engine
        What computes features in DuckDB's place; None: nothing does.
    memory
        Keeps what is made of it; None: nothing does.
    """

    as_of: int
    has: frozenset[str]
    economics: Economics
    engine: Engine | None = field(default=None, repr=False, compare=False)
    memory: Memory | None = field(default=None, repr=False, compare=False)
    _connection: duckdb.DuckDBPyConnection = field(repr=False, compare=False)
    _only: str = field(default="", repr=False)
    _kept: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    _lent: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def frame(self, sql: str, *values: object) -> pd.DataFrame:
        """Return the answer to a question about the past.

        Parameters
        ----------
        sql
            DuckDB SQL in which `{lines}`, `{interactions}`, `{invoices}` and `{events}` stand for
            the rows dated before the day with what was known of them by then, `{purchases}`,
            `{days}` and `{product_totals}` for the books of those lines, `{clients}` for the
            clients known before it, and `{as_of}` for the day.
        values
            Bound to the placeholders ``?``.
        """
        return ask(self._connection, sql, self._named, values)

    @property
    def asked(self) -> Asked:
        """What answers the questions of a snapshot: this past, or the engine's of the same day."""
        return self if self.engine is None else self.engine.past(self.as_of)

    def parts(self, clients: int, *, at_once: int = 1) -> tuple[Past, ...]:
        """Return the same past in parts, each of about so many clients; all of them, once.

        Parameters
        ----------
        clients
            Clients of a part at most; it sees no others' rows but `{product_totals}`, `{events}`.
        at_once
            How many are asked at a time: parts are a multiple of it, unless there is one of few.
        """
        last = self.frame("SELECT max(client) AS last FROM {clients}")["last"].iloc[0]
        known = 0 if pd.isna(last) else int(last) + 1
        count = -(-known // (clients * at_once)) * at_once
        if count < 2 or known <= min(clients, SMALL):
            return (self,)
        spans = [f"client >= {p.start} AND client < {p.stop}" for p in parts_of(known, count)]
        return tuple(replace(self, _only=span) for span in spans)

    @property
    def referred(self) -> Past:
        """The same past of those clients alone that another client brought."""
        return replace(self, _only=REFERRED)

    @contextmanager
    def keeping(self, name: str, sql: str, *, of: Past | None = None) -> Iterator[Past]:
        """Keep the answer to a question as a table, for later questions of this past.

        Parameters
        ----------
        name
            What later questions write in braces.
        sql
            As for `frame`.
        of
            The part of this past that is asked; None: all of it.

        Yields
        ------
        Past
            The same past, in which the answer can be read until the context is left.
        """
        table = f"kept_{next(_KEPT)}"
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(f"CREATE TABLE {table} AS {written(sql, (of or self)._named)}")
            try:
                yield replace(self, _kept={**self._kept, name: table})
            finally:
                cursor.execute(f"DROP TABLE {table}")

    def lent(self, name: str, later: Past) -> Past:
        """Return the same past; it sees what a later one keeps, as far as dated before its day."""
        return replace(self, has=self.has | {name}, _lent={**self._lent, name: later._kept[name]})

    def orders(self, client_ids: Sequence[str], *, without: Collection[str] = ()) -> pd.DataFrame:
        """Return every order and return document of some clients, as evidence.

        Parameters
        ----------
        client_ids
            Clients; those that are unknown add nothing.
        without
            Products whose lines are left out, and with them orders of nothing else.

        Returns
        -------
        DataFrame
            One row an order and day, sorted: client_id, order_id (null where an order is client
            x day), day, amount, profit (before acquisition), discount, is_return.
        """
        return orders_of(self.frame, client_ids, without)

    def lines(self, client_ids: Sequence[str]) -> pd.DataFrame:
        """Return every line of some clients, as evidence.

        Parameters
        ----------
        client_ids
            Clients; those that are unknown add nothing.

        Returns
        -------
        DataFrame
            Sorted by client, day and order: client_id, row_key (the order's id, or client and day
            where it has none), day, product, category, quantity, amount, discount, profit (before
            acquisition), is_return.
        """
        return lines_of(self.frame, client_ids)

    def contacts(self, client_ids: Sequence[str]) -> pd.DataFrame:
        """Return every interaction of some clients, as evidence.

        Parameters
        ----------
        client_ids
            Clients; those that are unknown add nothing.

        Returns
        -------
        DataFrame
            Sorted: client_id, row_key (client, day and kind), day, kind, minutes, cost (money:
            time and outlay), resolved_day and outcome as far as they were known.
        """
        return contacts_of(self.frame, client_ids)

    def bills(self, client_ids: Sequence[str]) -> pd.DataFrame:
        """Return every invoice of some clients, as evidence.

        Parameters
        ----------
        client_ids
            Clients; those that are unknown add nothing.

        Returns
        -------
        DataFrame
            Sorted: client_id, row_key (client and day of issue), issued_day, due_day, paid_day
            (null: not paid by then), amount.
        """
        return bills_of(self.frame, client_ids)

    def charges(self, client_ids: Sequence[str]) -> pd.DataFrame:
        """Return what serving some clients cost beside their orders, by day.

        Parameters
        ----------
        client_ids
            Clients; those that are unknown add nothing.

        Returns
        -------
        DataFrame
            One row a client and day, sorted: client_id, day, care (minutes and outlay), unpaid
            (overdue money, charged at the end of each 30 days since it fell due, and bad debt).
        """
        return charges_of(self.frame, client_ids, self.economics, self.as_of)

    def events(self, client_ids: Sequence[str]) -> pd.DataFrame:
        """Return the events that reached some clients after their first order, as evidence.

        Parameters
        ----------
        client_ids
            Clients; those that are unknown add nothing.

        Returns
        -------
        DataFrame
            Sorted: client_id, event_id, day, kind, scope, scope_value, magnitude, touched (money:
            what the client spent in the 365 days before on what the event is about) and share (of
            all it spent then; null where it spent nothing).
        """
        return events_of(self.frame, client_ids)

    def company_events(self) -> pd.DataFrame:
        """Return every event before the day, by day, with what its row says."""
        return company_events_of(self.frame)

    def brought(self) -> dict[str, tuple[str, ...]]:
        """Return, for each client that brought others, the ids of those it brought, sorted.

        A referral between clients that are not both known yet is not in it.
        """
        return brought_clients(self.frame)

    def withdrawn(self) -> frozenset[str]:
        """Return the products that nobody could buy lately, though they sold well before.

        Not bought by anybody for 90 days, in the year before on at least twelve lines of at least
        three clients; empty where the ledger has no products.
        """
        return withdrawn_products(self.frame, self.as_of)

    @property
    def last_day(self) -> int:
        """The day of the last line that is seen.

        Raises
        ------
        HistoryTooShort
            If no line is.
        """
        last = self.frame("SELECT max(day) AS last FROM {lines}")["last"].iloc[0]
        if pd.isna(last):
            raise HistoryTooShort(
                f"no line is dated before {date_of(self.as_of)}",
                allowed="dates after the ledger's first line",
                next_step="pass a later date",
            )
        return int(last)

    @property
    def rows(self) -> dict[str, int]:
        """The kept rows that are seen, by table: dated before the day, clients known by then."""
        with closing(self._connection.cursor()) as cursor:
            return rows_before(cursor, self._tables, self.as_of)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the rows that are seen: the same for any order, and for any future."""
        with closing(self._connection.cursor()) as cursor:
            return fingerprint_of(cursor, self._tables, before=self.as_of)

    @property
    def _tables(self) -> tuple[str, ...]:
        return tuple(t.name for t in TABLES if t is TRANSACTIONS or t.name in self.has)

    @property
    def _named(self) -> dict[str, str]:
        known = known_by(self.as_of, only=self._only, lent=self._lent)
        return {**known, **self._kept, "as_of": str(self.as_of)}
