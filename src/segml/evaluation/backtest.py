"""The backtest: history replayed at rolling origins by production's own fit and score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from segml.evaluation.baselines import BASELINES
from segml.evaluation.grade import Standing
from segml.evaluation.origins import checked_origins, default_origins
from segml.evaluation.overall import standing_over
from segml.evaluation.replaying import MODELS, Replay
from segml.evaluation.summary import by_origin, summarise
from segml.features import remembering
from segml.ledger import Ledger, date_of
from segml.words.plan import Plan

Progress = Callable[[str, int, int], None]
"""Called as (the origin that is replayed next, origins done, origins in all)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Backtest:
    """What a replay of history found.

    Parameters
    ----------
    table
        slice, model (`segml`, `previous` and the baselines), metric, mean over origins, low and
        high (90 % bootstrap over clients), origins, clients.
    by_origin
        origin, slice, model, metric, value, clients.
    predictions
        One row an origin and client with history: origin (date), client_id, status, key, newcomer,
        small, tier_rank, worth (the last year's profit, none below zero), lost (NaN unless active),
        a risk and a probability a model, profit (NaN where its horizon is not over) and each
        model's expectation of it with low and high.
    standing
        What the grade rests on.
    notes
        What the fits said, with their origins.
    """

    table: pd.DataFrame
    by_origin: pd.DataFrame
    predictions: pd.DataFrame
    standing: Standing
    notes: tuple[str, ...]


def backtest(
    ledger: Ledger,
    plan: Plan,
    origins: Sequence[dt.date | int] | None = None,
    *,
    threads: int = 2,
    draws: int = 100,
    progress: Progress | None = None,
) -> Backtest:
    """What the plan's models would have said at past dates, held against what happened.

    Parameters
    ----------
    ledger
        A checked ledger.
    plan
        Horizons, cut-offs and seed, as in production.
    origins
        The dates to stand at; default: `default_origins`.
    threads
        Processors to use; changes nothing else.
    draws
        Bootstrap draws for the intervals.
    progress
        Called before each origin.

    Raises
    ------
    HistoryTooShort
        If a date has too little history before it, or no whole horizon after it.
    """
    asked = default_origins(ledger, plan) if origins is None else origins
    days = checked_origins(ledger, plan, asked)
    replay, replayed = Replay(remembering(ledger), plan, threads=threads), []
    for done, day in enumerate(days):
        if progress is not None:
            progress(date_of(day).isoformat(), done, len(days))
        replayed.append(replay.at(day))
    if progress is not None:
        progress("intervals by bootstrap", len(days), len(days))
    predictions = pd.concat([frame for frame, _ in replayed], ignore_index=True)
    table = summarise(predictions, MODELS, draws=draws, seed=plan.seed)
    said = dict.fromkeys(note for _, notes in replayed for note in notes)
    return Backtest(
        table=table,
        by_origin=by_origin(predictions, MODELS),
        predictions=predictions,
        standing=standing_over(table, predictions, tuple(BASELINES)),
        notes=tuple(said),
    )
