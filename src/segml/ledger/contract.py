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

    A number's size is `at_most`, whatever its sign; a text with `one_of` takes these values alone,
    whatever their case. `announced`: a day that may lie in the future when the row is written;
    `not_before`: the day of the same row that it cannot precede; `known_from`: the day of the row
    from which on the value is known, where that is later than the row itself.
    """

    name: str
    kind: Kind
    required: bool = False
    not_negative: bool = False
    at_most: float = 1e15
    one_of: tuple[str, ...] = ()
    announced: bool = False
    not_before: str = ""
    known_from: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the contract.

    `dated` is the column whose day decides from when on a row is seen; empty where rows have none.
    """

    name: str
    columns: tuple[Column, ...]
    dated: str = ""

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
    dated="date",
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
        Column("left_on", "day", not_before="acquired_on", known_from="left_on"),
        Column("left_reason", "text", known_from="left_on"),
    ),
)

INTERACTIONS = Table(
    "interactions",
    (
        Column("client_id", "id", required=True),
        Column("date", "day", required=True),
        Column("kind", "text", required=True),
        Column("minutes", "number", not_negative=True, at_most=1e6),
        Column("cost", "number", not_negative=True, at_most=LINE_LIMIT),
        Column("resolved_on", "day", not_before="date", known_from="resolved_on"),
        Column("outcome", "text", one_of=("upheld", "rejected"), known_from="resolved_on"),
    ),
    dated="date",
)

INVOICES = Table(
    "invoices",
    (
        Column("client_id", "id", required=True),
        Column("issued_on", "day", required=True),
        Column("due_on", "day", required=True, announced=True, not_before="issued_on"),
        Column("amount", "number", required=True, at_most=LINE_LIMIT),
        Column("paid_on", "day", known_from="paid_on"),
    ),
    dated="issued_on",
)

SCOPES = ("all", "category", "product", "region", "industry", "manager")
"""Whom an event reaches: everybody, or those whose column holds its `scope_value`."""

EVENTS = Table(
    "events",
    (
        Column("event_id", "id", required=True),
        Column("date", "day", required=True, announced=True),
        Column("kind", "text", required=True),
        Column("scope", "text", required=True, one_of=SCOPES),
        Column("scope_value", "text"),
        Column("magnitude", "number", at_most=1e6),
        Column("description", "text"),
    ),
    dated="date",
)

TABLES: tuple[Table, ...] = (TRANSACTIONS, CLIENTS, INTERACTIONS, INVOICES, EVENTS)
"""Every table of the contract; only the first is required."""

CONTACT_KINDS = (
    "visit",
    "call",
    "support",
    "complaint",
    "discount_request",
    "return_request",
    "idea",
)  # fmt: skip
"""The kinds of interaction that features read; any other counts as a contact that costs care."""

EVENT_KINDS = (
    "price_change",
    "product_withdrawal",
    "product_launch",
    "policy_change",
    "manager_change",
    "service_outage",
    "competitor_entry",
)  # fmt: skip
"""The kinds of event the contract names; any other is kept, and no feature reads it."""
