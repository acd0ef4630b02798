"""What comes after the losses: who is next, and whom it may pay to win back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.losses.books import Books
from segml.losses.dossiers import Dossiers
from segml.losses.foretold import HORIZON_DAYS, sample
from segml.losses.scene import Scene
from segml.losses.who_next import healthy_days, who_next
from segml.losses.winback import winback


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """The frames of `LossAnalysis` that look ahead, and their part of its summary."""

    next_lost: pd.DataFrame
    lookalikes: pd.DataFrame
    winback: pd.DataFrame
    summary: dict[str, Any]


def outlook(scene: Scene, books: Books, found: Dossiers) -> Outlook:
    """Who is next, and whom it may pay to win back.

    Parameters
    ----------
    scene, books
        Ledger, model, dates; histories, rhythm, clock.
    found
        The lost clients' frames.
    """
    shares = found.loss_reasons[["client_id", "reason", "feature", "share"]]
    coming = who_next(scene, books, found.losses, shares, healthy_days(found.path))
    back = winback(
        found.losses,
        found.loss_reasons,
        books,
        scene.ledger.past(scene.end).contacts(list(scene.key)),
        comparable=(scene.key, sample(books, scene.key)),
        end=scene.end,
    )
    told = coming.foretold
    return Outlook(
        next_lost=coming.next_lost,
        lookalikes=coming.lookalikes,
        winback=back,
        summary={
            "next": {
                "key_clients": len(coming.next_lost),
                "horizon_days": HORIZON_DAYS,
                "profit_at_risk": float(coming.next_lost["profit_at_risk"].sum()),
                "learnt_from": told.lost,
                "caught": told.caught,
                "caught_by_silence": told.caught_by_silence,
            },
            "winback_value": float(back["expected_value"].sum()),
        },
    )
