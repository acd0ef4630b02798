"""How many different hashes there are: counted by sorting them, a bounded number at a time.

A database counts them in a table of hashes, of which nearly every look-up misses the processor's
caches; sorting 64-bit numbers is several times cheaper. The lines of an order mostly follow each
other, so hashes equal to their neighbours go first; the two halves of the rest are sorted side by
side.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import duckdb
import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
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
        distinct += _different(found)
    return int(rows), distinct


def _different(hashes: Hashes) -> int:
    """How many different ones there are."""
    hashes = hashes[_is_first(hashes)]
    middle = len(hashes) // 2
    if middle:
        hashes.partition(middle)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(np.ndarray.sort, (hashes[:middle], hashes[middle:])))
    return int(np.count_nonzero(_is_first(hashes)))


def _is_first(hashes: Hashes) -> npt.NDArray[np.bool_]:
    """(n,) whether each differs from the one before it."""
    return np.append(np.ones(len(hashes[:1]), dtype=np.bool_), hashes[1:] != hashes[:-1])
