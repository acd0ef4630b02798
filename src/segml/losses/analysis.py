"""Which key clients were lost between two dates, why, and what it costs: the whole in one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.bundle import Bundle
from segml.ledger import Ledger
from segml.losses.books import open_books
from segml.losses.dossiers import dossiers
from segml.losses.fates import demoted, fates
from segml.losses.outlook import outlook
from segml.losses.scene import Scene
from segml.losses.summary import summary

Progress = Callable[[str, int, int], None]
"""Called as (what is done next, steps done, steps in all)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LossAnalysis:
    """Everything that is known of the losses between two dates.

    Parameters
    ----------
    losses, loss_reasons, evidence
        The output contract (`tables.LOSSES`, `tables.LOSS_REASONS`, `tables.EVIDENCE`).
    demoted
        Key clients that fell out of the key tiers without being lost (`tables.DEMOTED`).
    course
        Orders, revenue and profit of each lost client by month (`tables.COURSE`).
    path
        Tiers and scores of each lost client on the two dates its reasons are taken between
        (`tables.PATH`).
    margins
        The exact parts of the change of the tier margin between them (`tables.MARGINS`).
    profit_parts
        Where the profit of those that stayed went, exactly (`tables.PROFIT_PARTS`).
    next_lost, lookalikes
        Who is next, and whose road it is on (`tables.NEXT_LOST`, `tables.LOOKALIKES`).
    winback
        Who it may pay to win back (`tables.WINBACK`).
    summary
        Counts, money in total, by kind and by reason, and the rules that were used; plain values.
    """

    losses: pd.DataFrame
    loss_reasons: pd.DataFrame
    evidence: pd.DataFrame
    demoted: pd.DataFrame
    course: pd.DataFrame
    path: pd.DataFrame
    margins: pd.DataFrame
    profit_parts: pd.DataFrame
    next_lost: pd.DataFrame
    lookalikes: pd.DataFrame
    winback: pd.DataFrame
    summary: Mapping[str, Any]


def analyse(
    ledger: Ledger, bundle: Bundle, *, start: int, end: int, progress: Progress | None = None
) -> LossAnalysis:
    """The key clients lost between two dates: who, when, why, and what it costs a year.

    Parameters
    ----------
    ledger
        A checked ledger; rows on `end` or later are not read.
    bundle
        The model for both dates, trained at or before `start`.
    start, end
        The two dates, in days since 1970-01-01.
    progress
        Called before each step.

    Raises
    ------
    ValueError
        If `start` is not before `end`.
    """
    if start >= end:
        raise ValueError("start lies before end")
    tell = progress or _silent
    tell("key clients", 0, 5)
    scene = Scene(ledger=ledger, bundle=bundle, start=start, end=end)
    scene.prepare((start, end))
    plan, known = bundle.plan, list(scene.after.index)
    tell("rhythms", 1, 5)
    books = open_books(
        ledger,
        scene.key,
        known=known,
        start=start,
        end=end,
        shrunk_below=plan.losses.shrunk_below,
        seed=plan.seed,
    )
    tell("losses", 2, 5)
    became = fates(books, scene.key, start=start, end=end)
    fallen = demoted(scene.before, scene.after, became.stayed)
    tell("reasons", 3, 5)
    found = dossiers(scene, books, became)
    tell("who is next", 4, 5)
    coming = outlook(scene, books, found)
    tell("done", 5, 5)
    return LossAnalysis(
        losses=found.losses,
        loss_reasons=found.loss_reasons,
        evidence=found.evidence,
        demoted=fallen,
        course=found.course,
        path=found.path,
        margins=found.margins,
        profit_parts=found.profit_parts,
        next_lost=coming.next_lost,
        lookalikes=coming.lookalikes,
        winback=coming.winback,
        summary={**summary(scene, books, became, found, fallen), **coming.summary},
    )


def _silent(step: str, done: int, steps: int) -> None:
    del step, done, steps
