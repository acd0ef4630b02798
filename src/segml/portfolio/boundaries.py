"""Boundaries: key clients whose discounts, demands or cost to serve eat the profit, and by when.

What a client leaves before anything is given away is its list value less the cost of goods: its
*gross*. Four things eat of it: `discount`, `demands`, `care` and `payment`; the rest is profit
(before acquisition, which is sunk). The trend compares each of the last four quarters with the same
quarter a year before, so that the season cancels; the slope is the median of the differences,
which one odd quarter cannot turn. The line runs from today's pace (the last year moved by half a
year of the slope, since its middle lies half a year back) and is followed for two years.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.ledger import date_of, quarter_edges, quarters, starts
from segml.ledger.quarters import A_YEAR
from segml.portfolio.scene import YEAR, Flags, Scene, Values

EATERS = ("discount", "demands", "care", "payment")
"""What eats the gross, in the order in which it is told."""
AHEAD_DAYS = 2 * YEAR
"""How far the line is followed."""
LEAST_COMPARED = 3
"""Quarters that must have the same quarter of a year before, lived through, to speak of a trend."""
LEAST_FALLING = 3
"""Quarters that must be below the year before; with fewer no date is said."""
HALF = 0.5
"""On its boundary is a client of whose gross more than half is eaten, or half of whose fall of
profit is eaten beyond the share of a year before."""

VERDICTS = {
    "below_zero": "the last year's profit, or the pace it fell to, is below zero already",
    "reaches_zero": "falling, and the line reaches zero on `zero_on`",
    "not_within_two_years": "falling, but the line does not reach zero within two years",
    "unclear": "lower than a year before, but in fewer than three of the last four quarters",
    "not_falling": "not falling",
    "too_young": "no client yet in three of the four quarters to compare with",
}
"""Every verdict on the line, with its meaning."""


def boundaries(scene: Scene) -> pd.DataFrame:
    """Every active key client: what eats its profit, the trend, and when the line reaches zero.

    Parameters
    ----------
    scene
        The scored date.

    Returns
    -------
    DataFrame
        One row a key client, sorted by client_id; the columns of the published table.
    """
    key = scene.book[scene.book["is_key"] & (scene.book["status"] == "active")]
    ids = [str(client) for client in key["client_id"]]
    rows = quarters(scene.past, ids, count=2 * A_YEAR)
    money = {name: _by_quarter(rows, name) for name in ("revenue", "cost_of_goods", *EATERS)}
    profit = _by_quarter(rows, "profit")
    now, before = profit[:, :A_YEAR].sum(axis=1), profit[:, A_YEAR:].sum(axis=1)
    lived = _lived(scene, key)
    young = lived.sum(axis=1) < LEAST_COMPARED
    change = np.where(lived, profit[:, :A_YEAR] - profit[:, A_YEAR:], np.nan)
    slope = np.where(young, np.nan, A_YEAR * _median(change))
    falling = (change < 0).sum(axis=1)
    verdict, days = line(now, slope, falling, young=young)
    eaten = _eaten(money, slice(0, A_YEAR))
    eaten_before = np.where(young, np.nan, _eaten(money, slice(A_YEAR, None)))
    pressed_by, taken, together = _pressed(money)
    pressed_by[young] = None
    reached = np.isin(verdict, ("below_zero", "reaches_zero"))
    return pd.DataFrame(
        {
            "client_id": ids,
            "tier": key["tier"].to_numpy(),
            "manager": key["manager"].to_numpy(),
            "revenue": money["revenue"][:, :A_YEAR].sum(axis=1),
            "profit": now,
            "profit_before": np.where(lived.all(axis=1), before, np.nan),
            **{name: money[name][:, :A_YEAR].sum(axis=1) for name in EATERS},
            "eaten_share": eaten,
            "eaten_share_before": eaten_before,
            "pressed_by": pressed_by,
            "pressed_money": np.where(young, np.nan, taken),
            "slope": slope,
            "falling_quarters": np.where(young, np.nan, falling),
            "verdict": verdict,
            "zero_on": _dates(scene.past.as_of, days),
            # a line that falls with the orders alone is a fading client, not one on its boundary
            "on_boundary": (reached & (together >= HALF * -slope)) | (eaten > HALF) | (now < 0),
        }
    ).reset_index(drop=True)


def line(now: Values, slope: Values, falling: Values, *, young: Flags) -> tuple[np.ndarray, Values]:
    """The verdict on each client's line, and in how many days it reaches zero.

    Parameters
    ----------
    now
        Profit of the last year, shape (n,).
    slope
        Change of the yearly profit in a year, shape (n,); NaN where it is young.
    falling
        Quarters of the last four that are below the year before, shape (n,).
    young
        Whether there is no year before, shape (n,).

    Returns
    -------
    tuple
        Codes of `VERDICTS`, and days from the date (NaN where no date is said).

    Examples
    --------
    >>> codes, days = line(np.array([90.0]), np.array([-60.0]), np.array([4]),
    ...                    young=np.array([False]))
    >>> str(codes[0]), float(days[0])
    ('reaches_zero', 365.0)
    """
    pace = now + slope / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        days = np.where(slope < 0, YEAR * np.maximum(pace, 0.0) / -slope, np.inf)
    clear = (slope < 0) & (falling >= LEAST_FALLING)
    verdict = np.select(
        [(now < 0) | (clear & (pace <= 0)), young, slope >= 0, ~clear, days <= AHEAD_DAYS],
        ["below_zero", "too_young", "not_falling", "unclear", "reaches_zero"],
        "not_within_two_years",
    )
    return verdict, np.where(verdict == "reaches_zero", days, np.nan)


def _by_quarter(rows: pd.DataFrame, column: str) -> Values:
    """Shape (clients, quarters), the last quarter first."""
    return np.asarray(rows[column].to_numpy(dtype=np.float64).reshape(-1, 2 * A_YEAR))


def _lived(scene: Scene, key: pd.DataFrame) -> Flags:
    """Whether each client bought before each quarter of the year before began; (clients, 4)."""
    first = starts(scene.past).set_index("client_id")["first_day"].reindex(key["client_id"])
    begins = [start for start, _ in quarter_edges(scene.past.as_of, 2 * A_YEAR)[A_YEAR:]]
    return np.asarray(first.to_numpy(dtype=np.float64)[:, None] <= np.array(begins, dtype=float))


def _median(rows: Values) -> Values:
    """The median of each row's known values; NaN where there is none."""
    return pd.DataFrame(rows).median(axis=1).to_numpy(dtype=np.float64)


