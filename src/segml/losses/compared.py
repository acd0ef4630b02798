"""What was seen before losses and not with comparable clients that stayed, driver by driver.

A lost client stands beside its ten nearest key clients that stayed: of the same tier where there
are some, and alike in industry, region and size, on the same dates. Of both it is asked whether a
driver had *risen* by the last healthy date: whether in half a year it had moved the way that harms,
by more than it moved for four in five of all of them. So a driver is held against the own past.

Were it chance, any client of such a set could be the lost one. So each set is reshuffled, the same
way for all drivers, and the greatest difference of any driver in a reshuffling is what chance gives
to so many looks (Westfall and Young 1993): p-values and intervals hold for all drivers at once. A
client that stayed may stand beside several lost ones; it counts for as many as it is by Kish's
(1965) effective size. It is an association: what rises before losses need not cause them.

References
----------
Westfall and Young (1993), Resampling-Based Multiple Testing, 2.3; Kish (1965), Survey Sampling,
11.7; Katz and others (1978), Obtaining Confidence Intervals for the Risk Ratio in Cohort Studies,
Biometrics 34 (with a half added to each count).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from segml.losses.attribution import Span
from segml.losses.books import Books
from segml.losses.history import Days, Numbers
from segml.losses.matched import Beside, beside
from segml.losses.scene import Scene
from segml.losses.tables import LOSS_DRIVERS, framed
from segml.words.feature import Feature

USUAL = 0.8
"""A rise is what is greater than this share of the comparable clients'."""
LEAST_LOST = 10
"""With fewer lost clients that have a past nothing can be said of a driver."""
LEVEL = 0.05
SHUFFLES = 2_000
MORE, LESS, ALIKE, TOO_FEW = "more_often", "less_often", "no_difference", "too_few"
VERDICTS = (MORE, LESS, ALIKE, TOO_FEW)


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
    seen = beside(scene, books, spans, stayed, drivers)
    return driver_rows(seen, drivers, seed=books.lens.seed)


