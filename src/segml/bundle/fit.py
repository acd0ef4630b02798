"""The fit: ledger, date and plan in, bundle out. Pure: no clock, no disk, no global seed.

Only rows dated before the as-of date are seen: every label ends by it, every feature is made at a
cut-off or at the as-of date from the past alone, and the record names the fingerprint of that past.
So a ledger with later rows gives the same bytes, and the same version name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from typing import Any

import pandas as pd

from segml.bundle.abreast import abreast
from segml.bundle.learning import Learnt, ScoredRows, learn_churn, learn_potential, means
from segml.bundle.newcomers import learn_prospects
from segml.bundle.outlook import Ground, learn_outlook
from segml.bundle.planned import portable
from segml.bundle.record import ROWS, TrainingRecord, library_versions, plain
from segml.bundle.seldom import seldom_notes
from segml.bundle.steadiness import with_steadiness
from segml.bundle.value import Bundle
from segml.bundle.weights import weights_by_day
from segml.bundle.windows import Windows, windows_for
from segml.features import (
    Encoder,
    FeaturePlan,
    Snapshot,
    Usual,
    available,
    feature_plan,
    learn_usual,
    left_out_notes,
    panel,
    watched,
)
from segml.ledger import Ledger
from segml.ledger.days import as_day
from segml.outcomes import ChurnModel, PotentialModel
from segml.tiers import TierModel, fit_tiers
from segml.words.plan import Plan

Progress = Callable[[str, int, int], None]
"""Called as (what is done next, steps done, steps in all)."""
Seen = Callable[[Snapshot], None]
_STEPS = ("features", "churn", "tiers", "outlook", "prospects", "potential", "done")


def fit(
    ledger: Ledger,
    as_of: dt.date | int,
    plan: Plan,
    *,
    previous: Bundle | None = None,
    threads: int = 1,
    progress: Progress | None = None,
    seen: Seen | None = None,
) -> Bundle:
    """The bundle learnt from what was known before a date.

    Parameters
    ----------
    ledger
        A checked ledger.
    as_of
        The date; rows dated on it or later are not seen.
    plan
        Horizons, cut-offs, tiers and the seed.
    previous
        The last version, whose tiers' names are kept where a tier continues.
    threads
        Processors to use at most; changes no byte of the bundle.
    progress
        Called before each step.
    seen
        Given the snapshot of the date.

    Raises
    ------
    HistoryTooShort
        If fewer than three cut-offs fit for churn or for potential; the horizon that fits is named.
    DataRefused
        If the ledger cannot carry tiers or labels.
    LeakSuspected
        If a feature seems to know the churn label; see `outcomes.leaks`.
    """
    tell = progress or _silent
    windows = windows_for(ledger, as_day(as_of), plan)
    features = feature_plan(ledger.past(windows.as_of), plan.churn)
    tell(_STEPS[0], 0, 6)
    past = _snapshots(ledger, windows, features, seen or _unseen)
    now, encoder = past[windows.as_of], _encoder(ledger, past, windows.as_of)
    tell(_STEPS[1], 1, 6)
    with abreast(threads) as pool:
        losing, earning = _begun(pool, ledger, past, windows, encoder=encoder, plan=plan)
        lost, scored = losing.result()
        # what follows waits for no potential; in the pool, for `threads` at most; longest first
        tell(_STEPS[2], 2, 6)
        tiers = pool.submit(_tiers, now, plan, previous).result()
        ground = Ground(
            ledger=ledger,
            plan=plan,
            features=features,
            end=windows.end,
            scored=scored,
            churn=lost.model,
            tiers=tiers,
            frames={day: one.frame for day, one in past.items()},
        )
        looking = pool.submit(learn_outlook, ground)
        watching = pool.submit(_usual, [*past.values()], encoder, lost.model, tiers)
        winning = pool.submit(learn_prospects, ledger, windows.as_of, plan)
        steady = pool.submit(with_steadiness, lost, scored, encoder, now, tiers)
        tell(_STEPS[3], 3, 6)
        outlook, usual = looking.result(), watching.result()
        tell(_STEPS[4], 4, 6)
        (prospects, said), lost = winning.result(), steady.result()
        tell(_STEPS[5], 5, 6)
        worth = earning.result()
    tell(_STEPS[6], 6, 6)
    more = (*features.notes, *said, *outlook.notes)
    return Bundle(
        as_of=windows.as_of,
        plan=portable(plan),
        features=features,
        encoder=encoder,
        tiers=tiers,
        churn=lost.model,
        potential=worth.model,
        references=_references(now, tiers, (lost, worth)),
        record=_record(ledger, windows, now, tiers, (lost, worth), more=more),
        prospects=prospects,
        outlook=outlook,
        usual=usual,
    )


def _encoder(ledger: Ledger, past: Mapping[int, Snapshot], as_of: int) -> Encoder:
    taught = [one.frame for day, one in past.items() if day < as_of]
    return Encoder.learn(taught, available(ledger.past(as_of)))


def _begun(
    pool: Executor,
    ledger: Ledger,
    past: Mapping[int, Snapshot],
    windows: Windows,
    *,
    encoder: Encoder,
    plan: Plan,
) -> tuple[Future[tuple[Learnt[ChurnModel], ScoredRows]], Future[Learnt[PotentialModel]]]:
    """Both outcomes, being learnt side by side; who has nothing else to do helps with either."""
    today = past[windows.as_of]
    of_churn, of_potential = (_at(past, days) for days in (windows.churn, windows.potential))
    return (
        pool.submit(learn_churn, ledger, of_churn, encoder, plan, today=today, pool=pool),
        pool.submit(learn_potential, ledger, of_potential, encoder, plan, today=today, pool=pool),
    )


def _tiers(now: Snapshot, plan: Plan, previous: Bundle | None) -> TierModel:
    before = None if previous is None else previous.tiers
    return fit_tiers(now.frame, now.status, plan=plan.tiers, seed=plan.seed, previous=before)


def _usual(
    days: Sequence[Snapshot], encoder: Encoder, churn: ChurnModel, tiers: TierModel
) -> Usual | None:
    """What a later day is held against, by the days that were seen, in order of time."""
    frames, told, held = {}, {}, {}
    tier = pd.Series([], dtype=object)
    for one in days:
        tier = tiers.assign(one.frame, tier)["tier"]
        held[one.as_of] = tier[one.status.ne("prospect").to_numpy()]
        is_active = one.status.eq("active").to_numpy()
        active, of_active = one.frame[is_active], tier[is_active]
        raw = churn.raw(encoder.matrix(active))
        frames[one.as_of] = watched(active, encoder.columns, raw_churn=raw, tier=of_active)
        told[one.as_of] = (active, of_active)
    return learn_usual(frames, weights_by_day(churn, encoder, told), held)


def _silent(step: str, done: int, steps: int) -> None:
    del step, done, steps


def _unseen(now: Snapshot) -> None:
    del now


def _snapshots(
    ledger: Ledger, windows: Windows, features: FeaturePlan, seen: Seen
) -> dict[int, Snapshot]:
    days = sorted({*windows.churn, *windows.potential, windows.as_of})
    made = {one.as_of: one for one in panel(ledger, days, features).snapshots}
    seen(made[windows.as_of])
    return made


def _at(snapshots: Mapping[int, Snapshot], days: Sequence[int]) -> list[Snapshot]:
    return [snapshots[day] for day in days]


def _references(
    now: Snapshot, tiers: TierModel, learnt: tuple[Learnt[ChurnModel], Learnt[PotentialModel]]
) -> dict[str, Mapping[str, float]]:
    """What a value is held against, by model."""
    lost, worth = learnt
    bought = now.status.ne("prospect").to_numpy()
    return {
        "churn": lost.references,
        "potential": worth.references,
        "tiers": means(tiers.values(now.frame[bought])),
    }


def _record(
    ledger: Ledger,
    windows: Windows,
    now: Snapshot,
    tiers: TierModel,
    learnt: tuple[Learnt[ChurnModel], Learnt[PotentialModel]],
    *,
    more: tuple[str, ...],
) -> TrainingRecord:
    lost, worth = learnt
    past = ledger.past(windows.as_of)
    said = [note for one in learnt for note in one.record.details.get("notes", ())]
    said += seldom_notes(now, lost.record.horizon_days)
    return TrainingRecord(
        churn=lost.record,
        potential=worth.record,
        notes=(*ledger.notes, *left_out_notes(past), *windows.notes, *said, *tiers.notes, *more),
        counts={
            "clients": len(now.frame),
            **{status: int(now.status.eq(status).sum()) for status in _STATUSES},
            **{f"{table}{ROWS}": count for table, count in sorted(past.rows.items())},
        },
        tiers=_tier_table(now, tiers),
        first_day=ledger.first_day,
        last_day=past.last_day,
        fingerprint=past.fingerprint,
        state=plain(dict(now.state)),
        versions=library_versions(),
    )


_STATUSES = ("active", "lapsed", "prospect")


def _tier_table(now: Snapshot, tiers: TierModel) -> tuple[dict[str, Any], ...]:
    """Clients and profit of each tier among those that have bought."""
    bought = now.status.ne("prospect").to_numpy()
    profit = now.money["profit_365"][bought]
    held = tiers.assign(now.frame[bought])["tier"]
    total = float(profit.sum())
    return tuple(
        {
            "name": name,
            "clients": int(held.eq(name).sum()),
            "profit_365": float(profit[held.eq(name)].sum()),
            "share": float(profit[held.eq(name)].sum()) / total if total > 0 else None,
        }
        for name in tiers.names
    )
