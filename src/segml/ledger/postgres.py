"""The rows of a query on PostgreSQL: copied out as CSV, block by block, into the scratch database.

What a column is there it is here, as far as DuckDB has it: numbers, flags, days and instants; every
other type (uuid, json, arrays, ranges, …) comes as its text. An infinite day or instant, and one
before the year 1 or after 9999, comes as null. A `numeric` of no declared size is a whole number
where all its values are whole, so that ids stay exact, and else a floating-point number.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb

from segml.ledger.quoting import identifier
from segml.words.errors import ConfigurationRefused, DataRefused
from segml.words.postgres import conninfo_of, said_of

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

BLOCK_BYTES = 8 << 20
"""What is held of the rows at once, besides DuckDB's own buffers."""

CONNECT_SECONDS = 15
LOCK_SECONDS = 600
"""A load that holds its table locked is waited for so long, where the user's own setting says
nothing."""
_LOCKED = "55P03"
_ABOUT_NAMES = ("25", "42")  # states of the transaction; names and grammar, never a row's values
_EXACT_DIGITS = 18
_DAYS = "CASE WHEN {0} >= '0001-01-01' AND {0} < '10000-01-01' THEN {0} END"
_PROJECTED = {
    "bool": ("{}", "bool"),
    **dict.fromkeys(("int2", "int4", "int8"), ("{}", "int64")),
    **dict.fromkeys(("float4", "float8"), ("{}", "float64")),
    "money": ("{}::numeric::float8", "float64"),
    "date": (_DAYS, "date32"),
    "timestamp": (_DAYS, "timestamp[us]"),
    "timestamptz": (_DAYS, "timestamp[us, tz=UTC]"),
}
"""A type's name to what is selected of a column of it, and the Arrow type that this is read as."""


def copy_postgres(connection: duckdb.DuckDBPyConnection, query: str, url: str, table: str) -> None:
    """Make the table `raw_<table>` of the rows of a query, in their order.

    Parameters
    ----------
    connection
        The scratch database.
    query
        One SELECT; it runs in a transaction that can only read.
    url
        ``postgresql://…``; never shown in a message.
    table
        The contract's table.

    Raises
    ------
    ConfigurationRefused
        If the URL or the query is refused, or two columns bear one name.
    DataRefused
        If the database cannot be reached, or fails while rows are read.
    """
    import psycopg
    import pyarrow as pa

    conninfo = conninfo_of(url, key=f"ledger.{table}.connection")
    try:
        with _opened(conninfo) as source:
            _copy(connection, source, query, table)
    except psycopg.Error as error:
        raise _refusal(error, url, table) from None
    except pa.ArrowInvalid as error:
        raise DataRefused(
            f"`ledger.{table}.query` gives a value that cannot be read ({type(error).__name__})",
            allowed="text in UTF-8, numbers, days and instants",
            next_step="cast the column in the query, or mend the database's encoding",
        ) from None


def _opened(conninfo: str) -> psycopg.Connection:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    given = conninfo_to_dict(conninfo)
    own = {"connect_timeout": str(CONNECT_SECONDS), "application_name": "segml"}
    lacking = {name: value for name, value in own.items() if name not in given}
    source = psycopg.connect(make_conninfo(conninfo, client_encoding="UTF8", **lacking))
    source.read_only = True
    return source


def _copy(
    connection: duckdb.DuckDBPyConnection, source: psycopg.Connection, query: str, table: str
) -> None:
    import pyarrow as pa

    for setting in ("TimeZone TO 'UTC'", "DateStyle TO 'ISO'", "extra_float_digits TO 1"):
        source.execute(f"SET LOCAL {setting}".encode())
    source.execute(
        "SELECT set_config('lock_timeout', %s, true) WHERE current_setting('lock_timeout') = '0'",
        (f"{LOCK_SECONDS}s",),
    )
    query = query.strip().rstrip(";")
    first = f"SELECT * FROM (\n{query}\n) AS q LIMIT 0"
    # binary, since the server then takes one statement and no more
    columns = source.execute(first.encode(), binary=True).description or ()
    names = [column.name for column in columns]
    require_apart(names, table)
    kinds = [_projected(column) for column in columns]
    schema = pa.schema([pa.field(n, kind) for n, (_, kind) in zip(names, kinds, strict=True)])
    numbered = [f"c{place}" for place in range(len(names))]
    selected = ", ".join(
        sql.format(f"q.{name}") for name, (sql, _) in zip(numbered, kinds, strict=True)
    )
    command = (
        f"COPY (SELECT {selected} FROM (\n{query}\n) AS q({', '.join(numbered)})) "
        "TO STDOUT (FORMAT csv)"
    )
    raw = f"raw_{table}"
    connection.register("incoming", schema.empty_table())
    connection.execute(f"CREATE TABLE {raw} AS SELECT * FROM incoming")
    connection.unregister("incoming")
    for block in _blocks(source, command):
        connection.register("incoming", _read(block, schema))
        connection.execute(f"INSERT INTO {raw} SELECT * FROM incoming")
        connection.unregister("incoming")
    for column in columns:
        if _name_of(column) == "numeric" and schema.field(column.name).type == pa.string():
            _settle_numeric(connection, raw, identifier(column.name))


