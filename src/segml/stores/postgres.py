"""The door to PostgreSQL: its driver imported on first use, its faults one refusal, no secret said.

Nothing but `SET LOCAL` is set, and every lock is a transaction's: a pool that hands connections on
between transactions (PgBouncer) changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from segml.words.errors import ConfigurationRefused, LockHeld, PublicationFailed
from segml.words.masking import masked
from segml.words.postgres import conninfo_of, said_of

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 15
LOCK_SECONDS = 60.0
"""How long another publication is waited for; a killed one's lock goes with its connection."""

DDL_SECONDS = 10
"""How long a table's readers are waited for, and others behind us with them, to add a column."""

_SECONDS_WITHOUT_LIFE = {
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
_CHECKED_SINCE = 140_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """Where runs are published besides the output folder: a PostgreSQL database and a schema.

    Parameters
    ----------
    url
        ``postgresql://user:password@host:port/database``; never shown whole.
    schema
        The schema of the tables; it is made where it is missing.

    Raises
    ------
    ConfigurationRefused
        If the URL is no PostgreSQL database's, or can be read in two ways.
    """

    url: str = field(repr=False)
    schema: str = "segml"

    def __post_init__(self) -> None:
        _ = self.conninfo

    @property
    def conninfo(self) -> str:
        """The URL as libpq takes it, without the name of a Python driver."""
        return conninfo_of(self.url, key="publish.connection")

    def shown(self) -> str:
        """The URL without user and password, for messages."""
        return masked(self.conninfo)


@contextmanager
def connected(warehouse: Warehouse, *, command: str) -> Iterator[psycopg.Connection]:
    """A connection in which each statement is a transaction, unless `transaction` opens one.

    Parameters
    ----------
    warehouse
        Where to.
    command
        What is run, as the server shows it to whoever looks.

    Raises
    ------
    ConfigurationRefused
        If the driver is not installed, or the URL has a parameter that nobody knows.
    PublicationFailed
        If the server, the network or a right refuses anything inside the block.
    """
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict, make_conninfo

        import_module("pgpq")  # encodes the rows, after an hour's work: asked for before it
    except ImportError as error:
        raise ConfigurationRefused(
            f"`publish.connection` needs {error.name}, which is not installed",
            allowed="a database that a driver is installed for",
            next_step="install segml[postgres]",
        ) from None
    try:
        given = conninfo_to_dict(warehouse.conninfo)
        own = {"connect_timeout": str(CONNECT_SECONDS), "application_name": command[:63]}
        lacking = {name: value for name, value in own.items() if name not in given}
        wanted = make_conninfo(warehouse.conninfo, client_encoding="UTF8", **lacking)
    except psycopg.Error as error:
        raise ConfigurationRefused(
            f"`publish.connection` cannot be read: {_cause(warehouse, error)}",
            allowed="a URL as libpq takes it",
            next_step="correct it",
        ) from None
    try:
        with psycopg.connect(wanted, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise _refusal(warehouse, error) from None


@contextmanager
def transaction(connection: psycopg.Connection, *, lock: str) -> Iterator[None]:
    """A transaction that holds the lock of that name, and lasts as long as it has to.

    A server that sees no life of ours for a minute ends it, so that a machine that lost its power
    holds no lock for hours.

    Raises
    ------
    LockHeld
        If another process holds the lock for a minute; the message names it.
    """
    with connection.transaction():
        own = _SECONDS_WITHOUT_LIFE | {
            "statement_timeout": "0",
            "idle_in_transaction_session_timeout": "0",
            "lock_timeout": f"{DDL_SECONDS}s",
        }
        if connection.info.server_version >= _CHECKED_SINCE:
            own["client_connection_check_interval"] = "10s"
        for name, value in own.items():
            connection.execute("SELECT set_config(%s, %s, true)", (name, value))
        _take(connection, lock)
        yield


def _take(connection: psycopg.Connection, lock: str) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    key = "hashtextextended(%s, 0)"
    while True:
        found = connection.execute(f"SELECT pg_try_advisory_xact_lock({key})", (lock,)).fetchone()
        if found and found[0]:
            return
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    holder = connection.execute(
        "SELECT a.application_name, a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
        f"AND (l.classid::bigint << 32 | l.objid::bigint) = {key} "
        "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        (lock,),
    ).fetchone()
    name, pid = holder or ("another process", "unknown")
    raise LockHeld(
        f"`{name}` (server process {pid}) holds the lock `{lock}` of the database",
        allowed="one publication of a portfolio at a time",
        next_step="wait for it to end, or end that server process",
    )


def _cause(warehouse: Warehouse, error: psycopg.Error) -> str:
    """What the server or the driver said, in a line, without rows and without secrets."""
    return said_of(error.diag.message_primary or str(error), url=warehouse.url)


def _refusal(warehouse: Warehouse, error: psycopg.Error) -> PublicationFailed:
    import psycopg

    step = "mend it and run the command again; the run in the output folder stands"
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        step = (
            f"let the schema `{warehouse.schema}` and its tables belong to this user, or grant "
            "CREATE on the database, then run the command again"
        )
    elif isinstance(error, psycopg.errors.LockNotAvailable):
        step = "end who reads or changes the tables for so long, then run the command again"
    return PublicationFailed(
        f"PostgreSQL at {warehouse.shown()} refused ({_cause(warehouse, error)})",
        allowed="a database that takes the tables; it holds the run it held before",
        next_step=step,
    )
