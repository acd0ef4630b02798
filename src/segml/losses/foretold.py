"""The chance that each of today's key clients is lost within the horizon: learnt on past dates.

::

    past dates ── snapshot, recent course ─┐
    losses known at the later date ────────┴─ forest ─┐
    today ── snapshot, recent course ─────────────────┼─ calibrated on key clients ── chance
    hazards of both, what is under way on both ───────┘

Forest and hazards are pooled (`outcomes.next_loss`). Where too few losses are known, or the ledger
is too short, the bundle's probability of no purchase stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.features import CATALOGUE
from segml.losses.asked import HORIZON_DAYS, asked_about, key_today
from segml.losses.books import Books, client_of
from segml.losses.decline_kinds import Weights, weights_of
from segml.losses.ends import recorded_loss
from segml.losses.hazards import Hazards
from segml.losses.history import Numbers
from segml.losses.recent import COURSE, FAVOURITE, recent_course, recent_favourite
from segml.losses.scene import Scene
from segml.losses.transitions import Transition
from segml.losses.underway import UNDERWAY, underway
from segml.losses.weeks import weekly_orders
from segml.outcomes import Rows, caught, learn_next_loss
from segml.scoring import key_at

Told = Callable[[Sequence[str], int], npt.NDArray[np.float32]]
"""Gives k numbers a client on a day, shape (clients, k)."""

LEVEL_DATES = 3
"""The latest past dates, which set the level: how many are lost changes with the years."""
_DISCOUNT = ("discount_rate_90", "discount_rate_365")
"""Its last months against its year: the difference is one column."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Foretold:
    """What is foretold of today's key clients, and how well that would have gone before.

    Parameters
    ----------
    chance
        By client id, of key clients that are active today and were not lost by today.
    lost
        How many lost clients it was learnt from; None where the bundle's probability of no
        purchase stands in.
    caught, caught_by_silence
        On key clients of the past dates: the share of the lost among the tenth ranked first, by
        chances that were learnt from other clients, and by silence over the own usual gap.
    """

    chance: pd.Series
    lost: int | None = None
    caught: float | None = None
    caught_by_silence: float | None = None


def foretell(
    scene: Scene,
    books: Books,
    *,
    lost: Collection[str] = (),
    hazards: Hazards | None = None,
    told: Told | None = None,
) -> Foretold:
    """The chances of today's key clients.

    Parameters
    ----------
    scene
        Ledger, model and dates; today is the later one.
    books
        Histories, rhythm and clock.
    lost
        Who is known to be lost by more than its own orders.
    hazards
        How likely declines are to begin; None: the forest speaks alone.
    told
        What is known of clients besides the ledger, for benchmarks: how much better the same
        learner would do with it.
    """
    end = scene.end
    asked = hazards.asked if hazards else asked_about(scene, books.orders)
    chosen = asked.clients
    losses = _losses(books, chosen, end)
    today = [each for each in key_today(scene) if each not in losses and each not in lost]
    churn = scene.chances(end).reindex(today).rename("chance").astype("float64")
    if not asked.past or not today:
        return Foretold(chance=churn)
    scene.prepare(asked.past)
    lines = scene.ledger.past(end).lines(chosen)
    look = _Look(scene, books, lines, _courses(scene, books, lines, losses), told)
    found = [_then(look, chosen, losses, day) for day in asked.past]
    rows = _rows(look.columns, found)
    key_rows = np.concatenate([each.is_key for each in found])
    matrix = look.matrix(today, end)
    learnt = learn_next_loss(
        rows,
        matrix,
        like=[key_rows & (rows.cutoff >= asked.past[:LEVEL_DATES][-1]), key_rows],
        seed=books.lens.seed,
        beside=_beside(hazards, look.columns, found, today, matrix) if hazards else None,
    )
    if learnt is None:
        return Foretold(chance=churn)
    silent = np.concatenate([each.silence for each in found])
    return Foretold(
        chance=pd.Series(learnt.chance, index=churn.index, name="chance"),
        lost=learnt.lost,
        caught=caught(learnt.held_out[key_rows], rows.y[key_rows]),
        caught_by_silence=caught(silent[key_rows], rows.y[key_rows]),
    )


def _beside(
    hazards: Hazards,
    columns: Sequence[str],
    found: Sequence[_Then],
    today: Sequence[str],
    matrix: npt.NDArray[np.float32],
) -> tuple[Numbers, Numbers]:
    """The log odds of past rows, and of today's, by hazards and what is under way."""
    place = columns.index(UNDERWAY[-1])
    past = [
        hazards.log_odds(each.clients, each.day, each.X[:, place].astype(np.float64))
        for each in found
    ]
    now = hazards.log_odds(today, hazards.asked.today, matrix[:, place].astype(np.float64))
    return np.concatenate(past), now


