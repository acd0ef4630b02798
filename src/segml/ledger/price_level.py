"""The level of prices and costs over time, told by what the orders of clients that stayed hold.

A first year of two years ago earned what prices and costs were then. Who comes today meets those of
today, so a first year is brought to the prices of today before anything is learnt from it: what was
sold by how much more an order of the same clients comes to now, and what it cost by how much more
the goods in it cost now.

The same quarter of two years is compared, so no season is taken for a trend, and a client weighs in
both alike, so neither who came nor who left is. Growth is pulled to none as far as chance could
have made it: where there is no trend, hardly anything moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.ledger.cutoff import Past
from segml.ledger.first_year import at_prices
from segml.ledger.quarters import A_YEAR, quarter_edges

Values = npt.NDArray[np.float64]
MOST_QUARTERS = 40
"""Ten years back; what is older is taken to have had the prices of then."""
USUAL_GROWTH = 0.05
"""How far a quarter's growth lies from none, in logarithms: a tenth a year is no wonder."""


@dataclass(frozen=True, kw_only=True)
class PriceLevel:
    """Today's level of prices and of costs over that of earlier days.

    Parameters
    ----------
    as_of
        Today: the day the level is of.
    amounts, costs
        The growth, in logarithms, from the middle of each quarter to that of the next: the latest
        first; both of one length, which may be zero.
    """

    as_of: int
    amounts: tuple[float, ...]
    costs: tuple[float, ...]

    def ratios(self, days: npt.NDArray[np.int64]) -> tuple[Values, Values]:
        """Today's level over that of some days, of what is sold and of what it costs, each (n,).

        Examples
        --------
        >>> level = PriceLevel(as_of=365, amounts=(0.1, 0.1), costs=(0.0, 0.0))
        >>> sold, cost = level.ratios(np.array([0, 320, 365]))
        >>> sold.round(3).tolist(), cost.tolist()
        ([1.221, 1.0, 1.0], [1.0, 1.0, 1.0])
        """
        edges = quarter_edges(self.as_of, len(self.amounts) + 1)
        ages = self.as_of - np.array([(first + past) / 2 for first, past in edges])
        sold, cost = (
            np.exp(np.interp(self.as_of - days, ages, np.concatenate([[0.0], np.cumsum(growth)])))
            for growth in (self.amounts, self.costs)
        )
        return sold, cost


def price_level(past: Past) -> PriceLevel:
    """The level of prices and costs of a past's day.

    Parameters
    ----------
    past
        The rows before its day. With less than five quarters no growth is known: there is none.

    Notes
    -----
    A normal prior of mean zero on each quarter's growth, and normal errors of the yearly
    comparisons: the ridge regression of the latter on the former. Both levels come of the same
    weights, so what chance does to an order is not taken for a change of its margin.
    """
    first = past.frame("SELECT min(day) AS first FROM {days}")["first"].iloc[0]
    whole = 0 if pd.isna(first) else int((past.as_of - int(first)) * A_YEAR // 365)
    count = min(whole, MOST_QUARTERS)
    told = _changes(past, count) if count > A_YEAR else pd.DataFrame()
    if not len(told):
        return PriceLevel(as_of=past.as_of, amounts=(), costs=())
    spans = np.zeros((len(told), count - 1))
    for row, quarter in enumerate(told.index):
        spans[row, quarter : quarter + A_YEAR] = 1.0
    precise = spans.T / told["error"].to_numpy() ** 2
    pulled = precise @ spans + np.eye(count - 1) / USUAL_GROWTH**2
    amounts, costs = (
        tuple(map(float, np.linalg.solve(pulled, precise @ told[name].to_numpy())))
        for name in ("amount", "cost")
    )
    return PriceLevel(as_of=past.as_of, amounts=amounts, costs=costs)


def _changes(past: Past, count: int) -> pd.DataFrame:
    """How much more an order of the same clients held than a year before, in logarithms.

    Index quarter (0 is the last); amount, cost, and the standard error of the amount's.
    """
    edges = quarter_edges(past.as_of, count)
    windows = ", ".join(f"({n}, {start}, {end})" for n, (start, end) in enumerate(edges))
    # an order is weighed as if a client had ordered as often in either year: a client's luck in one
    # of them is then not the weight it has in the other
    told = past.frame(
        f"WITH w(quarter, start, stop) AS (VALUES {windows}), "
        "held AS (SELECT quarter, client, sum(orders) AS orders, "
        "cast(sum(bought) AS DOUBLE) / 1e6 AS amount, "
        "cast(sum(cost) FILTER (WHERE orders > 0) AS DOUBLE) / 1e6 AS cost "
        "FROM {days} JOIN w ON day >= start AND day < stop WHERE orders > 0 GROUP BY ALL), "
        "pairs AS (SELECT n.quarter, n.orders * b.orders / (n.orders + b.orders) AS h, "
        "h * n.amount / n.orders AS now, h * b.amount / b.orders AS was, "
        "h * n.cost / n.orders AS costs, h * b.cost / b.orders AS cost "
        "FROM held AS n JOIN held AS b USING (client) "
        f"WHERE b.quarter = n.quarter + {A_YEAR} ORDER BY n.quarter, client) "
        "SELECT quarter, now, was, costs, cost FROM pairs"
    )
    rows = {}
    for quarter, of in told.groupby("quarter"):
        total = of[["now", "was", "costs", "cost"]].sum()
        if (total <= 0).any() or len(of) < 2:
            continue
        missed = of["now"] / total["now"] - of["was"] / total["was"]
        rows[int(str(quarter))] = {
            "amount": np.log(total["now"] / total["was"]),
            "cost": np.log(total["costs"] / total["cost"]),
            "error": max(float(np.sqrt((missed**2).sum())), 1e-3),
        }
    return pd.DataFrame.from_dict(rows, orient="index").sort_index()


def at_todays_prices(first: pd.DataFrame, past: Past) -> tuple[pd.DataFrame, PriceLevel]:
    """First years as they had been at the prices and costs of a past's day, and how these moved.

    A year is moved as a whole by what changed since its first day: what prices did within it they
    are expected to do within the next one.

    Parameters
    ----------
    first
        `first_year.first_years` of newcomers before the past's day.
    past
        The rows before its day.
    """
    level = price_level(past)
    sold, goods = level.ratios(first["first_day"].to_numpy(np.int64))
    return at_prices(first, sold, goods, past.economics), level
