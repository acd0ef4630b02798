"""Lost clients, each beside the key clients that stayed and are most like it, on the same dates.

Alike is: of the same tier where there are some, of the same industry and region, of about the same
size. Told is how far every driver moved the way that harms, in the half year to the last healthy
date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.losses.attribution import Span
from segml.losses.books import Books
from segml.losses.history import Numbers, of
from segml.losses.months import month_start
from segml.losses.scene import Scene
from segml.words.feature import Feature

HALF_YEAR = 181
BESIDE = 10
"""Clients that stayed beside each lost one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Beside:
    """Lost clients and those beside them: how far each driver moved the way that harms.

    Parameters
    ----------
    lost
        (n, p) moves of the lost clients in half a year; NaN where unknown.
    stayed
        (n, k, p) moves of the clients beside each; NaN too where there are fewer than k.
    who
        (n, k) which client that is; -1 for none.
    """

    lost: Numbers
    stayed: Numbers
    who: npt.NDArray[np.int64]


def beside(
    scene: Scene,
    books: Books,
    spans: Mapping[str, Span],
    stayed: Sequence[str],
    drivers: Sequence[Feature],
) -> Beside:
    """The lost clients with a past of their own, each with its nearest that stayed.

    Parameters
    ----------
    scene, books, spans, stayed
        As in `compare_drivers`.
    drivers
        The p features.
    """
    pool = sorted(stayed)
    first = {each: _first_order(books, each) for each in (*spans, *pool)}
    by_day: dict[int, list[str]] = {}
    for client_id in sorted(spans):
        day = spans[client_id].before
        if first[client_id] <= month_start(day - HALF_YEAR):
            by_day.setdefault(day, []).append(client_id)
    scene.prepare(month_start(day - HALF_YEAR) for day in by_day)
    names, harm = [each.name for each in drivers], np.array([each.harm for each in drivers])
    lost, moved, who = [], [], []
    for day in sorted(by_day):
        then, now = scene.snapshot(month_start(day - HALF_YEAR)), scene.snapshot(day)
        moves = now.frame[names].astype("float64") - then.frame[names].astype("float64")
        change = moves.reindex(now.frame.index).mul(harm, axis="columns")
        known = [
            each for each in pool if first[each] <= then.as_of and now.status.get(each) == "active"
        ]
        alike = _Alike.of(scene, day, known)
        for client_id in by_day[day]:
            near = alike.nearest(scene, day, client_id)
            own = np.full((BESIDE, len(names)), np.nan)
            own[: len(near)] = change.loc[[known[each] for each in near]].to_numpy()
            lost.append(change.loc[client_id].to_numpy())
            moved.append(own)
            who.append([pool.index(known[each]) for each in near] + [-1] * (BESIDE - len(near)))
    shape = (len(lost), BESIDE, len(names))
    return Beside(
        lost=np.array(lost, dtype=np.float64).reshape(shape[0], shape[2]),
        stayed=np.array(moved, dtype=np.float64).reshape(shape),
        who=np.array(who, dtype=np.int64).reshape(shape[:2]),
    )


def _first_order(books: Books, client_id: str) -> int:
    days = of(books.orders, client_id).days
    return int(days[0]) if len(days) else np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class _Alike:
    """What clients that stayed are matched by, on a day."""

    facts: pd.DataFrame
    spread: float

    @classmethod
    def of(cls, scene: Scene, day: int, known: Sequence[str]) -> _Alike:
        facts = _facts(scene, day, known)
        spread = float(facts["size"].std(ddof=0)) if len(facts) else 0.0
        return cls(facts, spread if spread > 0.0 else 1.0)

    def nearest(self, scene: Scene, day: int, client_id: str) -> list[int]:
        """The places of the nearest; other tiers only where the own has too few."""
        own = _facts(scene, day, [client_id]).iloc[0]
        apart = np.abs(self.facts["size"].to_numpy() - own["size"]) / self.spread
        for name in ("industry", "region"):
            apart = apart + (self.facts[name] != own[name]).to_numpy(dtype=np.float64)
        other = (self.facts["tier"] != own["tier"]).to_numpy(dtype=np.float64)
        order = np.lexsort((np.arange(len(apart)), apart, other))
        return [int(each) for each in order[:BESIDE]]


def _facts(scene: Scene, day: int, clients: Sequence[str]) -> pd.DataFrame:
    """Tier at the earlier date; industry, region and size (log of a year's sales) on the day."""
    now, ids = scene.snapshot(day), list(clients)
    sales = now.money["revenue_365"].reindex(ids).clip(lower=0.0).fillna(0.0)
    return pd.DataFrame(
        {
            "tier": scene.before["tier"].reindex(ids),
            "industry": now.clients["industry"].reindex(ids).astype("object").fillna(""),
            "region": now.clients["region"].reindex(ids).astype("object").fillna(""),
            "size": np.log1p(sales),
        }
    )
