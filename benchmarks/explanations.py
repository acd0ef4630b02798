"""Exact explanations against LightGBM's and shap's own, and against a prediction without any.

Two models: a large one as the literature measures (300 trees of 31 leaves, 40 features), and a
churn forest of a made world with the product's own parameters, beside one of unbounded depth. Both
of these have 300 trees, more than the product's own grows unless its rate is halved. Slow
references are measured on fewer rows and scaled by their number, as the label says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import lightgbm as lgb
import numpy as np
import shap
from sklearn.metrics import roc_auc_score

import segml
from benchmarks.process import median, run
from benchmarks.result import Result
from benchmarks.timing import RUNS, medians
from segml.boosting import Forest, fit_forest
from segml.bundle.samples import churn_rows
from segml.features import Encoder, FeaturePlan, panel
from segml.features.catalogue import CATALOGUE
from segml.ledger import open_ledger
from segml.outcomes import Rows
from segml.outcomes.halves import FIXED
from segml.words.forest import ForestPlan

ROWS, PAIRS = 200_000, 100_000
SLOW_ROWS, SLOW_PAIRS = 2_000, 20
TREES = 300
PROCESSORS = 2


def explanations() -> Iterator[Result]:
    yield from _large()
    yield from _product()
    yield from _first_call()


def _large() -> Iterator[Result]:
    """300 trees of 31 leaves on 40 features, a tenth of the values missing."""
    X, y = _made(60_000, 40)
    forest = fit_forest(
        X, y, columns=[f"f{j}" for j in range(40)], objective="binary", rounds=TREES, seed=1,
        params={"num_leaves": 31, "learning_rate": 0.05}, threads=PROCESSORS,
    )  # fmt: skip
    many = np.tile(X, (4, 1))[:ROWS]
    booster = _booster(forest)
    reference = partial(booster.predict, X[:SLOW_ROWS], pred_contrib=True)
    ours, theirs, plain = medians(
        partial(forest.contributions, many), reference, partial(_raw, booster, many)
    )
    scaled = theirs * ROWS / SLOW_ROWS
    values, base = forest.contributions(X)
    told = np.asarray(reference())
    scale = float(np.abs(forest.raw(X)).max())
    error = np.abs(values[:SLOW_ROWS] - told[:, :-1]).max() / scale
    what = f"{TREES} trees x 31 leaves x 40 features, {ROWS:,} rows"
    yield Result(f"TreeSHAP, {what}", ours, "s")
    yield Result(f"LightGBM pred_contrib, {SLOW_ROWS:,} rows scaled", scaled, "s")
    yield Result("times faster than pred_contrib", scaled / ours, "x", least=50)
    yield Result("times LightGBM predict", ours / plain, "x")
    yield Result("greatest difference, of the raw score's scale", float(error), most=1e-6)
    additive = np.abs(base + values.sum(axis=1) - forest.raw(X)).max() / scale
    yield Result("greatest additive error, of the scale", float(additive), most=1e-6)


def _product() -> Iterator[Result]:
    """The churn forest of a made world, and one of unbounded depth, on clients neither has seen."""
    rows = _world()
    clients = np.unique(rows.client.astype(str))
    kept = np.random.default_rng(1).random(len(clients)) < 0.7
    learns = kept[np.searchsorted(clients, rows.client.astype(str))]
    learn, held = rows.take(np.flatnonzero(learns)), rows.take(np.flatnonzero(~learns))
    bounded, unbounded = _grown(learn, PARAMS), _grown(learn, PARAMS | UNBOUNDED)
    yield Result("made world: rows learnt on, rows held out", f"{len(learn):,}, {len(held):,}")
    yield Result("trees that the product's own grows, at most", ForestPlan().most_rounds)
    for name, forest in (("default", bounded), ("unbounded", unbounded)):
        yield Result(f"trees of the {name} forest", forest.rounds)
        yield Result(f"AUC of the {name} forest", f"{_auc(forest, held):.4f}")
    lost = _auc(unbounded, held) - _auc(bounded, held)
    yield Result("AUC lost to the default's bound", lost, most=0.002)
    many = np.resize(held.X, (ROWS, held.X.shape[1]))
    booster = _booster(bounded)
    ours, largest, plain = medians(
        partial(bounded.contributions, many),
        partial(bounded.leading, many, top=8),
        partial(_raw, booster, many),
    )
    yield Result(f"LightGBM predict, {bounded.rounds} trees, {ROWS:,} rows", plain, "s")
    yield Result("TreeSHAP of the same, times predict", ours / plain, "x", most=2)
    yield Result("TreeSHAP and the eight largest, times predict", largest / plain, "x")
    yield from _pairs(bounded, booster, held)


def _pairs(forest: Forest, booster: lgb.Booster, rows: Rows) -> Iterator[Result]:
    """Each client's row explained against its own of the cut-off before."""
    order = np.lexsort((rows.cutoff, rows.client.astype(str)))
    same = rows.client[order[1:]] == rows.client[order[:-1]]
    before, after = rows.X[order[:-1][same]], rows.X[order[1:][same]]
    before, after = (np.resize(X, (PAIRS, X.shape[1])) for X in (before, after))
    few = np.linspace(0, len(before) - 1, SLOW_PAIRS).astype(int)
    plain_model = _numeric(forest, rows)
    old, new = np.nan_to_num(before[few]), np.nan_to_num(after[few])
    ours, two, theirs = medians(
        partial(forest.between, before, after),
        lambda: (_raw(booster, before), _raw(booster, after)),
        lambda: _interventional(plain_model, old, new),
    )
    scaled = theirs * PAIRS / SLOW_PAIRS
    yield Result(f"two-row Shapley, {forest.rounds} trees, {PAIRS:,} pairs", ours, "s")
    yield Result("two predictions of the same", two, "s")
    yield Result("times two predictions", ours / two, "x", most=4)
    yield Result(f"shap interventional, {SLOW_PAIRS} pairs scaled (no categoricals)", scaled, "s")
    yield Result("times faster than shap interventional", scaled / ours, "x", least=100)
    change = forest.raw(after) - forest.raw(before)
    error = np.abs(forest.between(before, after).sum(axis=1) - change).max()
    yield Result("greatest distance of the sum from the change", float(error), most=1e-6)
    error = np.abs(plain_model.between(old, new) - _interventional(plain_model, old, new)).max()
    yield Result("greatest difference from shap", float(error), most=1e-6)


