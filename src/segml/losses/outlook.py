"""What comes after the losses: who is next, and whom it may pay to win back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.losses.asked import HORIZON_DAYS, sample
from segml.losses.books import Books
from segml.losses.dossiers import Dossiers
from segml.losses.fates import Fates
from segml.losses.scene import Scene
from segml.losses.who_next import who_next
from segml.losses.winback import winback


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """The frames of `LossAnalysis` that look ahead, by name, and their part of its summary."""

    frames: Mapping[str, pd.DataFrame]
    summary: dict[str, Any]


def outlook(scene: Scene, books: Books, found: Dossiers, became: Fates) -> Outlook:
    """Who is next, and whom it may pay to win back.

    Parameters
    ----------
    scene, books
        Ledger, model, dates; histories, rhythm, clock.
    found
        The lost clients' frames.
    became
        What became of the key clients of the earlier date.
    """
    shares = found.loss_reasons[["client_id", "reason", "feature", "share"]]
    spans = {each: case.span for each, case in found.cases.items()}
    hazards = found.learnt.hazards if found.learnt else None
    coming = who_next(scene, books, found.losses, shares, spans, became=became, hazards=hazards)
    back = winback(
        found.losses,
        found.loss_reasons,
        books,
        scene.ledger.past(scene.end).contacts(list(scene.key)),
        comparable=(scene.key, sample(books.orders, scene.key)),
        end=scene.end,
    )
    told = coming.foretold
    return Outlook(
        frames={
            "next_lost": coming.next_lost,
            "lookalikes": coming.lookalikes,
            "winback": back,
        },
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
