"""How many days there may be to act before a client is lost: the shorter of two answers.

- *By its silence*: where the next order is overdue, the days until its silence breaks its own
  rhythm and it counts as `left`.
- *By its warning*: where the model's warning stands, the days that usually lay between that warning
  and the loss of those that were lost, less the days it has stood already.

A client that is neither overdue nor warned of has no date: nothing has begun that could be timed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from segml.ledger import day_of
from segml.losses.silence import Silence

LEAST_LEADS = 5
"""With fewer losses of a reason all losses tell how long a warning lasts, and below it none."""


def lead_days(losses: pd.DataFrame, warned: Mapping[str, int | None]) -> dict[str, float]:
    """The days between warning and loss, the median by first reason, and of all under `""`.

    Parameters
    ----------
    losses
        Columns of `tables.LOSSES`.
    warned
        Lost client to the day the model's warning first stood; None where it never did. Only
        reasons with at least five warned losses are in the result.

    Examples
    --------
    >>> import datetime as dt
    >>> ends = [dt.date(1970, 1, 1) + dt.timedelta(days=n) for n in (10, 20, 30, 40, 50)]
    >>> rows = [{"client_id": f"c{n}", "reason_1": "price", "lost_on": day}
    ...         for n, day in enumerate(ends)]
    >>> lead_days(pd.DataFrame(rows), {f"c{n}": 0 for n in range(5)})
    {'': 30.0, 'price': 30.0}
    """
    by_reason: dict[str, list[float]] = {"": []}
    rows = zip(losses["client_id"], losses["reason_1"], losses["lost_on"], strict=True)
    for client_id, reason, lost_on in rows:
        first = warned.get(str(client_id))
        if first is not None:
            for each in ("", str(reason)):
                by_reason.setdefault(each, []).append(float(day_of(lost_on) - first))
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
    if quiet is not None and quiet.late_on <= end < quiet.lost_on:
        found.append(float(quiet.lost_on - end))
    lead = leads.get(reason or "", leads.get(""))
    if warned_on is not None and lead is not None:
        found.append(max(0.0, lead - (end - warned_on)))
    return min(found, default=None)
