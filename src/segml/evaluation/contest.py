"""A challenger and the champion on the same clients of a past day, neither having seen after it.

The day is the last one whose horizon is over. A version that was trained by then stands for itself.
For a later one, which has seen how the horizon ended, stands what its plan learns on that day: the
same recipe, with less to learn from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.bundle import Bundle, fit
from segml.evaluation.baselines import BASELINES, USES
from segml.evaluation.money_contest import MoneyContest, money_contest
from segml.evaluation.origins import checked_origins
from segml.evaluation.slices import key_clients, size_of
from segml.features import Snapshot, available, remembering, snapshot
from segml.ledger import Ledger, date_of
from segml.outcomes import churn
from segml.scoring import replay, take_apart

Values = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]
LEADING = 5
"""Features of a client's churn score that count as its leading ones."""
EXPLAINED = 2_000
"""Clients, at most, whose reasons are compared: every n-th of them all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Contest:
    """What both models said of the clients that were active on the day, and what came.

    Parameters
    ----------
    day
        Days since 1970-01-01.
    lost, challenger
        0/1 labels and the challenger's probabilities, shape (n,).
    champion
        The champion's probabilities, shape (n,); None where there is none to compare with.
    is_of_one_label
        Whether the champion foretells the challenger's horizon after the same gap. If not, its
        order of clients can be compared, and its probabilities cannot.
    baselines
        Risks by name, each (n,).
    key
        Whether each was a key client by no model's rule: the top tenth by spend, shape (n,).
    size
        Its place in `SIZES`, shape (n,).
    tier_moves
        The share of active clients whose tier the two models disagree on, today, both with their
        own history; None where they do not tell the same tiers apart.
    reasons_kept
        The mean share of leading features that both name; None without a champion.
    money
        What both expect in money; None without a champion.
    history
        Of each dated table the rows that the challenger's training saw, and those of the same days
        now.
    notes
        What stood in for what, one sentence each.
    """

    day: int
    lost: Values
    challenger: Values
    champion: Values | None
    is_of_one_label: bool
    baselines: Mapping[str, Values]
    key: npt.NDArray[np.bool_]
    size: npt.NDArray[np.int64]
    tier_moves: float | None
    reasons_kept: float | None
    money: MoneyContest | None = None
    notes: tuple[str, ...] = field(default=())
    history: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def champion_chance(self) -> Values | None:
        """The champion's probabilities where they are of the same label; else None."""
        return self.champion if self.is_of_one_label else None


def hold_contest(
    ledger: Ledger,
    challenger: Bundle,
    champion: Bundle | None,
    *,
    threads: int = 2,
    progress: Progress | None = None,
) -> Contest:
    """The challenger beside the champion and the baselines, on the last day that can be judged.

    Parameters
    ----------
    ledger
        A checked ledger.
    challenger
        Whose horizon, gap and active days are judged by.
    champion
        None where there is none.
    threads
        Processors to use; changes nothing else.
    progress
        Told of each step.

    Raises
    ------
    HistoryTooShort
        If a stand-in would have too little history before the day.
    """
    tell = progress or (lambda _what, _done, _total: None)
    rules, ledger = challenger.plan.churn, remembering(ledger)
    day = ledger.last_day + 1 - rules.gap_days - rules.horizon_days
    tell("challenger on the last day that can be judged", 0, 3)
    first, notes = _as_of(ledger, challenger, day, "the challenger", threads)
    now = snapshot(ledger.past(day), first.features)
    active = churn.population(now.status)
    rows = now.frame.loc[active]
    tell("champion on the same day", 1, 3)
    told, then = None, None
    missing = _missing(ledger, champion)
    if missing:
        champion = None
        notes.append(f"not compared with the champion: the ledger has no {', '.join(missing)} now")
    if champion is not None:
        second, said = _as_of(ledger, champion, day, "the champion", threads)
        notes += said
        seen = _seen_by(second, first, ledger, now)
        told = _probability(second, seen.frame.loc[rows.index])
        then = ((first, now), (second, seen))
    tell("tiers and reasons of both", 2, 3)
    labels = ledger.future(day, gap_days=rules.gap_days, horizon_days=rules.horizon_days)
    learnt, lost_then = _past_rows(ledger, first)
    is_of_one_label = champion is None or _label(champion) == _label(challenger)
    if not is_of_one_label:
        notes.append("the champion foretells another horizon: its probabilities are not compared")
    today = None if champion is None else _both_today(ledger, challenger, champion)
    moves = _tier_moves(ledger, today) if today else None
    if today and moves is None:
        notes.append("the champion tells other tiers apart: nobody's tier is compared")
    return Contest(
        day=day,
        lost=churn.label(labels, rows.index).to_numpy(np.float64),
        challenger=_probability(first, rows),
        champion=told,
        is_of_one_label=is_of_one_label,
        baselines={name: baseline(rows, learnt, lost_then) for name, baseline in BASELINES.items()},
        key=key_clients(now.frame["spend_365"], active).loc[active].to_numpy(bool),
        size=size_of(rows["spend_365"].to_numpy(np.float64)),
        tier_moves=moves,
        reasons_kept=_reasons_kept(today) if today else None,
        money=money_contest(ledger, then, today) if then and today else None,
        notes=tuple(notes),
        history=challenger.record.changed(ledger.past(challenger.as_of).rows),
    )


