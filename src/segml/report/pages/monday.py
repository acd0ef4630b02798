"""What changed since the run before, and what to do first: the facts of the first page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.report.pages.tasks import ReasonsOf, TaskFact, tasks
from segml.report.records import largest, records
from segml.report.table import Tables, frame_of

BEFORE = ("client_id", "status", "tier", "tier_rank", "is_key", "p_churn", "stake")
"""The columns of the list that are read of the run before."""
COLUMNS = (
    *("client_id", "called", "status", "tier", "tier_rank", "is_key", "p_churn", "p_churn_low"),
    *("p_churn_high", "profit_365", "stake", "action", "currency"),
)
"""The columns of the list that this is read from."""
SHOWN = 10
"""Clients in each table."""
LAST_DAYS = 31
"""How far back a loss is news where there is no run, or no analysis, before."""
LEAST_RISE = 0.02
"""A smaller rise of a risk is no news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostFact:
    """A key client that newly counts as lost; money a year."""

    client_id: str
    name: str
    kind: str
    certainty: str
    lost_on: dt.date | None
    profit_lost: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RisenFact:
    """A key client whose risk rose; `stake` is the risk now times the profit of the last year."""

    client_id: str
    name: str
    tier: str
    before: float | None
    now: float
    stake: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedFact:
    """A client that came into the key tiers or fell out of them, or moved among them."""

    client_id: str
    name: str
    tier_before: str
    tier_now: str
    up: bool
    profit_365: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MondayFacts:
    """What changed since `since` (None: there was no run before) for those that may be seen.

    `stake_before` is None without a run before. Losses are told from `losses_since` on: the run
    before, or the loss analysis before where that is older; to `losses_end`. `lost` and `risen`
    stand with the most money first, `moved` with the largest profit; the counts are of all, not
    only of those shown.
    """

    as_of: dt.date
    since: dt.date | None
    currency: str | None
    key_clients: int
    stake: float
    stake_before: float | None
    lost: tuple[LostFact, ...]
    lost_count: int
    lost_money: float
    losses_since: dt.date
    losses_end: dt.date | None
    risen: tuple[RisenFact, ...]
    risen_count: int
    moved: tuple[MovedFact, ...]
    moved_up: int
    moved_down: int
    tasks: tuple[TaskFact, ...]


def monday_facts(
    now: pd.DataFrame,
    before: pd.DataFrame | None,
    tables: Tables,
    *,
    names: Mapping[str, str],
    days: tuple[dt.date, dt.date | None],
    losses_days: tuple[dt.date | None, dt.date] | None = None,
    reasons_of: ReasonsOf,
    foretells: bool = True,
) -> MondayFacts:
    """The facts of the first page.

    Parameters
    ----------
    now, before
        Those that are key clients or were: today, with `COLUMNS`, and at the run before, with
        `BEFORE` (None: there was none).
    tables
        `losses`, `winback`, `attention`, `decisions`, where they were published; rows of clients
        that may not be seen are left out by who calls.
    names
        Client id to name, of those that may be seen.
    days
        The as-of date, and that of the run before.
    losses_days
        The later date of the loss analysis before (None: there was none), and of the newest.
    reasons_of
        Gives the published reasons of some clients.
    foretells
        Whether the model of the run foretells; else no risk is a thing to do.
    """
    as_of, since = days
    told_to, end = losses_days or (None, None)
    losses_since = _losses_since(as_of, since, told_to, end)
    losses = frame_of(tables, "losses")
    gone = frozenset() if losses is None else frozenset(losses["client_id"])
    stayed = now[~now["client_id"].isin(gone)]
    then = None if before is None else _then(stayed, before)
    is_at_stake = (stayed["is_key"] & stayed["status"].eq("active")).to_numpy(bool)
    lost = _lost(losses, losses_since)
    risen = _risen(stayed, is_at_stake, then)
    moved = _moved(stayed, then)
    currencies = now["currency"].dropna()
    return MondayFacts(
        as_of=as_of,
        since=since,
        currency=str(currencies.iloc[0]) if len(currencies) else None,
        key_clients=int(now["is_key"].sum()),
        stake=float(stayed.loc[is_at_stake, "stake"].sum()),
        stake_before=None if before is None else _stake(before, gone),
        lost=tuple(_lost_fact(row, names) for row in records(lost.head(SHOWN))),
        lost_count=len(lost),
        lost_money=float(lost["profit_lost"].sum()) if len(lost) else 0.0,
        losses_since=losses_since,
        losses_end=end,
        risen=tuple(_risen_fact(row) for row in records(largest(risen, "weight", SHOWN))),
        risen_count=len(risen),
        moved=tuple(_moved_fact(row) for row in records(largest(moved, "profit_365", SHOWN))),
        moved_up=int(moved["up"].sum()),
        moved_down=int((~moved["up"].astype(bool)).sum()),
        tasks=tasks(stayed, tables, names=names, reasons_of=reasons_of if foretells else None),
    )


