from __future__ import annotations

import threading

import pytest
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]  # ships no stubs

from segml.bundle.abreast import abreast


def test_two_threads_work_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=10)
    with abreast(2) as pool:
        both = [pool.submit(meeting.wait) for _ in range(2)]
        assert sorted(one.result() for one in both) == [0, 1]


def test_one_thread_works_in_turn() -> None:
    order: list[int] = []
    with abreast(1) as pool:
        for number in range(3):
            pool.submit(order.append, number)
    assert order == [0, 1, 2][: len(order)]


def test_what_has_not_begun_is_not_done_after_a_refusal() -> None:
    done: list[str] = []
    held = threading.Event()

    def refused() -> None:
        with abreast(1) as pool:
            pool.submit(held.wait, 10)
            pool.submit(done.append, "later")
            threading.Timer(0.2, held.set).start()
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        refused()
    assert not done


def test_libraries_have_one_thread_each() -> None:
    with abreast(2) as pool:
        told = pool.submit(threadpool_info).result()
    assert {library["num_threads"] for library in told} == {1}
