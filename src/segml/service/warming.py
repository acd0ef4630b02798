"""What readers ask for first, worked out before a new run is theirs: nobody waits for it.

Of a large portfolio the facts of a page about all clients take a second or two. While they are made
for a run that was just published, readers still get the run of before.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Sequence

from segml.service.access import ALONE, Viewer
from segml.service.desk import Desk
from segml.service.door import Door
from segml.service.facts import losses_of, monday_of, whole_of
from segml.service.listing import ROWS
from segml.stores import Held, Wanted, give_back

Work = Callable[[Desk], object]
"""Works something out before a desk, which remembers it."""
_LOG = logging.getLogger(__name__)


class Warmer:
    """Prepares runs for the readers of a door.

    Parameters
    ----------
    door
        Whose memory is filled, for those whom it let in last.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._prepared = ""
        self._is_tidy = True

    def begin(self) -> None:
        """Work out the first page of the runs that are held, before anybody is let in."""
        self._work(self._door.newest.held, _WORKS[:1])

    def prepare(self, held: Held) -> None:
        """Work out what is asked for first of these runs, once; a fault is logged, not raised.

        Asked again with the same runs, which are the readers' by now, it lets go of what was kept
        of others, and of versions of which nobody asks.
        """
        if held.mark != self._prepared:
            self._prepared = held.mark
            self._door.trained.let_go(idle=0.0)  # makes room: for a while two runs are held
            self._work(held, _WORKS)
            self._is_tidy = False
        elif not self._is_tidy:
            self._is_tidy = True
            self._door.memory.forget(lambda key: key[0] != held.mark)
            self._door.parts.forget(lambda key: not key[0].startswith(held.mark))
            gc.collect()  # what was kept of a run refers to it, and it to that
            give_back()
        elif self._door.trained.let_go():
            give_back()

    def _work(self, held: Held, works: Sequence[Work]) -> None:
        for viewer in self._viewers():
            try:
                self._prepare(viewer, held, works)
            except Exception as fault:  # the pages say it again, each to whoever asks
                _LOG.error("pages cannot be prepared: %s", type(fault).__name__)

    def _viewers(self) -> tuple[Viewer, ...]:
        """Who is prepared for: who read last, at first who sees everything."""
        known: tuple[Viewer, ...] = self._door.readers.values()[::-1]
        if known or self._door.accounts is None:
            return known or (ALONE,)
        heads = [each.viewer for each in self._door.accounts.by_name.values()]
        return tuple(each for each in heads if each.may("clients") and each.scope.is_all)[:1]

    def _prepare(self, viewer: Viewer, held: Held, works: Sequence[Work]) -> None:
        if not viewer.may("clients"):
            return
        desk = self._door.desk_of(viewer, held)
        for work in works:
            if self._door.newest.is_ended:
                return
            work(desk)
            give_back()


def _every_choice(desk: Desk) -> None:
    for column in ("tier", "manager", "region"):
        desk.choices(column)


_WORKS: tuple[Work, ...] = (
    monday_of,
    lambda desk: desk.page(Wanted()),
    _every_choice,
    lambda desk: desk.industry(""),
    lambda desk: losses_of(desk, slice(0, ROWS)),
    whole_of,
)
"""What is worked out, the first page first."""
