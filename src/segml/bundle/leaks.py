"""The gate before a training: no feature that seems to know the label, unless it is trusted."""

from __future__ import annotations

from collections.abc import Sequence

from segml.features import Encoder, Snapshot
from segml.outcomes import Rows, Suspect, churn, suspects
from segml.words.errors import LeakSuspected

OWN_ORDERS = frozenset({
    "rhythm",
    "purchases",
    "orders",
    "spend",
    "trends",
    "season",
    "profit",
    "margins",
    "discounts",
    "returns",
    "prices",
    "categories",
    "products",
    "tenure",
})  # fmt: skip
"""Families made of nothing but a client's dated orders."""
SILENCE = "silence_days"
MANY = 5
"""Suspects named in full; the rest are counted."""


def require_no_leak(
    rows: Rows, encoder: Encoder, today: Snapshot, *, trusted: Sequence[str]
) -> None:
    """Refuse rows of which a feature seems to know the label.

    Parameters
    ----------
    rows
        The rows of churn.
    encoder
        Made their matrix.
    today
        The snapshot of the as-of date, whose active clients the model is for.
    trusted
        Features that are not asked.

    Raises
    ------
    LeakSuspected
        Naming each feature with its figures.
    """
    active = churn.population(today.status).to_numpy(dtype=bool)
    found = suspects(
        rows,
        encoder.matrix(today.frame[active]),
        silence=SILENCE,
        own_orders={one.name for one in encoder.features if one.family in OWN_ORDERS},
        trusted=trusted,
    )
    if found:
        more = len(found) - MANY
        names = [one.feature for one in found]
        raise LeakSuspected(
            "; ".join(map(_told, found[:MANY])) + (f"; and {more} more" if more > 0 else ""),
            allowed="features whose values at a past date are those that were known on it",
            next_step="see how the table behind it is filled: a fact that is changed once a client "
            "has gone, a row written later under an earlier date, or a source that has stopped; "
            "leave the column out of the ledger, or, if it is sound, name it under "
            f"churn.trusted_features: [{', '.join(names)}]",
        )


def _told(one: Suspect) -> str:
    told = f"`{one.feature}` alone tells lost clients apart with an AUC of {one.auc:.2f}"
    if one.mark == "tells too much":
        return f"{told}, all features of their own orders {one.beside:.2f} at most"
    return (
        f"{told} at past cut-offs, and of clients that bought lately it tells nothing today (the "
        f"spread of its risks is {one.beside:.0%} of the usual)"
    )
