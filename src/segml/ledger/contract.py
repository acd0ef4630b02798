"""The input contract as data: which tables and columns a ledger may have, and their kinds.

To add a column: a line here; a rule for it in `rules`; and the SQL that uses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "number", "day", "flag"]

SQL_TYPES: dict[Kind, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "number": "DOUBLE",
    "day": "INTEGER",
    "flag": "BOOLEAN",
}
"""The DuckDB type that a parsed column of each kind has."""

LINE_LIMIT = 2e12
"""The largest number on a line: features sum a line's parts exactly, as 64-bit millionths (9.2e12).

Profit is amount less cost, less commission: with the largest rates no more than four such numbers.
"""

MONEY = ("amount", "cost", "discount")
"""The columns of a line that a currency's rate converts; their bound is on the converted value."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract table: its name, what kind of value it holds, and its bounds.

    A number's size is `at_most`, whatever its sign.
    """

    name: str
    kind: Kind
    required: bool = False
    not_negative: bool = False
    at_most: float = 1e15


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the contract."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every column's name, in the order of the contract."""
        return tuple(column.name for column in self.columns)


TRANSACTIONS = Table(
    "transactions",
    (
        Column("client_id", "id", required=True),
        Column("date", "day", required=True),
        Column("amount", "number", required=True, at_most=LINE_LIMIT),
        Column("order_id", "id"),
        Column("line_id", "id"),
        Column("product", "id"),
        Column("category", "text"),
        Column("quantity", "number", at_most=LINE_LIMIT),
        Column("cost", "number", at_most=LINE_LIMIT),
        Column("discount", "number", not_negative=True, at_most=LINE_LIMIT),
        Column("is_return", "flag"),
        Column("currency", "text"),
    ),
)

CLIENTS = Table(
    "clients",
    (
        Column("client_id", "id", required=True),
        Column("name", "text"),
        Column("industry", "text"),
        Column("region", "text"),
        Column("employees", "number", not_negative=True),
        Column("annual_turnover", "number", not_negative=True),
        Column("manager", "text"),
        Column("acquired_on", "day"),
        Column("acquisition_channel", "text"),
        Column("acquisition_cost", "number", not_negative=True),
        Column("referred_by", "id"),
        Column("wallet", "number", not_negative=True),
        Column("role", "text"),
        Column("role_note", "text"),
        Column("left_on", "day"),
        Column("left_reason", "text"),
    ),
)
