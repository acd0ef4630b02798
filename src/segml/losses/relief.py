"""Departures that are a relief: care and cost freed, profit forgone.

A scheme may mark its lowest tier as one whose departure is a relief (`levels`: level 1,
`profitability`: problem). Where a scheme marks none, or had too few clients for its rule, it is a
client that cost more than it brought in the year before the earlier date. A key client is never
one: it is kept for a reason, and its departure is a loss.
"""

from __future__ import annotations

import pandas as pd

from segml.losses.books import Books, client_of
from segml.losses.ends import recorded_loss
from segml.losses.fates import was_lost
from segml.losses.months import as_date
from segml.losses.scene import Scene
from segml.losses.tables import RELIEF, framed
from segml.losses.transitions import Transition, left

MARKING_SCHEMES = frozenset({"levels", "profitability"})
"""Schemes whose lowest tier marks clients whose departure is a relief."""
YEAR = 365


def relief(scene: Scene, books: Books) -> pd.DataFrame:
    """The departures between the two dates that are a relief.

    Parameters
    ----------
    scene
        Ledger, model, dates.
    books
        Histories, rhythm, recorded ends.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.RELIEF`: the care and the money of the year before the earlier date, the
        client that cost most first.
    """
    gone = {}
    for client_id in candidates(scene):
        found = _departure(scene, books, client_id)
        if found is not None:
            gone[client_id] = found
    money = scene.snapshot(scene.start).money
    minutes = _minutes(scene, list(gone))
    rows = []
    for client_id, loss in gone.items():
        end = books.told_end(client_id)
        rows.append(
            {
                "client_id": client_id,
                "tier_before": scene.before["tier"][client_id],
                "certainty": loss.certainty,
                "onset": as_date(loss.onset.day),
                "lost_on": as_date(loss.lost_on),
                "care_minutes": float(minutes.get(client_id, 0.0)),
                "cost_freed": float(money["cost_to_serve_365"][client_id]),
                "profit_forgone": float(money["profit_365"][client_id]),
                "left_reason": end.reason if end else None,
            }
        )
    rows.sort(key=lambda row: (row["profit_forgone"], row["client_id"]))
    return framed(rows, RELIEF)


def candidates(scene: Scene) -> list[str]:
    """Ids of the active clients whose departure would be a relief, as known at the earlier date.

    Parameters
    ----------
    scene
        The model's scheme, tiers, and the money of the year before.
    """
    before, scheme = scene.before, str(scene.bundle.plan.tiers.scheme)
    tiers = scene.bundle.tiers
    if scheme in MARKING_SCHEMES and not tiers.estimator.ranking_:
        marked = before["tier"] == tiers.names[-1]
    else:
        marked = scene.snapshot(scene.start).money["profit_365"] < 0.0
    chosen = marked & before["is_active"] & ~before["is_key"]
    return sorted(str(each) for each in before.index[chosen])


def _departure(scene: Scene, books: Books, client_id: str) -> Transition | None:
    """How it left between the two dates; None if it did not."""
    client, end = client_of(books, client_id), books.ends.get(client_id)
    if (end and end.day < scene.start) or was_lost(
        left(client, books.lens, end=scene.start), scene.start
    ):
        return None
    if end:
        return recorded_loss(client, end, books.lens)
    found = left(client, books.lens, end=scene.end)
    return None if was_lost(found, scene.start) else found


def _minutes(scene: Scene, clients: list[str]) -> dict[str, float]:
    """Minutes of care in the year before the earlier date; 0 where none is recorded."""
    contacts = scene.ledger.past(scene.start).contacts(clients)
    year = contacts[contacts["day"] >= scene.start - YEAR]
    sums = year.assign(minutes=year["minutes"].astype("float64")).groupby("client_id")["minutes"]
    return {str(each): float(value) for each, value in sums.sum().items()}
