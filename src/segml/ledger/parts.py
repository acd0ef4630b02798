"""Statements run part by part of the clients: two parts at a time, committed in their order.

Each part has one thread, so rows and their order are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import pairwise

import duckdb

SIDE_BY_SIDE = 2
"""Parts of the clients that are worked on at the same time."""


def parts_of(clients: int, count: int) -> list[range]:
    """Return ranges of client numbers, about equal, that hold each client once.

    Parameters
    ----------
    clients
        How many there are, numbered from 0.
    count
        How many ranges.

    Examples
    --------
    >>> parts_of(5, 2)
    [range(0, 2), range(2, 5)]
    """
    edges = [clients * n // count for n in range(count + 1)]
    return [range(*pair) for pair in pairwise(edges)]


def run_in_parts(connection: duckdb.DuckDBPyConnection, parts: Sequence[Sequence[str]]) -> None:
    """Run the statements of each part in a transaction of its own.

    Parameters
    ----------
    connection
        A database with a connection for each part that works.
    parts
        The statements of each part; what they append is appended in the order of the parts.
    """
    with ExitStack() as stack:
        cursors = [stack.enter_context(closing(connection.cursor())) for _ in parts]
        pool = stack.enter_context(ThreadPoolExecutor(SIDE_BY_SIDE))
        begun = [pool.submit(_run, *work) for work in zip(cursors, parts, strict=True)]
        for cursor, done in zip(cursors, begun, strict=True):
            done.result()
            cursor.execute("COMMIT")


def _run(cursor: duckdb.DuckDBPyConnection, statements: Sequence[str]) -> None:
    for statement in ("BEGIN", *statements):
        cursor.execute(statement)
