"""Trends: the rate of a recent window against the client's own rate in the year before it.

The earlier rate counts only the days since the first order, and is undefined with fewer than 30
of them: a client that has just begun is neither growing nor falling.

Growth is the trend of a year held back by what few orders can tell: both years are first drawn to
the client's own mean by as many days as ten of its orders take. Four orders after three are no
growth by a third, forty after thirty nearly are. It is the credibility estimate of actuaries
(Bühlmann 1967, Experience rating and credibility, ASTIN Bulletin 4): a rate seen in n orders counts
n / (n + k), where k is the variance of one order's worth over that of clients' own changes from
year to year. An order varies about as much as it is worth, a year's level by about a third of
itself: k is 1 / 0.3², rounded down to ten.
"""

from __future__ import annotations

from segml.features.family import Column, Family, Measure
from segml.features.measures import count, fact, money
from segml.words.feature import Feature

_WINDOWS = (30, 90, 180, 365)
_FEWEST_DAYS = 30
_HELD_ORDERS = 10
_BLANK = "fewer than 30 days of own history before the window, or nothing bought in them"


def _trend(recent: str, earlier: str, days: int) -> str:
    observed = f"least(first_age - {days}, 365)"
    return (
        f"case when first_age - {days} >= {_FEWEST_DAYS} and {earlier} > 0 "
        f"then (cast({recent} as double) / {days}) / (cast({earlier} as double) / {observed}) end"
    )


def _growth() -> str:
    observed = "least(first_age - 365, 365)"
    orders = "greatest(orders_365 + orders_before_365, 1)"
    recent = "greatest(spend_365, 0)"  # more sent back than bought is no spend
    held = f"(({recent} + spend_before_365) * {_HELD_ORDERS} / {orders})"
    taken = f"(cast({_HELD_ORDERS} as double) * (365 + {observed}) / {orders})"
    return (
        f"case when first_age - 365 >= {_FEWEST_DAYS} and spend_before_365 > 0 "
        f"then (({recent} + {held}) / (365 + {taken}))"
        f" / ((spend_before_365 + {held}) / ({observed} + {taken})) end"
    )


def _measures() -> tuple[Measure, ...]:
    made: list[Measure] = [fact("gap", "first_age", "max(age)")]
    for days in _WINDOWS:
        before = {"last": days + 365, "after": days}
        made += [
            money("daily", f"spend_{days}", "amount", last=days),
            money("daily", f"spend_before_{days}", "amount", **before),
            count("daily", f"orders_{days}", "orders", last=days),
            count("daily", f"orders_before_{days}", "orders", **before),
        ]
    return tuple(made)


def _columns(what: str, noun: str) -> tuple[Column, ...]:
    return tuple(
        Column(
            feature=Feature(
                name=f"{what}_trend_{days}",
                family="trends",
                unit="ratio",
                kind="symptom",
                label=f"{noun} in the last {days} days, against its own earlier pace",
            ),
            sql=_trend(f"{what}_{days}", f"{what}_before_{days}", days),
            blank=_BLANK,
        )
        for days in _WINDOWS
    )


FAMILY = Family(
    name="trends",
    measures=_measures(),
    columns=(
        *_columns("spend", "spend"),
        *_columns("orders", "orders"),
        Column(
            feature=Feature(
                name="spend_growth_365",
                family="trends",
                unit="ratio",
                kind="symptom",
                label=(
                    "spend in the last 365 days, against the year before (cautious where "
                    "orders are few)"
                ),
            ),
            sql=_growth(),
            blank=_BLANK,
        ),
    ),
)
