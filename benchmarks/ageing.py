"""What a model that is not retrained loses in a period, against simple rules that do not age.

A model is trained, scores the day of its training, and one churn horizon later scores again, with
the features of that day. The fall is its AUC on the first day less that on the second; the best
rule is the one with the higher AUC over both days, mean of all pairs of days, and its fall comes of
the same clients: a period that is harder to foretell is harder for both. On Online Retail
(`SEGML_DATA`, horizon of 90 days) at every two origins of the backtest that lie so far apart; on
ten made worlds of 2,000 clients at the last two days that leave a horizon after them.

SEGML_BENCH_WORLDS=<number> takes fewer worlds, SEGML_BENCH_SEED=<number> another first seed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import segml
from benchmarks.forecasts import CONFIG
from benchmarks.losses import SEED, WORLDS
from benchmarks.result import Result
from segml.bundle import fit
from segml.evaluation import BASELINES, MODEL, auc, default_origins
from segml.features import snapshot
from segml.ledger import Ledger, open_ledger
from segml.outcomes import churn
from segml.words.plan import Plan

FIRST_SEED, COUNT, CLIENTS, MONTHS = 963, 10, 2_000, 48
MOST = 0.01
"""How much more than the best rule's the AUC may fall."""
RULES = ("recency", "recency_over_gap", "bgnbd")
"""Those that learn nothing of past cut-offs, so that they cannot age."""


def ageing() -> Iterator[Result]:
    plan = segml.read_settings(CONFIG).plan
    with open_ledger(plan.ledger, plan.economics) as ledger:
        origins, later = default_origins(ledger, plan), plan.churn.horizon_days
        pairs = [(day, day + later) for day in origins if day + later in origins]
        yield from _told("Online Retail", [_pair(ledger, plan, *pair) for pair in pairs])
    worlds, first = int(os.environ.get(WORLDS, COUNT)), int(os.environ.get(SEED, FIRST_SEED))
    found = []
    for seed in range(first, first + worlds):
        with tempfile.TemporaryDirectory() as scratch:
            world = segml.write_world(Path(scratch), clients=CLIENTS, months=MONTHS, seed=seed)
            plan = segml.read_settings(world.config).plan
            with open_ledger(plan.ledger, plan.economics) as ledger:
                last = default_origins(ledger, plan)[-1]
                found.append(_pair(ledger, plan, last - plan.churn.horizon_days, last))
        told = ", ".join(f"{name} {now - then:+.3f}" for name, (then, now) in found[-1].items())
        yield Result(f"seed {seed}: AUC later less at first", told)
    yield from _told("worlds", found)


def _pair(ledger: Ledger, plan: Plan, trained: int, later: int) -> dict[str, tuple[float, float]]:
    """The AUC of the model and of each rule on both days."""
    bundle = fit(ledger, trained, plan, threads=1)
    both = []
    for day in (trained, later):
        now = snapshot(ledger.past(day), bundle.features)
        rows = now.frame[churn.population(now.status).to_numpy()]
        future = ledger.future(
            day, gap_days=plan.churn.gap_days, horizon_days=plan.churn.horizon_days
        )
        lost = churn.label(future, rows.index).to_numpy(np.float64)
        risks = {name: BASELINES[name](rows, rows, lost) for name in RULES}
        risks[MODEL] = bundle.churn.raw(bundle.encoder.matrix(rows[list(bundle.encoder.columns)]))
        both.append({name: auc(lost, risk) for name, risk in risks.items()})
    return {name: (both[0][name], both[1][name]) for name in (MODEL, *RULES)}


def _told(what: str, pairs: list[dict[str, tuple[float, float]]]) -> Iterator[Result]:
    table = pd.DataFrame([{n: np.mean(both) for n, both in pair.items()} for pair in pairs])
    best = str(table[list(RULES)].mean().idxmax())
    yield Result(f"{what}: pairs of days, best rule", f"{len(pairs)}, {best}")
    falls = {
        name: np.array([then - now for then, now in (pair[name] for pair in pairs)])
        for name in (MODEL, best)
    }
    for name, fall in falls.items():
        at = np.mean([pair[name] for pair in pairs], axis=0)
        yield Result(f"{what}: AUC of {name}, then and later", f"{at[0]:.3f}, {at[1]:.3f}")
        yield Result(f"{what}: fall of {name}", float(fall.mean()))
    more = falls[MODEL] - falls[best]
    error = f" (± {more.std(ddof=1) / len(more) ** 0.5:.3f})" if len(more) > 1 else ""
    yield Result(f"{what}: fall beyond the rule's{error}", float(more.mean()), most=MOST)
