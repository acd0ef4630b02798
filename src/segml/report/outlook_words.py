"""Sentences about what lies ahead of a client: when it buys again, and whether its tier changes."""

from __future__ import annotations

from collections.abc import Sequence

from segml.report.figures import chance, in_a_row, listed
from segml.report.language import _
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
    orders = listed([chance(1 - one.p_churn) for one in told])
    said = [_("an order by then {chances}", chances=orders)]
    higher, lower = [one.p_up for one in told], [one.p_down for one in told]
    if any(higher):  # nobody rises above the top, and what is not known is not told
        said.append(_("a higher tier then {chances}", chances=listed([_told(p) for p in higher])))
    if any(lower):
        said.append(_("a lower tier then {chances}", chances=listed([_told(p) for p in lower])))
    return _(
        "The model's estimate of the chances in {days} days: {chances}.",
        days=listed([str(one.horizon_days) for one in told]),
        chances=in_a_row(said),
    )


def _told(probability: float | None) -> str:
    """A chance; of a horizon whose model could not be learnt, that it is not known."""
    return _("unknown") if probability is None else chance(probability)