def driver_rows(seen: Beside, drivers: Sequence[Feature], *, seed: int) -> pd.DataFrame:
    """The comparison of every driver as rows.

    Parameters
    ----------
    seen
        Moves of n lost clients and of those beside them.
    drivers
        The p features.
    seed
        Of the reshuffling.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.LOSS_DRIVERS`, the surest first.
    """
    told = [_compared(seen, place) for place in range(len(drivers))]
    asked = [each for each in told if each.is_asked]
    worst = _worst(asked, 1 + (seen.who >= 0).sum(axis=1), np.random.default_rng(seed))
    line = float(np.quantile(worst, 1.0 - LEVEL)) if len(worst) else np.inf
    rows = []
    for each, feature in zip(told, drivers, strict=True):
        row = {"feature": feature.name, "reason": feature.reason, **each.row(line)}
        row |= {"p_adjusted": np.nan, "verdict": TOO_FEW}
        if each.is_asked:
            p = (1.0 + float((worst >= abs(each.z)).sum())) / (1.0 + len(worst))
            row |= {"p_adjusted": p, "verdict": ALIKE}
            if p < LEVEL:
                row["verdict"] = MORE if each.z > 0.0 else LESS
        rows.append(row)
    rows.sort(key=lambda row: (np.isnan(row["p_adjusted"]), row["p_adjusted"], row["feature"]))
    return framed(rows, LOSS_DRIVERS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Compared:
    """One driver: who of each set had it risen, the lost client first, and what follows.

    `spread` is the standard error of the difference of both shares, `shuffled` what it is in a
    reshuffling, which takes every client beside a lost one for another.
    """

    risen: Numbers
    compared: float
    spread: float
    shuffled: float

    @property
    def lost(self) -> int:
        """Sets in which it is known of the lost client and of one beside it."""
        return int(np.isfinite(self.risen[:, 0]).sum())

    @property
    def shares(self) -> tuple[float, float]:
        """The share of the lost clients with it risen, and that of those beside them."""
        if not self.lost:
            return np.nan, np.nan
        known = self.risen[np.isfinite(self.risen[:, 0])]
        return float(known[:, 0].mean()), float(np.nanmean(known[:, 1:], axis=1).mean())

    @property
    def z(self) -> float:
        """The difference of both shares in standard errors."""
        return (self.shares[0] - self.shares[1]) / self.spread

    @property
    def is_asked(self) -> bool:
        """Whether there are enough clients, and some but not all had it risen."""
        return min(self.lost, self.compared) >= LEAST_LOST and self.spread > 0.0

    def row(self, z: float) -> dict[str, Any]:
        """The figures, the ratio with an interval of so many standard errors."""
        ours, theirs = self.shares
        counts = (ours * self.lost + 0.5, theirs * self.compared + 0.5)
        sizes = (self.lost + 1.0, self.compared + 1.0)
        ratio = counts[0] / sizes[0] / (counts[1] / sizes[1]) if self.is_asked else np.nan
        error = np.sqrt(sum(1.0 / a - 1.0 / n for a, n in zip(counts, sizes, strict=True)))
        return {
            "lost": self.lost,
            "compared": int(self.compared),
            "lost_share": ours,
            "compared_share": theirs,
            "ratio": ratio,
            "ratio_low": ratio * np.exp(-z * error) if self.is_asked else np.nan,
            "ratio_high": ratio * np.exp(z * error) if self.is_asked else np.nan,
        }


def _compared(seen: Beside, place: int) -> _Compared:
    """One driver, in the sets in which it is known of the lost client and of one beside it."""
    moved = np.concatenate([seen.lost[:, None, place], seen.stayed[:, :, place]], axis=1)
    known = np.isfinite(moved)
    whole = known[:, 0] & known[:, 1:].any(axis=1)
    known &= whole[:, None]
    if not whole.any():
        return _Compared(risen=np.full(moved.shape, np.nan), compared=0.0, spread=0.0, shuffled=0.0)
    line = max(float(np.quantile(moved[known], USUAL)), 0.0)
    risen = np.where(known, (moved > line).astype(np.float64), np.nan)
    beside, who = known[:, 1:], seen.who
    sets, count = int(whole.sum()), beside[whole].sum(axis=1)
    weight = beside / np.maximum(beside.sum(axis=1, keepdims=True), 1) / sets
    own = float((np.bincount(who[beside], weight[beside]) ** 2).sum())
    # a client beside several is no several clients: what that adds to the error of their share
    again = (1.0 / sets + own) / (1.0 / sets + float((1.0 / count).sum()) / sets**2)
    shuffled = float(np.sqrt(_variances(risen[whole]).sum())) / sets
    return _Compared(
        risen=risen, compared=1.0 / own, spread=shuffled * np.sqrt(again), shuffled=shuffled
    )


def _variances(risen: Numbers) -> Numbers:
    """(n,) the variance of one's less the mean of the others', were any of a set the one."""
    count = np.isfinite(risen).sum(axis=1)
    share = np.nanmean(risen, axis=1)
    return np.asarray((count / (count - 1.0)) ** 2 * share * (1.0 - share))


def _worst(asked: Sequence[_Compared], sizes: Days, draws: np.random.Generator) -> Numbers:
    """The greatest |z| of all drivers in each reshuffling, in which any of a set is the lost one.

    The same one is drawn for every driver, so that drivers that go together count together.
    """
    if not asked:
        return np.empty(0)
    chosen = draws.integers(0, sizes, size=(SHUFFLES, len(sizes)))
    worst = np.zeros(SHUFFLES)
    for each in asked:
        known = np.isfinite(each.risen)
        count, sums = known.sum(axis=1), np.nansum(each.risen, axis=1)
        # the one's less the mean of the others'; nothing where it is not known of the one drawn
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = (count[:, None] * each.risen - sums[:, None]) / (count[:, None] - 1.0)
        apart = np.where(known, apart, 0.0)
        total = np.zeros(SHUFFLES)
        for row in np.flatnonzero(count > 1):
            total += apart[row, chosen[:, row]]
        worst = np.maximum(worst, np.abs(total) / (each.lost * each.shuffled))
    return worst
