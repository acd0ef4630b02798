"""One table on its way in: mapped and parsed, every row's broken rules noted as bits."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from segml.ledger.contract import SQL_TYPES, TRANSACTIONS, Column, Table
from segml.ledger.mapping import Mapping, bad_expression
from segml.ledger.parsing import BLANKS, given, parsed, trimmed
from segml.ledger.quoting import literal
from segml.ledger.rows import Rows, totals
from segml.ledger.rules import Rule
from segml.words.errors import ConfigurationRefused

FIRST_ROWS = 1024
"""Rows in which an id that is no number shows itself, in most ledgers."""


def parse_table(
    rows: Rows, table: Table, mapping: Mapping, rules: tuple[Rule, ...], zone: str
) -> None:
    """Make the table `checked_<table>`: parsed columns, source row, broken rules as bits.

    Of transactions, two 64-bit hashes are kept too: `copy`, of all columns as the source has them,
    and `digest`, of the parsed ones, in the place of `line_id`, which nothing else reads.

    Parameters
    ----------
    rows
        The source's.
    table
        The contract's table.
    mapping
        How its columns come from the source.
    rules
        Bit i of `problems` is set where rule i is broken.
    zone
        The IANA zone in which an instant is a day.

    Raises
    ------
    ConfigurationRefused
        If an expression fails on a row or changes the number of rows.
    """
    strip = _floats_in_text(rows, mapping, table)
    later = [place for place, rule in enumerate(rules) if rule.beside_others and rows.in_parts]
    mapped = ", ".join(f"{sql} AS {name}" for name, sql in mapping.expressions.items())
    hashed = table is TRANSACTIONS
    mapped += f"{', ' if mapped else ''}hash({mapping.whole}) AS copy" if hashed else ""
    source = f"SELECT segml_row{', ' if mapped else ''}{mapped} FROM {mapping.view} AS s"
    columns = ", ".join(_parsed_column(column, mapping, zone, strip) for column in table.columns)
    helpers = _helpers(table, mapping) + (", copy" if hashed else "")
    bits = " | ".join(
        f"(CASE WHEN {rule.condition} THEN {1 << place} ELSE 0 END)"
        for place, rule in enumerate(rules)
        if place not in later
    )
    names = ", ".join(kept_columns(table))
    names += f", copy, hash({', '.join(table.names)}) AS digest" if hashed else ""
    query = (
        f"SELECT segml_row, {names}, "
        f"CAST({bits or '0'} AS BIGINT) AS problems FROM "
        f"(SELECT segml_row, {columns}{helpers} FROM ({source} WHERE {mapping.where}) AS m) AS p"
    )
    try:
        rows.keep(f"checked_{table.name}", query)
    except duckdb.Error as error:
        raise _culprit(rows, table, mapping, error) from None
    for place in later:
        rows.mark(f"checked_{table.name}", rules[place].condition, 1 << place)


def kept_columns(table: Table) -> tuple[str, ...]:
    """Return the contract columns that `checked_<table>` has.

    Parameters
    ----------
    table
        The contract's table.

    Returns
    -------
    tuple of str
        All but `line_id`, which only tells lines apart: the hashes hold it.
    """
    return tuple(name for name in table.names if name != "line_id")


def _parsed_column(column: Column, mapping: Mapping, zone: str, strip: frozenset[str]) -> str:
    if column.name not in mapping.expressions:
        return f"CAST(NULL AS {SQL_TYPES[column.kind]}) AS {column.name}"
    value = parsed(
        f"m.{column.name}",
        mapping.types[column.name],
        column.kind,
        zone=zone,
        strip_zero=column.name in strip,
    )
    return f"{value} AS {column.name}"


def _helpers(table: Table, mapping: Mapping) -> str:
    """Write the columns that rules look at beside the parsed ones."""
    parts = [""]
    for column in table.columns:
        if column.name not in mapping.expressions or column.kind in ("id", "text"):
            continue
        name = f"m.{column.name}"
        parts.append(f"{given(name, mapping.types[column.name])} AS given_{column.name}")
        if column.kind == "day":
            # only text can be ambiguous; writing stamps out as text would cost more than the rest
            text = trimmed(name) if mapping.types[column.name] == "VARCHAR" else "NULL::VARCHAR"
            parts.append(f"{text} AS text_{column.name}")
    return ", ".join(parts)


def _floats_in_text(rows: Rows, mapping: Mapping, table: Table) -> frozenset[str]:
    """Name the id columns of text whose every value is a number and some end in ".0"."""
    names = [
        column.name
        for column in table.columns
        if column.kind == "id" and mapping.types.get(column.name) == "VARCHAR"
    ]
    wanted = f"FROM {mapping.view} AS s WHERE {mapping.where}"
    try:
        names = _numbers_at_first(rows.connection, mapping, names)
        if not names:
            return frozenset()
        some = [f"count_if(contains({mapping.expressions[n]}, '.0'))" for n in names]
        found = totals(rows.ask(f"SELECT {', '.join(some)} {wanted}"), len(some))
        names = [name for name, has_any in zip(names, found, strict=True) if has_any]
        if not names:  # the common case, known without trimming a text
            return frozenset()
        parts = [part for name in names for part in _float_counts(mapping.expressions[name])]
        row = totals(rows.ask(f"SELECT {', '.join(parts)} {wanted}"), len(parts))
    except duckdb.Error as error:
        raise _culprit(rows, table, mapping, error) from None
    return frozenset(n for i, n in enumerate(names) if row[2 * i] > 0 and row[2 * i + 1] == 0)


def _numbers_at_first(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, names: Sequence[str]
) -> list[str]:
    """Name those of whose first values none is a text that is no number: the others never are."""
    if not names:
        return []
    mapped = ", ".join(f"{mapping.expressions[name]} AS {name}" for name in names)
    first = f"SELECT {mapped} FROM {mapping.view} AS s WHERE {mapping.where} LIMIT {FIRST_ROWS}"
    others = ", ".join(_float_counts(name)[1] for name in names)
    counts = connection.execute(f"SELECT {others} FROM ({first}) AS f").fetchone() or ()
    return [name for name, count in zip(names, counts, strict=True) if not count]


def _float_counts(expression: str) -> tuple[str, str]:
    """Write the counts of texts that end in ".0", and of those that are no number at all."""
    text = f"trim({expression}, {literal(BLANKS)})"
    other = f"{text} <> '' AND NOT regexp_full_match({text}, '-?\\d+(\\.0)?')"
    return f"count(*) FILTER (WHERE ends_with({text}, '.0'))", f"count(*) FILTER (WHERE {other})"


def _culprit(
    rows: Rows, table: Table, mapping: Mapping, error: duckdb.Error
) -> ConfigurationRefused:
    """Find which expression failed on a row, and compose its refusal."""
    # a file with a broken page fails whatever is asked; that is no expression's fault
    rows.ask(f"SELECT count(hash({mapping.whole})) FROM {mapping.view} AS s")
    tries = {"where": f"count(*) FILTER (WHERE {mapping.where})"}
    tries.update({name: f"count({sql})" for name, sql in mapping.expressions.items()})
    for column, sql in tries.items():
        try:
            rows.ask(f"SELECT {sql} FROM {mapping.view} AS s")
        except duckdb.Error as reason:
            return bad_expression(table, column, reason)
    return bad_expression(table, "where", error)
