"""Drift: what moved farther since the training than it usually does in as many days.

=========  =======================================================  ==========================
subject    value                                                    limit
=========  =======================================================  ==========================
feature    population stability index of the active clients         five times the farthest it
           against the training's day                               had moved in as many days
score      the same, of the raw churn score and of tiers            the same
reason     agreement (nDCG) of the order in which features weigh    0.9, or the least of before in
           on the churn score of a tier with the training's         as many days where that is less
move       share of a tier's clients that hold another one since    twice the greatest share of
           the last month start                                     a month before
volume     rows of the latest 30 days against the twelve windows    twice the most (of contacts
           before                                                   thrice), half of the least
           rows in all of a table that the training knew            one
           days without a row, of a table, category, region, kind   half as long again as the
                                                                    longest such time of a
                                                                    year, and a week
           rows before the training's day                           as many, within a twentieth
worth      amount, cost and discount of an order line, products    as far beyond the least and
           and categories bought, in the same windows               the most as these lie apart
model      days since the training                                  `drift.model_days`
=========  =======================================================  ==========================

Seasons, growth and the ageing of a model move all features a little, which is in the limits, since
they are taken from pairs of past days as far apart. Features of company events are left out: they
move when the company acts. The index and the limits: `features.usual`; the agreement and its
limits: `features.usual_reasons`; of moves: `features.usual_moves`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from segml.features import (
    LEAST_CLIENTS,
    SCORES_WATCHED,
    Moved,
    Usual,
    Weights,
    agreement,
    most_moved,
)
from segml.ledger import WINDOWS, date_of
from segml.words.drift import DriftPlan

COLUMNS = ("subject", "name", "value", "usual", "low", "high", "is_beyond")
LEAST_ROWS = 30
"""A kind of row that never came so often in a month is not judged by how often it comes."""
LEAST_WINDOWS = 4
_IN_ALL = ": in all"
"""Ends the name of a table that has no row of any day."""
_BEFORE = ": before the training"
"""Ends the name of a table of whose rows of the past there are more or fewer."""
_SILENT = ": silent"
"""Ends the name of a part of the sources of which nothing came of late."""
_PAUSE = 1.5
"""Holidays fall on other days of the week each year, and close for longer."""
_LAG, _LAG_OF_LINES = 7, 2
"""Days after which rows are booked at the latest; parts of order lines are counted to the last of
all."""
_CHANGED = 0.05
"""So many rows may be booked late, or mended."""
_FACTOR, _IN_BURSTS = 2.0, {"interactions": 3.0}
"""Contacts may come more often: a burst of complaints is news of clients, no fault of a source."""
_STEADY = 1.25
"""What a line is worth may stray by a quarter beyond the most, however steady it was."""
_Row = tuple[str, str, float, float, float, float, bool]


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A day that is judged.

    Parameters
    ----------
    day
        It, since 1970-01-01.
    now
        As `features.watched` gives it.
    volumes, worth, silences
        As `ledger.volumes`, `ledger.worth` and `ledger.silences` give them.
    weights
        As `bundle.churn_weights` gives them; of tiers that are lacking reasons are not judged.
    moves
        As `features.moved` gives them, since the last month start.
    gone
        Tables without a row that had some at the training, with how many.
    past
        Of each dated table the rows that the training saw, and those of the same days now.
    """

    day: int
    now: pd.DataFrame
    volumes: pd.DataFrame
    worth: pd.DataFrame = field(default_factory=pd.DataFrame)
    silences: pd.DataFrame = field(default_factory=pd.DataFrame)
    weights: Weights = field(default_factory=dict)
    moves: Mapping[str, Moved] = field(default_factory=dict)
    gone: Mapping[str, int] = field(default_factory=dict)
    past: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def drift(usual: Usual | None, seen: Seen, *, trained: int, plan: DriftPlan) -> pd.DataFrame:
    """What moved, and whether that is too far.

    Parameters
    ----------
    usual
        Of the training; None in a bundle of an older protocol: features are not judged then.
    seen
        The day that is judged.
    trained
        The training's day, since 1970-01-01.
    plan
        Which subjects are looked at.

    Returns
    -------
    DataFrame
        `COLUMNS`: `value` lies beyond [`low`, `high`] where `is_beyond`; sorted. `low` is missing
        where little is no fault.
    """
    rows = [*_volumes(seen.volumes), *_worths(seen.worth), *_silences(seen.silences)]
    rows += [
        _row("volume", each + _IN_ALL, 0, had, low=1, high=had) for each, had in seen.gone.items()
    ]
    least, most = 1 - _CHANGED, 1 + _CHANGED
    rows += [
        _row("volume", each + _BEFORE, now, had, low=least * had, high=most * had)
        for each, (had, now) in seen.past.items()
        if had >= LEAST_ROWS and each not in seen.gone
    ]
    if usual is not None:
        rows += [*_shifted(usual, seen), *_reordered(usual, seen), *_moved(usual, seen)]
    rows.append(_row("model", "days", seen.day - trained, float("nan"), high=plan.model_days))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame[[plan.answer(subject) != "off" for subject in frame["subject"]]]
    return frame.sort_values(["subject", "name"], ignore_index=True)


def drift_sentences(found: pd.DataFrame, *, trained: int) -> list[str]:
    """A sentence for each that lies beyond its limit, the farthest first.

    Parameters
    ----------
    found
        As `drift` gives it.
    trained
        The day of the training, since 1970-01-01.
    """
    beyond = found[found["is_beyond"]]
    ways = {
        "over": beyond["value"] / beyond["high"],
        "under": beyond["low"] / beyond["value"].clip(lower=0.5),
    }
    far = pd.DataFrame(ways).max(axis=1).sort_values(ascending=False, kind="stable")
    return [_sentence(row, trained) for row in beyond.loc[far.index].to_dict("records")]


