"""What two models expect of the same clients in money, beside what came, and today's totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.bundle import Bundle
from segml.features import Snapshot
from segml.ledger import Ledger
from segml.outcomes import potential

Values = npt.NDArray[np.float64]
Sides = Sequence[tuple[Bundle, Snapshot]]


@dataclass(frozen=True, kw_only=True, eq=False)
class MoneyContest:
    """Expected profit by the challenger and by the champion.

    Parameters
    ----------
    days
        Of the profit that came: those of the challenger's horizon that are over.
    came, challenger, champion
        Profit and both expectations of each client that had bought by the day of the contest,
        shape (n,).
    totals
        What the challenger and the champion expect of all of today's clients together; None where
        they foretell different horizons.
    """

    days: int
    came: Values
    challenger: Values
    champion: Values
    totals: tuple[float, float] | None


def money_contest(ledger: Ledger, then: Sides, today: Sides) -> MoneyContest:
    """Both models' expected profit, of a past day beside what came, and of today.

    Parameters
    ----------
    ledger
        What came.
    then
        The challenger and the champion as of the day of the contest, each with the clients of it
        as it sees them.
    today
        Both as they are, with today's clients.
    """
    (first, now), _ = then
    rules, horizon = first.plan.churn, first.plan.potential.horizon_days
    days = min(horizon, ledger.last_day + 1 - now.as_of - rules.gap_days)
    future = ledger.future(now.as_of, gap_days=rules.gap_days, horizon_days=days)
    clients = now.frame.index[now.status.ne("prospect").to_numpy()]
    came = potential.label(future, clients)["profit"].to_numpy(np.float64)
    ours, theirs = (_expected(bundle, seen, clients) for bundle, seen in then)
    horizons = {bundle.plan.potential.horizon_days for bundle, _ in today}
    return MoneyContest(
        days=days,
        came=came,
        challenger=ours,
        champion=theirs,
        totals=None if len(horizons) > 1 else _totals(today),
    )


def _totals(today: Sides) -> tuple[float, float]:
    (_, seen), _ = today
    clients = seen.frame.index[seen.status.ne("prospect").to_numpy()]
    ours, theirs = (float(_expected(bundle, seen, clients).sum()) for bundle, seen in today)
    return ours, theirs


def _expected(bundle: Bundle, seen: Snapshot, clients: pd.Index) -> Values:
    return bundle.potential.expected(bundle.encoder.matrix(seen.frame.loc[clients]))
