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


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract table: its name, what kind of value it holds, and its bounds."""

    name: str
    kind: Kind
    required: bool = False
    not_negative: bool = False


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
        Column("amount", "number", required=True),
        Column("order_id", "id"),
        Column("line_id", "id"),
        Column("product", "id"),
        Column("category", "text"),
        Column("quantity", "number"),
        Column("cost", "number"),
        Column("discount", "number", not_negative=True),
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
