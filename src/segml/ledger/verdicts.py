"""The findings of the row rules: how many rows break each, and the first of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import duckdb

from segml.ledger.contract import Table
from segml.ledger.file_rows import told_row
from segml.ledger.findings import Finding, Severity
from segml.ledger.mapping import Mapping
from segml.ledger.rules import Rule

FIRST_ROWS = 3
NEWEST_DAYS, LEAST_NEWEST = 30, 30
"""Days whose rows are judged apart, where they are so many: today's scores hang on them."""
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
        The share of rows up to which a broken rule is a warning: of all, and of the newest of a
        dated table, among which a fault of yesterday is not lost in years without it.

    Returns
    -------
    tuple of Finding
        In the order of the rules.
    """
    patterns = connection.execute(
        f"SELECT problems, count(*) FROM checked_{table.name} GROUP BY problems"
    ).fetchall()
    whole = _Broken.of(patterns)
    newest = _newest(connection, table, rules) if any(whole.patterns) else _Broken({})
    findings = []
    for place, rule in enumerate(rules):
        count, late = whole.count(place), newest.count(place)
        if count:
            is_late = newest.total >= LEAST_NEWEST and late > max_bad_share * newest.total
            grave = rule.always_error or count > max_bad_share * whole.total or is_late
            first = first_rows(
                connection, table, mapping, rule.column, f"problems >> {place} & 1 = 1"
            )
            told = _advised(table, rule, first)
            of = f"{whole.total:,}"
            if is_late:
                of += f"; of the newest {NEWEST_DAYS} days {late:,} of {newest.total:,}"
            counts = (count, whole.total, of)
            findings.append(_finding(table.name, told, counts, first, grave=grave))
    return tuple(findings)


@dataclass(frozen=True, slots=True)
class _Broken:
    """Rows by the rules they break, a bit a rule."""

    patterns: dict[int, int]

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> _Broken:
        return cls({int(bits): int(number) for bits, number in rows})

    @property
    def total(self) -> int:
        return sum(self.patterns.values())

    def count(self, place: int) -> int:
        return sum(number for bits, number in self.patterns.items() if bits >> place & 1)


def _newest(
    connection: duckdb.DuckDBPyConnection, table: Table, rules: tuple[Rule, ...]
) -> _Broken:
    """The newest rows of a dated table, going by those whose date breaks no rule."""
    if not table.dated:
        return _Broken({})
    own = sum(1 << place for place, rule in enumerate(rules) if rule.column == table.dated)
    name, day = f"checked_{table.name}", table.dated
    return _Broken.of(
        connection.execute(
            f"SELECT problems, count(*) FROM {name} WHERE problems & {own} = 0 AND {day} > "
            f"(SELECT max({day}) - {NEWEST_DAYS} FROM {name} WHERE problems & {own} = 0) "
            "GROUP BY problems"
        ).fetchall()
    )


def _advised(table: Table, rule: Rule, first: tuple[str, ...]) -> Rule:
    """The rule; of numbers with a decimal comma, with the expression that reads them."""
    numbers = {f"bad_{column.name}" for column in table.columns if column.kind == "number"}
    if rule.code not in numbers or not all(_COMMA.fullmatch(shown) for shown in first):
        return rule
    expression = "\"sql: replace(replace(<column>, '.', ''), ',', '.')\""
    where = f"`ledger.{table.name}.columns.{rule.column}`"
    return replace(rule, next_step=f"say in {where} that the comma is decimal: {expression}")


def _finding(
    table: str, rule: Rule, counts: tuple[int, int, str], first: tuple[str, ...], *, grave: bool
) -> Finding:
    """Return the finding of one broken rule.

    Parameters
    ----------
    table
        The contract's table.
    rule
        The rule.
    counts
        Rows that break it, of rows that were checked, and of which in words.
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
    count, total, of = counts
    message = (
        f"`{table}.{rule.column}` has {count:,} {rule.what} (of {of}). "
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
