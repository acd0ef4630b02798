"""Forecasts of a large made world, against what its latent state would allow.

20,000 clients over 48 months; the model is trained as production trains it, 180 days before the
world's end, and scores that day. `latent` is the churn score's own learner on the same rows, given
the client's latent state besides (every cause's hazard with its own sensitivity, how far a decline
has gone). `closed` is (ours - recency) / (latent - recency). Bins are twenty of equal size by the
probability: held where the share lost lies within the mean bounds, widened by one standard error of
a share of so many. Of potential, the intervals' coverage is that of all who had bought, of the
worst tier, and of those whose interval excludes zero; the width is the mean over that of the best
rule's conformal interval (split conformal, learnt on the last cut-off), best by width.
`training and calibrating` are the two outcomes' scores, their folds and their calibrations on the
features of twelve cut-offs; `fit` is all that `segml train` learns, features too.

SEGML_BENCH_WORLDS=<number> takes other than one world, SEGML_BENCH_SEED=<number> another first
seed.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import segml
from benchmarks.latent import LATENT, latent
from benchmarks.losses import SEED, WORLDS
from benchmarks.result import Result
from segml.boosting import processors
from segml.bundle import Bundle, churn_rows, fit
from segml.evaluation import MONEY_BASELINES, auc, calibration_error, coverage, width
from segml.evaluation.money_baselines import money_rows, reach
from segml.features import panel, snapshot
from segml.ledger import Ledger, day_of, open_ledger
from segml.outcomes import churn, fit_churn, potential
from segml.scoring import score
from segml.simulate.world import START
from segml.words.plan import Plan

FIRST_SEED, CLIENTS, MONTHS, BINS = 960, 20_000, 48, 20
LEAST_CLOSED, MOST_OFF, LEAST_BINS, MOST_SECONDS = 0.5, 0.02, 0.8, 60.0
LEAST_COVERED, LEAST_IN_TIER, MOST_BEYOND_ZERO, WIDTH = 0.78, 0.75, 0.82, 1.0
BOUNDS: dict[str, dict[str, float]] = {
    "closed": {"least": LEAST_CLOSED},
    "calibration error": {"most": MOST_OFF},
    "bins held": {"least": LEAST_BINS},
    "coverage": {"least": LEAST_COVERED},
    "coverage, worst tier": {"least": LEAST_IN_TIER},
    "coverage, interval without zero": {"most": MOST_BEYOND_ZERO},
    "width, of the best rule's": {"most": WIDTH},
    "training and calibrating, wall seconds": {"most": MOST_SECONDS},
}


def foretold() -> Iterator[Result]:
    worlds, first = int(os.environ.get(WORLDS, "1")), int(os.environ.get(SEED, FIRST_SEED))
    rows = []
    for seed in range(first, first + worlds):
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(_figures(Path(scratch), seed))
        yield Result(f"seed {seed}", ", ".join(f"{n} {v:.3f}" for n, v in rows[-1].items()))
    for name, mean in pd.DataFrame(rows).mean().items():
        yield Result(str(name), float(mean), **BOUNDS.get(str(name), {}))


def _figures(folder: Path, seed: int) -> dict[str, float]:
    world = segml.write_world(folder, clients=CLIENTS, months=MONTHS, seed=seed)
    plan = segml.read_settings(world.config).plan
    today = day_of(world.end) - max(plan.churn.horizon_days, plan.potential.horizon_days)
    with open_ledger(plan.ledger, plan.economics) as ledger:
        marks = {}

        def mark(step: str, *_: int) -> None:
            marks[step] = np.array([time.perf_counter(), time.process_time()])

        mark("begun")

        bundle = fit(ledger, today, plan, threads=processors(), progress=mark)
        mark("over")
        spent = {
            f"{what}, {clock} seconds": (marks[last] - marks[first])[place]
            for what, first, last in (
                ("training and calibrating", "churn", "tiers"),
                ("fit", "begun", "over"),
            )
            for place, clock in enumerate(("wall", "processor"))
        }
        scores = score(bundle, ledger, today, version="benchmark").scores.set_index("client_id")
        scores = scores[scores["status"].ne("prospect")]
        informed = _informed(ledger, bundle, folder, seed)
        return _of_churn(ledger, plan, today, scores, informed) | {
            **_of_money(ledger, bundle, today, scores),
            **spent,
        }


def _informed(ledger: Ledger, bundle: Bundle, folder: Path, seed: int) -> pd.DataFrame:
    """Of each active client the raw score by the same learner given the latent state; silence."""
    rules, first = bundle.plan.churn, day_of(START)
    days = [*bundle.record.churn.cutoffs, bundle.as_of]
    state = latent(folder, [day - first for day in days], clients=CLIENTS, months=MONTHS, seed=seed)

    def with_state(X: np.ndarray, clients: np.ndarray, day: int) -> np.ndarray:
        known = state[day - first].loc[list(clients), list(LATENT)]
        return np.hstack([X, known.to_numpy(np.float32)])

    past = panel(ledger, days[:-1], bundle.features).snapshots
    label_days = {"gap_days": rules.gap_days, "horizon_days": rules.horizon_days}
    rows = churn_rows(ledger, list(past), bundle.encoder, **label_days)
    at = [rows.cutoff == day for day in days[:-1]]
    rows = replace(
        rows,
        X=np.concatenate(
            [
                with_state(rows.X[one], rows.client[one], day)
                for one, day in zip(at, days[:-1], strict=True)
            ]
        ),
        columns=(*rows.columns, *LATENT),
        monotone=(*rows.signs, *(0 for _ in LATENT)),
    )
    model = fit_churn(rows, **label_days, seed=bundle.plan.seed, threads=1)
    now = snapshot(ledger.past(bundle.as_of), bundle.features)
    active = now.frame[churn.population(now.status).to_numpy()]
    matrix = bundle.encoder.matrix(active[list(bundle.encoder.columns)])
    told = model.raw(with_state(matrix, active.index.to_numpy(), bundle.as_of))
    silence = active["silence_days"].to_numpy(np.float64)
    return pd.DataFrame({"latent": told, "recency": silence}, index=active.index)


def _of_churn(
    ledger: Ledger, plan: Plan, day: int, scores: pd.DataFrame, informed: pd.DataFrame
) -> dict[str, float]:
    rules = plan.churn
    active = scores[scores["status"].eq("active")]
    future = ledger.future(day, gap_days=rules.gap_days, horizon_days=rules.horizon_days)
    lost = churn.label(future, active.index).to_numpy(np.float64)
    told = active[["p_churn", "p_churn_low", "p_churn_high"]].to_numpy(np.float64)
    others = informed.loc[active.index]
    low, high = (auc(lost, others[name].to_numpy(np.float64)) for name in ("recency", "latent"))
    ours = auc(lost, active["raw_churn"].to_numpy(np.float64))
    held = []
    for at in np.array_split(np.argsort(told[:, 0], kind="stable"), BINS):
        rate = lost[at].mean()
        error = np.sqrt(rate * (1 - rate) / len(at))
        held.append(told[at, 1].mean() - error <= rate <= told[at, 2].mean() + error)
    return {
        "active": float(len(active)),
        "AUC of recency": low,
        "AUC": ours,
        "AUC given the latent state": high,
        "closed": (ours - low) / (high - low),
        "calibration error": calibration_error(lost, told[:, 0]),
        "bins held": float(np.mean(held)),
    }


def _of_money(ledger: Ledger, bundle: Bundle, day: int, scores: pd.DataFrame) -> dict[str, float]:
    ends = [scores[f"expected_profit_{end}"].to_numpy(np.float64) for end in ("low", "high")]
    came = _profit(ledger, bundle.plan, day, scores.index)
    beyond = (ends[0] > 0) | (ends[1] < 0)
    ranks = scores["tier_rank"].to_numpy(np.float64)
    tiers = [ranks == rank for rank in np.unique(ranks[~np.isnan(ranks)])]
    rules = _rule_widths(ledger, bundle)
    return {
        "coverage": coverage(came, *ends),
        "coverage, worst tier": min(coverage(came[t], *(e[t] for e in ends)) for t in tiers),
        "coverage, interval without zero": coverage(came[beyond], *(e[beyond] for e in ends)),
        "width, of the best rule's": width(came, *ends) / min(rules.values()),
        "expected over realised profit": scores["expected_profit"].sum() / came.sum(),
    }


def _rule_widths(ledger: Ledger, bundle: Bundle) -> dict[str, float]:
    """The width of each rule's interval, as the last cut-off of potential teaches it."""
    days, plan = bundle.plan.potential.horizon_days, bundle.plan
    past = ledger.past(bundle.record.potential.cutoffs[-1])
    then = snapshot(past, bundle.features, columns=("spend_365",))
    money = then.money.loc[then.status.ne("prospect"), ["profit_365", "revenue_365"]]
    came, rows = _profit(ledger, plan, past.as_of, money.index), money_rows(past, money)
    return {n: 2 * reach(came, rule(rows, days)) for n, rule in MONEY_BASELINES.items()}


def _profit(ledger: Ledger, plan: Plan, day: int, clients: pd.Index) -> np.ndarray:
    future = ledger.future(
        day, gap_days=plan.churn.gap_days, horizon_days=plan.potential.horizon_days
    )
    return potential.label(future, clients)["profit"].to_numpy(np.float64)
