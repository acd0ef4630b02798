"""The dates of a training: the as-of date and the cut-offs of each outcome."""

from __future__ import annotations

from dataclasses import dataclass

from segml.bundle.cutoffs import cutoffs_for, cutoffs_note
from segml.ledger import Ledger, date_of
from segml.words.plan import Plan

YEAR, TWO_YEARS = 365, 730
"""With less than a year no season is known; with less than two none was seen twice."""
NO_SEASON = (
    "the level carries no season: with less than a year of history, risks and expected profits "
    "are those of an average of the past cut-offs"
)
ONE_SEASON = (
    "the level follows a season that was seen once: with less than two years of history not all "
    "of it is taken where it has not come again yet"
)


@dataclass(frozen=True, kw_only=True)
class Windows:
    """The dates a training learns at; every one is a day since 1970-01-01.

    Parameters
    ----------
    as_of
        The training's date.
    end
        The day no label reaches beyond: the as-of date, or the day after the last row seen.
    churn, potential
        The cut-offs of either outcome, earliest first.
    notes
        What had to give way, one sentence each.
    """

    as_of: int
    end: int
    churn: tuple[int, ...]
    potential: tuple[int, ...]
    notes: tuple[str, ...]


def windows_for(ledger: Ledger, as_of: int, plan: Plan) -> Windows:
    """The cut-offs of both outcomes; labels end by the last row seen where that is earlier.

    Parameters
    ----------
    ledger
        For its first day and the last one seen.
    as_of
        The training's date.
    plan
        Horizons and cut-offs.

    Raises
    ------
    HistoryTooShort
        If fewer than three cut-offs fit for one of the outcomes, or no row is seen.
    """
    # the past's last day, not the ledger's: a row after the as-of date must not move a label
    last = ledger.past(as_of).last_day
    end = min(as_of, last + 1)
    first, rules = ledger.first_day, plan.churn
    lost = cutoffs_for(rules, first, end, rules.horizon_days)
    worth = cutoffs_for(rules, first, end, plan.potential.horizon_days, setting="potential")
    notes = [
        cutoffs_note(rules, lost, "churn"),
        cutoffs_note(rules, worth, "potential"),
        None
        if end == as_of
        else f"the last row seen is of {date_of(last)}: the last labels end there, "
        f"{as_of - end} {'day' if as_of - end == 1 else 'days'} before the as-of date",
        _season_note(as_of - first),
    ]
    return Windows(
        as_of=as_of,
        end=end,
        churn=lost,
        potential=worth,
        notes=tuple(note for note in notes if note),
    )


def _season_note(history_days: int) -> str | None:
    """What is not known of seasons after so many days of history."""
    if history_days >= TWO_YEARS:
        return None
    return NO_SEASON if history_days < YEAR else ONE_SEASON
