"""The levers a firm can move, whatever the scheme, and the table that tells what they would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Direction = Literal["up", "down"]

PROFIT, SALES = "profit_365", "spend_365"
INNER = 0.98
"""The share of active clients whose values are the range that a lever is moved in."""


@dataclass(frozen=True, slots=True)
class Lever:
    """Something a firm can move: its name, the features that stand for it, the way it is wanted."""

    name: str
    features: tuple[str, ...]
    wanted: Literal[-1, 1]
    is_whole: bool = False


LEVERS: tuple[Lever, ...] = (
    Lever("margin", (PROFIT,), 1),
    Lever("margin_rate", ("margin_rate_365",), 1),
    Lever("spend", (SALES,), 1),
    Lever("frequency", ("orders_365",), 1, is_whole=True),
    Lever("breadth", ("categories_365",), 1, is_whole=True),
    Lever("care", ("cost_to_serve_365", "care_share_365"), -1),
)
"""Every lever, in order; of a scheme those that its value space has a coordinate for. `margin` is
more profit from the same sales, at the same care; `margin_rate` more margin of what is sold."""

COLUMNS = ("client_id", "direction", "rank", "lever", "feature", "value", "target", "to_tier")
"""The columns of `lever_moves`, before `distance`."""


def offered(columns: Sequence[str]) -> list[tuple[int, Lever]]:
    """The levers that a scheme has a coordinate for, each with that coordinate's place."""
    places = {name: place for place, name in enumerate(columns)}
    return [
        (places[name], lever)
        for lever in LEVERS
        if (name := next((one for one in lever.features if one in places), ""))
    ]


def most_profit(columns: Sequence[str], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The most profit each client's sales may be asked to bring, (n,); inf without such columns.

    Parameters
    ----------
    columns
        Of `values`.
    values
        (n, d) of the active clients, in the features' units.
    """
    most = np.full(len(values), np.inf)
    if {PROFIT, SALES} <= {*columns}:
        profit, sales = (values[:, columns.index(name)] for name in (PROFIT, SALES))
        sold = sales > 0
        if sold.any():
            rate = np.quantile(profit[sold] / sales[sold], (1 + INNER) / 2)
            most = rate * np.maximum(sales, 0.0)
    return most


def as_feature(wish: npt.NDArray[np.float64], way: int) -> npt.NDArray[np.float64]:
    """The first values at a wish or beyond it, one way (1, -1), that a feature can have.

    Features are float32: a client that is to be over an edge has to be over it as such.

    Examples
    --------
    >>> as_feature(np.array([0.1, 0.5]), -1) <= np.array([0.1, 0.5])
    array([ True,  True])
    """
    near = wish.astype(np.float32)
    further = np.nextafter(near, np.float32(way * np.inf))
    return np.where(way * (near.astype(np.float64) - wish) < 0, further, near).astype(np.float64)


def as_table(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of `lever_moves`: a client's stand together, up before down."""
    if not parts:
        return pd.DataFrame({name: [] for name in (*COLUMNS, "distance")})
    table = pd.concat(parts, ignore_index=True)
    table["_down"] = table["direction"].eq("down")
    ordered = table.sort_values(["client_id", "_down", "rank"], kind="stable", ignore_index=True)
    return ordered.drop(columns="_down")
