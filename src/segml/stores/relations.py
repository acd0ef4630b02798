"""The tables of a schema of PostgreSQL that hold published runs: made, and widened, never narrowed.

Each has the columns of the run's key first (`portfolio` and its day or days), then those of the
Parquet file of its name. Of a table that an older segml made, columns that are new are added and
those that are gone stay, null in new rows: only the key's columns are declared as not null. A
column of another type is refused, since every row would have to be rewritten under its readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from segml.stores.schemas import QUARANTINED
from segml.words.errors import PublicationFailed

if TYPE_CHECKING:
    import psycopg

TYPES: Mapping[pa.DataType, str] = {
    pa.string(): "text",
    pa.date32(): "date",
    pa.float64(): "double precision",
    pa.float32(): "real",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
}
"""What an Arrow type of a published table is in PostgreSQL."""

SOURCE = "source"
"""The column of `quarantine` that holds the source's own columns, whatever they are, as jsonb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKey:
    """What names a run: the table of runs it is listed in, and the columns that name it.

    Parameters
    ----------
    runs
        `runs` of scoring runs, `loss_runs` of loss analyses.
    values
        Column to value, `portfolio` first.
    """

    runs: str
    values: Mapping[str, str]

    @property
    def types(self) -> dict[str, str]:
        """The types of its columns."""
        return {name: "text" if name == "portfolio" else "date" for name in self.values}


@dataclass(frozen=True, slots=True)
class Relation:
    """A table of the schema: its name, and its columns' types in order, the key's first."""

    name: str
    columns: Mapping[str, str]


def relation_of(name: str, schema: pa.Schema, key: RunKey) -> Relation:
    """The table that holds a Parquet file's rows.

    Parameters
    ----------
    name
        The file's stem.
    schema
        Its columns.
    key
        The key of the runs it holds.

    Examples
    --------
    >>> key = RunKey(runs="runs", values={"portfolio": "wholesale", "as_of": "2026-03-01"})
    >>> relation_of("clients", pa.schema([("client_id", pa.string())]), key).columns
    {'portfolio': 'text', 'as_of': 'date', 'client_id': 'text'}
    """
    if name == "quarantine":
        schema = pa.schema([field for field in schema if field.name in QUARANTINED])
    own = {field.name: TYPES[field.type] for field in schema}
    rest = {SOURCE: "jsonb"} if name == "quarantine" else {}
    return Relation(name, {**key.types, **own, **rest})


def runs_relation(key: RunKey) -> Relation:
    """The table that lists runs, one row each; `tables` says how many rows each table has of it."""
    told = {
        **dict.fromkeys(("run_id", "model_version", "segml"), "text"),
        "published": "timestamp with time zone",
        "tables": "jsonb",
        "run": "jsonb",
    }
    return Relation(key.runs, {**key.types, **told})


def prepare(
    connection: psycopg.Connection, schema: str, relations: Iterable[Relation], key: RunKey
) -> frozenset[str]:
    """The names of all tables of the schema, which now holds these with all their columns.

    Call it in a transaction of its own: a column that is added shuts readers out until its end.

    Parameters
    ----------
    connection
        In a transaction.
    schema
        It is made if it is missing.
    relations
        The tables that are to be there.
    key
        The key of their runs.

    Raises
    ------
    PublicationFailed
        If a table of that name is not segml's, or has a column of another type.
    """
    from psycopg import sql

    there = _columns(connection, schema)
    if there is None:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        there = {}
    for relation in relations:
        found = there.get(relation.name)
        if found is None:
            _create(connection, schema, relation, key)
            there[relation.name] = dict(relation.columns)
            continue
        _refuse_other(schema, relation, found, key)
        lacking = [name for name in relation.columns if name not in found]
        if lacking:
            added = [
                sql.SQL("ADD COLUMN {} ").format(sql.Identifier(name))
                + sql.SQL(relation.columns[name])
                for name in lacking
            ]
            target = sql.Identifier(schema, relation.name)
            connection.execute(
                sql.SQL("ALTER TABLE {} ").format(target) + sql.SQL(", ").join(added)
            )
    return frozenset(there)


def _columns(connection: psycopg.Connection, schema: str) -> dict[str, dict[str, str]] | None:
    """The types of each table's columns; None where there is no such schema."""
    rows = connection.execute(
        "SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_namespace n "
        "LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p') "
        "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE n.nspname = %s",
        (schema,),
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        if table is not None:
            found.setdefault(table, {})[column] = kind
    return found if rows else None


def _create(connection: psycopg.Connection, schema: str, relation: Relation, key: RunKey) -> None:
    """Make a table; a run's rows are found by its key, which only the table of runs has once."""
    from psycopg import sql

    columns = [
        sql.SQL("{} {}").format(
            sql.Identifier(name),
            sql.SQL(kind + (" NOT NULL" if name in key.values else "")),
        )
        for name, kind in relation.columns.items()
    ]
    named = sql.SQL(", ").join(sql.Identifier(name) for name in key.values)
    target = sql.Identifier(schema, relation.name)
    if relation.name == key.runs:
        columns.append(sql.SQL("PRIMARY KEY ({})").format(named))
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(target, sql.SQL(", ").join(columns)))
    if relation.name != key.runs:
        # rows of a run lie together: a tree with one key for all of them costs a quarter of a COPY
        index = sql.SQL("CREATE INDEX ON {} USING brin ({}) WITH (autosummarize = on)")
        connection.execute(index.format(target, named))


def _refuse_other(schema: str, relation: Relation, found: Mapping[str, str], key: RunKey) -> None:
    """Refuse a table that somebody else made, or whose columns are of other types."""
    if any(name not in found for name in key.values):
        raise PublicationFailed(
            f"`{schema}.{relation.name}` has no column {_named(key.values)}: segml did not make it",
            allowed="a schema for segml alone",
            next_step="name another schema in `publish.schema`, or rename that table",
        )
    other = [
        f"`{name}` is {found[name]}, not {kind}"
        for name, kind in relation.columns.items()
        if found.get(name, kind) != kind
    ]
    if other:
        raise PublicationFailed(
            f"`{schema}.{relation.name}` has columns of other types: {'; '.join(other)}",
            allowed="the types of docs/outputs.md",
            next_step="rename these columns, so that new ones are added, or change their type",
        )


def _named(columns: Iterable[str] | Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)
