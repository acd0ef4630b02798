"""What clients of a size usually have of something: it stands where it is not known of one.

Taken for the portfolio's usual client, the largest of all stands below its peers for want of a
number; taken for one that buys as much, it stands among them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

RUNGS, LEAST_ON_RUNG = 10, 20
"""Groups of clients, at most, and the clients each holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """What clients have of something by what they buy: it never falls as that grows.

    Between two rungs it grows evenly, so that a little more bought is a little more had; below the
    first and above the last it is theirs.

    Parameters
    ----------
    rungs
        What is bought on each, rising.
    usual
        What is usual there.
    """

    rungs: tuple[float, ...]
    usual: tuple[float, ...]

    def at(self, measured: pd.Series) -> pd.Series:
        """What is usual for each of some clients, by what they buy."""
        told = np.interp(measured.to_numpy(np.float64), self.rungs, self.usual)
        return pd.Series(told, index=measured.index)


def learn_ladder(column: pd.Series, measure: pd.Series) -> Ladder:
    """The medians of up to ten groups of clients that buy as much, none below the one before.

    Parameters
    ----------
    column
        What is known of some clients at least, NaN elsewhere.
    measure
        What they buy, same index.

    Examples
    --------
    >>> has = pd.Series([1.0] * 20 + [9.0] * 20)
    >>> learn_ladder(has, pd.Series(range(40)))
    Ladder(rungs=(9.5, 29.5), usual=(1.0, 9.0))
    """
    known = pd.DataFrame({"has": column, "buys": measure.fillna(0.0)}).astype(np.float64).dropna()
    known = known.sort_values(["buys", "has"], kind="stable")
    groups = int(np.clip(len(known) // LEAST_ON_RUNG, 1, RUNGS))
    has, buys = (
        [float(np.median(part)) for part in np.array_split(known[name].to_numpy(), groups)]
        for name in ("has", "buys")
    )
    return Ladder(rungs=tuple(buys), usual=tuple(np.maximum.accumulate(has).tolist()))
