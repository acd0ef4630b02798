"""The portfolio's tables of a scoring run, published beside its scores."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from segml.bundle import Bundle
from segml.flows.session import Session, registry_of
from segml.ledger import Ledger, date_of, day_of, profit
from segml.portfolio import Moves, Scene, portfolio_tables
from segml.scoring import Scored, last_month_start, replay, tier_columns
from segml.stores import Frames, Version, load_version
from segml.words.errors import DataRefused, NoModel

PROFIT_DAYS = 365


def portfolio_of(
    run: Session,
    ledger: Ledger,
    bundle: Bundle,
    version: Version,
    *,
    day: dt.date,
    scored: Scored,
    notes: list[str],
) -> dict[str, Frames]:
    """The portfolio's tables of one scored date.

    Parameters
    ----------
    run
        The session, for the playbooks and the registry.
    ledger
        A checked ledger.
    bundle, version
        What scored.
    day
        The date.
    scored
        Its scores.
    notes
        Gains what has to be said of them.
    """
    scene = Scene(
        past=ledger.past(day),
        scores=scored.scores,
        clients=scored.clients,
        churn_days=bundle.plan.churn.horizon_days,
        potential_days=bundle.plan.potential.horizon_days,
        playbooks=run.settings.playbooks,
        seed=run.settings.plan.seed,
    )
    with run.timed("portfolio"):
        moves: Moves | None = None
        try:
            moves = _moves(run, ledger, version, day, scored)
        except DataRefused as refusal:
            notes.append(f"no migration: the model of the last month start refuses. {refusal}")
        return {**portfolio_tables(scene, moves)}


def _moves(run: Session, ledger: Ledger, version: Version, day: dt.date, scored: Scored) -> Moves:
    """The tiers at the last month start and now, by this model and the one that stood then.

    Raises
    ------
    DataRefused
        If the model that stood then reads what the ledger has no longer.
    """
    scores = scored.scores.set_index("client_id")
    now, held = scores["tier"], scores["previous_tier"]
    end = day_of(day)
    start = last_month_start(end, ledger.first_day)
    before, after = held, now
    if start is not None:
        earlier = _standing(run, version, date_of(start))
        if earlier is not None:
            before = replay(earlier, ledger, end).reindex(scores.index)
            after = earlier.tiers.assign(tier_columns(earlier, ledger, end), before)["tier"]
    return Moves(
        before=before,
        before_later_model=held,
        after_earlier_model=after.reindex(scores.index),
        after=now,
        profit_before=_profit_then(ledger, start).reindex(scores.index),
        profit_after=scores["profit_365"],
    )


def _standing(run: Session, version: Version, day: dt.date) -> Bundle | None:
    """The model that stood at a day, if that was another than the one that scores."""
    registry = registry_of(run.settings)
    try:
        found = registry.champion_at_or_before(day)
    except NoModel:
        return None
    return None if found.version == version.version else load_version(registry, found)


def _profit_then(ledger: Ledger, start: int | None) -> pd.Series:
    if start is None:
        return pd.Series([], index=pd.Index([], dtype="str"), dtype="float64")
    return profit(ledger.past(start), start - PROFIT_DAYS, start)["profit"]
