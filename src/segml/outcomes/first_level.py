"""How much more, or less, newcomers bring now than those whose first year is over did.

Markets move while a first year passes, so a model of past years is late by more than a year, also
where what prices did is taken off before. Newcomers still in their first year tell the level of
today: what they brought so far, brought to a whole year by how the years that are over went on (the
chain ladder of insurers), over what the model expects of them. Noise is taken off: a ratio that
luck explains counts as one, and so does one that those who come at a time usually share (`USUAL`):
it does not last.

References
----------
Mack (1993), Distribution-free calculation of the standard error of chain ladder reserve estimates,
ASTIN Bulletin 23; James, Stein (1961) for the shrinkage, its positive part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.ledger.first_year import AGES, so_far

Values = npt.NDArray[np.float64]
LIMITS = (0.5, 2.0)
USUAL = 0.1
"""How far the level of those who come at a time lies from that of others, in logarithms."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """The ratio applied (1: none), the one found, its standard error in logarithms, of how many."""

    ratio: float
    found: float
    error: float
    newcomers: int


NO_LEVEL = Level(ratio=1.0, found=1.0, error=0.0, newcomers=0)


def level_of(first: pd.DataFrame, expected: pd.Series) -> Level:
    """The level of newcomers still in their first year against what is expected of them.

    Parameters
    ----------
    first
        `ledger.first_year.first_years` of all newcomers.
    expected
        The expected profit of each (of those whose year is over, made without seeing it), money,
        the same index.

    Returns
    -------
    Level
        None is applied where nobody is at least `AGES[0]` days in, or the sums are no gains.
    """
    before = expected + first["acquisition"]
    whole = first["profit"] + first["acquisition"]
    over = first["complete"].to_numpy(dtype=bool)
    told = pd.Series(np.nan, index=first.index)
    for age in AGES:
        early = first[so_far(age)]
        if early[over].sum() <= 0:
            return NO_LEVEL
        reached = ~over & (first["seen_days"] >= age).to_numpy(dtype=bool)
        told[reached] = early[reached] * (whole[over].sum() / early[over].sum())
    young = told.notna().to_numpy(dtype=bool)
    asked, came = float(before[young].sum()), float(told[young].sum())
    base = float(before[over].sum())
    if min(asked, came, base) <= 0:
        return NO_LEVEL
    found = came / asked
    missed = (told - found * before)[young].to_numpy()
    missed_over = (whole - before)[over].to_numpy()
    error = float(np.hypot(_size(missed) / came, _size(missed_over) / base))
    size = float(np.log(found))
    kept = max(0.0, 1 - (error**2 + USUAL**2) / size**2) if size else 0.0
    ratio = float(np.clip(np.exp(kept * size), *LIMITS))
    return Level(ratio=ratio, found=found, error=error, newcomers=int(young.sum()))


def _size(missed: Values) -> float:
    return float(np.sqrt((missed**2).sum()))
