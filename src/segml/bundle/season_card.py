"""What the model card says of the season of a level."""

from __future__ import annotations

import math

from segml.bundle.record import OutcomeRecord


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
        f"so much has come again in {season['blocks']} blocks of 30 days that were seen twice, "
        "half being assumed before any was"
        if season["blocks"] > 1
        else "which is assumed, since no season was seen twice yet"
    )
    return (
        "The level follows the portfolio's season. A year ago clients ordered in the coming "
        f"horizon's days {abs(ahead):.0f} % {'more' if ahead >= 0 else 'less'} than in the "
        f"horizons it was learnt on. A share of {season['share']:.2f} (standard deviation "
        f"{season['spread']:.2f}) of that is taken to come again: {seen}. As of this date it moves "
        f"the log-odds by {season['level']:+.2f}."
    )
