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
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def recall(self, key: Hashable, work: Callable[[], Value]) -> Value:
        """The value of a key; worked out by one thread while others of the same key wait."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: Value = self._kept[key]
                return found
            turn = self._locks.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    again: Value = self._kept[key]
                    return again
            made = work()
            self.keep(key, made)
            return made

    def keep(self, key: Hashable, value: object) -> None:
        """Keep a value; the one that was asked for longest ago is forgotten."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            self._locks.pop(key, None)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def get(self, key: Hashable) -> object | None:
        """The value of a key that is still kept."""
        with self._lock:
            return self._kept.get(key)
