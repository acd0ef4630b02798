"""Days of which the order lines seem to be missing, though later ones came.

A delivery that failed once leaves a hole of a day: too short for a silence, too small for a month.
Holidays leave the same hole. They leave it in what people do beside sales, too, and they come back
about the same time of the year.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.ledger.cutoff import Past
from segml.ledger.days import date_of

JUDGED_DAYS = 14
YEAR = 364
"""Whole weeks, so that it begins and ends on the same day of the week."""
MOVED_DAYS = 35
"""By how much a holiday may fall earlier or later than a year before: Easter by five weeks."""
LEAST_USUAL, LEAST_OTHERS = 15, 10
"""A day of the week on which fewer order lines, contacts or bills are usual tells nothing."""
USUAL = 0.25
"""So many of the same days of the week have fewer rows than is usual."""
LOST = 0.1
"""A day with less than this share of what is usual is a hole."""
COLUMNS = ("day", "rows", "least", "usual")
_OTHERS = {"interactions": "day", "invoices": "issued_day"}
Counts = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def missing_days(past: Past) -> pd.DataFrame:
    """The latest days with hardly an order line where many are usual, and a later day has as many.

    Told is a day on which contacts or bills came as usual, if they never did on such a day before,
    or one at whose time of the year no day was as empty: the others may be holidays.

    Parameters
    ----------
    past
        The past of a day.

    Returns
    -------
    DataFrame
        `COLUMNS`, by day: a `datetime.date` of the last 14, how many order lines it has, fewer than
        how many make a hole, and what is usual, the lower quartile of the same days of the week of
        the year before. Empty where the ledger is younger than that.
    """
    first = past.as_of - JUDGED_DAYS - YEAR - MOVED_DAYS
    sold = _by_day(past, "lines", "day", first=first)
    usual = _usual(sold)
    holes = (sold < LOST * usual) & (usual >= LEAST_USUAL)
    full = (sold >= usual) & (usual >= LEAST_USUAL)
    judged = np.flatnonzero(holes & (np.arange(len(sold)) >= len(sold) - JUDGED_DAYS))
    if not len(judged) or not sold[:MOVED_DAYS].any():
        return pd.DataFrame(columns=list(COLUMNS))
    worked = _worked(past, holes, first=first)
    found = [
        (date_of(first + place), int(sold[place]), LOST * usual[place], usual[place])
        for place in judged.tolist()
        if full[place:].any() and (worked[place] or not _a_year_ago(holes, place))
    ]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _worked(past: Past, holes: Flags, *, first: int) -> Flags:
    """The days on which contacts or bills came as usual, of those that rest when sales do."""
    worked = np.zeros_like(holes)
    for table, day in _OTHERS.items():
        if table in past.has:
            rows = _by_day(past, table, day, first=first)
            usual = _usual(rows)
            came = (rows >= usual) & (usual >= LEAST_OTHERS)
            if not (came & holes)[:-JUDGED_DAYS].any():
                worked |= came
    return worked


def _a_year_ago(holes: Flags, place: int) -> bool:
    """Whether there was a hole about the same time of the year before."""
    then = place - YEAR
    return bool(holes[then - MOVED_DAYS : then + MOVED_DAYS + 1].any())


def _usual(rows: Counts) -> Counts:
    """What is usual on each day, by the same days of the week of the year before those judged."""
    weekday = np.arange(len(rows)) % 7
    year = slice(-JUDGED_DAYS - YEAR, -JUDGED_DAYS)
    quartiles = [np.quantile(rows[year][weekday[year] == one], USUAL) for one in range(7)]
    return np.asarray(quartiles)[weekday]


def _by_day(past: Past, table: str, day: str, *, first: int) -> Counts:
    """The rows of each day from `first` to the last one of the past."""
    sql = (
        f"SELECT {day} AS day, count(*) AS rows FROM {{{table}}} WHERE {day} >= {first} GROUP BY 1"
    )
    rows = past.frame(sql).set_index("day")["rows"]
    return rows.reindex(range(first, past.as_of), fill_value=0).to_numpy(np.float64)
