"""What losses and profit did after each company event: exposed against comparable clients.

An association: nobody dealt the events out by lot. Of some hundred comparisons a few look like an
effect by chance, so p is adjusted over all of them to hold the false discovery rate (Benjamini and
Hochberg): the table is a list to look into, of which at most one in twenty may be nothing. Holm's
guarantee that not one is would hide nearly all of them.

References
----------
Benjamini and Hochberg (1995), Controlling the False Discovery Rate, JRSS B 57.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from segml.ledger import Ledger, date_of
from segml.losses.books import Books
from segml.losses.dating import sampled
from segml.losses.impact_reach import reach_of
from segml.losses.impact_study import OUTCOMES, Estimate, Outcome, Refused, Study, studied
from segml.losses.impact_weeks import YEAR, weeks_of
from segml.losses.tables import COMPANY_EVENTS, EVENT_IMPACT, framed

Verdict = Literal[
    "worse",
    "better",
    "no_difference",
    "differed_before",
    "overlapping",
    "too_few_exposed",
    "no_comparable",
    "too_little_time",
]
Found = tuple[int, Outcome, Estimate | Refused]
SIGNIFICANT = 0.05
WHOLE = ("region", "industry", "manager")
"""Columns of the client table that say which clients belong together."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Impact:
    """What became of the clients that events reached (`tables.EVENT_IMPACT`), and the events."""

    event_impact: pd.DataFrame
    company_events: pd.DataFrame


def event_impact(
    ledger: Ledger, books: Books, about: pd.DataFrame, *, known: Sequence[str], end: int
) -> Impact:
    """What became of the clients that each event reached, by outcome.

    Parameters
    ----------
    ledger
        Asked for what was known at `end`.
    books
        Histories and rhythm.
    about
        By client id: `region`, `industry`, `manager` and numbers, as far as the ledger has them.
    known
        Ids of every client; of many a sample is taken.
    end
        The later date, in days; no row on or after it is read.

    """
    events = ledger.past(end).company_events()
    if not len(events):
        return Impact(
            event_impact=framed([], EVENT_IMPACT), company_events=framed([], COMPANY_EVENTS)
        )
    study = study_of(ledger, books, about, known=known, end=end)
    found = list(estimates(study))
    return Impact(event_impact=told_of(study, found), company_events=_events(events, study, found))


def study_of(
    ledger: Ledger, books: Books, about: pd.DataFrame, *, known: Sequence[str], end: int
) -> Study:
    """What the events are studied on; parameters as of `event_impact`."""
    past, clients = ledger.past(end), sampled(known, (), seed=books.lens.seed)
    weeks = weeks_of(clients, books.orders, first_day=ledger.first_day, end=end)
    earned = np.abs(weeks.earned(max(weeks.count - YEAR, 0), weeks.count))
    return Study(
        weeks=weeks,
        reach=reach_of(past.company_events(), past.events(clients), clients),
        about=_about(about, clients),
        scale=float(np.median(earned[earned > 0])) if (earned > 0).any() else 1.0,
        below=books.lens.shrunk_below,
    )


def estimates(study: Study) -> Iterator[Found]:
    """Every happening and outcome, with what was found or why nothing was."""
    for number in range(len(study.reach.happenings)):
        found = studied(study, number)
        for outcome in OUTCOMES:
            yield number, outcome, found[outcome]


def _about(about: pd.DataFrame, clients: Sequence[str]) -> pd.DataFrame:
    """What is known of the clients: text as it is, numbers by their order of size."""
    about = about.reindex(list(clients))
    told: dict[str, Any] = {name: about[name] for name in WHOLE if name in about}
    for name in about.columns.difference(list(WHOLE)):
        size = np.log1p(np.maximum(about[name].to_numpy(dtype=np.float64, na_value=np.nan), 0.0))
        if not np.isnan(size).all():
            told[name] = np.where(np.isnan(size), np.nanmean(size), size)
            told[f"{name} unknown"] = np.isnan(size).astype(np.float64)
    return pd.DataFrame(told, index=about.index)


def told_of(study: Study, found: Sequence[Found]) -> pd.DataFrame:
    """The table; events that are one happening share their figures."""
    known = [each for *_, each in found if isinstance(each, Estimate)]
    adjusted = false_discovery_control([each.p for each in known]) if known else []
    corrected = {id(each): float(p) for each, p in zip(known, adjusted, strict=True)}
    apart = {number for number, _, each in found if _differed(each)}
    rows = []
    for number, outcome, each in found:
        told: dict[str, Any] = {
            "outcome": outcome,
            "exposed": each.exposed,
            "compared": each.compared,
            **dict.fromkeys(("effect", "low", "high", "p_adjusted", "pretrend_p"), np.nan),
        }
        if isinstance(each, Refused):
            told["verdict"] = each.reason
        else:
            p = corrected[id(each)]
            told |= {name: _rounded(getattr(each, name)) for name in ("effect", "low", "high")}
            verdict = _verdict(each, outcome, p, apart=number in apart)
            told |= {"p_adjusted": _rounded(p), "verdict": verdict}
            if each.pretrend_p is not None:
                told["pretrend_p"] = _rounded(each.pretrend_p)
        event_ids = study.reach.happenings[number].event_ids
        rows += [{"event_id": event_id, **told} for event_id in event_ids]
    return framed(sorted(rows, key=lambda row: (row["event_id"], row["outcome"])), EVENT_IMPACT)


def _events(events: pd.DataFrame, study: Study, found: Sequence[Found]) -> pd.DataFrame:
    """The events by id, each with those that count as one with it, and one that came beside it."""
    happenings = study.reach.happenings
    together: dict[str, str] = {}
    beside: dict[str, str] = {}
    for number, _, each in found:
        ids = happenings[number].event_ids
        together |= dict.fromkeys(ids, ids[0])
        if isinstance(each, Estimate) and each.same is not None:
            beside |= dict.fromkeys(ids, happenings[each.same].event_ids[0])
    rows = [
        {
            **{name: row[name] for name in ("event_id", "kind", "scope", "magnitude")},
            **{name: _text(row[name]) for name in ("scope_value", "description")},
            "date": date_of(int(row["day"])),
            "together": together[row["event_id"]],
            "beside": beside.get(row["event_id"]),
        }
        for row in events.sort_values("event_id").to_dict(orient="records")
    ]
    return framed(rows, COMPANY_EVENTS)


def _rounded(value: float) -> float:
    """Nine digits: matrix products may differ in the last bits from run to run."""
    return float(f"{value:.9g}")


def _text(value: object) -> str | None:
    return None if pd.isna(value) else str(value)  # type: ignore[call-overload]  # a scalar


def _differed(found: Estimate | Refused) -> bool:
    """Whether the exposed fared otherwise before the event already."""
    if isinstance(found, Refused) or found.pretrend_p is None:
        return False
    return found.pretrend_p < SIGNIFICANT


def _verdict(found: Estimate, outcome: Outcome, p: float, *, apart: bool) -> Verdict:
    """What is said of one outcome; `apart`: in one of both the exposed had fared otherwise."""
    if _differed(found):
        return "differed_before"
    if p > SIGNIFICANT:
        return "no_difference"
    if not found.reaches_back:  # nobody can see whether they fared alike before: no claim
        return "too_little_time"
    if apart:
        return "differed_before"
    if found.same is not None:
        return "overlapping"
    return "worse" if (found.effect > 0) == (outcome == "lost") else "better"