def _losses_since(
    as_of: dt.date, since: dt.date | None, told_to: dt.date | None, end: dt.date | None
) -> dt.date:
    """From when on a loss is news: who scores every night need not look for losses every night."""
    month = dt.timedelta(days=LAST_DAYS)
    if end is None:
        return since or as_of - month
    return min(since or as_of, told_to or end - month)


def _stake(before: pd.DataFrame, gone: frozenset[str]) -> float:
    key = before["is_key"] & before["status"].eq("active") & ~before["client_id"].isin(gone)
    return float(before.loc[key, "stake"].sum())


def _lost(losses: pd.DataFrame | None, since: dt.date) -> pd.DataFrame:
    if losses is None:
        return pd.DataFrame({"profit_lost": []})
    days = pd.to_datetime(losses["lost_on"])
    news = losses[days >= pd.Timestamp(since)]
    return news.sort_values(["profit_lost", "client_id"], ascending=[False, True])


def _lost_fact(row: Mapping[str, Any], names: Mapping[str, str]) -> LostFact:
    return LostFact(
        client_id=row["client_id"],
        name=names.get(row["client_id"], row["client_id"]),
        kind=row["kind"],
        certainty=row["certainty"],
        lost_on=row["lost_on"],
        profit_lost=row["profit_lost"],
        reason=row["reason_1"],
    )


def _then(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """What was known at the run before of each client of today, nulls of one that was not."""
    return before.set_index("client_id").reindex(now["client_id"])


def _risen(
    now: pd.DataFrame, is_at_stake: npt.NDArray[np.bool_], then: pd.DataFrame | None
) -> pd.DataFrame:
    """Those at stake whose risk rose; `weight` is what that puts at stake.

    `then` tells of each client what was known at the run before; without one nobody is told.
    """
    if then is None:
        return now.head(0).assign(before=[], weight=[])
    before = then["p_churn"].to_numpy(float)
    rise = now["p_churn"].to_numpy(float) - np.where(np.isnan(before), 0.0, before)
    weight = rise * now["profit_365"].clip(lower=0).to_numpy(float)
    found = is_at_stake & (rise >= LEAST_RISE) & (weight > 0)
    risen: pd.DataFrame = now[found]
    return risen.assign(before=before[found], weight=weight[found])


def _risen_fact(row: Mapping[str, Any]) -> RisenFact:
    return RisenFact(
        client_id=row["client_id"],
        name=row["called"],
        tier=row["tier"],
        before=row["before"],
        now=row["p_churn"],
        stake=row["stake"],
    )


def _moved(now: pd.DataFrame, then: pd.DataFrame | None) -> pd.DataFrame:
    """Who came into the key tiers, fell out of them or moved among them; `then` as in `_risen`."""
    if then is None:
        return now.head(0).assign(up=[], tier_before=[])
    ranks = then["tier_rank"].to_numpy(float)
    was_key = then["is_key"].eq(other=True).to_numpy(bool)
    rank, is_key = now["tier_rank"].to_numpy(float), now["is_key"].to_numpy(bool)
    # another model may count the same tier, by its name, from another place
    renamed = (now["tier"].to_numpy(object) != then["tier"].to_numpy(object)).astype(bool)
    found = ~np.isnan(ranks) & (rank != ranks) & renamed & (was_key | is_key)
    tiers = then.loc[found, "tier"].to_numpy()
    moved: pd.DataFrame = now[found]
    return moved.assign(tier_before=tiers, up=(rank < ranks)[found])


def _moved_fact(row: Mapping[str, Any]) -> MovedFact:
    return MovedFact(
        client_id=row["client_id"],
        name=row["called"],
        tier_before=row["tier_before"],
        tier_now=row["tier"],
        up=bool(row["up"]),
        profit_365=row["profit_365"],
    )
