"""The rules of the contract that a single row can break by itself, as data.

A row that breaks a rule is quarantined with the rule's code. To add a rule: a `Rule` here, with a
SQL condition over the parsed columns and their `given_<column>` flags, and a red test. What needs
more than the row (the day of the run, rates, other rows) stands in `outer_rules`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from segml.ledger.contract import EVENTS, MONEY, TRANSACTIONS, Column, Table
from segml.ledger.days import day_of
from segml.ledger.parsing import AMBIGUOUS_DATE
from segml.ledger.quoting import literal

FIRST_DAY = 0
LAST_DAY = day_of(dt.date(2100, 12, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: a row for which the condition is true breaks it.

    Parameters
    ----------
    code
        Its name in findings and in the quarantine file.
    column
        The contract's column.
    condition
        SQL over parsed columns, `given_<column>` and `text_<column>` (dates only).
    what
        What the values are ("values that are not numbers").
    allowed
        What would have been accepted.
    next_step
        What to do.
    always_error
        Whether a single row is an error, whatever `max_bad_share` says.
    beside_others
        Whether the condition looks at other rows too; it is then in words that every engine reads.
    """

    code: str
    column: str
    condition: str
    what: str
    allowed: str
    next_step: str
    always_error: bool = False
    beside_others: bool = False


def row_rules(table: Table, present: frozenset[str], *, rate: str = "1.0") -> tuple[Rule, ...]:
    """Return the rules that a row of this table can break.

    Parameters
    ----------
    table
        The contract's table.
    present
        The contract columns that the source gives.
    rate
        SQL of what one unit of a line's currency is worth in the base one.

    Returns
    -------
    tuple of Rule
        In the order in which a row's first broken rule is named.
    """
    rules: list[Rule] = []
    for column in table.columns:
        if column.name in present:
            is_money = table is TRANSACTIONS and column.name in MONEY
            rules.extend(_column_rules(table.name, column, rate if is_money else "1.0"))
            if column.not_before in present:
                rules.append(_too_early(table.name, column))
    if table is EVENTS and "scope" in present:  # without the column, no row has a value
        rules.append(_scope_value_rule())
    return tuple(rules)


def _column_rules(table: str, column: Column, rate: str) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    if column.required:
        rules.append(_missing(table, column))
    if column.kind == "day":
        rules.extend(_day_rules(table, column))
    if column.kind == "number":
        rules += [_bad_number(table, column), _beyond(column, rate)]
    if column.kind == "flag":
        rules.append(_bad_flag(table, column))
    if column.not_negative:
        rules.append(_negative(table, column))
    if column.one_of:
        rules.append(_unknown(table, column))
    return tuple(rules)


def _mapping(table: str, column: Column) -> str:
    return f"`ledger.{table}.columns.{column.name}`"


def _missing(table: str, column: Column) -> Rule:
    is_text = column.kind in ("id", "text")
    absent = f"{column.name} IS NULL" if is_text else f"NOT given_{column.name}"
    return Rule(
        code=f"missing_{column.name}",
        column=column.name,
        condition=absent,
        what="rows without a value",
        allowed="a value in every row",
        next_step=f"fill them, or leave such rows out with `ledger.{table}.where`",
    )


def _day_rules(table: str, column: Column) -> tuple[Rule, ...]:
    name = column.name
    ambiguous = f"coalesce(regexp_full_match(text_{name}, {literal(AMBIGUOUS_DATE)}), false)"
    unread = f"given_{name} AND {name} IS NULL"
    mapping = _mapping(table, column)
    forms = "2011-03-31, 2011-03-31 14:05[:06], with or without a zone, 20110331, 31.03.2011"
    return (
        Rule(
            code=f"ambiguous_{name}",
            column=name,
            condition=f"{unread} AND {ambiguous}",
            what="values that may be day first or month first",
            allowed=forms,
            next_step=f"say which in {mapping}, e.g. \"sql: strptime(<column>, '%d/%m/%Y')\"",
        ),
        Rule(
            code=f"bad_{name}",
            column=name,
            condition=f"{unread} AND NOT {ambiguous}",
            what="values that are not dates",
            allowed=forms,
            next_step=f"mend them, or say how to read them in {mapping}",
        ),
        Rule(
            code=f"{name}_out_of_range",
            column=name,
            condition=f"{name} NOT BETWEEN {FIRST_DAY} AND {LAST_DAY}",
            what="dates out of range",
            allowed="1970-01-01 to 2100-12-31",
            next_step="mend them, or leave such rows out with `where`",
        ),
    )


def _bad_number(table: str, column: Column) -> Rule:
    name = column.name
    return Rule(
        code=f"bad_{name}",
        column=name,
        condition=f"given_{name} AND ({name} IS NULL OR NOT isfinite({name}))",
        what="values that are not numbers",
        allowed='finite numbers such as 1234.5 or "1,234.50"',
        next_step=f"mend them, or say how to read them in {_mapping(table, column)}",
    )


def _beyond(column: Column, rate: str) -> Rule:
    name = column.name
    value = name if rate == "1.0" else f"{name} * {rate}"
    return Rule(
        code=f"{name}_out_of_range",
        column=name,
        condition=f"isfinite({name}) AND abs({value}) > {column.at_most!r}",
        what="numbers out of range",
        allowed=f"{-column.at_most:.0e} to {column.at_most:.0e}".replace("e+", "e"),
        next_step="mend them, or leave such rows out with `where`",
    )


def _bad_flag(table: str, column: Column) -> Rule:
    return Rule(
        code=f"bad_{column.name}",
        column=column.name,
        condition=f"given_{column.name} AND {column.name} IS NULL",
        what="values that are neither yes nor no",
        allowed="true, false, yes, no, 1, 0",
        next_step=f"mend them, or say how to read them in {_mapping(table, column)}",
    )


def _negative(table: str, column: Column) -> Rule:
    return Rule(
        code=f"negative_{column.name}",
        column=column.name,
        condition=f"{column.name} < 0",
        what="negative values",
        allowed="0 or more",
        next_step=f"mend them, or turn the sign in {_mapping(table, column)}",
    )


def _unknown(table: str, column: Column) -> Rule:
    known = ", ".join(literal(value) for value in column.one_of)
    return Rule(
        code=f"unknown_{column.name}",
        column=column.name,
        condition=f"{column.name} IS NOT NULL AND lower({column.name}) NOT IN ({known})",
        what="values that the contract does not know",
        allowed=", ".join(column.one_of),
        next_step=f"say what they mean in {_mapping(table, column)}, e.g. with `sql: case …`",
    )


def _too_early(table: str, column: Column) -> Rule:
    return Rule(
        code=f"{column.name}_too_early",
        column=column.name,
        condition=f"{column.name} < {column.not_before}",
        what=f"days before the row's `{column.not_before}`",
        allowed=f"the day of `{column.not_before}`, or a later one",
        next_step=f"mend them, or see whether {_mapping(table, column)} names the right column",
    )


def _scope_value_rule() -> Rule:
    return Rule(
        code="missing_scope_value",
        column="scope_value",
        condition="scope IS NOT NULL AND lower(scope) <> 'all' AND scope_value IS NULL",
        what="rows without a value",
        allowed="a value wherever `scope` is not `all`",
        next_step="name the one that is meant, or set `scope` to `all`",
    )