def require_apart(names: list[str], table: str) -> None:
    """Do nothing if a query's columns bear names that differ by more than case.

    Raises
    ------
    ConfigurationRefused
        If not, or if there is no column: which one a mapping means nobody could tell.
    """
    folded = [name.lower() for name in names]
    doubled = sorted({name for name in folded if folded.count(name) > 1})
    if names and not doubled:
        return
    found = f"two columns called `{doubled[0]}`" if doubled else "no column"
    raise ConfigurationRefused(
        f"`ledger.{table}.query` gives {found}",
        allowed="columns with names of their own; case makes no difference",
        next_step="name them apart with AS",
    )


def _projected(column: psycopg.Column) -> tuple[str, pa.DataType]:
    """What is selected of a column, `{}` being its name, and the type that it is read as."""
    import pyarrow as pa

    words = {
        "bool": pa.bool_(),
        "int64": pa.int64(),
        "float64": pa.float64(),
        "date32": pa.date32(),
        "timestamp[us]": pa.timestamp("us"),
        "timestamp[us, tz=UTC]": pa.timestamp("us", tz="UTC"),
    }
    name = _name_of(column)
    if name == "numeric" and column.precision is not None:
        if column.scale != 0:
            return "{}::float8", pa.float64()
        if column.precision <= _EXACT_DIGITS:
            return "nullif({}, 'NaN')::int8", pa.int64()
    sql, word = _PROJECTED.get(name, ("{}::text", ""))
    return sql, words.get(word, pa.string())


def _name_of(column: psycopg.Column) -> str:
    """The type's own name, such as `int4`; empty for one that the driver does not know."""
    from psycopg.postgres import types

    known = types.get(column.type_code)
    return known.name if known is not None and column.type_code == known.oid else ""


def _blocks(source: psycopg.Connection, command: str) -> Iterator[bytes]:
    """The lines of a COPY, whole ones, joined to blocks."""
    with source.cursor() as cursor, cursor.copy(command.encode()) as rows:
        held: list[bytes] = []
        size = 0
        for row in rows:  # libpq gives one row at a time
            held.append(bytes(row))
            size += len(row)
            if size >= BLOCK_BYTES:
                yield b"".join(held)
                held, size = [], 0
        if held:
            yield b"".join(held)


def _read(block: bytes, schema: pa.Schema) -> pa.Table:
    import pyarrow.csv as pc

    return pc.read_csv(
        io.BytesIO(block),
        pc.ReadOptions(column_names=schema.names, block_size=len(block) + 1),
        pc.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        pc.ConvertOptions(
            column_types=schema,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,  # null is nothing, an empty text is in quotes
            quoted_strings_can_be_null=False,
        ),
    )


def _settle_numeric(connection: duckdb.DuckDBPyConnection, raw: str, name: str) -> None:
    """Give numbers that came as text, since their size was not declared, a type that holds all."""
    shapes = [
        f"bool_and(regexp_full_match({name}, '-?[0-9]{{1,{n}}}'))" for n in (_EXACT_DIGITS, 38)
    ]
    found = connection.execute(f"SELECT {', '.join(shapes)} FROM {raw}").fetchone() or ()
    number = f"coalesce(TRY_CAST({name} AS DOUBLE), 'inf'::DOUBLE)"
    kind, value = "DOUBLE", f"CASE WHEN {name} IS NOT NULL THEN {number} END"
    for is_whole, wider in zip(reversed(found), ("DECIMAL(38, 0)", "BIGINT"), strict=True):
        if is_whole:
            kind, value = wider, f"CAST({name} AS {wider})"
    connection.execute(f"ALTER TABLE {raw} ALTER {name} SET DATA TYPE {kind} USING {value}")


def _refusal(error: psycopg.Error, url: str, table: str) -> ConfigurationRefused | DataRefused:
    """The refusal of what the server or the driver refused; never a row's values."""
    state = error.sqlstate
    if state is not None and state.startswith(_ABOUT_NAMES):
        said = said_of(error.diag.message_primary or "", url=url)
        return ConfigurationRefused(
            f"`ledger.{table}.query` is refused by the database: {said}",
            allowed="one SELECT that this user may run",
            next_step="try the query in the database's own shell",
        )
    if state is None:
        return DataRefused(
            f"the database of `ledger.{table}.connection` does not answer: "
            f"{said_of(str(error), url=url)}",
            allowed="a database that can be reached and lets this user in",
            next_step="mend the network, the URL or the rights, then run again",
        )
    if state == _LOCKED:
        return DataRefused(
            f"what `ledger.{table}.query` reads is locked in the database by another session",
            allowed=f"a wait of {LOCK_SECONDS} seconds, or of the user's own `lock_timeout`",
            next_step="let the load that holds it end, or end it, then run again",
        )
    return DataRefused(
        f"`ledger.{table}.query` failed in the database: {type(error).__name__} ({state})",
        allowed="a query whose rows can be read",
        next_step="try the query in the database's own shell",
    )
