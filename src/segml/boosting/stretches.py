"""Work on rows, shared out among the processors; each row by itself, so that changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

_FEWEST = 2048
"""Rows that are worth a thread of their own."""


def processors() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def side_by_side(work: Callable[[int, int], None], rows: int) -> None:
    """Do work(first, end) for stretches that cover the rows, one for each processor.

    Parameters
    ----------
    work
        Handles rows [first, end); free of Python's lock, and each row by itself.
    rows
        How many there are.
    """
    count = min(processors(), rows // _FEWEST)
    if count < 2:
        work(0, rows)
        return
    edges = np.linspace(0, rows, count + 1).astype(int).tolist()
    with ThreadPoolExecutor(max_workers=count) as pool:
        for done in [pool.submit(work, first, end) for first, end in pairwise(edges)]:
            done.result()
