"""Jobs by whoever is free: in their order, also where the caller is the pool's only thread."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import partial

import pytest

from segml.outcomes.helped import each


def numbered(number: int, by: list[str]) -> int:
    by.append(threading.current_thread().name)
    return number


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_jobs_of_a_thread_of_the_pool_are_all_done_and_keep_their_order(threads: int) -> None:
    by: list[str] = []
    jobs = [partial(numbered, number, by) for number in range(40)]
    with ThreadPoolExecutor(threads, thread_name_prefix="pool") as pool:
        made = pool.submit(each, jobs, pool).result(timeout=60)
    assert made == list(range(40))
    assert len(by) == 40
    assert all(name.startswith("pool") for name in by)


def test_a_free_thread_helps() -> None:
    meet = threading.Barrier(2, timeout=60)
    with ThreadPoolExecutor(1) as pool:
        places = each([meet.wait, meet.wait], pool)  # neither ends before both have begun
    assert sorted(places) == [0, 1]


def test_without_a_pool_the_caller_does_all() -> None:
    by: list[str] = []
    assert each([partial(numbered, 7, by)] * 2) == [7, 7]
    assert set(by) == {threading.current_thread().name}


def test_what_a_job_raises_is_raised() -> None:
    def refused() -> int:
        raise ValueError("no")

    with ThreadPoolExecutor(1) as pool, pytest.raises(ValueError, match="no"):
        each([refused, lambda: 1], pool)


def test_after_a_job_that_raises_no_other_begins() -> None:
    done: list[int] = []
    busy, free = threading.Event(), threading.Event()

    def hold() -> None:
        busy.set()
        free.wait(60)

    def refused() -> None:
        raise ValueError("no")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        busy.wait(60)  # the pool's only thread begins nothing before the last job has raised
        with pytest.raises(ValueError, match="no"):
            each([*(partial(done.append, number) for number in range(5)), refused], pool)
        free.set()
    assert done == []


def test_once_the_pool_is_left_no_job_begins() -> None:
    done: list[int] = []
    busy, free = threading.Event(), threading.Event()

    def hold(number: int) -> None:
        busy.set()
        free.wait(60)
        done.append(number)

    pool = ThreadPoolExecutor(1)
    helped = pool.submit(each, [partial(hold, number) for number in range(5)], pool)
    busy.wait(60)
    pool.shutdown(wait=False, cancel_futures=True)
    free.set()
    with pytest.raises(CancelledError):
        helped.result(timeout=60)
    assert done == [4]
