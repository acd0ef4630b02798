"""The books: the lines added up by day, exactly, for the questions that need no single line.

::

    lines ─┬─ purchases        one row an order and day: what was bought
           ├─ days             one row a client and day, returns included
           └─ product_totals   one row a product and day, over all clients; no returns

Money and quantities are integers of millionths, so that no order of summing changes a digit. A row
says what its own day says, whatever comes later. `bought` is money of lines that are no returns,
`returned` money given back (≥ 0); `paid` and `quantity` are of lines that have both.
"""

from __future__ import annotations

import duckdb

from segml.ledger.parts import parts_of, run_in_parts
from segml.words.errors import DataRefused

PART_LINES = 1_500_000
"""About so many lines are added up at a time, in memory."""


def micro(expression: str) -> str:
    """The SQL of a number as an integer of millionths, null where it is.

    Examples
    --------
    >>> micro("amount")
    'cast(round((amount) * 1e6) as bigint)'
    """
    return f"cast(round(({expression}) * 1e6) as bigint)"


def _sum(expression: str, condition: str = "") -> str:
    only = f" FILTER (WHERE {condition})" if condition else ""
    return f"cast(coalesce(sum({expression}){only}, 0) AS bigint)"


def _count(condition: str) -> str:
    return f"cast(count(*) FILTER (WHERE {condition}) AS integer)"


_LINE = (
    "SELECT client, order_key, day, is_return, is_order, is_return_order, "
    f"{micro('amount')} AS amount, {micro('amount - cost - serve')} AS profit, "
    f"{micro('cost')} AS cost, {micro('serve')} AS serve, {micro('discount')} AS discount "
    "FROM lines"
)
_DOCUMENTS = (
    "SELECT client, order_key, day, cast(count(*) AS integer) AS lines, "
    f"{_count('is_order')} AS orders, {_count('is_return_order')} AS returns, "
    f"{_sum('amount')} AS amount, {_sum('profit')} AS profit, {_sum('cost')} AS cost, "
    f"{_sum('serve')} AS serve, {_sum('discount', 'NOT is_return')} AS discount, "
    f"{_sum('amount', 'NOT is_return')} AS bought, -{_sum('amount', 'is_return')} AS returned "
    "FROM line GROUP BY client, order_key, day"
)
_PURCHASES = (
    "SELECT client, day, lines, bought, profit, discount FROM documents WHERE orders > 0 "
    "ORDER BY client, day, order_key"
)
_SUMMED = ("amount", "profit", "cost", "serve", "discount", "bought", "returned")
_COUNTED = ("lines", "orders", "returns")
_DAYS = (
    f"SELECT client, day, {', '.join(f'cast(sum({n}) AS integer) AS {n}' for n in _COUNTED)}, "
    f"{', '.join(f'{_sum(n)} AS {n}' for n in _SUMMED)} FROM documents GROUP BY client, day "
    "ORDER BY client, day"
)
_PRICED = "amount > 0 AND quantity > 0"
_PRODUCT_TOTALS = (
    f"SELECT product, day, count(*) AS lines, {_sum('amount', _PRICED)} AS paid, "
    f"{_sum('quantity', _PRICED)} AS quantity FROM (SELECT product, day, {micro('amount')} AS "
    f"amount, {micro('quantity')} AS quantity FROM lines WHERE NOT is_return AND product IS NOT "
    "NULL) WHERE amount > 0 GROUP BY product, day ORDER BY product, day"
)
_BOOKS = {
    "purchases": _PURCHASES,
    "days": _DAYS,
}
CLIENT_BOOKS = tuple(_BOOKS)
"""The books of single clients, each with the columns `client` and `day`."""


def build_books(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the books out of `lines` and `clients`.

    Parameters
    ----------
    connection
        The scratch database.

    Raises
    ------
    DataRefused
        If a line's money or quantity, or a day's sum of them, is beyond nine trillion.
    """
    clients, rows = connection.execute(
        "SELECT (SELECT count(*) FROM clients), (SELECT count(*) FROM lines)"
    ).fetchone() or (0, 0)
    parts = parts_of(clients, max(1, -(-rows // PART_LINES)))
    try:
        connection.execute(f"CREATE TEMP TABLE documents AS {_documents(range(0))}")
        for name, query in _BOOKS.items():
            connection.execute(f"CREATE TABLE {name} AS {query}")
        connection.execute("DROP TABLE documents")
        run_in_parts(connection, [_statements(part) for part in parts])
        connection.execute(f"CREATE TABLE product_totals AS {_PRODUCT_TOTALS}")
    except duckdb.ConversionException as error:
        raise DataRefused(
            "transactions whose amount, cost, discount or quantity comes to over 9.2e12 in a day",
            allowed="sums up to nine trillion, which are exact in millionths",
            next_step="leave such lines out, or mend them, with `ledger.transactions.where`",
        ) from error


def books_sql() -> dict[str, str]:
    """The books as questions over `lines` at once, for an engine that makes them itself.

    Returns
    -------
    dict
        `documents`, then the books that are made of it and of `lines`, in the order of making.
    """
    return {
        "documents": f"WITH line AS ({_LINE}) {_DOCUMENTS}",
        **_BOOKS,
        "product_totals": _PRODUCT_TOTALS,
    }


def _documents(part: range) -> str:
    line = f"{_LINE} WHERE client >= {part.start} AND client < {part.stop}"
    return f"WITH line AS ({line}) {_DOCUMENTS}"


def _statements(part: range) -> list[str]:
    return [
        f"CREATE TEMP TABLE documents AS {_documents(part)}",
        *(f"INSERT INTO {name} {query}" for name, query in _BOOKS.items()),
        "DROP TABLE documents",
    ]