def _as_of(
    ledger: Ledger, bundle: Bundle, day: int, who: str, threads: int
) -> tuple[Bundle, list[str]]:
    """The bundle itself if it saw nothing after the day, else its plan learnt on the day."""
    if bundle.as_of <= day:
        return bundle, []
    checked_origins(ledger, bundle.plan, [day])
    note = f"{who} saw days after {date_of(day)}: its plan was learnt anew as of that day"
    return fit(ledger, day, bundle.plan, threads=threads), [note]


def _missing(ledger: Ledger, champion: Bundle | None) -> list[str]:
    """The features a champion reads and the ledger cannot give any more."""
    if champion is None:
        return []
    given = {feature.name for feature in available(ledger.past(ledger.last_day + 1))}
    return sorted({*champion.encoder.columns, *champion.tiers.columns} - given)


def _seen_by(second: Bundle, first: Bundle, ledger: Ledger, now: Snapshot) -> Snapshot:
    """The same clients with the other bundle's features, which another plan may define."""
    if second.features == first.features:
        return now
    return snapshot(ledger.past(now.as_of), second.features)


def _probability(bundle: Bundle, rows: pd.DataFrame) -> Values:
    return bundle.churn.probability(bundle.encoder.matrix(rows))


def _past_rows(ledger: Ledger, bundle: Bundle) -> tuple[pd.DataFrame, Values]:
    """What a baseline may learn from: the last cut-off the model itself learnt on."""
    rules, day = bundle.plan.churn, bundle.record.churn.cutoffs[-1]
    seen = snapshot(ledger.past(day), bundle.features, columns=USES)
    rows = seen.frame.loc[churn.population(seen.status)]
    future = ledger.future(day, gap_days=rules.gap_days, horizon_days=rules.horizon_days)
    return rows, churn.label(future, rows.index).to_numpy(np.float64)


def _label(bundle: Bundle) -> tuple[int, int]:
    """What a probability of the bundle is of: the days of the gap and of the horizon."""
    return bundle.plan.churn.gap_days, bundle.plan.churn.horizon_days


def _both_today(
    ledger: Ledger, challenger: Bundle, champion: Bundle
) -> tuple[tuple[Bundle, Snapshot], tuple[Bundle, Snapshot]]:
    """Both bundles, each with the clients of today as it sees them."""
    first = snapshot(ledger.past(ledger.last_day + 1), challenger.features)
    return (challenger, first), (champion, _seen_by(champion, challenger, ledger, first))


def _tier_moves(ledger: Ledger, both: tuple[tuple[Bundle, Snapshot], ...]) -> float | None:
    plans = {(bundle.plan.tiers.scheme, len(bundle.tiers.names)) for bundle, _ in both}
    if len(plans) > 1:
        return None
    ranks = []
    for bundle, now in both:
        held = bundle.tiers.assign(now.frame, replay(bundle, ledger, now.as_of))
        ranks.append(held.loc[churn.population(now.status), "tier_rank"])
    return float(ranks[0].ne(ranks[1].reindex(ranks[0].index)).mean()) if len(ranks[0]) else 0.0


def _reasons_kept(both: tuple[tuple[Bundle, Snapshot], ...]) -> float | None:
    """The mean share of each active client's leading churn features that both models name."""
    (_, first), _ = both
    asked = first.frame.index[churn.population(first.status)]
    asked = asked[:: max(1, len(asked) // EXPLAINED)]
    if not len(asked):
        return None
    leading = []
    for bundle, now in both:
        parts = take_apart(bundle, now.frame.loc[asked], "churn")
        places = np.argsort(-np.abs(parts.values), axis=1, kind="stable")[:, :LEADING]
        leading.append(np.asarray(parts.features, dtype=object)[places])
    shared = [len({*one} & {*other}) for one, other in zip(*leading, strict=True)]
    return float(np.mean(shared) / LEADING)
