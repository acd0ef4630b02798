"""How the four tier schemes hold: under redrawn clients, from month to month, and at a million.

One made world, on the first of its last December. `kept`, `rand`, `moves` (of calm clients too),
`top`, `fidelity` and `as clusters`, the adjusted Rand index with the default scheme, are figures of
`segml schemes`. `band`: hysteresis as a share of the median distance between neighbouring edges.
Then a million clients drawn from the same snapshot, money and care blurred so that no two are
alike, are fitted, assigned and explained. Who moves though nothing changed, and who once its true
value did, is measured in `steady`.

SEGML_BENCH_SEED=<number> takes another world, SEGML_BENCH_CLIENTS=<number> one of another size.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import segml
from benchmarks.result import Result
from benchmarks.steady import steady
from segml.evaluation import compare_schemes
from segml.features import FeaturePlan, Snapshot, snapshot
from segml.ledger import day_of, open_ledger
from segml.tiers import RuleTiers, TierModel, fit_tiers
from segml.words.plan import RULE_TIERS, TierPlan, tiers_in

SEED, CLIENTS = "SEGML_BENCH_SEED", "SEGML_BENCH_CLIENTS"
FIRST_SEED, MILLION = 731, 1_000_000
LEAST_KEPT, MOST_BAND, MOST_FIT, MOST_TOLD = 0.95, 0.1, 60.0, 30.0
BLURRED = ("profit_365", "spend_365", "wallet", "annual_turnover", "care_share_365")
SCHEMES = {name: TierPlan(scheme=name, number=tiers_in(name)) for name in ("clusters", *RULE_TIERS)}

OTHER_NUMBERS = {"clusters of 3": TierPlan(number=3), "clusters, auto": TierPlan(number="auto")}


def schemes() -> Iterator[Result]:
    months = _months()
    now = months[-1]
    compared = compare_schemes(months, SCHEMES)
    alike = compared.agreement.set_index(["scheme", "other"])["rand"]
    for row in compared.schemes.itertuples():
        yield Result(f"{row.scheme}: kept", row.kept, least=LEAST_KEPT)
        yield Result(f"{row.scheme}: rand", row.rand)
        yield Result(f"{row.scheme}: moves in a month", row.moves)
        yield Result(f"{row.scheme}: moves in a month, calm clients", row.calm_moves)
        yield Result(f"{row.scheme}: top, share of clients", row.top_clients)
        yield Result(f"{row.scheme}: top, share of profit", row.top_profit)
        yield Result(f"{row.scheme}: fidelity of forests", row.fidelity)
        if row.scheme != "clusters":
            yield Result(f"{row.scheme}: as clusters", alike["clusters", row.scheme])
            rule = _fit(now.frame, now.status, SCHEMES[row.scheme]).estimator
            yield Result(f"{row.scheme}: band", _band(rule), most=MOST_BAND + 1e-9)
    many = _million(now)
    status = pd.Series("active", index=many.index)
    for name, plan in SCHEMES.items():
        model, fitted = _timed(lambda plan=plan: _fit(many, status, plan))
        found, assigned = _timed(lambda model=model: model.assign(many))
        _, told = _timed(lambda model=model, found=found: model.contributions(many, found))
        yield Result(f"{name}: a million, fit, s", fitted, most=MOST_FIT)
        yield Result(f"{name}: a million, assign and explain, s", assigned + told, most=MOST_TOLD)
    yield from steady({**SCHEMES, **OTHER_NUMBERS}, seed=_seed(), clients=_clients())


def _months() -> list[Snapshot]:
    """The snapshots of three month starts in a row, of one made world."""
    with tempfile.TemporaryDirectory() as scratch:
        world = segml.write_world(Path(scratch), clients=_clients(), months=36, seed=_seed())
        year = world.end.year - 1
        days = [day_of(dt.date(year, month, 1)) for month in (10, 11, 12)]
        plan = segml.read_settings(world.config).plan
        asked = FeaturePlan(
            horizon_days=plan.churn.horizon_days, active_days=plan.churn.active_days
        )
        with open_ledger(plan.ledger, plan.economics) as ledger:
            return [snapshot(ledger.past(day), asked) for day in days]


def _seed() -> int:
    return int(os.environ.get(SEED, FIRST_SEED))


def _clients() -> int:
    return int(os.environ.get(CLIENTS, "20000"))


def _fit(frame: pd.DataFrame, status: pd.Series, plan: TierPlan) -> TierModel:
    return fit_tiers(frame, status, plan=plan)


def _band(estimator: RuleTiers) -> float:
    """The band of the score's edges as a share of the median distance between two of them."""
    score = (estimator.rule_.weights == estimator.rule_.weights[0]).all(axis=1)
    edges = estimator.rule_.edges[score]
    return float(estimator.rule_.held[0] / np.median(-np.diff(edges)))


def _million(now: Snapshot) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    bought = np.flatnonzero(now.status.ne("prospect").to_numpy())
    names = pd.Index([f"{place:07}" for place in range(MILLION)], name="client_id")
    frame = now.frame.iloc[rng.choice(bought, MILLION)].set_axis(names)
    blurred = [name for name in BLURRED if name in frame.columns]
    noise = rng.lognormal(0.0, 0.3, (MILLION, len(blurred)))
    return frame.assign(**dict(zip(blurred, (frame[blurred] * noise).T.to_numpy(), strict=True)))


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    made = work()
    return made, time.perf_counter() - start
