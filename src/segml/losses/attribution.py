"""What moved the scores of each lost client between its last healthy date and its loss, exactly.

Both dates are month starts: the last one not after the onset, and the first one not before the day
of the loss (the later date itself where that comes first), so that a few snapshots serve all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from segml.bundle import Bundle
from segml.features import CATALOGUE, Snapshot
from segml.ledger import Engine
from segml.losses.months import month_start, next_month_start
from segml.losses.shares import Moved, Weights, harmed, together, weigh
from segml.scoring import Parts, take_change_apart
from segml.words.feature import Feature

Snapshots = Callable[[int], Snapshot]
"""Asks for the snapshot of a day; each day is computed once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One client between two snapshots.

    Parameters
    ----------
    client_id
        Its id.
    before, after
        Days of the snapshots.
    """

    client_id: str
    before: int
    after: int


def span_of(client_id: str, *, onset: int, lost_on: int, known_from: int, end: int) -> Span:
    """The dates between which a loss is explained.

    Parameters
    ----------
    client_id
        The client.
    onset, lost_on
        Days of the loss.
    known_from
        Day of its first order: a snapshot up to it does not know the client.
    end
        The later date of the analysis.
    """
    before = month_start(onset)
    if before <= known_from:
        before = min(next_month_start(known_from), onset)
    return Span(client_id=client_id, before=before, after=explained_at(lost_on, end=end))


def explained_at(lost_on: int, *, end: int) -> int:
    """The first month start not before the loss, at most the later date."""
    start = month_start(lost_on)
    return min(lost_on if start == lost_on else next_month_start(lost_on), end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """Both scores of some clients, taken apart between two dates of each.

    Parameters
    ----------
    before, after
        Feature frames, one row a client, sorted by client id.
    churn
        The exact parts of the change of the raw churn score; base the earlier score.
    margin
        The exact parts of the change of the tier margin, one pair of centroids for both dates.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    churn: Parts
    margin: Parts


def decompose(
    bundle: Bundle,
    snapshots: Snapshots,
    spans: Sequence[Span],
    tiers: pd.Series,
    engine: Engine | None = None,
) -> Decomposition:
    """The exact two-date decomposition of raw churn score and tier margin.

    Parameters
    ----------
    bundle
        The model for both dates.
    snapshots
        Snapshots by day.
    spans
        n clients and their dates, one span a client.
    tiers
        Tier name held before, by client id; fixes the pair of centroids.
    engine
        Whose workers take the clients apart; None: this process does.
    """
    apart = partial(take_change_apart, bundle, engine=engine)
    before = _mixed(snapshots, {span.client_id: span.before for span in spans})
    after = _mixed(snapshots, {span.client_id: span.after for span in spans})
    return Decomposition(
        before=before.frame,
        after=after.frame,
        churn=apart(before, after, "churn"),
        margin=apart(before, after, "tier", held=tiers),
    )


def _mixed(snapshots: Snapshots, days: Mapping[str, int]) -> Snapshot:
    """One snapshot whose rows are of different days: each client's of its own day."""
    parts = []
    for day in sorted({*days.values()}):
        frame = snapshots(day).frame
        parts.append(frame.loc[[each for each in sorted(days) if days[each] == day]])
    latest = snapshots(max(days.values()))
    return dataclasses.replace(latest, frame=pd.concat(parts).sort_index())


def reason_weights(lost: Decomposition, stayed: Decomposition | None) -> Weights:
    """The weights of the reasons: those from the churn score and from the margin, added.

    Parameters
    ----------
    lost
        The lost clients'.
    stayed
        The same for key clients that stayed, between the two dates of the analysis; None where
        nobody did.
    """
    churn, margin = (
        weigh(_moved(lost, subject), _moved(stayed, subject), _features(lost, subject))
        for subject in ("churn", "margin")
    )
    names = list(lost.churn.features)
    return together(churn, margin, [names.index(name) for name in lost.margin.features])


def _parts(both: Decomposition, subject: str) -> Parts:
    return both.churn if subject == "churn" else both.margin


def _features(both: Decomposition, subject: str) -> tuple[Feature, ...]:
    by_name = {feature.name: feature for feature in CATALOGUE}
    return tuple(by_name[name] for name in _parts(both, subject).features)


def _moved(both: Decomposition | None, subject: str) -> Moved:
    if both is None:
        return Moved(np.empty((0, 0)), np.empty((0, 0), dtype=bool))
    parts = _parts(both, subject)
    # a score of churn that rises leads to the loss, and so does a margin that falls
    sign = 1.0 if subject == "churn" else -1.0
    return Moved(sign * parts.values, harmed(both.before, both.after, _features(both, subject)))
