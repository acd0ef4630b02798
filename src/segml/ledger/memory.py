"""What was made of the past of a day, kept for whoever asks for the same again.

A past never changes, so neither does what is made of it. Replaying history asks for the same days
again and again; a ledger that remembers (`Ledger.memory`) makes each once, as long as there is
room. Who is told of something remembered must not change it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

ROOM = 1 << 30
"""Bytes that are remembered at most, about: a GiB."""


class Memory:
    """Values by key; beyond its room those that were asked for longest ago are forgotten.

    Threads may share it.

    Parameters
    ----------
    room
        Bytes, by what whoever keeps something says it takes.

    Examples
    --------
    >>> memory = Memory(room=10)
    >>> for key in "ab":
    ...     memory.keep(key, key.upper(), size=5)
    >>> memory.told("a")
    'A'
    >>> memory.keep("c", "C", size=5)
    >>> memory.told("b"), memory.told("a")
    (None, 'A')
    """

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._taken = 0
        self._lock = Lock()

    def told(self, key: Hashable) -> Any | None:
        """What was kept under a key; None where nothing was, or it is forgotten."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, value: Any, *, size: int) -> None:
        """Keep a value, and forget others where it takes their room.

        Parameters
        ----------
        key
            What it is asked for by.
        value
            Not None.
        size
            Bytes it takes; one that takes more than all the room is not kept.
        """
        with self._lock:
            _, before = self._kept.pop(key, (None, 0))
            self._taken -= before
            if size > self.room:
                return
            self._kept[key] = value, size
            self._taken += size
            while self._taken > self.room:
                _, (_, forgotten) = self._kept.popitem(last=False)
                self._taken -= forgotten
