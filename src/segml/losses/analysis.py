"""Which key clients were lost between two dates, why, and what it costs: the whole in one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from segml.bundle import Bundle
from segml.features import remembering
from segml.ledger import Ledger
from segml.losses.asked import asked_about, key_today
from segml.losses.books import Books, open_books
from segml.losses.causes import learn_reasons
from segml.losses.compared import compare_drivers
from segml.losses.dating import Declines, declines_of
from segml.losses.dossiers import Dossiers, dossiers, no_dossiers
from segml.losses.fates import Fates, demoted, fates, lapsed, won_and_lost
from segml.losses.impact import event_impact
from segml.losses.outlook import outlook
from segml.losses.overall import contradicted_note, overall
from segml.losses.recorded_reasons import recorded_reasons
from segml.losses.relief import relief
from segml.losses.scene import Scene
from segml.losses.successors import successors
from segml.losses.summary import summary
from segml.losses.together import loss_events, loss_faults, losses_by, lost_clients
from segml.losses.trend import loss_trend
from segml.losses.withdrawn import Shrinkage, through_withdrawals

SIZES = ("size_employees",)
"""Features of a client's size, which clients are compared by."""
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
        Who is next, and whose road it is on (`tables_ahead.NEXT_LOST`, `tables_ahead.LOOKALIKES`).
    winback
        Who it may pay to win back (`tables_ahead.WINBACK`).
    successors
        Who may be a lost client under another id (`tables_ahead.SUCCESSORS`).
    losses_by, loss_faults, loss_events
        All losses together: money by every dimension, what is in our hand to mend, and what is
        written of the events named in both (`tables.LOSSES_BY` and so on).
    loss_drivers, loss_trend
        What was seen before losses and not with comparable clients, and the losses by quarter.
    relief
        Departures that are a relief (`tables.RELIEF`).
    recorded_reasons
        What is told of those beside whom people recorded a reason (`tables.RECORDED_REASONS`).
    event_impact
        What losses and profit did after each company event (`tables.EVENT_IMPACT`).
    company_events
        Those events, as the ledger tells them (`tables.COMPANY_EVENTS`).
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
    successors: pd.DataFrame
    losses_by: pd.DataFrame
    loss_faults: pd.DataFrame
    loss_events: pd.DataFrame
    loss_drivers: pd.DataFrame
    loss_trend: pd.DataFrame
    relief: pd.DataFrame
    recorded_reasons: pd.DataFrame
    event_impact: pd.DataFrame
    company_events: pd.DataFrame
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
    tell("key clients", 0, 6)
    scene = Scene(ledger=remembering(ledger), bundle=bundle, start=start, end=end)
    scene.prepare((start, end))
    plan, known = bundle.plan, list(scene.after.index)
    tell("rhythms", 1, 6)
    books = open_books(
        ledger,
        scene.key,
        known=known,
        start=start,
        end=end,
        shrunk_below=plan.losses.shrunk_below,
        seed=plan.seed,
    )
    tell("losses", 2, 6)
    became = fates(books, scene.key, start=start, end=end)
    declines = declines_of(
        ledger, books, became, known=known, start=start, end=end, always=key_today(scene)
    )
    became = declines.fates
    fallen = demoted(scene.before, scene.after, became.stayed)
    tell("reasons", 3, 6)
    found = _dossiers(scene, books, declines)
    together = _together(scene, books, became, found)
    tell("who is next", 4, 6)
    coming = outlook(scene, books, found, became)
    tell("events", 5, 6)
    impact = event_impact(ledger, books, _about(scene), known=known, end=end)
    said = summary(scene, books, became, found, fallen) | overall(books, became, together)
    shrunk = through_withdrawals(books, became.stayed, start=start, end=end)
    said |= _beside_the_lost(scene, books, became, fallen, shrunk)
    notes = [
        *said["notes"],
        *contradicted_note(books, scene.key),
        *shrunk.note(ledger.currency),
    ]
    tell("done", 6, 6)
    return LossAnalysis(
        losses=found.losses,
        loss_reasons=found.loss_reasons,
        evidence=found.evidence,
        demoted=fallen,
        course=found.course,
        path=found.path,
        margins=found.margins,
        profit_parts=found.profit_parts,
        **together,
        **coming.frames,
        summary=said | coming.summary | {"notes": notes},
        event_impact=impact.event_impact,
        company_events=impact.company_events,
    )


def _dossiers(scene: Scene, books: Books, declines: Declines) -> Dossiers:
    """The lost clients one by one, with what all declines taught of reasons and of hazards."""
    if not declines.fates.lost:
        return no_dossiers()
    learnt = learn_reasons(
        scene.ledger,
        declines.fates,
        declines,
        seed=books.lens.seed,
        end=scene.end,
        active_days=scene.bundle.plan.churn.active_days,
        asked=asked_about(scene, [each for each in declines.clients if each in books.orders]),
    )
    return dossiers(scene, books, declines.fates, learnt)


def _together(
    scene: Scene, books: Books, became: Fates, found: Dossiers
) -> dict[str, pd.DataFrame]:
    """The frames that tell of all losses at once, by name."""
    told = lost_clients(scene, found)
    spans = {each: case.span for each, case in found.cases.items()}
    return {
        "losses_by": losses_by(told),
        "loss_faults": loss_faults(told),
        "loss_events": loss_events(scene, told),
        "loss_drivers": compare_drivers(scene, books, spans, became.stayed),
        "loss_trend": loss_trend(scene, books, found),
        "relief": relief(scene, books),
        "recorded_reasons": recorded_reasons(found.learnt, books.ends, seed=books.lens.seed),
        "successors": successors(scene.ledger.past(scene.end), books, became),
    }


def _beside_the_lost(
    scene: Scene, books: Books, became: Fates, fallen: pd.DataFrame, shrunk: Shrinkage
) -> dict[str, Any]:
    """Who is not counted and has to be told of, by how it went, with a year's profit."""
    late = won_and_lost(books, scene.key, key_today(scene), start=scene.start, end=scene.end)
    quiet = lapsed(scene.after, became.stayed, tuple(fallen["client_id"]))

    def told(who: Sequence[str], day: int) -> dict[str, Any]:
        profit = scene.snapshot(day).money["profit_365"].reindex(list(who))
        return {"clients": len(who), "profit": float(profit.sum())}

    return {
        "withdrawals": {"clients": len(shrunk.clients), "profit": shrunk.profit},
        "won_and_lost": told(late, scene.end),
        "lapsed": told(quiet, scene.start),
    }


def _about(scene: Scene) -> pd.DataFrame:
    """What makes clients comparable beside their orders, by client."""
    now = scene.snapshot(scene.end)
    return now.clients[["region", "industry", "manager"]].join(
        now.frame[[name for name in SIZES if name in now.frame]]
    )


def _silent(step: str, done: int, steps: int) -> None:
    del step, done, steps