def _shifted(usual: Usual, seen: Seen) -> Iterator[_Row]:
    if not len(seen.now):
        return
    days = abs(seen.day - usual.day)
    for name, spread in usual.features.items():
        if name in seen.now.columns:
            yield _row(
                "score" if name in SCORES_WATCHED else "feature",
                name,
                spread.index(seen.now[name]),
                spread.moved_in(days),
                high=spread.limit(days, len(seen.now), usual.clients),
            )


def _reordered(usual: Usual, seen: Seen) -> Iterator[_Row]:
    days = abs(seen.day - usual.day)
    for tier, order in usual.reasons.items():
        if tier in seen.weights:
            found = agreement(order.weights, seen.weights[tier])
            low = order.limit(days)
            yield _row("reason", tier, found, order.agreed_in(days), low=low, high=1.0)


def _moved(usual: Usual, seen: Seen) -> Iterator[_Row]:
    """A row a tier and another one that somebody moved to; tiers of few clients are passed over."""
    for tier, one in seen.moves.items():
        if one.clients < LEAST_CLIENTS or tier not in usual.moves:
            continue
        for name, count in one.gone.items():
            before = usual.moves[tier].get(name, 0.0)
            high = most_moved(before, one.clients)
            yield _row("move", f"{tier} → {name}", count / one.clients, before, high=high)


def _volumes(volumes: pd.DataFrame) -> Iterator[_Row]:
    for row in volumes.itertuples(index=False):
        latest, *before = [each for each in row[2:] if not np.isnan(each)] or [0.0]
        if len(before) < LEAST_WINDOWS or max(before) < LEAST_ROWS:
            continue
        name = row.table if row.kind == "all" else f"{row.table}: {row.kind}"
        low, high = _usual_rows(before, _IN_BURSTS.get(str(row.table), _FACTOR))
        yield _row("volume", str(name), latest, float(np.median(before)), low=low, high=high)


def _silences(silences: pd.DataFrame) -> Iterator[_Row]:
    for table, part, days, usual in silences.to_numpy(dtype=object).tolist():
        name = f"{table}: {part}{_SILENT}" if part else f"{table}{_SILENT}"
        least = _LAG_OF_LINES if table == "transactions" and part else _LAG
        yield _row("volume", name, days, usual, high=max(_PAUSE * usual, least))


def _worths(worth: pd.DataFrame) -> Iterator[_Row]:
    """What order lines are worth; the more it strayed from window to window, the farther it may."""
    for row in worth.itertuples(index=False):
        latest, *before = row[2:]
        told = [each for each in before if not np.isnan(each)]
        if np.isnan(latest) or len(told) < LEAST_WINDOWS:
            continue
        least, most = _calm(told)
        if least > 0:
            apart = max(_STEADY, most / least)
            usual, name = float(np.median(told)), f"{row.table}: {row.kind}"
            yield _row("worth", name, latest, usual, low=least / apart, high=most * apart)


def _usual_rows(before: Sequence[float], most_factor: float) -> tuple[float, float]:
    """The least and the most rows a window may have, by the windows before, the latest first."""
    least, most = _calm(before)
    return least / _FACTOR, most * most_factor


def _calm(before: Sequence[float]) -> tuple[float, float]:
    """The least and the most of the windows before, the latest first.

    The emptiest and the fullest quarter of them are passed over, for a fault may have begun in
    them; the same season of last year counts all the same.
    """
    ordered = sorted(before)
    aside = len(ordered) // 4
    season = before[-1] if len(before) == WINDOWS - 1 else float(np.median(ordered))
    return min(ordered[aside], season), max(ordered[-1 - aside], season)


def _row(
    subject: str, name: str, value: float, usual: float, *, high: float, low: float = float("nan")
) -> _Row:
    is_beyond = bool(value > high or value < low)
    return (subject, name, float(value), usual, low, float(high), is_beyond)


def _sentence(row: Mapping[Hashable, Any], trained: int) -> str:
    name, value, usual = row["name"], row["value"], row["usual"]
    if row["subject"] == "model":
        return f"the model is {value:.0f} days old, more than the {row['high']:.0f} allowed"
    if row["subject"] == "reason":
        return (
            f"in tier `{name}` other features weigh on the churn score than on "
            f"{date_of(trained)}: their orders agree by {value:.2f} (nDCG), before by at least "
            f"{usual:.2f} in as many days"
        )
    if row["subject"] == "move":
        return (
            f"{value:.0%} of a tier's clients moved since the last month start ({name}), before at "
            f"most {usual:.0%} in a month"
        )
    if row["subject"] == "worth":
        return f"{name}: {value:,.3g} in the last month, usually {usual:,.3g}"
    if row["subject"] == "volume":
        return _volume_sentence(name, value, usual, trained)
    return (
        f"`{name}` has moved since {date_of(trained)}: stability index {value:.2f}, before at most "
        f"{usual:.2f} in as many days"
    )


def _volume_sentence(name: str, value: float, usual: float, trained: int) -> str:
    table = name.removesuffix(_BEFORE).removesuffix(_IN_ALL)
    if name.endswith(_SILENT):
        return (
            f"{name.removesuffix(_SILENT)}: nothing for {value:.0f} days; in the year before, at "
            f"most {usual:.0f} days on end held fewer than ten rows"
        )
    if name.endswith(_BEFORE):
        return (
            f"{table}: {value:,.0f} rows from before {date_of(trained)}, the training saw "
            f"{usual:,.0f}: the past is another"
        )
    if name.endswith(_IN_ALL):
        return f"{table}: no rows at all, {usual:,.0f} at the training"
    return f"{table}: {value:,.0f} rows in the last month, usually {usual:,.0f}"
