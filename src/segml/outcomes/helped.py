"""Jobs that do not need each other, done by whoever is free: the caller, or threads of a pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
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

    Raises
    ------
    CancelledError
        If the pool was left meanwhile and what had not begun is not to be done.

    Notes
    -----
    Where a job raises, or the caller is interrupted, those that have not begun are not done.

    Examples
    --------
    >>> each([lambda: 1, lambda: 2])
    [1, 2]
    """
    if pool is None:
        return [job() for job in jobs]
    handed = [pool.submit(job) for job in jobs]
    try:
        both = zip(reversed(jobs), reversed(handed), strict=True)
        made = [_made(job, future) for job, future in both]
    except BaseException:
        for future in handed:
            future.cancel()
        raise
    return made[::-1]


def _made(job: Callable[[], Made], future: Future[Made]) -> Made:
    if future.cancelled():  # nobody but the pool, on being left, has had the chance so far
        raise CancelledError
    return job() if future.cancel() else future.result()
