"""Fits that do not need each other, so many at a time; each has one thread, which changes nothing.

One thread a fit, because threads inside a fit wait for each other at every tree: beside another
load a fit of a second then takes half a minute. The libraries' own threads are limited around all
of it, since that limit is the process's: what one fit ends must not change another's last bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from segml.words.one_thread import one_thread


@contextmanager
def abreast(threads: int) -> Iterator[ThreadPoolExecutor]:
    """A pool of so many threads; what has not begun when it is left is not done.

    Parameters
    ----------
    threads
        At least one.
    """
    with one_thread():
        pool = ThreadPoolExecutor(max_workers=threads)
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
