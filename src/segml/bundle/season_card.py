"""What the model card says of a level: its season, its interval, and years that still filled."""

from __future__ import annotations

import math

from segml.bundle.record import OutcomeRecord
from segml.ledger import date_of


def season_said(outcome: OutcomeRecord) -> str:
    """The season the level follows, what it rests on and what it moves; or that it follows none.

    Parameters
    ----------
    outcome
        Of an outcome's training; older ones do not know of seasons.
    """
    season = outcome.details.get("season")
    if not season:
        return "The level follows no season."
    ahead = 100 * math.expm1(season["ahead"])
    seen = (
        f"so much is told of a horizon by {season['blocks']} blocks of 30 days that were seen "
        "twice, half of a block's being assumed before any was"
        if season["blocks"] > 1
        else "which is assumed (half of that of 30 days), since no season was seen twice yet"
    )
    return (
        "The level follows the portfolio's season. A year ago clients ordered in the coming "
        f"horizon's days {abs(ahead):.0f} % {'more' if ahead >= 0 else 'less'} than in the "
        f"horizons it was learnt on. A share of {season['share']:.2f} (standard deviation "
        f"{season['spread']:.2f}) of that is taken to come again: {seen}. As of this date it moves "
        f"the log-odds by {season['level']:+.2f}."
    )


def interval_said(outcome: OutcomeRecord) -> str:
    """What the probability's interval promises, and the level errors it rests on.

    Parameters
    ----------
    outcome
        Of a training of churn.
    """
    error = outcome.details.get("level_error") or {}
    seen = error.get("seen", {})
    shown = ", ".join(f"{date_of(int(day))} {off:+.2f}" for day, off in sorted(seen.items()))
    rests = (
        f"Observed less foretold level at the validated cut-offs, in log-odds: {shown}."
        if seen
        else "No cut-off could be foretold from earlier labels yet, so an assumption stands in."
    )
    return (
        "The interval is meant to hold the share lost among clients of the same score in four "
        "seasons of five. Its width comes from how far past seasons' levels lay from what was "
        "foretold of them, and from a bootstrap of clients and cut-offs; a season unlike any of "
        f"those lies outside. {rests}"
    )


def filling_said(outcome: OutcomeRecord) -> tuple[str, ...]:
    """How the level of money was moved where years were filling at the cut-offs; else nothing.

    Parameters
    ----------
    outcome
        Of a training of potential; older ones do not know of it.
    """
    told = outcome.details.get("filling")
    if not told:
        return ()
    moved = 100 * (told["factor"] - 1)
    said = (
        f"At its cut-offs the ledger had seen {100 * told['seen']:.0f} % of a year on average, so "
        "that sums of a year said too little there. The total is therefore set by what known "
        "clients' profit a day in a horizon was over that of the days seen before, less what all "
        f"clients' orders rose by: {100 * math.exp(told['kept']):.0f} % (from cut-off to cut-off "
        f"that strays by {100 * told['spread']:.0f} %). This moved every expected profit and its "
        f"interval by {moved:+.0f} %."
    )
    return (said,)
