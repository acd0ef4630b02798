"""All losses of an analysis in a few plain values: counts, money, and the rules that were used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from segml.losses.books import Books
from segml.losses.dossiers import Dossiers
from segml.losses.fates import Fates
from segml.losses.months import as_date
from segml.losses.scene import Scene
from segml.words.feature import REASONS

KINDS = ("left", "shrunk", "unprofitable")


def summary(
    scene: Scene, books: Books, fates: Fates, found: Dossiers, demoted: pd.DataFrame
) -> dict[str, Any]:
    """The totals of an analysis; all money a year in the ledger's currency.

    Parameters
    ----------
    scene, books, fates
        What was looked at and what became of the key clients.
    found
        The lost clients' frames.
    demoted
        Of `fates.demoted`.

    Returns
    -------
    dict
        JSON-able. `money_by_reason` sums to `profit_lost`.
    """
    losses = found.losses
    share_named, high_risk = _explained(found.loss_reasons), scene.high_risk(scene.start, scene.key)
    return {
        "from": str(as_date(scene.start)),
        "to": str(as_date(scene.end)),
        "key_clients": len(scene.key),
        "lost": len(losses),
        "lost_before": len(fates.lost_before),
        "stayed": len(fates.stayed),
        "demoted": len(demoted),
        "by_kind": {kind: int((losses["kind"] == kind).sum()) for kind in KINDS},
        "certain": int((losses["certainty"] == "certain").sum()),
        "profit_before": float(losses["profit_before"].sum()),
        "profit_lost": float(losses["profit_lost"].sum()),
        "referral_profit_lost": float(losses["referral_profit_lost"].sum()),
        "money_by_kind": _by(losses, "kind", "profit_lost", KINDS),
        "money_by_reason": _by(found.loss_reasons, "reason", "money", REASONS),
        "share_explained": share_named,
        "declines_learnt_from": found.learnt.onsets if found.learnt else None,
        "explained_beyond_chance": found.learnt.explained if found.learnt else None,
        "high_risk_line": high_risk if np.isfinite(high_risk) else None,
        "seasonal_clock": books.lens.is_seasonal,
        "shrunk_below": books.lens.shrunk_below,
        "currency": scene.ledger.currency,
        "gain_beyond_chance": found.learnt.gain if found.learnt else None,
        "gain_error": found.learnt.error if found.learnt else None,
        "notes": _notes(scene, books, found),
    }


def _by(frame: pd.DataFrame, column: str, money: str, names: tuple[str, ...]) -> dict[str, float]:
    sums = frame.groupby(column)[money].sum()
    return {name: float(sums[name]) for name in names if name in sums.index}


def _explained(reasons: pd.DataFrame) -> float | None:
    """Mean share of the reasons that are not `unknown`; None when nobody was lost."""
    clients = reasons["client_id"].nunique()
    known = float(reasons.loc[reasons["reason"] != "unknown", "share"].sum())
    return known / clients if clients else None


def _notes(scene: Scene, books: Books, found: Dossiers) -> list[str]:
    notes = []
    if not books.lens.is_seasonal:
        notes.append(
            "rhythms are read in plain days: the ledger holds less than two years, or no season"
        )
    if not any(feature.kind == "driver" for feature in scene.bundle.encoder.features):
        notes.append("the ledger carries no driver: every loss is `unknown`")
    if found.learnt and found.learnt.explained == 0.0:
        learnt = found.learnt
        notes.append(
            f"what the ledger records explains none of {learnt.onsets:,} declines: beyond the "
            f"calendar and chance, drivers gain {learnt.gain:+.4f} of log likelihood a decline "
            f"(standard error {learnt.error:.4f}); no reason is named but what the account of a "
            "client that stayed shows"
        )
    return notes
