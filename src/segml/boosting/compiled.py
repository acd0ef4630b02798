"""How a function of this room is compiled: once a machine, cached, free of Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Given = ParamSpec("Given")
Told = TypeVar("Told")


def compiled(function: Callable[Given, Told]) -> Callable[Given, Told]:
    """The function as machine code, made at its first call with such arguments.

    The code is kept beside the source, or in the user's cache where that may not be written; where
    neither may, it is made anew in every process.
    """
    try:
        made = numba.njit(function, nogil=True, error_model="numpy", cache=True)
    except RuntimeError:  # "no locator available": there is no place to keep the code
        made = numba.njit(function, nogil=True, error_model="numpy")
    return cast("Callable[Given, Told]", made)