def _losses(books: Books, clients: Sequence[str], end: int) -> dict[str, Transition]:
    """Who of them is lost at the later date, onsets to the week; a recorded end wins."""

    def lost(client_id: str) -> Transition | None:
        ended = books.ends.get(client_id)
        if ended is None:
            return books.judged(client_id, end=end)
        return recorded_loss(client_of(books, client_id), ended, books.weekly)

    found = {each: lost(each) for each in clients}
    return {each: loss for each, loss in found.items() if loss is not None}


def _courses(
    scene: Scene, books: Books, lines: pd.DataFrame, losses: Mapping[str, Transition]
) -> Weights:
    """How common each course is in the declines known today."""
    first_day, lens = scene.ledger.first_day, books.lens
    weeks = weekly_orders(
        lines,
        sorted(losses),
        lens.clock,
        first_day=first_day,
        end=scene.end,
        own_clocks=lens.own_clocks,
    )
    return weights_of(weeks, lens.rhythm)


@dataclass(frozen=True, eq=False)
class _Look:
    """What a client looks like on a day, as a row of numbers."""

    scene: Scene
    books: Books
    lines: pd.DataFrame
    weights: Weights
    told: Told | None

    @property
    def columns(self) -> tuple[str, ...]:
        known = {each.name for each in self.scene.bundle.encoder.features}
        named = [e.name for e in CATALOGUE if e.name in known and not e.is_categorical]
        besides = tuple(f"told_{place}" for place in range(self._besides.shape[1]))
        return (*named, *COURSE, "discount_move_90", *FAVOURITE, *UNDERWAY, *besides)

    @property
    def _besides(self) -> npt.NDArray[np.float32]:
        nothing = np.empty((0, 0), dtype=np.float32)
        return nothing if self.told is None else self.told([], self.scene.end)

    def matrix(self, clients: Sequence[str], day: int) -> npt.NDArray[np.float32]:
        frame = self.scene.snapshot(day).frame.loc[list(clients)]
        course = recent_course(self.books.orders, clients, day)
        favourite = recent_favourite(self.lines, clients, day)
        nothing = pd.Series(np.nan, index=frame.index)
        now, usual = (frame.get(name, nothing) for name in _DISCOUNT)
        known = set(frame.columns)
        parts = [
            frame[[name for name in self.columns if name in known]].to_numpy(np.float32),
            course.to_numpy(),
            (now - usual).to_numpy(np.float32)[:, None],
            favourite.to_numpy(),
            underway(
                self.lines,
                clients,
                day,
                lens=self.books.lens,
                first_day=self.scene.ledger.first_day,
                weights=self.weights,
            ),
        ]
        if self.told is not None:
            parts.append(self.told(clients, day))
        return np.ascontiguousarray(np.concatenate(parts, axis=1), dtype=np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Then:
    """The clients of a past date that were active and not lost yet, one row each."""

    X: npt.NDArray[np.float32]
    clients: list[str]
    day: int
    y: Numbers
    is_key: npt.NDArray[np.bool_]
    silence: Numbers


def _then(look: _Look, clients: Sequence[str], losses: Mapping[str, Transition], day: int) -> _Then:
    bundle, now = look.scene.bundle, look.scene.snapshot(day)
    active = {*now.status.index[now.status.eq("active")]}
    known = [each for each in clients if each in active and not _is_lost(losses.get(each), day)]
    rank = bundle.tiers.assign(now.frame, None)["tier_rank"]
    frame = now.frame.reindex(known)
    silence = frame.get("silence_over_gap", pd.Series(np.nan, index=frame.index))
    return _Then(
        X=look.matrix(known, day),
        clients=known,
        day=day,
        y=np.array([_is_next(losses.get(each), day) for each in known], dtype=np.float64),
        is_key=key_at(bundle, now, rank).reindex(known).to_numpy(dtype=bool),
        silence=np.nan_to_num(silence.to_numpy(np.float64)),
    )


def _is_lost(loss: Transition | None, day: int) -> bool:
    return loss is not None and loss.lost_on <= day


def _is_next(loss: Transition | None, day: int) -> bool:
    """Whether the loss came, or began, in the horizon of a day."""
    if loss is None:
        return False
    border = day + HORIZON_DAYS
    return day < loss.lost_on <= border or day <= loss.onset.day < border


def _rows(columns: tuple[str, ...], found: Sequence[_Then]) -> Rows:
    return Rows(
        X=np.concatenate([each.X for each in found]),
        y=np.concatenate([each.y for each in found]),
        cutoff=np.repeat([each.day for each in found], [len(each.y) for each in found]),
        client=np.array([who for each in found for who in each.clients], dtype=object),
        columns=columns,
    )


def ranked(chance: pd.Series) -> Numbers:
    """The place of each client, 1 the likeliest to be lost; ties by id.

    Examples
    --------
    >>> ranked(pd.Series([0.1, 0.4, 0.1], index=["b", "a", "c"])).tolist()
    [2.0, 1.0, 3.0]
    """
    order = np.lexsort((chance.index.to_numpy(dtype=str), -chance.fillna(-1.0).to_numpy()))
    place = np.empty(len(chance))
    place[order] = np.arange(1, len(chance) + 1)
    return place
