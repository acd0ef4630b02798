"""Which source column, or which SQL expression, each column of the contract comes from."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

import duckdb

from segml.ledger.contract import Table
from segml.ledger.file_rows import Begins
from segml.ledger.parsing import number_from_text
from segml.ledger.quoting import identifier
from segml.ledger.sources import Source, short_reason
from segml.words.errors import ConfigurationRefused
from segml.words.plan import SourcePlan

SQL_PREFIX = "sql:"
_OF_TEXTS = r"replace|translate|regexp_\w+|split_part|[lr]?trim|(try_)?strptime"
_OF_A_VALUE = (duckdb.ConversionException, duckdb.InvalidInputException)
_PAST_A_VALUE = (
    "write `try_cast` for `cast` or `::`, `try_strptime` for `strptime`: what is no such value is "
    "then empty, and `segml check` tells its row"
)
TEXT_COPY = "segml text of "
"""In the view of a CSV file, numeric columns that an expression uses are numbers; their text,
which plain mappings read, stands beside them under this prefix."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a raw table becomes the contract's table, before parsing.

    Parameters
    ----------
    view
        SQL of the rows to map: the raw columns and `segml_row`, counted from 1.
    whole
        SQL of every column of a row as its source has it, separated by commas.
    expressions
        Contract column -> SQL expression over `view`; absent columns are not in it.
    types
        Contract column -> DuckDB type of its expression.
    where
        SQL condition of the rows that are wanted ("true" where none is given).
    unknown
        Source columns that nothing uses.
    absent
        Required contract columns without a source.
    begins
        The files of the rows, in order; empty where they are no file's.
    """

    view: str
    whole: str
    expressions: dict[str, str]
    types: dict[str, str]
    where: str
    unknown: tuple[str, ...]
    absent: tuple[str, ...]
    begins: Begins


def map_columns(
    connection: duckdb.DuckDBPyConnection, source: Source, table: Table, plan: SourcePlan
) -> Mapping:
    """Return the mapping that the configuration asks for, tried on the source.

    Parameters
    ----------
    connection
        The scratch database that holds the raw table.
    source
        The raw table.
    table
        The contract's table.
    plan
        The configuration's mapping and `where`.

    Returns
    -------
    Mapping
        Expressions that DuckDB accepts.

    Raises
    ------
    ConfigurationRefused
        If a contract column or a source column does not exist, or DuckDB refuses an expression.
    """
    _known_targets(table, plan)
    pieces = _sql_pieces(plan)
    numeric = _numeric_text(connection, source, pieces, _as_text(source, table, plan))
    view = _view(source, numeric)
    expressions: dict[str, str] = {}
    for column in table.names:
        wanted = plan.columns.get(column, column)
        if wanted.startswith(SQL_PREFIX):
            expressions[column] = "(" + wanted.removeprefix(SQL_PREFIX).strip() + "\n)"
            continue
        found = _source_column(source, wanted)
        if found is not None:
            expressions[column] = _plain(found, numeric)
        elif column in plan.columns:
            raise _no_column(source, table, column, wanted)
    where = f"({plan.where}\n)" if plan.where else "true"
    types = _try_expressions(connection, view, expressions, where, table)
    absent = tuple(c.name for c in table.columns if c.required and c.name not in expressions)
    unknown = _unused(source, plan, table, pieces)
    whole = ", ".join(_plain(name, numeric) for name in source.columns) or "NULL"
    return Mapping(view, whole, expressions, types, where, unknown, absent, source.begins)


def _known_targets(table: Table, plan: SourcePlan) -> None:
    for target in plan.columns:
        if target not in table.names:
            near = difflib.get_close_matches(target, table.names, n=1)
            raise ConfigurationRefused(
                f"`ledger.{table.name}.columns` maps `{target}`, which the contract does not have",
                allowed=", ".join(table.names),
                next_step=f"did you mean `{near[0]}`?" if near else "remove it",
            )


def _sql_pieces(plan: SourcePlan) -> str:
    texts = [text for text in plan.columns.values() if text.startswith(SQL_PREFIX)]
    return "\n".join([*texts, plan.where or ""])


def _mentions(pieces: str, column: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(column)}(?!\w)", pieces, re.IGNORECASE) is not None


def _source_column(source: Source, wanted: str) -> str | None:
    if wanted in source.columns:
        return wanted
    same = [name for name in source.columns if name.strip().lower() == wanted.strip().lower()]
    return same[0] if len(same) == 1 else None


def _as_text(source: Source, table: Table, plan: SourcePlan) -> frozenset[str]:
    """Name the source columns that are ids, texts, dates or flags of the contract."""
    targets = [column.name for column in table.columns if column.kind != "number"]
    found = (_source_column(source, plan.columns.get(name, name)) for name in targets)
    return frozenset(name for name in found if name is not None)


def _is_text_there(pieces: str, column: str) -> bool:
    """Whether an expression compares a column to a text, or gives it to what takes none but one."""
    operator = r"(=|<>|!=|<=?|>=?|\b(not\s+)?(in\s*\(|i?like\b)|~)"
    compared = rf"(?<!\w){re.escape(column)}\"?\s*{operator}\s*'"
    given = rf"\b({_OF_TEXTS})\s*\(\s*\"?{re.escape(column)}\"?\s*[,)]"
    return re.search(f"{compared}|{given}", pieces, re.IGNORECASE) is not None


def _numeric_text(
    connection: duckdb.DuckDBPyConnection, source: Source, pieces: str, as_text: frozenset[str]
) -> tuple[str, ...]:
    """Name the text columns used in SQL as numbers that hold numbers in nearly every row."""
    if not source.is_text:
        return ()
    used = [
        name
        for name in source.columns
        if _mentions(pieces, name) and name not in as_text and not _is_text_there(pieces, name)
    ]
    if not used or not source.rows:
        return ()
    counts = []
    for name in used:
        text = f"nullif(trim({identifier(name)}), '')"
        counts.append(f"count({text})")
        counts.append(f"count({number_from_text(identifier(name))})")
        counts.append(f"count(*) FILTER (WHERE regexp_matches({text}, '^0[0-9]'))")
    row = connection.execute(f"SELECT {', '.join(counts)} FROM {source.rows_sql}").fetchone() or ()
    return tuple(
        name
        for place, name in enumerate(used)
        if row[3 * place + 2] == 0 and row[3 * place + 1] >= 0.9 * row[3 * place] > 0
    )


def _view(source: Source, numeric: tuple[str, ...]) -> str:
    if not numeric:
        return source.rows_sql
    numbers = [f"{number_from_text(identifier(n))} AS {identifier(n)}" for n in numeric]
    copies = [f"{identifier(n)} AS {identifier(TEXT_COPY + n)}" for n in numeric]
    return f"(SELECT * REPLACE ({', '.join(numbers)}), {', '.join(copies)} FROM {source.rows_sql})"


def _plain(name: str, numeric: tuple[str, ...]) -> str:
    return identifier(TEXT_COPY + name if name in numeric else name)


def _try_expressions(
    connection: duckdb.DuckDBPyConnection,
    view: str,
    expressions: dict[str, str],
    where: str,
    table: Table,
) -> dict[str, str]:
    types = _types_at_once(connection, view, [*expressions.values()], where)
    if types is not None:
        return dict(zip(expressions, types, strict=True))
    each = {
        column: _described(connection, f"SELECT {expression} AS x FROM {view} AS s", table, column)
        for column, expression in expressions.items()
    }
    _described(connection, f"SELECT 1 AS x FROM {view} AS s WHERE {where}", table, "where")
    return each


def _types_at_once(
    connection: duckdb.DuckDBPyConnection, view: str, expressions: list[str], where: str
) -> list[str] | None:
    """The types of all of them; None where one is refused, or is not one column alone."""
    names = [f"({place})" for place in range(len(expressions))]
    asked = ", ".join(f'{each} AS "{name}"' for name, each in zip(names, expressions, strict=True))
    query = f"DESCRIBE SELECT {asked} FROM {view} AS s WHERE {where}"
    try:
        rows = connection.execute(query).fetchall()
    except duckdb.Error:
        return None
    return [str(row[1]) for row in rows] if [row[0] for row in rows] == names else None


def _described(connection: duckdb.DuckDBPyConnection, query: str, table: Table, column: str) -> str:
    try:
        row = connection.execute(f"DESCRIBE {query}").fetchone()
    except duckdb.Error as error:
        raise bad_expression(table, column, error) from None
    return str(row[1]) if row else "VARCHAR"


def bad_expression(table: Table, column: str, error: duckdb.Error) -> ConfigurationRefused:
    """Return the refusal of an expression that DuckDB does not accept.

    Parameters
    ----------
    table
        The contract's table.
    column
        The contract column it was for, or `where`.
    error
        What DuckDB said.

    Returns
    -------
    ConfigurationRefused
        With DuckDB's own words in short, and the way past a value that is none.
    """
    place = "where" if column == "where" else f"columns.{column}"
    return ConfigurationRefused(
        f"`ledger.{table.name}.{place}` is refused by DuckDB: {short_reason(error)}",
        allowed="a SQL expression over the source's columns, names with spaces in double quotes",
        next_step=_PAST_A_VALUE if isinstance(error, _OF_A_VALUE) else "correct the expression",
    )


def _no_column(source: Source, table: Table, column: str, wanted: str) -> ConfigurationRefused:
    if not source.columns:
        return ConfigurationRefused(
            f"the source of `ledger.{table.name}` is empty: it has not even the names of columns",
            allowed=f"a source with the column `{wanted}`, which `columns.{column}` names",
            next_step="have its source write it again (aside, then renamed)",
        )
    near = difflib.get_close_matches(wanted, list(source.columns), n=1, cutoff=0.4)
    return ConfigurationRefused(
        f"`ledger.{table.name}.columns.{column}` names `{wanted}`, which the source does not have",
        allowed=", ".join(source.columns),
        next_step=f"did you mean `{near[0]}`?" if near else "name one of these",
    )


def _unused(source: Source, plan: SourcePlan, table: Table, pieces: str) -> tuple[str, ...]:
    used = {_source_column(source, plan.columns.get(name, name)) for name in table.names}
    return tuple(
        name for name in source.columns if name not in used and not _mentions(pieces, name)
    )
