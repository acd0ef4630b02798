"""How often a sign-in may be tried: a few times a minute by reader, by address, by name."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_OF_BOTH, MOST_OF_ADDRESS, MOST_OF_NAME = 5, 20, 50
SECONDS = 60.0
_KEPT = 10_000


class Attempts:
    """The tries of the last minute that did not succeed.

    Parameters
    ----------
    clock
        Gives seconds; it never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, name: str, address: str) -> bool:
        """Whether another try may be made; one that may counts from now on."""
        with self._lock:
            limits = self._limits(name, address)
            if any(len(self._recent(key)) >= most for key, most in limits.items()):
                return False
            for key in limits:
                self._made[key] = [*self._recent(key), self._clock()]
                self._made.move_to_end(key)
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
            return True

    def succeeded(self, name: str, address: str) -> None:
        """Take back the try that succeeded."""
        with self._lock:
            for key in self._limits(name, address):
                self._made[key] = self._made.get(key, [])[:-1]

    def _limits(self, name: str, address: str) -> dict[tuple[str, str], int]:
        return {
            (name, address): MOST_OF_BOTH,
            ("", address): MOST_OF_ADDRESS,
            (name, ""): MOST_OF_NAME,
        }

    def _recent(self, key: tuple[str, str]) -> list[float]:
        since = self._clock() - SECONDS
        return [at for at in self._made.get(key, ()) if at > since]
