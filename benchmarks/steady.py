"""Who moves though nothing changed, and who has moved once its true yearly value did.

Thirteen month starts of one made world; each scheme is fitted on the fourth and replayed over all,
as scoring does. `moves without change`: of active clients whose latent trade (orders times basket)
of the year changed by a hundredth at most from one month start to the next, the share that changed
tier. `moved in 90 days`: a client crosses where its true yearly value (see `true_year`), the other
features as they were, puts it into another tier than before by more than the band and keeps it
beyond that edge for three more month starts; the share of those whose tier had followed by then.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

import segml
from benchmarks.result import Result
from benchmarks.true_year import COLUMNS, month_starts, true_trade, true_years
from segml.features import FeaturePlan, Snapshot, snapshots
from segml.ledger import open_ledger
from segml.tiers import ClusterTiers, RuleTiers, TierModel, fit_tiers
from segml.tiers.centroids import tier_distances
from segml.words.plan import TierPlan

MONTHS, STARTS, FITTED, WITHIN = 36, 13, 3, 3
UNCHANGED, MOST_MOVES, LEAST_MOVED, MOST_BAND = 0.01, 0.02, 0.9, 0.1
Ranks = npt.NDArray[np.float64]


def steady(plans: Mapping[str, TierPlan], *, seed: int, clients: int) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as scratch:
        world = segml.write_world(Path(scratch), clients=clients, months=MONTHS, seed=seed)
        days = month_starts(world.end, STARTS)
        known = _snapshots(world.config, days)
        trade = true_trade(Path(scratch), days)
    years = true_years(days, clients=clients, months=MONTHS, seed=seed)
    ids = known[-1].frame.index
    active = _by_client([one.status.eq("active").astype(float) for one in known], ids) == 1
    traded = trade.reindex(ids).to_numpy()
    change = np.abs(traded[:, 1:] - traded[:, :-1])
    unchanged = change <= UNCHANGED * traded[:, :-1]
    for name, plan in plans.items():
        model = fit_tiers(known[FITTED].frame, known[FITTED].status, plan=plan)
        held = _held(model, known, ids)
        calm = active[:, :-1] & unchanged
        moved = held[:, 1:] != held[:, :-1]
        share = float(moved[:, FITTED:][calm[:, FITTED:]].mean())
        yield Result(f"{name}: moves without change", share, most=MOST_MOVES)
        true = [_true_rank(model, one, years[one.as_of]) for one in known]
        crossed, followed = _followed(_by_client(true, ids), held, active)
        share = followed / max(crossed, 1)
        yield Result(f"{name}: moved in 90 days", share, least=LEAST_MOVED)
        yield Result(f"{name}: crossings", float(crossed))
        if isinstance(model.estimator, ClusterTiers):
            yield Result(f"{name}: band", _band(model.estimator), most=MOST_BAND + 1e-9)


def _snapshots(config: Path, days: list[int]) -> list[Snapshot]:
    plan = segml.read_settings(config).plan
    asked = FeaturePlan(horizon_days=plan.churn.horizon_days, active_days=plan.churn.active_days)
    with open_ledger(plan.ledger, plan.economics) as ledger:
        return list(snapshots(ledger, days, asked))


def _by_client(columns: list[pd.Series], ids: pd.Index) -> Ranks:
    """One row a client of the last day, one column a day; NaN where it was not known yet."""
    return np.column_stack([one.reindex(ids).to_numpy(np.float64) for one in columns])


def _held(model: TierModel, known: list[Snapshot], ids: pd.Index) -> Ranks:
    """The tier's rank of every client at every month start, hysteresis included."""
    before, ranks = None, []
    for one in known:
        found = model.assign(one.frame, before)
        before = found["tier"]
        ranks.append(found["tier_rank"].astype(float))
    return _by_client(ranks, ids)


def _true_rank(model: TierModel, now: Snapshot, year: pd.DataFrame) -> pd.Series:
    """The rank that the true yearly value gives; NaN within the band of an edge."""
    expected = year.reindex(now.frame.index)
    frame = now.frame.assign(**{name: expected[name].to_numpy() for name in COLUMNS})
    found = model.assign(frame)
    estimator = model.estimator
    if isinstance(estimator, RuleTiers):
        band = np.full(len(found), estimator.rule_.held[0])
    else:
        assert isinstance(estimator, ClusterTiers)
        held = estimator.centroids_.held
        assert held is not None
        tier = estimator.center_tiers_
        rival, own = (tier[found[name].to_numpy()] for name in ("pair_rival", "pair_own"))
        band = held[rival, own]
    return found["tier_rank"].astype(float).where(found["tier_margin"] >= band)


def _followed(true: Ranks, held: Ranks, active: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """How many crossings there were, and how many of them the tier had followed in time."""
    crossed = followed = 0
    last = pd.DataFrame(true).ffill(axis=1).to_numpy()
    for start, now in pairwise(range(FITTED, true.shape[1] - WITHIN)):
        later = slice(now, now + WITHIN + 1)
        for side in (1, -1):
            begun = active[:, start] & (side * true[:, now] < side * last[:, start])
            beyond = ~(side * true[:, later] > side * true[:, [now]])  # NaN stays: within the band
            crossing = begun & beyond.all(axis=1)
            there = (side * held[:, later] <= side * true[:, [now]]).any(axis=1)
            crossed += int(crossing.sum())
            followed += int((crossing & there).sum())
    return crossed, followed


def _band(estimator: ClusterTiers) -> float:
    """The most that a border moves, as a share of the median distance between neighbours."""
    held, away = estimator.centroids_.held, tier_distances(estimator.centroids_)
    assert held is not None
    other = ~np.eye(len(away), dtype=bool)
    return float((held[other] / (2 * away[other])).max() / np.median(np.diagonal(away, 1)))
