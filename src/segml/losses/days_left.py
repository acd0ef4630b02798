"""How many days there may be to act before a client is lost: the shorter of two answers.

- *By its silence*: where the next order is overdue, the days until its silence breaks its own
  rhythm and it counts as `left`.
- *By its warning*: where the model's warning stands, the days that usually lay between first signal
  and loss (the days to act of the dossiers), less the days it has stood already.

A client that is neither overdue nor warned of has no date: nothing has begun that could be timed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segml.losses.silence import Silence

LEAST_LEADS = 5
"""With fewer losses of a reason all losses tell how long a warning lasts, and below it none."""


def lead_days(losses: pd.DataFrame) -> dict[str, float]:
    """The days between first signal and loss, the median by first reason, and of all under `""`.

    Parameters
    ----------
    losses
        Columns of `tables.LOSSES`. Only reasons with at least five warned losses are in the result.

    Examples
    --------
    >>> import datetime as dt
    >>> day = dt.date(2024, 1, 1)
    >>> rows = [{"reason_1": "price", "first_signal": day, "lost_on": day + dt.timedelta(days=n)}
    ...         for n in (10, 20, 30, 40, 50)]
    >>> lead_days(pd.DataFrame(rows))
    {'': 30.0, 'price': 30.0}
    """
    warned = losses[losses["first_signal"].notna() & losses["lost_on"].notna()]
    days = [
        float((lost - first).days)
        for first, lost in zip(warned["first_signal"], warned["lost_on"], strict=True)
    ]
    reasons = warned["reason_1"].tolist()
    by_reason: dict[str, list[float]] = {"": days}
    for reason, lead in zip(reasons, days, strict=True):
        by_reason.setdefault(str(reason), []).append(lead)
    return {
        reason: float(np.median(by_reason[reason]))
        for reason in sorted(by_reason)
        if len(by_reason[reason]) >= LEAST_LEADS
    }


def days_left(
    *,
    end: int,
    quiet: Silence | None,
    warned_on: int | None,
    reason: str | None,
    leads: Mapping[str, float],
) -> float | None:
    """The days left for one client; None where nothing has begun.

    Parameters
    ----------
    end
        Today.
    quiet
        Its silence; None for a client that never bought.
    warned_on
        The first day of the warning that stands today; None where none does.
    reason
        The reason it shares with lost clients; None where there is none.
    leads
        Of `lead_days`.

    Examples
    --------
    >>> days_left(end=100, quiet=None, warned_on=60, reason="price", leads={"": 90.0})
    50.0
    """
    found = []
    if quiet is not None and quiet.due_on < end < quiet.lost_on:
        found.append(float(quiet.lost_on - end))
    lead = leads.get(reason or "", leads.get(""))
    if warned_on is not None and lead is not None:
        found.append(max(0.0, lead - (end - warned_on)))
    return min(found, default=None)