def _first_call() -> Iterator[Result]:
    """What a fresh process waits for its first bulk explanation, the compiled code being kept."""
    seconds = [float(run("-c", FIRST_CALL).output) for _ in range(RUNS)]
    yield Result("first call in a fresh process, median", median(seconds), "s", most=1)


PARAMS = FIXED | {
    name: value for name, value in ForestPlan().values.items() if name != "leaf_share"
}
FIRST_CALL = """
import time
import numpy as np
from segml.boosting import fit_forest
from benchmarks.explanations import PARAMS
X = np.random.default_rng(0).normal(size=(5000, 20)).astype(np.float32)
forest = fit_forest(X, X[:, 0] * X[:, 1] > 0, columns=[f"f{j}" for j in range(20)],
                    objective="binary", rounds=300, params=PARAMS, seed=1, threads=1)
begun = time.perf_counter()
forest.leading(X, top=8)
print(time.perf_counter() - begun)
"""
UNBOUNDED = {"num_leaves": 127, "max_depth": -1}


def _made(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p)).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    z = np.nan_to_num(X)
    worth = z[:, 0] * z[:, 1] + 2 * np.sin(2 * z[:, 2]) + z[:, 3] * (z[:, 4] > 0)
    worth += 0.4 * z[:, 5:15].sum(axis=1) + rng.normal(size=n)
    return X, (worth > 0).astype(float)


def _world() -> Rows:
    """The churn rows of six cut-offs of a made world, as training makes them."""
    with tempfile.TemporaryDirectory() as scratch:
        world = segml.write_world(Path(scratch), clients=20_000, months=36, seed=3)
        plan = segml.read_settings(world.config).plan
        with open_ledger(plan.ledger, plan.economics) as ledger:
            horizon = plan.churn.horizon_days
            last = ledger.last_day + 1 - horizon
            days = [last - 60 * back for back in reversed(range(6))]
            features = FeaturePlan(horizon_days=horizon, active_days=plan.churn.active_days)
            snapshots = panel(ledger, days, features).snapshots
            known = [f for f in CATALOGUE if f.name in snapshots[0].frame]
            encoder = Encoder.learn([one.frame for one in snapshots], known)
            return churn_rows(ledger, snapshots, encoder, gap_days=0, horizon_days=horizon)


def _grown(rows: Rows, params: dict[str, object]) -> Forest:
    return fit_forest(
        rows.X, rows.y, columns=rows.columns, objective="binary", rounds=TREES, seed=1,
        params=params | {"min_data_in_leaf": 200}, monotone=rows.monotone,
        categorical=rows.categorical, threads=PROCESSORS,
    )  # fmt: skip


def _auc(forest: Forest, rows: Rows) -> float:
    return float(roc_auc_score(rows.y, forest.raw(rows.X)))


def _numeric(forest: Forest, rows: Rows) -> Forest:
    """A forest of as many trees with nothing missing and no categories: shap can explain it."""
    X = np.nan_to_num(rows.X)
    return fit_forest(
        X, rows.y, columns=rows.columns, objective="binary", rounds=forest.rounds, seed=1,
        params=PARAMS | {"min_data_in_leaf": 200}, threads=PROCESSORS,
    )  # fmt: skip


def _interventional(forest: Forest, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    booster = _booster(forest)
    told = []
    for x0, x1 in zip(before, after, strict=True):
        explainer = shap.TreeExplainer(booster, x0[None], feature_perturbation="interventional")
        told.append(explainer.shap_values(x1[None], check_additivity=False)[0])
    return np.array(told)


def _booster(forest: Forest) -> lgb.Booster:
    return lgb.Booster(model_str=forest.text, params={"num_threads": PROCESSORS})


def _raw(booster: lgb.Booster, X: np.ndarray) -> np.ndarray:
    return np.asarray(booster.predict(X, raw_score=True, num_threads=PROCESSORS))
