"""How likely a decline is under way on a day: what the last weeks show of one, kind by kind.

The recent course (`recent`) holds stretches of a few months against the year before. A decline also
shows in *how* the weeks since its onset went: here every course from every week of the last nine
months on is weighed against none (`decline_evidence`), and courses count as they are common in the
portfolio's declines.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logsumexp

from segml.losses.courses import WEEK
from segml.losses.decline_evidence import FIRST_WEEK, Evidence, in_blocks
from segml.losses.decline_kinds import KINDS, Weights, log_kinds
from segml.losses.transitions import Lens
from segml.losses.weeks import weekly_orders

BACK_WEEKS = 40
"""Onsets are looked for so many weeks back: what began earlier is lost by now, or goes on."""
KNOWN_WEEKS = 104
"""Weeks that are read: those, and more than a year before them to tell what was usual."""
QUARTERS = (13, 26, BACK_WEEKS)
"""Weeks since the onset that one column each is about."""
LIMITS = (-30.0, 60.0)
"""Ratios beyond say no more than these do."""
UNDERWAY: tuple[str, ...] = (
    *(f"underway_{kind}" for kind in KINDS),
    *(f"underway_{weeks}_weeks" for weeks in QUARTERS),
    "underway",
)
"""Columns of `underway`: log likelihood ratios of a decline of each kind, of one that began in each
quarter, and of any, against none."""


def underway(
    lines: pd.DataFrame,
    clients: Sequence[str],
    day: int,
    *,
    lens: Lens,
    first_day: int,
    weights: Weights,
) -> npt.NDArray[np.float32]:
    """The evidence of a decline under way on a day.

    Parameters
    ----------
    lines
        As `Past.lines` has them; rows on or after `day` are not read.
    clients
        n ids.
    day
        In days.
    lens
        The rhythm and the clocks of the portfolio.
    first_day
        Of the ledger, in days.
    weights
        How common each course is.

    Returns
    -------
    numpy.ndarray
        (n, 9) the columns of `UNDERWAY`.
    """
    since = max(first_day, day - KNOWN_WEEKS * WEEK)
    near = lines[lines["day"].between(since, day - 1)]
    weeks = weekly_orders(
        near, clients, lens.clock, first_day=since, end=day, own_clocks=lens.own_clocks
    )
    first = max(FIRST_WEEK, len(weeks.starts) - BACK_WEEKS)
    found = [_columns(told, weights) for _, told in in_blocks(weeks, lens.rhythm, first=first)]
    table = np.concatenate([*found, np.empty((0, len(UNDERWAY)))])
    return np.asarray(np.clip(table, *LIMITS), dtype=np.float32)


def _columns(evidence: Evidence, weights: Weights) -> npt.NDArray[np.float64]:
    kinds = log_kinds(evidence, weights)
    ago = np.arange(kinds.shape[2], 0, -1)
    by_quarter = [
        np.where((ago > least) & (ago <= most), kinds, -np.inf)
        for least, most in pairwise((0, *QUARTERS))
    ]
    columns = [
        *logsumexp(kinds, axis=2),
        *(logsumexp(each, axis=(0, 2)) for each in by_quarter),
        logsumexp(kinds, axis=(0, 2)),
    ]
    return np.asarray(np.stack(columns, axis=1), dtype=np.float64)
