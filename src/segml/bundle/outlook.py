"""Learning the outlook: churn at other horizons and tier moves, on the churn score's own rows.

No forest is grown for it. The rows are those of the churn cut-offs, each scored by halves that
never saw its client; a horizon uses the cut-offs whose label, or later day, had come by the as-of
date, so nothing of the as-of date's future is read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.bundle.cutoffs import FEWEST
from segml.bundle.learning import ScoredRows
from segml.bundle.record import plain
from segml.bundle.standing import QUANTITIES, standing
from segml.features import FeaturePlan, frames
from segml.ledger import Ledger
from segml.outcomes import (
    DOWN,
    LEAST_MOVED,
    STAY,
    UP,
    ChurnModel,
    Known,
    MoveRows,
    Moves,
    Outlook,
    fit_horizons,
    learn_moves,
    waits,
)
from segml.tiers import TierModel
from segml.words.plan import Plan

BASES = 6
"""At most so many cut-offs teach the moves of a horizon, spread over all that can: neighbours say
nearly the same, and each needs the tiers of a day more."""
MONTH_DAYS = 31
"""Where clients are billed on a day of the month, less holds a bill or none by its first day."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What an outlook is learnt from.

    Parameters
    ----------
    ledger, plan, features
        The training's.
    end
        The day no label and no later day lies beyond.
    scored
        The churn score's rows.
    churn
        The fitted churn model.
    tiers
        The fitted tiers, also for days before they were fitted.
    frames
        Feature frames that were made already, by day: all churn cut-offs and the as-of date.
    """

    ledger: Ledger
    plan: Plan
    features: FeaturePlan
    end: int
    scored: ScoredRows
    churn: ChurnModel
    tiers: TierModel
    frames: Mapping[int, pd.DataFrame]

    @property
    def cutoffs(self) -> tuple[int, ...]:
        """The churn cut-offs, earliest first."""
        return tuple(np.unique(self.scored.rows.cutoff).tolist())

    def ended(self, days: int) -> tuple[int, ...]:
        """The cut-offs whose label of so many days has ended."""
        return tuple(d for d in self.cutoffs if d + self.plan.churn.gap_days + days <= self.end)


def learn_outlook(ground: Ground) -> Outlook:
    """The outlook, with a note on every horizon that the history does not hold.

    Parameters
    ----------
    ground
        Rows, models and frames of the training.
    """
    asked, short = _long_enough(ground)
    fitting = [days for days in asked if len(ground.ended(days)) >= FEWEST]
    notes = [
        f"outlook: {days} days are left out, {len(ground.ended(days))} of the churn cut-offs have "
        f"a label of that length behind them and {FEWEST} are needed"
        for days in asked
        if days not in (*fitting, ground.plan.churn.horizon_days)
    ]
    horizons = fit_horizons(_known(ground, max(asked)), fitting)
    moves, unsaid = _moves(ground, fitting)
    outlook = Outlook(horizons=horizons, moves=moves, notes=(*short, *notes, *unsaid))
    return _plain(outlook)


def _long_enough(ground: Ground) -> tuple[list[int], list[str]]:
    """The horizons that say something on every day of the month, and a note on each other one."""
    least = MONTH_DAYS if ground.features.by_month else 0
    own = ground.plan.churn.horizon_days
    asked = [days for days in ground.plan.horizons if days >= least or days == own]
    return asked, [
        f"outlook: {days} days are left out, clients are billed on a day of the month, and so few "
        "days hold one or none by the day they begin"
        for days in ground.plan.horizons
        if days not in asked
    ]


def _known(ground: Ground, longest: int) -> Known:
    """The rows with the days each client waited, as far as the as-of date shows them."""
    rows, gap = ground.scored.rows, ground.plan.churn.gap_days
    wait, seen = np.full(len(rows), np.nan), np.zeros(len(rows), dtype=np.int64)
    for day in ground.cutoffs:
        at = rows.cutoff == day
        span = min(longest, ground.end - day - gap)
        future = ground.ledger.future(day, gap_days=gap, horizon_days=span)
        wait[at] = waits(future, pd.Index(rows.client[at])).to_numpy(np.float64)
        seen[at] = span
    return Known(
        rows=rows,
        learnt=ground.scored.told,
        calibration=ground.churn.calibration,
        wait=wait,
        seen_days=seen,
        gap_days=gap,
        primary_days=ground.plan.churn.horizon_days,
    )


def _moves(ground: Ground, horizons: Sequence[int]) -> tuple[tuple[Moves, ...], tuple[str, ...]]:
    """The tier moves of each horizon that the history teaches, and notes on the others."""
    bases = {days: _spread(ground, days) for days in horizons}
    stood = _stood(ground, sorted({day for some in bases.values() for day in some}))
    later = _later(ground, {day + days for days, some in bases.items() for day in some})
    found, notes = [], []
    for days, some in bases.items():
        rows = _rows([_moved(ground, stood[day], later[day + days]) for day in some])
        learnt = learn_moves(rows, horizon_days=days, tiers=len(ground.tiers.names))
        if learnt is None:
            notes.append(
                f"outlook: no chances of another tier within {days} days: {LEAST_MOVED} clients "
                f"that rose and as many that fell are needed; one of the two counts {rows.moved}"
            )
        else:
            found.append(learnt)
    return tuple(found), tuple(notes)


def _spread(ground: Ground, days: int) -> tuple[int, ...]:
    """At most `BASES` cut-offs whose later day has come, the first and the last among them."""
    able = [day for day in ground.cutoffs if day + days <= ground.end]
    places = np.unique(np.linspace(0, len(able) - 1, min(len(able), BASES)).round().astype(int))
    return tuple(able[place] for place in places)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stood:
    """The active clients of one cut-off: their tiers, and the quantities."""

    day: int
    clients: npt.NDArray[np.object_]
    tier: pd.Series
    rank: npt.NDArray[np.int64]
    quantities: npt.NDArray[np.float64]


def _stood(ground: Ground, days: Sequence[int]) -> dict[int, _Stood]:
    """Where clients stood at each day; a tier is held over from one cut-off to the next."""
    rows, calibration = ground.scored.rows, ground.churn.calibration
    odds = calibration.intercept + calibration.slope * ground.scored.told.raw
    held, found = pd.Series([], dtype=object), {}
    for day in ground.cutoffs:
        frame = ground.frames[day]
        assignment = ground.tiers.assign(frame, held)
        held = assignment["tier"]
        if day in days:
            at = np.flatnonzero(rows.cutoff == day)
            clients = pd.Index(rows.client[at])
            mine = assignment.loc[clients]
            found[day] = _Stood(
                day=day,
                clients=rows.client[at],
                tier=held,
                rank=mine["tier_rank"].to_numpy(np.int64),
                quantities=standing(ground.tiers, frame.loc[clients], mine, churn=odds[at]),
            )
    return found


def _later(ground: Ground, days: set[int]) -> dict[int, pd.DataFrame]:
    """The tiers' columns at each later day; those of days that are known already are not asked."""
    wanted = sorted(days - set(ground.frames))
    made = frames(ground.ledger, wanted, ground.features, columns=ground.tiers.columns)
    known = {day: ground.frames[day] for day in days & set(ground.frames)}
    return {**known, **(dict(zip(wanted, made, strict=True)) if wanted else {})}


