"""How steady the reasons of churn are: two models that learnt on other clients, tier by tier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from segml.bundle.learning import Learnt, ScoredRows
from segml.bundle.record import OutcomeRecord
from segml.features import Encoder, Snapshot
from segml.outcomes import ChurnModel, agreement
from segml.tiers import TierModel

ASKED = 2_000
"""Clients, at most, whose reasons are compared: every n-th of the active ones."""
_HEAD: tuple[str, ...] = ("tier", "clients", "named by both", "rank correlation")
FEWEST = 10
"""A tier of fewer clients has no figure."""
Table = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]
"""Its head, and its rows."""


def with_steadiness(
    lost: Learnt[ChurnModel],
    scored: ScoredRows,
    encoder: Encoder,
    now: Snapshot,
    tiers: TierModel,
) -> Learnt[ChurnModel]:
    """The same, its record with `steadiness`: how far refits agree on today's reasons.

    Parameters
    ----------
    lost, scored
        Of `learn_churn`; nothing is added where no two refits on other clients were made.
    encoder, now, tiers
        Of the training.
    """
    refits = scored.told.refits
    tier = tiers.assign(now.frame)["tier"][now.status.eq("active").to_numpy()]
    asked = tier.index[:: max(1, -(-len(tier) // ASKED))]
    if len(refits) < 2 or len(asked) < FEWEST:
        return lost
    found = agreement(refits[0], refits[1], encoder.matrix(now.frame.loc[asked]))
    held = tier.loc[asked].to_numpy(dtype=object)
    parts = {"all": np.ones(len(held), dtype=bool)}
    parts |= {name: held == name for name in tiers.names if (held == name).sum() >= FEWEST}
    names = encoder.columns
    steadiness = {
        "by_chance": found.by_chance,
        "tiers": {
            name: {
                "clients": int(part.sum()),
                "kept": float(found.kept[part].mean()),
                "rank": float(found.rank[part].mean()),
            }
            for name, part in parts.items()
        },
        "alike": [[names[j] for j in group] for group in found.groups if len(group) > 1],
    }
    details = {**lost.record.details, "steadiness": steadiness}
    return replace(lost, record=replace(lost.record, details=details))


def steadiness_said(
    outcome: OutcomeRecord, *, plain: Callable[[str], str]
) -> tuple[str | Table, ...]:
    """What the card says: a sentence, a table, the features that count as one.

    Parameters
    ----------
    outcome
        Of a training of churn; nothing is said of one that did not ask.
    plain
        Makes a tier's name a text of the card.
    """
    told: Mapping[str, Any] | None = outcome.details.get("steadiness")
    if not told:
        return ()
    rows = [
        (
            plain(name),
            f"{one['clients']:,}",
            f"{100 * one['kept']:.0f} %",
            f"{one['rank']:.2f}",
        )
        for name, one in told["tiers"].items()
    ]
    said = (
        "How steady the reasons of churn are: the score was learnt twice more, on one half of the "
        "clients and on the other, and both give today's clients their reasons. Of a client's five "
        "leading reasons both name so many (by chance "
        f"{100 * told['by_chance']:.0f} %), and their orders of all reasons by size correlate so "
        "much. With half the clients each they are less steady than the score itself. Features "
        "that rank clients alike (correlation of ranks from 0.8 on) count as one reason."
    )
    groups = "; ".join(" + ".join(f"`{name}`" for name in group) for group in told["alike"])
    return said, (_HEAD, rows), f"Counted as one: {groups or 'none'}."
