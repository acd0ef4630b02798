"""Which lost clients each of today's key clients is like, by what presses on both.

Drivers are compared, not symptoms: on the day its decline began the lost client was no different
in its orders. A lost client's loss goes with some drivers, each with a share; by these weights

    similarity = 1 - Σ_f w_f · |pressure today_f - pressure then_f|

where pressure is the place among comparable clients of the same day (`pressure`). It is 1 where
today's client stands exactly where the lost one stood, and about a half for two that have nothing
to do with each other. Only pairs count in which both stand in the worst tenth on these drivers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segml.losses.history import Numbers
from segml.losses.levers import LEVER_OF

PRESSED = 0.9
"""Weighted pressure from which a client stands under these drivers: the worst tenth. With the worst
quarter nearly every key client of a made world was like some lost one."""
LEAST_SHARE = 0.25
"""A reason with a smaller share of a loss is too weak a sign to be looked for in others."""
MOST = 3
"""Lost clients named for each of today's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """One of today's clients, one lost client, and the reason they share.

    Parameters
    ----------
    client_id, like
        Today's client, and the lost one.
    reason
        Of the loss.
    similarity
        In [0, 1].
    driver
        The feature that presses hardest on today's client among those the loss goes with.
    """

    client_id: str
    like: str
    reason: str
    similarity: float
    driver: str

    @property
    def lever(self) -> str | None:
        """What could be tried against the driver; None where nothing is known."""
        return LEVER_OF.get(self.driver)


def likenesses(
    today: pd.DataFrame, then: pd.DataFrame, shares: pd.DataFrame
) -> dict[str, tuple[Likeness, ...]]:
    """For each of today's clients the lost clients it is most like, the most alike first.

    Parameters
    ----------
    today
        (n, drivers) pressure on today's clients, one row a client.
    then
        (m, drivers) pressure on the lost clients when their decline began.
    shares
        `client_id, reason, feature, share`: what each loss goes with; rows of `unknown`, and of
        features that are no column of both, are left out.

    Returns
    -------
    dict
        Client to at most `MOST` likenesses, each with another lost client; those without are not
        in it. They are ordered by similarity times the share of the reason: how alike, and how
        much that reason says of the loss.
    """
    names = [name for name in today.columns if name in then.columns]
    told = shares[shares["reason"].ne("unknown") & shares["feature"].isin(names)]
    told = told[(told["share"] > 0) & told["client_id"].isin(then.index)]
    clients, lost = (
        [str(each) for each in today.index],
        {str(c): i for i, c in enumerate(then.index)},
    )
    found: dict[str, list[tuple[float, Likeness]]] = {}
    for key, rows in told.groupby(["client_id", "reason"], sort=True):
        like, reason = (str(each) for each in key)
        share = float(rows["share"].sum())
        if share < LEAST_SHARE:
            continue
        features = rows["feature"].tolist()
        weight = rows["share"].to_numpy(np.float64) / share
        own = then[features].to_numpy(np.float64)[lost[like]]
        if float(own @ weight) < PRESSED:
            continue
        values = today[features].to_numpy(np.float64)
        for place in np.flatnonzero(values @ weight >= PRESSED):
            each = Likeness(
                client_id=clients[place],
                like=like,
                reason=reason,
                similarity=_similarity(values[place], own, weight),
                driver=str(features[int((weight * values[place]).argmax())]),
            )
            if each.client_id != each.like:
                found.setdefault(each.client_id, []).append((each.similarity * share, each))
    return {client_id: _best(pairs) for client_id, pairs in sorted(found.items())}


def _similarity(today: Numbers, then: Numbers, weight: Numbers) -> float:
    return float(1.0 - np.abs(today - then) @ weight)


def _best(pairs: list[tuple[float, Likeness]]) -> tuple[Likeness, ...]:
    ordered = sorted(pairs, key=lambda pair: (-pair[0], pair[1].like, pair[1].reason))
    chosen: dict[str, Likeness] = {}
    for _, each in ordered:
        chosen.setdefault(each.like, each)
    return tuple(chosen.values())[:MOST]
