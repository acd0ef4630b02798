"""The newest published runs of a portfolio, held open together until newer ones appear.

Whoever serves readers asks `Newest.held`: one value with the run of scores, the one before it and
the newest loss analysis, which stays as it is for as long as the reader needs it. `look` finds what
was published since; it costs a listing of two folders and a stat a run where nothing was.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segml.stores.roster import COLUMNS, Roster
from segml.stores.shelf import Shelf, Stamp, portfolio_of, stamp_of
from segml.stores.tables import LOSSES_FOLDER, SCORES_FOLDER
from segml.stores.timeline import Timeline, timeline_of
from segml.words.errors import ConfigurationRefused, Refusal, TableRefused

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Runs held open: the scores, their clients, the scores before, the newest losses by then.

    `losses_told_to` is the later date of the loss analysis before those. `timeline` has a client's
    row of many runs; it is no part of the mark, but has one of its own.
    """

    as_of: dt.date
    scores: Shelf
    roster: Roster
    former: Shelf | None
    former_as_of: dt.date | None
    former_roster: Roster | None
    losses: Shelf | None
    losses_told_to: dt.date | None
    timeline: Timeline

    @property
    def mark(self) -> str:
        """Which runs these are, in letters that an ETag may hold; another run, another mark."""
        shelves = (self.scores, self.former, self.losses)
        stamps = ("-".join(f"{n:x}" for n in each.stamp[1:]) if each else "0" for each in shelves)
        return ".".join(stamps)

    def settle(self) -> None:
        """Read now what readers will ask for; else each who asks first waits for his part of it."""
        self.roster.open()
        for shelf in (self.scores, self.former, self.losses):
            if shelf is not None:
                shelf.settle()
        self.timeline.open()


Prepare = Callable[[Held], None]
"""Works out beforehand what readers of these runs will ask for; it raises nothing."""


class Newest:
    """What a portfolio published last.

    Parameters
    ----------
    output
        Its output folder.
    portfolio
        Its name; runs of others are passed over.
    first
        The columns of the list of clients that are read at once; the others when somebody asks,
        or with `Held.settle`.

    Raises
    ------
    ConfigurationRefused
        If no scores were published yet, or what was published last cannot be read.
    """

    def __init__(self, output: Path, *, portfolio: str, first: Sequence[str] = COLUMNS) -> None:
        self._output, self._portfolio = output, portfolio
        self._looking = threading.Lock()
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None
        try:
            self._held = self._open(None)
            self._held.roster.open(first)
        except (TableRefused, ValueError) as error:  # a file that is not as we wrote it
            raise ConfigurationRefused(
                f"published runs under {output} that cannot be read ({type(error).__name__})",
                allowed="runs as `segml score` and `segml losses` wrote them",
                next_step="restore the newest run's folder, or remove it and run the command again",
            ) from error

    @property
    def held(self) -> Held:
        """The runs held open now."""
        return self._held

    def look(self, prepare: Prepare | None = None) -> Held:
        """The newest runs; what was opened before stays open where it is still the newest.

        Parameters
        ----------
        prepare
            Given what was found before any reader gets it: those who ask meanwhile get the runs
            of before, so that nobody waits for what is worked out here.
        """
        with self._looking:
            found = self._open(self._held)
            found.settle()
            if prepare is not None:
                prepare(self._lending(found))
            self._held = found
        return self._held

    def _lending(self, found: Held) -> Held:
        """The runs found, of which the one before is still held for readers: not read once more."""
        if found.former is None or found.former is not self._held.scores:
            return found
        return replace(found, former_roster=self._held.roster.lent())

    def watch(self, seconds: float, prepare: Prepare | None = None) -> None:
        """Look again and again, in a thread of its own until `end`; faults are logged.

        The first time after so many seconds, so that it takes no time from whatever begins now;
        `Held.settle` is called before.
        """
        self._watcher = threading.Thread(target=self._watch, args=(seconds, prepare), daemon=True)
        self._watcher.start()

    def end(self) -> None:
        """Stop watching; a look that goes on is waited for, and prepares nothing more.

        A thread that still reads a file when the process ends takes the process down with it.
        """
        self._ended.set()
        if self._watcher is not None:
            self._watcher.join()

    @property
    def is_ended(self) -> bool:
        """Whether it was told to stop watching."""
        return self._ended.is_set()

    def _watch(self, seconds: float, prepare: Prepare | None) -> None:
        work: Callable[[], object] = self._held.settle
        pause, said = seconds / 20, ""
        while not self._ended.wait(pause):
            told = ""
            try:
                work()
            except (Refusal, OSError, ValueError) as error:
                told = f"{type(error).__name__} {getattr(error, 'file', '')}".strip()
            if told and told != said:  # once, not every other second until somebody mends it
                _LOG.warning(
                    "what was published cannot be opened, readers keep the run before: %s", told
                )
            pause, said, work = seconds, told, lambda: self.look(prepare)

    def _open(self, before: Held | None) -> Held:
        days = [
            (dt.date.fromisoformat(match[1]), path) for match, path in self._list(SCORES_FOLDER)
        ]
        if not days:
            raise ConfigurationRefused(
                f"no published scores of portfolio `{self._portfolio}` under {self._output}",
                allowed="an output folder with at least one published run",
                next_step="run `segml score` with this configuration",
            )
        as_of, folder = days[-1]
        known = () if before is None else (before.scores, before.former, before.losses)
        scores = _same(folder, known)
        former = _same(days[-2][1], known) if len(days) > 1 else None
        ends = [
            (dt.date.fromisoformat(match[2]), dt.date.fromisoformat(match[1]), path)
            for match, path in self._list(LOSSES_FOLDER, "losses")
        ]
        fitting = sorted(each for each in ends if each[0] <= as_of)
        losses = _same(fitting[-1][2], known) if fitting else None
        told = [end for end, *_ in fitting if end < fitting[-1][0]]
        return Held(
            as_of=as_of,
            scores=scores,
            roster=before.roster if before and before.scores is scores else Roster(scores),
            former=former,
            former_as_of=days[-2][0] if former else None,
            former_roster=_roster_of(former, before),
            losses=losses,
            losses_told_to=told[-1] if told else None,
            timeline=timeline_of(
                self._output,
                portfolio=self._portfolio,
                before=before.timeline if before else Timeline(),
            ),
        )

    def _list(self, name: re.Pattern[str], below: str = "") -> list[tuple[re.Match[str], Path]]:
        """The folders of that name with a run of this portfolio, by name, the newest first read."""
        parent = self._output / below
        found = sorted(parent.iterdir()) if parent.is_dir() else []
        named = [(match, path) for path in found if (match := name.fullmatch(path.name))]
        if below:
            return [each for each in named if portfolio_of(each[1]) == self._portfolio]
        newest: list[tuple[re.Match[str], Path]] = []
        for match, path in reversed(named):
            if portfolio_of(path) == self._portfolio:
                newest.insert(0, (match, path))
            if len(newest) == 2:
                break
        return newest


def _roster_of(former: Shelf | None, before: Held | None) -> Roster | None:
    """The clients of the run before, apart from those that readers of that run still ask.

    Its columns are forgotten after each question; theirs have to stay.
    """
    if former is None:
        return None
    if before and before.former is former:
        return before.former_roster
    return before.roster.apart() if before and before.scores is former else Roster(former)


def _same(folder: Path, known: tuple[Shelf | None, ...]) -> Shelf:
    """The shelf that is open already, where the folder still holds that run."""
    now: Stamp | None = stamp_of(folder)
    for each in known:
        if each is not None and each.folder == folder and each.stamp == now:
            return each
    return Shelf(folder)
