"""Two answers to "what will it earn?" that cost nothing; a potential model must be ahead of both.

To add one: write a function of `MoneyBaseline`'s signature and name it in `MONEY_BASELINES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.evaluation.gamma_gamma import fit_gamma_gamma
from segml.features.bgnbd import PurchaseHistory, fit_bgnbd
from segml.ledger import Past

Values = npt.NDArray[np.float64]
_WEEK, _YEAR = 7.0, 365.0
INSIDE = 0.8
"""The share of profits that an interval is to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRows:
    """What the money baselines read of each client; arrays of shape (n,).

    Parameters
    ----------
    profit_365, revenue_365
        Money of the last year.
    order_days
        Days with an order, ever.
    order_money
        The mean money of such a day; 0 where there is none.
    known_days
        Days since the first of them; NaN where there is none.
    history
        Of the clients with an order day, in weeks.
    """

    profit_365: Values
    revenue_365: Values
    order_days: Values
    order_money: Values
    known_days: Values
    history: PurchaseHistory


MoneyBaseline = Callable[[MoneyRows, int], Values]
"""(rows, days to foretell) -> expected profit."""


def money_rows(past: Past, money: pd.DataFrame) -> MoneyRows:
    """What the money baselines read of a past.

    Parameters
    ----------
    past
        The rows dated before its day.
    money
        profit_365 and revenue_365 of the clients asked about, indexed by client id.
    """
    orders = past.orders(list(money.index))
    bought = orders[~orders["is_return"].astype(bool) & (orders["amount"] > 0)]
    daily = bought.groupby(["client_id", "day"], as_index=False)["amount"].sum()
    by = daily.groupby("client_id").agg(
        days=("day", "size"), first=("day", "min"), last=("day", "max"), mean=("amount", "mean")
    )
    known = by.reindex(money.index)
    days = known["days"].fillna(0.0).to_numpy(np.float64)
    seen = known[days > 0]
    return MoneyRows(
        profit_365=money["profit_365"].to_numpy(np.float64),
        revenue_365=money["revenue_365"].to_numpy(np.float64),
        order_days=days,
        order_money=known["mean"].fillna(0.0).to_numpy(np.float64),
        known_days=past.as_of - known["first"].to_numpy(np.float64),
        history=PurchaseHistory(
            repeats=days[days > 0] - 1,
            recency=(seen["last"] - seen["first"]).to_numpy(np.float64) / _WEEK,
            age=(past.as_of - seen["first"]).to_numpy(np.float64) / _WEEK,
        ),
    )


def last_year(rows: MoneyRows, days: int) -> Values:
    """The profit of the last year, pro rata to the days.

    Parameters
    ----------
    rows
        Of the clients asked about.
    days
        To foretell.
    """
    return rows.profit_365 * (days / _YEAR)


def bgnbd_gamma(rows: MoneyRows, days: int) -> Values:
    """BG/NBD's expected orders, by Gamma-Gamma's money an order, by the share that is profit.

    The share is the client's own of the last year, between -1 and 1; the portfolio's where the
    client bought nothing in it. With too few clients for Gamma-Gamma a client's own mean stands in.

    Parameters
    ----------
    rows, days
        As for `last_year`.

    References
    ----------
    Fader, Hardie, Lee (2005), Counting your customers the easy way, Marketing Science 24(2), and
    RFM and CLV: using iso-value curves for customer base analysis, Journal of Marketing Research
    42(4).
    """
    has = rows.order_days > 0
    expected = np.zeros(len(has))
    if has.any():
        model, _ = fit_bgnbd(rows.history)
        expected[has] = model.expected(rows.history, days / _WEEK)
    gamma = fit_gamma_gamma(rows.order_days, rows.order_money)
    each = rows.order_money if gamma is None else gamma.expected(rows.order_days, rows.order_money)
    total = rows.revenue_365.sum()
    common = float(np.clip(rows.profit_365.sum() / total, -1, 1)) if total > 0 else 0.0
    bought = rows.revenue_365 > 0
    own = np.divide(rows.profit_365, rows.revenue_365, out=np.zeros(len(has)), where=bought)
    return np.asarray(expected * each * np.where(bought, np.clip(own, -1, 1), common), np.float64)


MONEY_BASELINES: Mapping[str, MoneyBaseline] = MappingProxyType(
    {"last_year": last_year, "bgnbd_gamma": bgnbd_gamma}
)
"""Every money baseline by name."""


def reach(actual: Values, expected: Values) -> float:
    """Half the width of a split conformal interval: how far off a share of `INSIDE` was at most.

    Parameters
    ----------
    actual, expected
        The money that came and what had been expected, of a past cut-off, shape (n,).

    Returns
    -------
    float
        NaN where there are too few clients for such a share.

    References
    ----------
    Lei, G'Sell, Rinaldo, Tibshirani, Wasserman (2018), Distribution-free predictive inference for
    regression, JASA 113, algorithm 2.

    Examples
    --------
    >>> reach(np.arange(9.0), np.zeros(9))
    7.0
    """
    place = int(np.ceil((len(actual) + 1) * INSIDE))
    if place > len(actual):
        return float("nan")
    return float(np.sort(np.abs(actual - expected))[place - 1])
