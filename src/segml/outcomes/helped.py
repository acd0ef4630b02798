"""Jobs that do not need each other, done by whoever is free: the caller, or threads of a pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TypeVar

Made = TypeVar("Made")


def each(jobs: Sequence[Callable[[], Made]], pool: Executor | None = None) -> list[Made]:
    """What each job makes, in their order; who does it changes nothing.

    The pool begins at the first job and the caller at the last, so the caller may be a thread of
    the same pool: what nobody has begun it does itself, and it waits for none that has not begun.

    Parameters
    ----------
    jobs
        Functions without arguments.
    pool
        Whose free threads help; None: the caller does all.

    Examples
    --------
    >>> each([lambda: 1, lambda: 2])
    [1, 2]
    """
    if pool is None:
        return [job() for job in jobs]
    handed = [pool.submit(job) for job in jobs]
    made = [
        job() if future.cancel() else future.result()
        for job, future in zip(reversed(jobs), reversed(handed), strict=True)
    ]
    return made[::-1]
