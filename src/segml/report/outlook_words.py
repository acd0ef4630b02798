"""Sentences about what lies ahead of a client: when it buys again, and whether its tier changes."""

from __future__ import annotations

from collections.abc import Sequence

from segml.report.figures import chance
from segml.report.outlook import OutlookAt


def outlook_sentence(told: Sequence[OutlookAt]) -> str:
    """One line on all horizons; empty where nothing is known.

    Parameters
    ----------
    told
        The client's horizons, shortest first.
    """
    if not told:
        return ""
    days = _listed([str(one.horizon_days) for one in told])
    said = [f"an order by then {_listed([chance(1 - one.p_churn) for one in told])}"]
    for what, chances in (
        ("higher", [one.p_up for one in told]),
        ("lower", [one.p_down for one in told]),
    ):
        if any(chances):  # nobody rises above the top, and what is not known is not told
            said.append(f"a {what} tier then {_listed([chance(p) for p in chances])}")
    return f"The model's estimate of the chances in {days} days: {'; '.join(said)}."


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
