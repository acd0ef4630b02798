"""From a plan to checked tables: read, map, parse, hold against the rules, gather findings."""

from __future__ import annotations

import difflib
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from segml.ledger.commas import comma_findings
from segml.ledger.companions import companion_findings
from segml.ledger.contract import CLIENTS, SQL_TYPES, TABLES, TRANSACTIONS, Table
from segml.ledger.counting import Counts, count_rows
from segml.ledger.currency import Money, rate_sql, settle_currency
from segml.ledger.databases import read_query
from segml.ledger.duplicates import count_duplicates, duplicate_line_rule, mark_duplicates
from segml.ledger.file_queries import read_file_query
from segml.ledger.findings import Finding, Findings
from segml.ledger.intake import parse_table
from segml.ledger.isolation import isolated_dates
from segml.ledger.kinship import kinship_findings
from segml.ledger.mapping import Mapping, map_columns
from segml.ledger.notes import ledger_notes
from segml.ledger.outer_rules import duplicate_id_rules, future_date_rules
from segml.ledger.parquet import parquet_in_place
from segml.ledger.paths import folders_of, is_address
from segml.ledger.profile import profile_transactions
from segml.ledger.quarantine import keep_quarantine
from segml.ledger.rows import Rows, RowsHere
from segml.ledger.rules import Rule, row_rules
from segml.ledger.scratch import Scratch, open_scratch
from segml.ledger.shape import shape_findings
from segml.ledger.sources import Source, read_files, unreadable_files
from segml.ledger.stamps import require_unchanged
from segml.ledger.verdicts import rule_findings
from segml.words.errors import ConfigurationRefused
from segml.words.plan import Economics, LedgerPlan, SourcePlan

Door = Callable[[Scratch, Table, SourcePlan], tuple[Source, Rows] | None]
"""Another way to the rows of a source than DuckDB's own; None: it is not for this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Checked tables in an open scratch database, errors not yet refused.

    The table `buyers` holds the `client_id` of every client with a kept line, once.
    """

    scratch: Scratch
    findings: Findings
    counts: dict[str, Counts]
    has: frozenset[str]
    currency: str | None
    notes: tuple[str, ...]


def read_ledger(
    plan: LedgerPlan,
    economics: Economics,
    *,
    today: int | None,
    scratch: Path | None,
    door: Door | None = None,
) -> Reading:
    """Return the ledger's tables, read and checked.

    Parameters
    ----------
    plan
        The tables and their rules.
    economics
        For the currency and the margin rate.
    today
        The day after whose morrow no line can be dated; None where nobody says.
    scratch
        The folder to work in; None is the system's temporary folder.
    door
        Is asked first for the rows of each source.

    Returns
    -------
    Reading
        With findings of every severity.

    Raises
    ------
    ConfigurationRefused
        If a path, column, expression or zone of the configuration does not exist or is wrong.
    DataRefused
        If a file cannot be read at all.
    """
    _known_zone(plan.timezone)
    planned = ((table, plan.source_of(table.name)) for table in TABLES)
    tables = [(table, source) for table, source in planned if source is not None]
    folders = [
        folder
        for _, source in tables
        if source.path is not None and not is_address(source.path)
        for folder in folders_of(source.path)
    ]
    opened = open_scratch(scratch, (Path(plan.folder).resolve(), *folders))
    try:
        return _read_tables(opened, plan, economics, tables, today=today, door=door)
    except BaseException:
        opened.close()
        raise