def _eaten(money: dict[str, Values], when: slice) -> Values:
    """The share of the gross that is eaten; NaN where nothing is left before."""
    eaten = np.sum([money[name][:, when].sum(axis=1) for name in EATERS], axis=0)
    gross = (money["revenue"] + money["discount"] - money["cost_of_goods"])[:, when].sum(axis=1)
    return np.where(gross > 0, eaten / np.where(gross > 0, gross, 1.0), np.nan)


def _pressed(money: dict[str, Values]) -> tuple[np.ndarray, Values, Values]:
    """What presses: the eater whose share of the list value rose most, its money, that of all four.

    The money is what they take beyond their share of the list value a year before.
    """
    value = money["revenue"] + money["discount"]
    now, before = value[:, :A_YEAR].sum(axis=1), value[:, A_YEAR:].sum(axis=1)
    known = (now > 0) & (before > 0)
    taken = np.column_stack(
        [
            money[name][:, :A_YEAR].sum(axis=1)
            - money[name][:, A_YEAR:].sum(axis=1) * now / np.where(known, before, 1.0)
            for name in EATERS
        ]
    )
    largest = taken.argmax(axis=1) if len(taken) else np.zeros(0, dtype=np.int64)
    most = np.where(known, taken.max(axis=1, initial=-np.inf), np.nan)
    rose = known & (most > 0)
    names = np.array(EATERS, dtype=object)[largest]
    names[~rose] = None
    together = np.where(known, taken.sum(axis=1), np.nan)
    return names, np.where(known, np.maximum(most, 0.0), np.nan), together


def _dates(as_of: int, days: Values) -> pd.Series:
    """The date of each line's end; of Python dates, also where there is none at all."""
    told = [None if np.isnan(n) else date_of(as_of + int(np.ceil(n))) for n in days]
    return pd.Series(told, dtype=object)
