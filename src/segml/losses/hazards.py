"""The hazard of a decline on given days, of clients that need not have declined.

What the declines taught of their causes (`outcomes.onset`) tells of everybody how likely a decline
is to begin. Beside what the orders of the last weeks say of one under way (`underway`) it gives,
by Bayes' rule, the chance that one is under way or begins soon: a likelihood of what was seen, and
a prior of what was lived through.

::

    exposures of the day's month ── additive hazard ──┐
                                                      ├─ under way, or begins in the horizon
    orders of the last forty weeks ── ratio ──────────┘
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from segml.losses.asked import HORIZON_DAYS, Asked
from segml.losses.courses import WEEK
from segml.losses.exposed_months import MONTH_DAYS
from segml.losses.exposed_risk import month_of
from segml.losses.exposures import Column, Risk
from segml.losses.history import Numbers
from segml.losses.taught import BLOCK
from segml.outcomes.onset import Causes
from segml.words.one_thread import one_thread

SUREST = 6.0
"""Log odds beyond which no model of orders is believed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hazards:
    """The hazard of an onset, of the clients and days that were asked about.

    Parameters
    ----------
    asked
        c clients and d days.
    a_month
        (c, d) how many declines a month are expected to begin, above zero; by client and day.
    """

    asked: Asked
    a_month: pd.DataFrame

    def log_odds(self, clients: Sequence[str], day: int, underway: Numbers) -> Numbers:
        """(n,) log odds that a decline is under way on a day, or begins within `HORIZON_DAYS`.

        Parameters
        ----------
        clients
            n ids of those asked about.
        day
            One of the days asked about.
        underway
            (n,) the last column of `underway.UNDERWAY`: the log of the ratios of all weeks.

        Raises
        ------
        KeyError
            If a client, or the day, was not asked about.
        """
        hazard = self.a_month.loc[list(clients), day].to_numpy(np.float64)
        # neither: - log of its chance, a sum over what is under way and what may begin
        neither = np.logaddexp(0.0, underway + np.log(hazard * WEEK / MONTH_DAYS))
        neither += hazard * HORIZON_DAYS / MONTH_DAYS
        return np.asarray(np.clip(np.log(np.expm1(neither)), -SUREST, SUREST), dtype=np.float64)


def with_asked(risk: Risk, asked: Asked | None) -> Risk:
    """The risk with the client-months asked about after those of the onsets, client by client.

    A day's month is the last one that had begun before it, so that nothing later is known in it.

    Raises
    ------
    ValueError
        If a client asked about is none of the risk's.
    """
    if asked is None:
        return risk
    rows = pd.Index(risk.clients).get_indexer(pd.Index(asked.clients))
    if (rows < 0).any():
        raise ValueError("hazards are told of clients whose declines were looked for")
    months = month_of(risk.starts, np.array(asked.days, dtype=np.int64) - 1)
    return replace(
        risk,
        lost=np.concatenate([risk.lost, np.repeat(rows, len(months))]),
        month=np.concatenate([risk.month, np.tile(months, len(rows))]),
    )


def hazards_of(
    taught: Sequence[Causes], columns: Sequence[Column], folds: Mapping[str, int], asked: Asked
) -> Hazards:
    """The hazards of the client-months asked about.

    Parameters
    ----------
    taught
        What all folds but one taught, fold by fold.
    columns
        Their columns; the last values of each are those asked about.
    folds
        Client to the fold of its own decline, which does not teach what is told of it; of one that
        did not decline the folds' mean is told.
    asked
        Clients and days.
    """
    shape = len(asked.clients), len(asked.days)
    weights = np.stack([each.weights for each in taught], axis=1)
    by_fold = np.zeros((shape[0] * shape[1], len(taught)))
    with one_thread():
        for first in range(0, len(columns), BLOCK):
            part = slice(first, first + BLOCK)
            met = [column.met[len(column.met) - len(by_fold) :] for column in columns[part]]
            by_fold += np.stack(met, axis=1).astype(np.float64) @ weights[part]
    told = by_fold.reshape(*shape, len(taught))
    own = np.array([folds.get(each, -1) for each in asked.clients], dtype=np.intp)
    a_month = np.where(
        own[:, None] < 0, told.mean(axis=2), told[np.arange(shape[0]), :, np.maximum(own, 0)]
    )
    frame = pd.DataFrame(a_month, index=pd.Index(asked.clients), columns=list(asked.days))
    return Hazards(asked=asked, a_month=frame)
