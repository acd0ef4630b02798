"""A published folder sent to PostgreSQL: its tables and its row of `runs` in one transaction.

The rows of that key are deleted and the files' rows are copied in, a batch at a time, in the
transaction that commits both; whoever reads meanwhile sees the former run, and so does everybody
if we are killed. Nothing is staged, so nothing is left behind. Measured: by way of an unlogged
staging table it takes 1.3 to 1.6 times as long (`python -m benchmarks publish`). A partition
swapped in is as fast as this, but a transaction of a reader that began before the swap sees neither
run (0 rows), and one open transaction of a reader keeps the swap, and every reader after it,
waiting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from segml.stores.copying import as_json, copy_file
from segml.stores.postgres import Warehouse, connected, transaction
from segml.stores.relations import Relation, RunKey, prepare, relation_of, runs_relation
from segml.stores.tables import read_run

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql


def require_warehouse(warehouse: Warehouse, *, portfolio: str, command: str) -> None:
    """Do nothing if the database answers and holds, or takes, the tables of runs.

    A flow asks before it begins an hour's work.

    Raises
    ------
    ConfigurationRefused
        If the driver is not installed.
    PublicationFailed
        If the database refuses.
    LockHeld
        If another process publishes to the schema for longer than we wait.
    """
    keys = (
        RunKey(runs="runs", values={"portfolio": portfolio, "as_of": ""}),
        RunKey(runs="loss_runs", values={"portfolio": portfolio, "from_date": "", "to_date": ""}),
    )
    with connected(warehouse, command=command) as connection:
        for key in keys:
            _prepare(connection, warehouse, [runs_relation(key)], key)


def publish_to_warehouse(warehouse: Warehouse, folder: Path, *, command: str) -> Mapping[str, int]:
    """How many rows each table now holds of a published run: these, and no former ones.

    Parameters
    ----------
    warehouse
        Where to.
    folder
        A folder that `publish` wrote, of scores or of losses.
    command
        What is run, as the server shows it to whoever looks.

    Raises
    ------
    ConfigurationRefused
        If the folder is no published run, or the driver is not installed.
    PublicationFailed
        If the database refuses; it holds then what it held before.
    LockHeld
        If another process publishes the same portfolio for longer than we wait.
    """
    run = read_run(folder)
    key = _key_of(run)
    files = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    relations = {name: relation_of(name, pq.read_schema(path), key) for name, path in files.items()}
    with connected(warehouse, command=command) as connection:
        all_of_them = [runs_relation(key), *relations.values()]
        there = _prepare(connection, warehouse, all_of_them, key)
        with transaction(connection, lock=_lock_of(warehouse, key)):
            former = _former_tables(connection, warehouse, key)
            for name in sorted((former | set(files)) & there):
                _delete(connection, warehouse, name, key)
            rows = {
                name: copy_file(connection, warehouse.schema, relations[name], path, key)
                for name, path in files.items()
            }
            _list(connection, warehouse, key, run, rows)
    return rows


def warehouse_holds(warehouse: Warehouse, folder: Path, *, command: str) -> bool:
    """Whether the database holds the very run that a folder holds.

    Raises
    ------
    ConfigurationRefused, PublicationFailed
        As `publish_to_warehouse`.
    """
    from psycopg import sql

    run = read_run(folder)
    key = _key_of(run)
    query = sql.SQL("SELECT run_id FROM {} WHERE ").format(_table(warehouse, key.runs))
    with connected(warehouse, command=command) as connection:
        found = connection.execute(query + _condition(key), dict(key.values)).fetchone()
    return found is not None and found[0] == run.get("run_id")


def retire_from_warehouse(
    warehouse: Warehouse, *, portfolio: str, days: int, command: str
) -> tuple[str, ...]:
    """The days of the scoring runs that were removed: those long before the newest, as `retire`.

    Raises
    ------
    ConfigurationRefused, PublicationFailed, LockHeld
        As `publish_to_warehouse`.
    """
    from psycopg import sql

    key = RunKey(runs="runs", values={"portfolio": portfolio, "as_of": ""})
    query = sql.SQL(
        "SELECT as_of::text FROM {0} WHERE portfolio = %s AND as_of < "
        "(SELECT max(as_of) FROM {0} WHERE portfolio = %s) - %s::integer ORDER BY as_of"
    ).format(_table(warehouse, key.runs))
    with connected(warehouse, command=command) as connection:
        there = _prepare(connection, warehouse, [runs_relation(key)], key)
        with transaction(connection, lock=_lock_of(warehouse, key)):
            found = connection.execute(query, (portfolio, portfolio, days)).fetchall()
            gone = tuple(str(row[0]) for row in found)
            for day in gone:
                old = RunKey(runs="runs", values={"portfolio": portfolio, "as_of": day})
                former = _former_tables(connection, warehouse, old)
                for name in (*sorted(former & there), key.runs):
                    _delete(connection, warehouse, name, old)
    return gone


def _key_of(run: Mapping[str, Any]) -> RunKey:
    portfolio = str(run["portfolio"])
    if "as_of" in run:
        return RunKey(runs="runs", values={"portfolio": portfolio, "as_of": run["as_of"]})
    days = {"from_date": run["from"], "to_date": run["to"]}
    return RunKey(runs="loss_runs", values={"portfolio": portfolio, **days})


def _lock_of(warehouse: Warehouse, key: RunKey) -> str:
    return f"segml {warehouse.schema} {key.values['portfolio']}"


def _prepare(
    connection: psycopg.Connection,
    warehouse: Warehouse,
    relations: Iterable[Relation],
    key: RunKey,
) -> frozenset[str]:
    """Tables are made in a transaction of their own, one process at a time in a schema."""
    with transaction(connection, lock=f"segml {warehouse.schema}"):
        return prepare(connection, warehouse.schema, relations, key)


def _table(warehouse: Warehouse, name: str) -> sql.Identifier:
    from psycopg import sql

    return sql.Identifier(warehouse.schema, name)


def _condition(key: RunKey) -> sql.Composed:
    from psycopg import sql

    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
        for name in key.values
    )


def _former_tables(connection: psycopg.Connection, warehouse: Warehouse, key: RunKey) -> set[str]:
    """The tables that hold rows of the run that is there now."""
    from psycopg import sql

    query = sql.SQL("SELECT tables FROM {} WHERE ").format(_table(warehouse, key.runs))
    found = connection.execute(query + _condition(key), dict(key.values)).fetchone()
    return set(found[0]) if found else set()


def _delete(connection: psycopg.Connection, warehouse: Warehouse, name: str, key: RunKey) -> None:
    from psycopg import sql

    query = sql.SQL("DELETE FROM {} WHERE ").format(_table(warehouse, name))
    connection.execute(query + _condition(key), dict(key.values))


def _list(
    connection: psycopg.Connection,
    warehouse: Warehouse,
    key: RunKey,
    run: Mapping[str, Any],
    rows: Mapping[str, int],
) -> None:
    """Make the row of the run that is there now."""
    from psycopg import sql

    _delete(connection, warehouse, key.runs, key)
    told = {
        **key.values,
        **{name: run.get(name) for name in ("run_id", "model_version", "segml")},
        "tables": as_json(rows),
        "run": as_json(run),
    }
    query = sql.SQL("INSERT INTO {} ({}, published) VALUES ({}, now())").format(
        _table(warehouse, key.runs),
        sql.SQL(", ").join(sql.Identifier(name) for name in told),
        sql.SQL(", ").join(sql.Placeholder(name) for name in told),
    )
    connection.execute(query, told)
