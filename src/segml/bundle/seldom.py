"""Clients that order at longer intervals than the churn horizon: no purchase in it is no loss."""

from __future__ import annotations

from segml.features import Snapshot

LEAST_SHARE = 0.05
"""Of the active clients with an interval of their own, from which share on it is told."""


def seldom_notes(now: Snapshot, horizon_days: int) -> tuple[str, ...]:
    """What to say of them, if they are many.

    Parameters
    ----------
    now
        The snapshot of the date.
    horizon_days
        Of churn.
    """
    if "median_gap_days" not in now.frame:
        return ()
    gap = now.frame.loc[now.status.eq("active").to_numpy(), "median_gap_days"].dropna()
    seldom = int((gap > horizon_days).sum())
    if not seldom or seldom < LEAST_SHARE * len(gap):
        return ()
    said = (
        f"{seldom:,} of {len(gap):,} active clients that ordered twice or more usually do so at "
        f"longer intervals than the churn horizon of {horizon_days} days: that they buy nothing "
        "in it is no loss of them, though it counts as churn and as profit at stake; a longer "
        "`churn.horizon_days` tells more of them"
    )
    return (said,)
