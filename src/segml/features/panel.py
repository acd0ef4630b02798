"""The panel: the snapshots of several cut-offs, one below the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TypeVar

import pandas as pd

from segml.features.plan import FeaturePlan
from segml.features.reached import sharing_reach
from segml.features.remembered import features_alone, is_remembered, snapshot
from segml.features.snapshot import AT_ONCE, Snapshot
from segml.ledger import Ledger, Past
from segml.words.one_thread import one_thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Snapshots of one ledger, earliest first; a row is a client at a cut-off.

    Parameters
    ----------
    snapshots
        At least one, in order of their dates, each date once.

    Raises
    ------
    ValueError
        If there is none, or the dates are out of order.
    """

    snapshots: tuple[Snapshot, ...]

    def __post_init__(self) -> None:
        _require_rising(self.cutoffs)

    @property
    def cutoffs(self) -> tuple[int, ...]:
        """The dates, in days since 1970-01-01."""
        return tuple(one.as_of for one in self.snapshots)

    @property
    def frame(self) -> pd.DataFrame:
        """All feature rows; index (`cutoff`, `client_id`)."""
        return self._stacked(lambda one: one.frame)

    @property
    def money(self) -> pd.DataFrame:
        """All money rows; index (`cutoff`, `client_id`)."""
        return self._stacked(lambda one: one.money)

    @property
    def status(self) -> pd.Series:
        """The status of every row; index (`cutoff`, `client_id`)."""
        return self._stacked(lambda one: one.status.to_frame())["status"]

    def _stacked(self, part: Callable[[Snapshot], pd.DataFrame]) -> pd.DataFrame:
        return pd.concat(
            [part(one) for one in self.snapshots], keys=self.cutoffs, names=["cutoff", "client_id"]
        )


def panel(
    ledger: Ledger,
    cutoffs: Sequence[int],
    plan: FeaturePlan,
    *,
    columns: Collection[str] | None = None,
) -> Panel:
    """The panel of a ledger at some cut-offs, each computed from its own past alone.

    Parameters
    ----------
    ledger
        The ledger.
    cutoffs
        Days since 1970-01-01, rising.
    plan
        The horizon and the silence after which a client has lapsed, both in days.
    columns
        Names of the features to make, as for `snapshot`; None: all.

    Raises
    ------
    ValueError
        If there is no cut-off, or they are out of order.
    """
    _require_rising(cutoffs)
    return Panel(snapshots=tuple(snapshots(ledger, cutoffs, plan, columns=columns)))


def snapshots(
    ledger: Ledger,
    days: Sequence[int],
    plan: FeaturePlan,
    *,
    columns: Collection[str] | None = None,
) -> Generator[Snapshot]:
    """The snapshots of some days, in the order of the days, two made at a time.

    Parameters
    ----------
    ledger
        The ledger.
    days
        Days since 1970-01-01.
    plan, columns
        As for `snapshot`; each is the same, to the byte, as if it were made alone.

    Yields
    ------
    Snapshot
        No more than the next two are made ahead: few are held, if whoever asks keeps none. Who may
        stop half-way closes it: until then the two ask the ledger, which cannot be closed.
    """
    ask = partial(snapshot, plan=plan, columns=columns, at_once=1)
    with _pasts(ledger, days, plan, columns) as pasts:
        yield from _ahead(pasts, ask)


def frames(
    ledger: Ledger, days: Sequence[int], plan: FeaturePlan, *, columns: Collection[str]
) -> Generator[pd.DataFrame]:
    """The frames of the snapshots of some days and nothing else of them, made like `snapshots`.

    Parameters
    ----------
    ledger, days, plan, columns
        As for `snapshots`; columns are named.

    Yields
    ------
    DataFrame
        `Snapshot.frame`, held and closed as for `snapshots`.
    """
    ask = partial(features_alone, plan=plan, columns=columns, at_once=1)
    with _pasts(ledger, days, plan, columns) as pasts:
        yield from _ahead(pasts, ask)


@contextmanager
def _pasts(
    ledger: Ledger, days: Sequence[int], plan: FeaturePlan, columns: Collection[str] | None
) -> Iterator[list[Past]]:
    """The pasts of the days; those that are not remembered share what events reached."""
    pasts = [ledger.past(day) for day in days]
    made = [past for past in pasts if not is_remembered(past, plan, columns)]
    with sharing_reach(made, columns) as ready:
        sharing = {past.as_of: past for past in ready}
        yield [sharing.get(past.as_of, past) for past in pasts]


Made = TypeVar("Made")


def _ahead(pasts: Sequence[Past], ask: Callable[[Past], Made]) -> Generator[Made]:
    # the limit is the process's: what one snapshot ends must not change another's last bits
    with one_thread(), ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        begun: deque[Future[Made]] = deque()
        for past in pasts:
            begun.append(pool.submit(ask, past))
            if len(begun) > AT_ONCE:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def _require_rising(days: Sequence[int]) -> None:
    if not days or any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("a panel has snapshots of rising dates, at least one")
