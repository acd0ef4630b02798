"""The past and the future of a date, as two types: no feature can see a row it must not.

`Past` shows rows dated before its day, `Future` rows of its horizon; neither has a default date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import pandas as pd

from segml.words.plan import Economics

_CLIENT_COLUMNS = (
    "client, client_id, name, industry, region, employees, annual_turnover, manager, acquired_day, "
    "acquisition_channel, acquisition_cost, referred_by, wallet"
)


def _clients_before(day: int) -> str:
    first = f"CASE WHEN first_day < {day} THEN first_day END AS first_day"
    return (
        f"(SELECT {_CLIENT_COLUMNS}, {first}, acquisition_days FROM clients "
        f"WHERE known_day < {day})"
    )


def _ask(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, str]) -> pd.DataFrame:
    for name, value in values.items():
        sql = sql.replace("{" + name + "}", value)
    cursor = connection.cursor()
    try:
        frame: pd.DataFrame = cursor.execute(sql).df()
    finally:
        cursor.close()
    return frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was known at the start of a day.

    Parameters
    ----------
    as_of
        The day; rows dated before it are seen, and clients known before it.
    has
        Which optional columns and tables the ledger has: "product", "cost", "clients",
        "clients.industry", ...
    economics
        The money that is not in the ledger.
    """

    as_of: int
    has: frozenset[str]
    economics: Economics
    _connection: duckdb.DuckDBPyConnection = field(repr=False, compare=False)

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the answer to a question about the past.

        Parameters
        ----------
        sql
            DuckDB SQL in which `{lines}`, `{clients}` and `{as_of}` stand for the rows dated
            before the day, the clients known before it, and the day.

        Returns
        -------
        DataFrame
            The answer's rows.
        """
        values = {
            "lines": f"(SELECT * FROM lines WHERE day < {self.as_of})",
            "clients": _clients_before(self.as_of),
            "as_of": str(self.as_of),
        }
        return _ask(self._connection, sql, values)

    def orders(self, client_ids: Sequence[str]) -> pd.DataFrame:
        """Return every order and return document of some clients, as evidence.

        Parameters
        ----------
        client_ids
            Clients; those that are unknown add nothing.

        Returns
        -------
        DataFrame
            One row an order and day, sorted: client_id, order_id (null where an order is client
            x day), day, amount, profit (before acquisition), discount, is_return.
        """
        columns = (
            "SELECT c.client_id, o.order_id, l.day, sum(l.amount) AS amount, "
            "sum(l.amount - l.cost - l.serve) AS profit, sum(l.discount) AS discount, "
            "bool_and(l.is_return) AS is_return"
        )
        cursor = self._connection.cursor()
        try:
            frame: pd.DataFrame = cursor.execute(
                f"{columns} FROM lines AS l JOIN clients AS c USING (client) "
                "JOIN orders AS o USING (order_key) WHERE l.day < ? "
                "AND c.client_id IN (SELECT unnest(CAST(? AS VARCHAR[]))) "
                "GROUP BY c.client_id, l.day, l.order_key, o.order_id "
                "ORDER BY c.client_id, l.day, l.order_key",
                [self.as_of, [str(client) for client in client_ids]],
            ).df()
        finally:
            cursor.close()
        return frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Future:
    """What happened in the horizon [as_of + gap, as_of + gap + horizon); labels are made of it.

    Parameters
    ----------
    as_of
        The cut-off day.
    gap_days
        Days between the cut-off and the horizon.
    horizon_days
        The horizon's length.
    has
        Which optional columns and tables the ledger has.
    economics
        The money that is not in the ledger.
    """

    as_of: int
    gap_days: int
    horizon_days: int
    has: frozenset[str]
    economics: Economics
    _connection: duckdb.DuckDBPyConnection = field(repr=False, compare=False)

    @property
    def start(self) -> int:
        """The first day of the horizon."""
        return self.as_of + self.gap_days

    @property
    def end(self) -> int:
        """The day after the horizon's last."""
        return self.start + self.horizon_days

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the answer to a question about the horizon.

        Parameters
        ----------
        sql
            DuckDB SQL in which `{lines}`, `{clients}`, `{start}` and `{end}` stand for the rows
            of the horizon, the clients known before its end, and its first day and its end.

        Returns
        -------
        DataFrame
            The answer's rows.
        """
        values = {
            "lines": f"(SELECT * FROM lines WHERE day >= {self.start} AND day < {self.end})",
            "clients": _clients_before(self.end),
            "start": str(self.start),
            "end": str(self.end),
        }
        return _ask(self._connection, sql, values)
