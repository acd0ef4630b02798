"""Payments: what is overdue, how late the client pays, and whether later than it used to.

An invoice is late from the day after it was due; one that is still unpaid counts the days so far,
and none counts more than 180. Means are weighted by money. Credit notes are no bills. What is
overdue is looked for among the bills of the last 365 days: older ones are bad debt.
"""

from __future__ import annotations

from segml.features.family import Column, Family, Measure
from segml.features.measures import MICRO, fact, ratio
from segml.features.windows import window
from segml.words.feature import Feature, Unit

_BILLED = "issued_age <= 365"
_OVERDUE = f"{_BILLED} and paid_age is null and due_age >= 1"
_WINDOWS = {
    "180": f"due_age >= 1 and {window(180, age='due_age')}",
    "before_180": window(545, 180, age="due_age"),
}
_NOTHING_DUE = "nothing was due in the last 180 days"
_NOTHING_DUE_ONCE = "nothing was due in one of the two windows"


def _money(name: str, condition: str) -> Measure:
    sql = f"cast(sum(amount) filter (where {condition}) as double) / {MICRO}"
    return Measure(stage="bill", name=name, sql=sql)


def _late_money(window: str) -> Measure:
    """Money times days late: integers of hundredths, which hold the largest bill 180 days late."""
    hundredths = "cast(round(cast(amount as double) * late_days / 10000) as bigint)"
    sql = f"cast(sum({hundredths}) filter (where {_WINDOWS[window]}) as double) / 100"
    return Measure(stage="bill", name=f"late_money_days_{window}", sql=sql)


def _days_late(window: str) -> str:
    return f"({ratio(f'late_money_days_{window}', f'due_{window}')})"


def _late_share(window: str) -> str:
    return f"({ratio(f'late_{window}', f'due_{window}')})"


def _driver(name: str, sql: str, unit: Unit, label: str, blank: str = "") -> Column:
    feature = Feature(
        name=name, family="payments", unit=unit, kind="driver", reason="payment", label=label
    )
    return Column(feature=feature, sql=sql, blank=blank)


FAMILY = Family(
    name="payments",
    needs=frozenset({"invoices", "invoices.paid_on"}),
    measures=(
        _money("billed_365", _BILLED),
        _money("overdue_now", _OVERDUE),
        fact("bill", "oldest_overdue_age", f"max(due_age) filter (where {_OVERDUE})"),
        *(_money(f"due_{window}", condition) for window, condition in _WINDOWS.items()),
        *(
            _money(f"late_{window}", f"{condition} and late_days > 0")
            for window, condition in _WINDOWS.items()
        ),
        *(_late_money(window) for window in _WINDOWS),
        Measure(stage="bill", name="bad_365", sql=f"cast(sum(bad_365) as double) / {MICRO}"),
    ),
    columns=(
        _driver(
            "overdue_share_365",
            ratio("overdue_now", "billed_365"),
            "share",
            "share of what we billed it in the last 365 days that is overdue",
            "nothing was billed in the last 365 days",
        ),
        _driver(
            "overdue_days",
            "coalesce(oldest_overdue_age, 0)",
            "days",
            "days by which its oldest unpaid invoice is overdue",
        ),
        _driver(
            "days_late_180",
            _days_late("180"),
            "days",
            "average number of days it pays late, bills due in the last 180 days",
            _NOTHING_DUE,
        ),
        _driver(
            "days_late_rise_180",
            f"{_days_late('180')} - {_days_late('before_180')}",
            "days",
            "rise in the days it pays late, last 180 days against the year before",
            _NOTHING_DUE_ONCE,
        ),
        _driver(
            "late_share_180",
            _late_share("180"),
            "share",
            "share of the money due in the last 180 days that it paid late or still owes",
            _NOTHING_DUE,
        ),
        _driver(
            "late_share_rise_180",
            f"{_late_share('180')} - {_late_share('before_180')}",
            "points",
            "rise in the share of money that it pays late, last 180 days against the year before",
            _NOTHING_DUE_ONCE,
        ),
        Column(
            feature=Feature(
                name="bad_debt_365",
                family="payments",
                unit="money",
                kind="context",
                label="bills written off as unpaid in the last 365 days",
            ),
            sql="bad_365",
        ),
    ),
)
