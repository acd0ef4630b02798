"""Purchases: order days expected over the horizon and P(alive), by BG/NBD on this past alone.

One purchase is one order day; the clock starts at the first one and counts weeks. The parameters
are fitted on all clients of the past together and recorded in the snapshot's state. Whoever is
known for years has a season of its own beside (`own_season`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.features.family import Column, Estimate, Family
from segml.features.measures import count, fact
from segml.features.own_season import PACES, YEAR, inputs, measures, own_years
from segml.features.plan import FeaturePlan
from segml.features.windows import SEASON_AFTER
from segml.words.feature import Feature

_DAYS_A_WEEK = 7.0
_NO_ORDER = "the client never ordered"
_YEAR = "portfolio_first_age >= 365 and portfolio_days_365 > 0"
# One season index for all: it moves the level of a cut-off, never the order of its clients.
_SEASON = (
    f"case when {_YEAR} then (cast(portfolio_days_season as double) / portfolio_days_365)"
    " * 365 / {season_days} else 1 end"
)


def _estimate(measured: pd.DataFrame, plan: FeaturePlan) -> Estimate:
    # here, so that who reads the catalogue alone does not wait for scipy
    from segml.features.bgnbd import PurchaseHistory, fit_bgnbd

    bought = measured["order_days"].to_numpy(np.float64) > 0
    rows = measured.loc[bought]
    first = rows["first_age"].to_numpy(np.float64)
    history = PurchaseHistory(
        repeats=rows["order_days"].to_numpy(np.float64) - 1,
        recency=(first - rows["silence_days"].to_numpy(np.float64)) / _DAYS_A_WEEK,
        age=first / _DAYS_A_WEEK,
    )
    model, record = fit_bgnbd(history)
    expected = model.expected(history, plan.horizon_days / _DAYS_A_WEEK)
    season = rows["season_index"].to_numpy(np.float64)
    coming = own_years(rows, first)
    own = _over(coming.shares(), coming.everybody)
    paces = {days: own_years(rows, first, days).shares() for days in PACES}

    def spread(values: npt.NDArray[np.float64]) -> pd.Series:
        return pd.Series(values, index=rows.index, dtype=np.float64).reindex(measured.index)

    columns = {
        "expected_orders": spread(expected),
        "expected_orders_season": spread(expected * season),
        "expected_orders_own": spread(expected * own),
        "alive": spread(model.alive(history)),
        **{pace(days): spread(_over(each, days / YEAR)) for days, each in paces.items()},
    }
    return Estimate(columns=columns, state=record)


def pace(days: int) -> str:
    """The feature that tells how a client orders in so many days to come, against an even year."""
    return f"own_pace_{days}"


def _over(shares: npt.NDArray[np.float64], even: float) -> npt.NDArray[np.float64]:
    """The shares over an even one; 1 where nothing is known of a year."""
    return np.nan_to_num(shares / even, nan=1.0) if even > 0 else np.ones(len(shares))


FAMILY = Family(
    name="purchases",
    measures=(
        fact("gap", "silence_days", "min(age)"),
        fact("gap", "first_age", "max(age)"),
        count("daily", "order_days", "order_day", last="2147483647"),
        fact("portfolio", "portfolio_first_age", "max(age)"),
        count("portfolio", "portfolio_days_365", "order_day", last=365),
        count(
            "portfolio",
            "portfolio_days_season",
            "order_day",
            last=365,
            after=SEASON_AFTER,
        ),
        *measures(),
    ),
    estimate=_estimate,
    inputs=(
        ("order_days", "order_days"),
        ("silence_days", "silence_days"),
        ("first_age", "first_age"),
        ("season_index", _SEASON),
        *inputs(),
    ),
    columns=(
        Column(
            feature=Feature(
                name="expected_orders",
                family="purchases",
                unit="count",
                kind="symptom",
                label="orders to expect in the coming period, going by its past ones",
                churn_sign=-1,
            ),
            sql="",
            blank=_NO_ORDER,
        ),
        Column(
            feature=Feature(
                name="expected_orders_season",
                family="purchases",
                unit="count",
                kind="symptom",
                label=(
                    "orders to expect in the coming period, going by its past ones and the season"
                ),
                churn_sign=-1,
            ),
            sql="",
            blank=_NO_ORDER,
        ),
        Column(
            feature=Feature(
                name="expected_orders_own",
                family="purchases",
                unit="count",
                kind="symptom",
                label=(
                    "orders to expect in the coming period, going by its past ones and its own "
                    "season"
                ),
                churn_sign=-1,
            ),
            sql="",
            blank=_NO_ORDER,
        ),
        *(
            Column(
                feature=Feature(
                    name=pace(days),
                    family="purchases",
                    unit="ratio",
                    kind="context",
                    label=f"its orders in the coming {days} days of the year, against an even year",
                ),
                sql="",
                blank=_NO_ORDER,
            )
            for days in PACES
        ),
        Column(
            feature=Feature(
                name="alive",
                family="purchases",
                unit="share",
                kind="symptom",
                label="chance that it is still a client, going by its past orders",
                churn_sign=-1,
            ),
            sql="",
            blank=_NO_ORDER,
        ),
    ),
)
