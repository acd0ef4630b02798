"""One thread for the numerical libraries of the process: more would change last bits."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # ships no stubs


def one_thread(*, user_api: str | None = None) -> AbstractContextManager[Any]:
    """Return a block in which each numerical library has one thread; what was before is restored.

    Parameters
    ----------
    user_api
        "blas" or "openmp": libraries of that kind alone. None: all.
    """
    limited: AbstractContextManager[Any] = _libraries(len(sys.modules)).limit(
        limits=1, user_api=user_api
    )
    return limited


@lru_cache(maxsize=1)
def _libraries(_modules: int) -> ThreadpoolController:
    """What is loaded, looked for anew once anything was imported: each look takes milliseconds."""
    return ThreadpoolController()
