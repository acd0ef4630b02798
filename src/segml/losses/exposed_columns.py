"""Columns of the hazard: what an exposure adds up to at risk, and what it was at each onset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segml.losses.exposed_risk import Risk
from segml.losses.history import Numbers
from segml.words.feature import Reason

BASELINE = "(unknown)"
QUANTILES = (0.35, 0.6, 0.8, 0.92, 0.97)
"""Steps lie at 0 and at these quantiles of the positive values: denser where harm would show."""
BASELINE_QUANTILES = (0.25, 0.5, 0.75, 0.9)
"""Steps of the baseline: every size of client has some months of its own."""
LEAST_MONTHS = 300
"""Client-months: an exposure met in fewer has no quantiles to speak of."""
NOTHING = 1e-9
"""A value of at most so much is none: what rounding leaves of a difference."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exposure:
    """What clients lived through, month by month; more is worse.

    Parameters
    ----------
    reason
        What it would be the reason of.
    feature
        The feature of the catalogue that shows the same.
    values
        (c, m) known at the months' starts.
    """

    reason: Reason
    feature: str
    values: Numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One column of the additive hazard.

    Parameters
    ----------
    reason
        The reason it belongs to; `unknown` for the baseline.
    feature
        The feature of the catalogue that shows the same; "(unknown)" for the baseline.
    event_ids
        The events it tells of, sorted; none for a column of records.
    mass
        Its sum over all client-months at risk.
    met
        (n,) its values at the onsets; true and false of one that is met or not.
    kind
        Of the event, and how long it works: columns of a kind are drawn to what is usual for it.
        Empty for a column of records.
    """

    reason: Reason
    feature: str
    event_ids: tuple[str, ...]
    mass: float
    met: Numbers | npt.NDArray[np.bool_]
    kind: str = ""


def steps(exposure: Exposure, risk: Risk) -> Iterator[Column]:
    """The columns that are one where the exposure is above a step; none where it is rare."""
    positive = exposure.values[risk.at_risk & (exposure.values > NOTHING)]
    if len(positive) < LEAST_MONTHS:
        return
    for cut in np.unique([NOTHING, *np.quantile(positive, QUANTILES)]):
        yield _flag(exposure, exposure.values > cut, risk)


def steps_both_ways(exposure: Exposure, risk: Risk) -> Iterator[Column]:
    """The columns that are one above a step, and those that are one up to it.

    Client-months count by what is known of their declines: the last months, of which little is,
    would else be a step of their own of whatever rises with time.
    """
    values = exposure.values[risk.at_risk]
    known = np.broadcast_to(risk.known, risk.at_risk.shape)[risk.at_risk]
    if not known.any():
        return
    cuts = np.quantile(values, BASELINE_QUANTILES, weights=known, method="inverted_cdf")
    for cut in np.unique(cuts):
        above = exposure.values > cut
        yield _flag(exposure, above, risk)
        yield _flag(exposure, ~above, risk)


def _flag(exposure: Exposure, is_on: npt.NDArray[np.bool_], risk: Risk) -> Column:
    return Column(
        reason=exposure.reason,
        feature=exposure.feature,
        event_ids=(),
        mass=risk.mass(is_on),
        met=is_on[risk.lost, risk.month],
    )
