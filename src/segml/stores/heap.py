"""Memory that was let go of, given back to the machine: a C library keeps it for the next asker.

What a large portfolio takes for a moment, columns of a million rows, would else count as this
process's for ever. Where the C library is not GNU's nothing is done.
"""

from __future__ import annotations

import ctypes
import functools

_ARENAS, _MAPPED_FROM = -8, -3
"""`M_ARENA_MAX` and `M_MMAP_THRESHOLD` of `malloc.h`."""
_LARGE = 4 << 20
"""Bytes from which a piece is mapped by itself, so that it goes back when it is let go of."""


@functools.cache
def _library() -> ctypes.CDLL | None:
    """The C library, where it has both calls."""
    try:
        found = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return found if hasattr(found, "mallopt") and hasattr(found, "malloc_trim") else None


def few_arenas(most: int = 2) -> bool:
    """Let all threads share a few heaps; to be said before they start. Whether it was heard.

    Parameters
    ----------
    most
        Heaps at most. Each thread would else have its own, with free room that no other uses.
    """
    library = _library()
    if library is None:
        return False
    return bool(library.mallopt(_ARENAS, most)) and bool(library.mallopt(_MAPPED_FROM, _LARGE))


def give_back() -> bool:
    """Give free memory back to the machine; whether there was some."""
    library = _library()
    return library is not None and bool(library.malloc_trim(0))