def _known_zone(zone: str) -> None:
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = sorted(zoneinfo.available_timezones())
        near = difflib.get_close_matches(zone, known, n=1)
        raise ConfigurationRefused(
            f"`ledger.timezone` is `{zone}`",
            allowed="an IANA zone such as Europe/London",
            next_step=f"did you mean `{near[0]}`?" if near else "name the zone of the business",
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """One table that was taken in."""

    counts: Counts
    findings: tuple[Finding, ...]
    has: set[str]
    money: Money


def _read_tables(
    opened: Scratch,
    plan: LedgerPlan,
    economics: Economics,
    tables: list[tuple[Table, SourcePlan]],
    *,
    today: int | None,
    door: Door | None,
) -> Reading:
    connection = opened.connection
    taken = {}
    for table, source_plan in tables:
        found = door(opened, table, source_plan) if door else None
        source, rows = found or (_source(opened, table, source_plan, plan), RowsHere(connection))
        taken[table.name] = _take_in(rows, table, source, plan, economics, today=today)
    findings = [finding for one in taken.values() for finding in one.findings]
    for table in TABLES:
        if table.name not in taken:
            _no_rows(connection, table)
    connection.execute(
        "CREATE TABLE buyers AS SELECT DISTINCT client_id FROM checked_transactions "
        "WHERE problems = 0"
    )
    if CLIENTS.name in taken:
        findings += kinship_findings(connection)
    findings += companion_findings(connection, frozenset(taken), plan.stale_after_days)
    has = frozenset(name for one in taken.values() for name in one.has)
    money = taken[TRANSACTIONS.name].money
    return Reading(
        scratch=opened,
        findings=Findings(tuple(findings)),
        counts={name: one.counts for name, one in taken.items()},
        has=has,
        currency=money.currency,
        notes=(*ledger_notes(has, economics), *money.notes),
    )


def _take_in(
    rows: Rows,
    table: Table,
    source: Source,
    plan: LedgerPlan,
    economics: Economics,
    *,
    today: int | None,
) -> _Taken:
    """Read one table, hold it against its rules, keep its quarantine, let its raw rows go."""
    key = f"ledger.{table.name}.path"
    try:
        taken = _checked(rows, table, source, plan, economics, today=today)
    except (duckdb.Error, ConfigurationRefused) as error:
        require_unchanged(source.files, key)  # if one changed, that is why
        if isinstance(error, duckdb.Error) and source.files:
            # a page of a Parquet file may turn out to be broken in any reading
            raise unreadable_files(key, error, [stamp[0] for stamp in source.files]) from None
        raise
    require_unchanged(source.files, key)
    return taken


def _checked(
    rows: Rows,
    table: Table,
    source: Source,
    plan: LedgerPlan,
    economics: Economics,
    *,
    today: int | None,
) -> _Taken:
    connection, source_plan = rows.connection, plan.source_of(table.name)
    assert source_plan is not None  # it was read
    mapping = map_columns(connection, source, table, source_plan)
    money = Money(currency=None)
    if table is TRANSACTIONS:
        money = settle_currency(rows, mapping, plan, economics)
    rules = _rules(table, mapping, plan, money, today)
    drops = table is TRANSACTIONS and plan.duplicates == "drop"
    if drops:
        rules = (*rules, duplicate_line_rule())
    parse_table(rows, table, mapping, rules, plan.timezone)
    if drops:
        mark_duplicates(rows, len(rules) - 1)
    rows.show_broken(table.name)
    counts = count_rows(rows, table, source, mapping)
    findings = [
        *shape_findings(table, source, mapping, counts, plan.max_bad_share),
        *rule_findings(connection, table, mapping, rules, plan.max_bad_share),
        *comma_findings(connection, table, source, mapping),
        *money.findings,
    ]
    if table is TRANSACTIONS and source.columns:
        findings += () if drops else count_duplicates(rows)
        findings += profile_transactions(rows, mapping)
        findings += isolated_dates(connection)
    keep_quarantine(connection, table, source, rules)
    return _Taken(
        counts=counts, findings=tuple(findings), has=_optional(table, mapping), money=money
    )


def _rules(
    table: Table, mapping: Mapping, plan: LedgerPlan, money: Money, today: int | None
) -> tuple[Rule, ...]:
    """The rules that rows of this table can break, but for that of duplicate lines."""
    present = frozenset(mapping.expressions)
    rules = row_rules(table, present, rate=rate_sql(plan, money.currency))
    if today is not None:
        rules = (*rules, *future_date_rules(table, present, today))
    return (*rules, *money.rules, *duplicate_id_rules(table, present))


def _source(opened: Scratch, table: Table, source_plan: SourcePlan, plan: LedgerPlan) -> Source:
    if source_plan.table is not None or is_address(source_plan.path or ""):
        raise _spark_s(table, source_plan)
    if source_plan.path is not None:
        where = (opened.connection, source_plan.path, table.name)
        return parquet_in_place(*where) or read_files(*where)
    query, url = str(source_plan.query), source_plan.connection
    if source_plan.files:
        return read_file_query(opened, query, source_plan.files, table.name)
    return read_query(opened.connection, query, url, table.name, Path(plan.folder))


def _spark_s(table: Table, plan: SourcePlan) -> ConfigurationRefused:
    what = f"path: {plan.path}" if plan.path else f"table: {plan.table}"
    return ConfigurationRefused(
        f"`ledger.{table.name}` has `{what}`, which Spark alone reads",
        allowed="with `engine: duckdb`, files of this machine or a query on a database",
        next_step="set `engine: spark`, with the transactions in Parquet or in its catalogue",
    )


def _optional(table: Table, mapping: Mapping) -> set[str]:
    optional = {c.name for c in table.columns if not c.required and c.name in mapping.expressions}
    if table is TRANSACTIONS:
        return optional
    return {table.name} | {f"{table.name}.{name}" for name in optional}


def _no_rows(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    columns = ", ".join(f"{c.name} {SQL_TYPES[c.kind]}" for c in table.columns)
    connection.execute(
        f"CREATE TABLE checked_{table.name} (segml_row BIGINT, {columns}, problems BIGINT)"
    )
