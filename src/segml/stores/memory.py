"""What was worked out once, kept for the next reader of the same run who sees the same clients."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")
_KEPT = 64
"""Values that are kept where nothing else is said."""


class Memory:
    """The last values by key; a run's mark is part of every key, so a new run works anew."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._working: dict[Hashable, threading.Lock] = {}

    def recall(self, key: Hashable, work: Callable[[], Value]) -> Value:
        """The value of a key; what is not kept is worked out, once for all who ask meanwhile.

        The facts of a large portfolio take memory while they are made: a crowd that comes with a
        new run would take it many times at once, and be none the sooner there. Work may recall
        other keys, none of which may recall this one.
        """
        found: Value
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found = self._kept[key]
                return found
            working = self._working.setdefault(key, threading.Lock())
        with working:
            with self._lock:
                if key in self._kept:
                    found = self._kept[key]
                    return found
            try:
                found = work()
                self.keep(key, found)
            finally:
                with self._lock:
                    self._working.pop(key, None)
            return found

    def keep(self, key: Hashable, value: object) -> None:
        """Keep a value; the one that was asked for longest ago is forgotten."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def values(self) -> tuple[Any, ...]:
        """What is still kept, what was asked for last at the end."""
        with self._lock:
            return tuple(self._kept.values())

    def forget(self, where: Callable[[Any], bool] = lambda _: True) -> None:
        """Keep nothing any more, or nothing whose key is so."""
        with self._lock:
            for key in [key for key in self._kept if where(key)]:
                del self._kept[key]

    def get(self, key: Hashable) -> object | None:
        """The value of a key that is still kept."""
        with self._lock:
            return self._kept.get(key)
