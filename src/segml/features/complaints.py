"""Complaints: how many against the client's own normal, how many wait, and how long answers take.

A complaint is open until the day it is resolved; one that is older than 365 days no longer counts
as waiting, for it is forgotten or its end was never recorded. The rise of the days to an answer is
damped: it is (days that the answers of the last 180 days took - what as many took in the 365 days
before) over their number plus one, as if one more had taken what was normal.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import fact, ratio, rows_where
from segml.features.normal import BEFORE, BLANK, MEASURES, RECENT, rise
from segml.words.feature import Feature, Unit

_NAMED = "kind = 'complaint'"
_OPEN = f"{_NAMED} and resolved_age is null and age <= 365"
_RESOLVED = frozenset({"interactions.resolved_on"})
_OUTCOME = _RESOLVED | {"interactions.outcome"}

_TOOK = "sum(age - resolved_age)"
_ANSWERED = {
    window: f"{_NAMED} and {condition.replace('age', 'resolved_age')}"
    for window, condition in (("365", "age <= 365"), ("180", RECENT), ("before_180", BEFORE))
}
_SLOWER = (
    "case when answers_180 > 0 and answers_before_180 > 0 then (took_180 - "
    "cast(answers_180 as double) * took_before_180 / answers_before_180) / (answers_180 + 1) end"
)


def _driver(
    name: str,
    sql: str,
    unit: Unit,
    label: str,
    *,
    blank: str = "",
    needs: frozenset[str] = frozenset(),
) -> Column:
    feature = Feature(
        name=name, family="complaints", unit=unit, kind="driver", reason="service", label=label
    )
    return Column(feature=feature, sql=sql, blank=blank, needs=needs)


FAMILY = Family(
    name="complaints",
    needs=frozenset({"interactions"}),
    measures=(
        *MEASURES,
        rows_where("contact", "complaints_180", f"{_NAMED} and {RECENT}"),
        rows_where("contact", "complaints_before_180", f"{_NAMED} and {BEFORE}"),
        rows_where("contact", "complaints_open", _OPEN),
        fact("contact", "oldest_complaint_age", f"max(age) filter (where {_OPEN})"),
        rows_where(
            "contact",
            "complaints_upheld_365",
            f"{_NAMED} and outcome = 'upheld' and resolved_age <= 365",
        ),
        *(rows_where("contact", f"answers_{window}", sql) for window, sql in _ANSWERED.items()),
        *(
            fact("contact", f"took_{window}", f"{_TOOK} filter (where {sql})")
            for window, sql in _ANSWERED.items()
        ),
        rows_where("contact", "support_180", f"kind = 'support' and {RECENT}"),
        rows_where("contact", "support_before_180", f"kind = 'support' and {BEFORE}"),
    ),
    columns=(
        _driver("complaints_180", "complaints_180", "count", "complaints in the last 180 days"),
        _driver(
            "complaints_rise_180",
            rise("complaints_180", "complaints_before_180"),
            "per_year",
            "rise in its complaints, last 180 days against its normal",
            blank=BLANK,
        ),
        _driver(
            "complaints_open",
            "complaints_open",
            "count",
            "complaints still open",
            needs=_RESOLVED,
        ),
        _driver(
            "complaint_open_days",
            "coalesce(oldest_complaint_age, 0)",
            "days",
            "days its oldest open complaint has waited",
            needs=_RESOLVED,
        ),
        _driver(
            "complaints_upheld_365",
            "complaints_upheld_365",
            "count",
            "complaints found justified in the last 365 days",
            needs=_OUTCOME,
        ),
        _driver(
            "resolution_days_365",
            ratio("took_365", "answers_365"),
            "days",
            "average number of days to answer its complaints, last 365 days",
            blank="no complaint was answered in the last 365 days",
            needs=_RESOLVED,
        ),
        _driver(
            "resolution_rise_180",
            _SLOWER,
            "days",
            "rise in the days to answer its complaints, last 180 days against the year before",
            blank="no complaint was answered in one of the two windows",
            needs=_RESOLVED,
        ),
        _driver(
            "support_rise_180",
            rise("support_180", "support_before_180"),
            "per_year",
            "rise in its calls for support, last 180 days against its normal",
            blank=BLANK,
        ),
    ),
)
