"""What lies ahead of a client at several horizons: from the published outlook."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from segml.report.records import Rows, of_client

TABLES = ("outlook",)
"""The published table that this is read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookAt:
    """One horizon: the chances of no order, of a higher tier, of a lower one (None: not known)."""

    horizon_days: int
    p_churn: float
    p_up: float | None
    p_down: float | None


def outlook_facts(outlook: pd.DataFrame | Rows | None, client_id: str) -> tuple[OutlookAt, ...]:
    """The outlook of one client, shortest horizon first.

    Parameters
    ----------
    outlook
        The published table; None for a run that published none.
    client_id
        Whose.

    Returns
    -------
    tuple of OutlookAt
        Empty for a client that is not active, and without the table.
    """
    mine = of_client(outlook, client_id) or []
    return tuple(
        OutlookAt(
            horizon_days=int(row["horizon_days"]),
            p_churn=row["p_churn"],
            p_up=row["p_up"],
            p_down=row["p_down"],
        )
        for row in sorted(mine, key=lambda row: row["horizon_days"])
    )
