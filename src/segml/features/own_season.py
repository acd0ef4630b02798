"""A client's own season: how much of its years' ordering falls into the days now coming.

Of each whole year before the day it is counted on how many days a client ordered, and how many of
these lie in the same days of that year. The share is drawn to that of all clients, by as many order
days as make the years before tell the last one best: where clients have no seasons of their own,
that is many, and everybody has the season of all.

References
----------
Skellam (1948), A probability distribution derived from the binomial distribution by regarding the
probability of success as variable between the sets of trials, JRSS B 10(2): the beta-binomial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.features.family import Measure
from segml.features.measures import count
from segml.features.windows import SEASON_AFTER

Values = npt.NDArray[np.float64]
YEAR = 365
YEARS_BACK = (1, 2, 3)
PACES = (30, 90, 180)
"""Days ahead for which a pace is told."""
OWN_FEATURES = ("expected_orders_own", *(f"own_pace_{days}" for days in PACES))
"""What they are called. Models of before have not learnt them, and pass them over."""
LEAST_CLIENTS = 30
"""Known for two whole years; with fewer nobody has a season of its own."""
LEAST, MOST = np.log(0.05), np.log(1_000.0)
"""What the share of all may weigh, in order days, on a logarithmic scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnYears:
    """The order days of n clients in their whole years, the latest first.

    Parameters
    ----------
    inside
        In the days in question of each year, float64 of shape (years, n); nothing in years that
        are not known whole.
    whole
        In each year, same shape.
    """

    inside: Values
    whole: Values

    @property
    def everybody(self) -> float:
        """The share of all clients' order days that lies in the days in question; NaN of none."""
        total = float(self.whole.sum())
        return float(self.inside.sum()) / total if total else float("nan")

    def shares(self, usual: Values | None = None) -> Values:
        """Each client's share, drawn to the usual one, shape (n,).

        Parameters
        ----------
        usual
            Shape (n,), in (0, 1); None: everybody's.
        """
        drawn_to = np.full(self.whole.shape[1], self.everybody) if usual is None else usual
        if not ((drawn_to > 0) & (drawn_to < 1)).all():
            return drawn_to
        worth = self._worth(drawn_to)
        if worth is None:
            return drawn_to
        inside, whole = self.inside.sum(axis=0), self.whole.sum(axis=0)
        return np.asarray((inside + worth * drawn_to) / (whole + worth), dtype=np.float64)

    def _worth(self, usual: Values) -> float | None:
        """So many order days the usual share is worth where the years before tell the last."""
        # here, so that who reads the catalogue alone does not wait for scipy
        from scipy.optimize import minimize_scalar
        from scipy.special import betaln

        before = self.whole[1:].sum(axis=0)
        told = (before > 0) & (self.whole[0] > 0)
        if int(told.sum()) < LEAST_CLIENTS:
            return None
        inside, whole = self.inside[:, told], self.whole[:, told]
        hits, misses = inside[1:].sum(axis=0), (whole - inside)[1:].sum(axis=0)
        came, else_came, share = inside[0], whole[0] - inside[0], usual[told]

        def loss(log_worth: float) -> float:
            worth = np.exp(log_worth)
            a, b = worth * share + hits, worth * (1 - share) + misses
            return -float((betaln(a + came, b + else_came) - betaln(a, b)).sum())

        found = minimize_scalar(loss, bounds=(LEAST, MOST), method="bounded")
        return float(np.exp(found.x))


def measures() -> tuple[Measure, ...]:
    """The counts that `own_years` reads, of the stage of days."""
    whole = (
        count("daily", f"own_year_{n}", "order_day", last=YEAR * n, after=YEAR * (n - 1))
        for n in YEARS_BACK
    )
    coming = (
        count("daily", f"own_season_{n}", "order_day", last=YEAR * n, after=_begins(n))
        for n in YEARS_BACK
    )
    paces = (
        count("daily", f"own_{days}_{n}", "order_day", last=YEAR * n, after=YEAR * n - days)
        for days in PACES
        for n in YEARS_BACK
    )
    return (*whole, *coming, *paces)


def _begins(year: int) -> str:
    return SEASON_AFTER if year == 1 else f"({SEASON_AFTER} + {YEAR * (year - 1)})"


def inputs() -> tuple[tuple[str, str], ...]:
    """Name and SQL of the counts, for an estimate."""
    return tuple((measure.name, measure.name) for measure in measures())


def own_years(counted: pd.DataFrame, first_age: Values, days: int | None = None) -> OwnYears:
    """The years that are known whole.

    Parameters
    ----------
    counted
        The columns of `inputs`, n rows.
    first_age
        Days since the first order, shape (n,).
    days
        The days ahead that are asked for, one of `PACES`; None: the plan's horizon.
    """
    name = "season" if days is None else str(days)
    known = np.stack([first_age >= YEAR * n for n in YEARS_BACK])
    inside = np.stack([counted[f"own_{name}_{n}"].to_numpy(np.float64) for n in YEARS_BACK])
    whole = np.stack([counted[f"own_year_{n}"].to_numpy(np.float64) for n in YEARS_BACK])
    return OwnYears(inside=inside * known, whole=whole * known)
