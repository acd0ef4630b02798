"""Where windows of a question end: days, or months of the calendar, by the plan.

Where clients are billed on a day of the month, thirty days hold no bill or two by the day that is
asked, and ninety days two or four; months hold as many of any day. Questions therefore name the
ends of windows, and the plan puts in the ages of the day that is asked.
"""

from __future__ import annotations

import re

from segml.features.plan import MONTH, FeaturePlan
from segml.ledger.days import months_before

MONTHS = 240
"""Older rows are of the month before these."""
_END = re.compile(r"\{days:(\d+)\}")
_PLACE = re.compile(r"\{month:(\w+)\}")


def end(days: int) -> str:
    """The age at which a window of so many days ends, as a placeholder of a question.

    Examples
    --------
    >>> planned(f"age <= {end(180)}", FeaturePlan(), as_of=20_332)
    'age <= 180'
    >>> planned(f"age <= {end(180)}", FeaturePlan(by_month=True), as_of=20_332)
    'age <= 184'
    """
    return f"{{days:{days}}}"


def window(last: int | str, after: int | str = 0, *, age: str = "age") -> str:
    """The condition that a column of ages lies in (after, last].

    Examples
    --------
    >>> window(545, 180)
    'age > {days:180} and age <= {days:545}'
    """
    upper, lower = (end(day) if isinstance(day, int) else day for day in (last, after))
    return f"{age} <= {upper}" if after == 0 else f"{age} > {lower} and {age} <= {upper}"


SEASON_AFTER = "{season_after}"
"""The age before which the season of a year ago began: a year less the season's days."""


def month_of(age: str) -> str:
    """The place of the month that a column of ages falls in, 0 the latest; a placeholder."""
    return f"{{month:{age}}}"


def planned(sql: str, plan: FeaturePlan, *, as_of: int) -> str:
    """The question with every placeholder of the plan filled in.

    Parameters
    ----------
    sql
        With `end`, `month_of`, `SEASON_AFTER`, ``{season_days}`` and ``{active_days}``.
    plan
        The lengths.
    as_of
        The day of the snapshot.
    """
    after = plan.age(365 - plan.season_days, as_of)
    sql = sql.replace(SEASON_AFTER, str(after))
    sql = sql.replace("{season_days}", str(plan.season_days))
    sql = sql.replace("{active_days}", str(plan.active_days))
    sql = _END.sub(lambda found: str(plan.age(int(found[1]), as_of)), sql)
    return _PLACE.sub(lambda found: _place(found[1], plan, as_of), sql)


def _place(age: str, plan: FeaturePlan, as_of: int) -> str:
    if not plan.by_month:
        return f"cast(floor(cast({age} - 1 as double) / {MONTH}) as integer)"
    ends = (as_of - months_before(as_of, month + 1) for month in range(MONTHS))
    cases = " ".join(f"when {age} <= {last} then {month}" for month, last in enumerate(ends))
    return f"(case {cases} else {MONTHS} end)"
