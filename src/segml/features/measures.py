"""The measures most families take: sums over a window of ages, counts, and plain facts.

An age is the as-of date minus the row's day, at least 1; the window of the last 90 days is
``age <= 90``, the 90 days before it ``age > 90 and age <= 180``. Both ends are placeholders, for
windows may be of months (`windows`).
"""

from __future__ import annotations

from segml.features.family import Measure
from segml.features.windows import window

MICRO = 1_000_000
"""Money and quantities are summed as integers of this fraction: exact in any order of rows."""


def sum_where(value: str, condition: str) -> str:
    """The SQL of a sum over the rows that meet a condition; zero where none of them does.

    With ``filter`` a database copies the rows of every condition before it sums them.

    Examples
    --------
    >>> sum_where("amount", "age <= 90")
    'sum(case when age <= 90 then amount else 0 end)'
    """
    return f"sum(case when {condition} then {value} else 0 end)"


def money(stage: str, name: str, column: str, *, last: int | str, after: int | str = 0) -> Measure:
    """The sum of a money (or quantity) column over the ages in (after, last], as a double.

    Parameters
    ----------
    stage, name
        The stage and the measure's name.
    column
        A column of the stage that holds integer millionths.
    last, after
        The window's ages in days; a plan's placeholder may stand for a number.

    Examples
    --------
    >>> money("daily", "spend_90", "amount", last=90).sql
    'cast(sum(case when age <= {days:90} then amount else 0 end) as double) / 1000000'
    """
    sql = f"cast({sum_where(column, window(last, after))} as double) / {MICRO}"
    return Measure(stage=stage, name=name, sql=sql)


def count(stage: str, name: str, column: str, *, last: int | str, after: int | str = 0) -> Measure:
    """The sum of a counting column over the ages in (after, last]."""
    return Measure(stage=stage, name=name, sql=sum_where(column, window(last, after)))


def rows_where(stage: str, name: str, condition: str) -> Measure:
    """The number of the client's rows of a stage that meet a condition."""
    return Measure(stage=stage, name=name, sql=sum_where("1", condition))


def fact(stage: str, name: str, sql: str) -> Measure:
    """An aggregate that is null for a client without rows."""
    return Measure(stage=stage, name=name, sql=sql, empty="null")


def ratio(numerator: str, denominator: str) -> str:
    """The SQL of a quotient of doubles, null where the denominator is not positive.

    Examples
    --------
    >>> ratio("spend_365", "orders_365")
    'case when orders_365 > 0 then cast(spend_365 as double) / orders_365 end'
    """
    return f"case when {denominator} > 0 then cast({numerator} as double) / {denominator} end"
