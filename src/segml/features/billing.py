"""Whether clients are billed on a day of the month, so that windows are to be of months.

A client is if two thirds of the months from its first to its last order hold one on the same day of
the month (the 28th and later being one day, the month's end), and other days hold one in a third of
them at most, on average: who orders most days does so on the 1st too. Clients of less than half a
year tell nothing.
"""

from __future__ import annotations

from segml.features.plan import FeaturePlan
from segml.ledger import Past, date_of
from segml.ledger.days import day_of, months_before
from segml.words.plan import ChurnPlan

MONTHS, LEAST_MONTHS, LEAST_CLIENTS = 12, 6, 30
LAST_DAY = 28
"""The 28th and later ones are the month's end."""
THIRDS, THIRDS_HELD, SHARE = 3, 2, 0.5
"""Two of three months, told in whole numbers: those of the database overflow as decimals."""


def feature_plan(past: Past, rules: ChurnPlan) -> FeaturePlan:
    """What features are made by in a training at the past's day.

    Parameters
    ----------
    past
        Which windows are asked of it: days, or months where its clients are billed by them.
    rules
        The lengths of the churn label.
    """
    return FeaturePlan(
        horizon_days=rules.horizon_days,
        active_days=rules.active_days,
        by_month=is_billed_by_month(past),
    )


def is_billed_by_month(past: Past) -> bool:
    """Whether at least half of the clients that can be told are billed on a day of the month.

    Parameters
    ----------
    past
        Its order days of the last twelve whole months and the running one.
    """
    months = _month_starts(past.as_of)
    place = " ".join(f"when day >= {start} then {place}" for place, start in enumerate(months))
    begun = " ".join(f"when day >= {start} then {start}" for start in months)
    counted = past.frame(
        f"""
        with bought as (
            select client, case {place} end as place,
                   least(day - case {begun} end + 1, {LAST_DAY}) as day_of_month
            from {{days}} where orders > 0 and day >= {months[-1]}),
        held as (
            select client, day_of_month, count(distinct place) as months
            from bought group by client, day_of_month),
        span as (
            select client, max(place) - min(place) + 1 as months from bought group by client)
        select count(*) as clients,
               coalesce(sum(case when {THIRDS} * most >= {THIRDS_HELD} * months
                   and {THIRDS} * (whole - most) <= {LAST_DAY - 1} * months
                   then 1 else 0 end), 0) as billed
        from (select client, max(held.months) as most, sum(held.months) as whole,
                     any_value(span.months) as months
              from held join span using (client) where span.months >= {LEAST_MONTHS}
              group by client)
        """
    ).iloc[0]
    return bool(
        counted["clients"] >= LEAST_CLIENTS and counted["billed"] >= SHARE * counted["clients"]
    )


def _month_starts(as_of: int) -> list[int]:
    """The first days of the month of the last day that is seen, and of those before it."""
    first = day_of(date_of(as_of - 1).replace(day=1))
    return [months_before(first, months) for months in range(MONTHS + 1)]
