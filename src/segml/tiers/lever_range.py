"""How far a lever may be moved by whoever asks "what if": what nearly all active clients keep to.

The range is that in which `lever_moves` looks (98 of 100 of the active clients, profit within a
profit rate of the sales), rounded outward to two figures, so that every move told there may be
asked here. Where fewer than ten clients lie beyond an end, it is rounded to 1, 2 or 5 times a power
of ten: nobody's own figure shows through.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.tiers.lever import INNER, PROFIT, SALES, Lever, offered
from segml.tiers.model import TierModel

Array = npt.NDArray[np.float64]
LEAST_BEYOND = 10
"""With fewer clients beyond an end it is rounded coarsely."""
_FINE = tuple(figure / 10 for figure in range(10, 101))
_COARSE = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverRanges:
    """The range of every lever that a scheme reads, and the most profit a unit of sales may bring.

    Parameters
    ----------
    ends
        Lever to its least and its greatest value, in its feature's unit.
    most_rate
        Profit a unit of sales; infinite where the scheme does not read both.
    """

    ends: Mapping[str, tuple[float, float]]
    most_rate: float

    def of(self, lever: str, *, today: float, sales: float | None) -> tuple[float, float]:
        """From where to where a client's value may be moved; where it is today it may stay.

        Parameters
        ----------
        lever
            One of `ends`.
        today
            The client's value.
        sales
            Its sales, changed or not, which limit its profit; None where the scheme reads none.
        """
        low, high = self.ends[lever]
        if lever == "margin" and sales is not None and math.isfinite(self.most_rate):
            high = min(high, self.most_rate * max(sales, 0.0))
        return min(low, today), max(high, today)


def lever_features(model: TierModel) -> tuple[Lever, ...]:
    """The levers that a scheme reads, each with the one feature that stands for it."""
    return tuple(
        Lever(lever.name, (model.columns[place],), lever.wanted, lever.is_whole)
        for place, lever in offered(model.columns)
    )


def lever_ranges(model: TierModel, clients: pd.DataFrame) -> LeverRanges:
    """The ranges of a scheme's levers.

    Parameters
    ----------
    model
        The fitted tiers.
    clients
        The active clients, with at least the features of `lever_features`; NaN as in a snapshot.
    """
    fills = dict(zip(model.columns, model.space.fills, strict=True))
    levers = lever_features(model)
    values: dict[str, Array] = {}
    for lever in levers:
        name = lever.features[0]
        known = clients[name].astype(np.float64).fillna(fills[name])
        values[name] = np.asarray(known, dtype=np.float64)
    figures = _FINE if len(clients) * (1 - INNER) / 2 >= LEAST_BEYOND else _COARSE
    ends = {lever.name: _ends(values[lever.features[0]], lever, figures) for lever in levers}
    rate = math.inf
    if {PROFIT, SALES} <= {*values}:
        sold = values[SALES] > 0
        if sold.any():
            rates = values[PROFIT][sold] / values[SALES][sold]
            rate = outward(float(_quantile(rates, is_upper=True)), figures, is_upper=True)
    return LeverRanges(ends=ends, most_rate=rate)


def _ends(values: Array, lever: Lever, figures: Sequence[float]) -> tuple[float, float]:
    if not len(values):
        return 0.0, 0.0
    low = outward(float(_quantile(values, is_upper=False)), figures, is_upper=False)
    high = outward(float(_quantile(values, is_upper=True)), figures, is_upper=True)
    return (math.floor(low), math.ceil(high)) if lever.is_whole else (low, high)


def _quantile(values: Array, *, is_upper: bool) -> float:
    """The end of the range, or the nearest client's value beyond it."""
    share = (1 + INNER) / 2 if is_upper else (1 - INNER) / 2
    return float(np.quantile(values, share, method="higher" if is_upper else "lower"))


def outward(value: float, figures: Sequence[float], *, is_upper: bool) -> float:
    """The nearest round number that is not inside.

    Parameters
    ----------
    value
        Finite.
    figures
        What a round number begins with, from 1 to 10.
    is_upper
        Whether outside is above.

    Examples
    --------
    >>> outward(1234.0, _FINE, is_upper=True), outward(-1234.0, _COARSE, is_upper=False)
    (1300.0, -2000.0)
    """
    if value == 0:
        return 0.0
    is_away = is_upper == (value > 0)
    size = abs(value)
    ten = math.floor(math.log10(size))
    tens = (ten - 1, ten, ten + 1)
    steps = sorted(float(f"{figure:g}e{each}") for figure, each in product(figures, tens))
    found = (
        next(step for step in steps if step >= size)
        if is_away
        else next(step for step in reversed(steps) if step <= size)
    )
    return math.copysign(found, value)
