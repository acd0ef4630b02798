"""How many different hashes there are: counted by sorting them, a bounded number at a time.

A database counts them in a table of hashes, of which nearly every look-up misses the processor's
caches; sorting 64-bit numbers is several times cheaper.
"""

from __future__ import annotations

import duckdb
import numpy as np

AT_A_TIME = 1 << 27
"""About so many hashes are held at once, 8 bytes each (twice that while they are fetched)."""


def count_distinct(
    connection: duckdb.DuckDBPyConnection, number: str, source: str
) -> tuple[int, int]:
    """Return how many rows there are, and how many different hashes they have.

    Parameters
    ----------
    connection
        An open database.
    number
        SQL of a 64-bit hash (UBIGINT), never null.
    source
        What stands after FROM.

    Returns
    -------
    tuple of int
        Rows, and different hashes.

    Examples
    --------
    >>> with duckdb.connect() as database:
    ...     count_distinct(database, "hash(i % 3)", "range(10) AS r(i)")
    (10, 3)
    """
    (rows,) = connection.execute(f"SELECT count(*) FROM {source}").fetchone() or (0,)
    parts = max(1, -(-int(rows) // AT_A_TIME))
    hashes = f"(SELECT {number} AS number FROM {source})"
    distinct = 0
    for part in range(parts):
        which = f" WHERE number % {parts} = {part}" if parts > 1 else ""
        found = connection.execute(f"SELECT number FROM {hashes}{which}").fetchnumpy()["number"]
        if len(found):
            found.sort()
            distinct += 1 + int(np.count_nonzero(found[1:] != found[:-1]))
    return int(rows), distinct
