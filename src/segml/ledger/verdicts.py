"""The findings of the row rules: how many rows break each, and the first of them."""

from __future__ import annotations

import re
from dataclasses import replace

import duckdb

from segml.ledger.contract import Table
from segml.ledger.file_rows import told_row
from segml.ledger.findings import Finding, Severity
from segml.ledger.mapping import Mapping
from segml.ledger.rules import Rule

FIRST_ROWS = 3
TEXT_SHOWN = 40
_COMMA = re.compile(r"(.* )?row \d+: '[-+]?\d{1,3}((\.|'|’| |\\xa0|\\u202f)?\d{3})*,\d+'")
"""A value as `first_rows` shows it, a number whose comma can be nothing but decimal."""


def rule_findings(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    mapping: Mapping,
    rules: tuple[Rule, ...],
    max_bad_share: float,
) -> tuple[Finding, ...]:
    """Return a finding for every rule that at least one row breaks.

    Parameters
    ----------
    connection
        The scratch database with `checked_<table>`.
    table
        The contract's table.
    mapping
        To show the values as the source has them.
    rules
        In the order of the bits of `problems`.
    max_bad_share
        The share of rows up to which a broken rule is a warning.

    Returns
    -------
    tuple of Finding
        In the order of the rules.
    """
    patterns = connection.execute(
        f"SELECT problems, count(*) FROM checked_{table.name} GROUP BY problems"
    ).fetchall()
    total = sum(int(number) for _, number in patterns)
    findings = []
    for place, rule in enumerate(rules):
        count = sum(int(number) for bits, number in patterns if int(bits) >> place & 1)
        if count:
            grave = rule.always_error or count > max_bad_share * total
            first = first_rows(
                connection, table, mapping, rule.column, f"problems >> {place} & 1 = 1"
            )
            told = _advised(table, rule, first)
            findings.append(rule_finding(table.name, told, count, total, first, grave=grave))
    return tuple(findings)


def _advised(table: Table, rule: Rule, first: tuple[str, ...]) -> Rule:
    """The rule; of numbers with a decimal comma, with the expression that reads them."""
    numbers = {f"bad_{column.name}" for column in table.columns if column.kind == "number"}
    if rule.code not in numbers or not all(_COMMA.fullmatch(shown) for shown in first):
        return rule
    expression = "\"sql: replace(replace(<column>, '.', ''), ',', '.')\""
    where = f"`ledger.{table.name}.columns.{rule.column}`"
    return replace(rule, next_step=f"say in {where} that the comma is decimal: {expression}")


def rule_finding(
    table: str, rule: Rule, count: int, total: int, first: tuple[str, ...], *, grave: bool
) -> Finding:
    """Return the finding of one broken rule.

    Parameters
    ----------
    table
        The contract's table.
    rule
        The rule.
    count, total
        Rows that break it, of rows that were checked.
    first
        The first of them in short.
    grave
        Whether it is an error.

    Returns
    -------
    Finding
        Its message names no value.
    """
    severity: Severity = "error" if grave else "warning"
    message = (
        f"`{table}.{rule.column}` has {count:,} {rule.what} (of {total:,}). "
        f"Allowed: {rule.allowed}. Next: {rule.next_step}."
    )
    return Finding(
        code=rule.code,
        severity=severity,
        table=table,
        column=rule.column,
        count=count,
        total=total,
        first=first,
        message=message,
    )


def first_rows(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    mapping: Mapping,
    column: str,
    condition: str,
) -> tuple[str, ...]:
    """Return the first rows that meet a condition, each as "row 7: value", of files with its file.

    Parameters
    ----------
    connection
        The scratch database with `checked_<table>`.
    table
        The contract's table.
    mapping
        To show the value as the source has it.
    column
        The contract's column to show.
    condition
        SQL over the checked table.

    Returns
    -------
    tuple of str
        At most three, values cut at 40 signs.
    """
    rows = connection.execute(
        f"SELECT segml_row FROM checked_{table.name} WHERE {condition} "
        f"ORDER BY segml_row LIMIT {FIRST_ROWS}"
    ).fetchall()
    if not rows:
        return ()
    shown = mapping.expressions.get(column, "NULL")
    listed = ", ".join(str(int(row[0])) for row in rows)
    values = connection.execute(
        f"SELECT segml_row, CAST({shown} AS VARCHAR) FROM {mapping.view} AS s "
        f"WHERE segml_row IN ({listed}) ORDER BY segml_row"
    ).fetchall()
    return tuple(f"{told_row(row, mapping.begins)}: {_short(value)}" for row, value in values)


def _short(value: str | None) -> str:
    if value is None:
        return "(empty)"
    return repr(value if len(value) <= TEXT_SHOWN else value[: TEXT_SHOWN - 1] + "…")
