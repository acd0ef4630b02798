from __future__ import annotations

import sys
from types import ModuleType

import numpy as np  # noqa: F401  # with a BLAS
import pytest
from threadpoolctl import (  # type: ignore[import-untyped]  # ships no stubs
    ThreadpoolController,
    threadpool_info,
    threadpool_limits,
)

from segml.words import one_thread as module
from segml.words.one_thread import one_thread


def _threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info()}


def test_every_library_has_one_thread_and_what_it_had_before_afterwards() -> None:
    with threadpool_limits(limits=2):
        for _ in range(2):
            with one_thread():
                assert _threads() == {1}
            assert _threads() == {2}


def test_libraries_are_looked_for_once_and_anew_after_an_import(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = []

    def look() -> ThreadpoolController:
        looks.append(1)
        return ThreadpoolController()

    monkeypatch.setattr(module, "ThreadpoolController", look)
    module._libraries.cache_clear()
    for _ in range(3):
        with one_thread():
            pass
    assert len(looks) == 1
    monkeypatch.setitem(sys.modules, "with_a_library_of_its_own", ModuleType("it"))
    with one_thread(user_api="blas"):
        pass
    assert len(looks) == 2
    module._libraries.cache_clear()