def _moved(ground: Ground, stood: _Stood, later: pd.DataFrame) -> MoveRows:
    """The rows of one cut-off: the earlier tier is held over, so that the band counts."""
    rank = ground.tiers.assign(later.loc[pd.Index(stood.clients)], stood.tier)["tier_rank"]
    after = rank.to_numpy(np.int64)
    return MoveRows(
        quantities=stood.quantities,
        columns=QUANTITIES,
        rank=stood.rank,
        move=np.select([after > stood.rank, after < stood.rank], [DOWN, UP], STAY).astype(np.int64),
        client=stood.clients,
        cutoff=np.full(len(after), stood.day, dtype=np.int64),
    )


def _rows(parts: Sequence[MoveRows]) -> MoveRows:
    return MoveRows(
        columns=QUANTITIES,
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("quantities", "rank", "move", "client", "cutoff")
        },
    )


def _plain(outlook: Outlook) -> Outlook:
    """The outlook with records that JSON can hold."""
    heads = tuple(
        dataclasses.replace(head, record=plain(head.record)) for head in outlook.horizons.heads
    )
    moves = tuple(dataclasses.replace(one, record=plain(one.record)) for one in outlook.moves)
    horizons = dataclasses.replace(outlook.horizons, heads=heads)
    return dataclasses.replace(outlook, horizons=horizons, moves=moves)
