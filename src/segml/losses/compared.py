"""What was seen before losses and not with comparable clients that stayed, driver by driver.

A lost client stands beside its five nearest key clients that stayed: of the same tier where there
are some, and alike in industry, region and size, on the same dates. Of both it is asked whether a
driver had *risen* by the last healthy date: whether in half a year it had moved the way that harms,
by more than it moved for four in five of the comparable clients. So a driver is held against the own
past, and chance is the same for all drivers.

The clients that stayed stand beside several lost ones; they count for as many as they are by Kish's
(1965) effective size. The test is that of two shares (pooled), Holm's (1979) correction is made for
all drivers that are looked at, and the interval of the ratio holds for all of them at once
(Bonferroni). It is an association: what rises before losses need not cause them.

References
----------
Kish (1965), Survey Sampling, 11.7; Holm (1979), A Simple Sequentially Rejective Multiple Test
Procedure, Scandinavian Journal of Statistics 6; Katz and others (1978), Obtaining Confidence
Intervals for the Risk Ratio in Cohort Studies, Biometrics 34 (with a half added to each count).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from segml.losses.attribution import Span
from segml.losses.books import Books
from segml.losses.history import Numbers, of
from segml.losses.months import month_start
from segml.losses.scene import Scene
from segml.losses.tables import LOSS_DRIVERS, framed
from segml.words.feature import Feature

HALF_YEAR = 181
BESIDE = 5
"""Clients that stayed beside each lost one."""
USUAL = 0.8
"""A rise is what is greater than this share of the comparable clients'."""
LEAST_LOST = 10
"""With fewer lost clients that have a past nothing can be said of a driver."""
LEVEL = 0.05
MORE, LESS, ALIKE, TOO_FEW = "more_often", "less_often", "no_difference", "too_few"
VERDICTS = (MORE, LESS, ALIKE, TOO_FEW)


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


def compare_drivers(
    scene: Scene, books: Books, spans: Mapping[str, Span], stayed: Sequence[str]
) -> pd.DataFrame:
    """How often each driver had risen before a loss, against comparable clients that stayed.

    Parameters
    ----------
    scene, books
        Snapshots; when each client first ordered.
    spans
        Lost client to the dates its reasons are taken between.
    stayed
        Ids of the key clients that stayed.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.LOSS_DRIVERS`, the surest first; no rows without lost clients or drivers.
    """
    drivers = [
        feature
        for feature in scene.bundle.encoder.features
        if feature.kind == "driver" and not feature.is_categorical
    ]
    if not drivers or not spans:
        return framed([], LOSS_DRIVERS)
    return driver_rows(beside(scene, books, spans, stayed, drivers), drivers)


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
        change = harm * (
            now.frame[names].astype("float64") - then.frame[names].astype("float64")
        ).reindex(now.frame.index)
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


def driver_rows(seen: Beside, drivers: Sequence[Feature]) -> pd.DataFrame:
    """The comparison of every driver as rows.

    Parameters
    ----------
    seen
        Moves of n lost clients and of those beside them.
    drivers
        The p features.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.LOSS_DRIVERS`, the surest first.
    """
    told = [_compared(seen, place) for place in range(len(drivers))]
    asked = [place for place, each in enumerate(told) if each.verdict != TOO_FEW]
    adjusted = dict(zip(asked, holm([told[place].p for place in asked]), strict=True))
    z = float(norm.ppf(1.0 - LEVEL / 2.0 / max(len(asked), 1)))
    rows = []
    for place, feature in enumerate(drivers):
        each, p = told[place], adjusted.get(place, np.nan)
        row = {"feature": feature.name, "reason": feature.reason, **each.row(z), "p_adjusted": p}
        if each.verdict != TOO_FEW:
            row["verdict"] = ALIKE if p >= LEVEL else (MORE if row["ratio"] > 1.0 else LESS)
        rows.append(row)
    rows.sort(key=lambda row: (np.isnan(row["p_adjusted"]), row["p_adjusted"], row["feature"]))
    return framed(rows, LOSS_DRIVERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    lost: int
    compared: float
    lost_share: float
    compared_share: float
    p: float
    verdict: str

    def row(self, z: float) -> dict[str, Any]:
        """The figures, with an interval of so many standard errors."""
        counts = (self.lost_share * self.lost + 0.5, self.compared_share * self.compared + 0.5)
        sizes = (self.lost + 1.0, self.compared + 1.0)
        ratio = counts[0] / sizes[0] / (counts[1] / sizes[1])
        error = np.sqrt(sum(1.0 / a - 1.0 / n for a, n in zip(counts, sizes, strict=True)))
        told = self.verdict != TOO_FEW
        return {
            "lost": self.lost,
            "compared": int(self.compared),
            "lost_share": self.lost_share,
            "compared_share": self.compared_share,
            "ratio": ratio if told else np.nan,
            "ratio_low": ratio * np.exp(-z * error) if told else np.nan,
            "ratio_high": ratio * np.exp(z * error) if told else np.nan,
            "verdict": self.verdict,
        }


def _compared(seen: Beside, place: int) -> _Compared:
    """One driver, of the lost clients of which it is known, beside some of whom it is."""
    own, others = seen.lost[:, place], seen.stayed[:, :, place]
    here = np.isfinite(others)
    asked = np.isfinite(own) & here.any(axis=1)
    lost = int(asked.sum())
    if not lost:
        return _Compared(
            lost=0, compared=0.0, lost_share=np.nan, compared_share=np.nan, p=1.0, verdict=TOO_FEW
        )
    own, others, here, who = own[asked], others[asked], here[asked], seen.who[asked]
    line = max(float(np.quantile(others[here], USUAL)), 0.0)
    weight = here / here.sum(axis=1, keepdims=True) / lost
    share = float((own > line).mean())
    theirs = float((weight * (np.where(here, others, -np.inf) > line)).sum())
    compared = 1.0 / float((np.bincount(who[here], weight[here]) ** 2).sum())
    pooled = (lost * share + compared * theirs) / (lost + compared)
    error = np.sqrt(pooled * (1.0 - pooled) * (1.0 / lost + 1.0 / compared))
    p = 2.0 * float(norm.sf(abs(share - theirs) / error)) if error > 0.0 else 1.0
    return _Compared(
        lost=lost,
        compared=compared,
        lost_share=share,
        compared_share=theirs,
        p=p,
        verdict=ALIKE if lost >= LEAST_LOST and compared >= LEAST_LOST else TOO_FEW,
    )


def holm(chances: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, least = [0.0] * len(chances), 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=lambda each: chances[each])):
        least = max(least, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = least
    return adjusted
