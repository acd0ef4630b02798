"""Forecasts on a real ledger, beside simple rules and an AutoML peer, at rolling origins.

Online Retail II (`SEGML_DATA` names the folder that holds it) by `configs/online-retail.yaml`, with
horizons of 90 and of 150 days at the last four origins that the data hold (30 and 9 days apart),
and of 162 days at the one they hold. At each origin the configuration is learnt on the past alone,
as `segml backtest` does it. The rules are those of the backtest; what has no probability of its own
gets one from past cut-offs.

The peer is AutoGluon's tabular predictor, `medium_quality`, 150 seconds, in an environment of its
own (`peer.py`; LightGBM and scikit-learn's models, no neural networks), on recency, frequency and
money (`automl_rfm`) and on all our features (`automl_rich`). It learns on the clients of the last
cut-off whose labels are known at the origin: on many cut-offs at once it splits a client's rows at
random between learning and choosing, and foretells worse for it. At 162 days it is not asked. Its
limit is wall time, so that a loaded machine (the load stands above) gives it less to work with.

Figures are means over origins with 90 % intervals by bootstrap over clients; `ahead` is ours less
the best other's (for the Brier score the other way round), paired client by client, and the bound
is on the mean. Value is profit over the same days: mean absolute error of the published median, the
rest of the published mean. The total ratio is also told by size, clients ranked by what each model
expects of them: giants must not pay for the rest.

SEGML_BENCH_DAYS=<number> takes one horizon alone. SEGML_BENCH_PEER=<folder> keeps the peer's
environment there, or takes it from there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

import segml
from benchmarks.leads import best_of, compare
from benchmarks.peer import Foretold, Peer, peer
from benchmarks.result import Result
from segml.evaluation import BASELINES, MODEL, MONEY_BASELINES, backtest, default_origins
from segml.evaluation.measures import chance_column, money_columns
from segml.evaluation.replaying import MODELS
from segml.evaluation.summary import by_origin
from segml.features import FeaturePlan, available, snapshot
from segml.ledger import Ledger, date_of, open_ledger
from segml.ledger.days import as_day
from segml.outcomes import churn
from segml.words.plan import Plan

CONFIG = Path(__file__).parents[1] / "configs" / "online-retail.yaml"
HORIZONS = {90: 30, 150: 9, 162: 30}
"""Days ahead, and the days between origins."""
DAYS = "SEGML_BENCH_DAYS"
JUDGED, ORIGINS = (90, 150), 4
VALUED = 162
RFM = ("silence_days", "orders_365", "spend_365")
PEERS = ("automl_rfm", "automl_rich")
RULES = (MODEL, *BASELINES)
MONEY = {"spearman": 1, "gini": 1, "mae": -1, "total_ratio": 0}
LEAST_TOTAL, MOST_TOTAL = 0.9, 1.1
SIZES = {
    "the first hundredth": (0.0, 0.01),
    "the rest of the first tenth": (0.01, 0.1),
    "all others": (0.1, 1.0),
}
"""Clients by the rank of what is expected of them."""


def forecasts() -> Iterator[Result]:
    plan = segml.read_settings(CONFIG).plan
    with peer() as other, open_ledger(plan.ledger, plan.economics) as ledger:
        only = os.environ.get(DAYS)
        for days, step in HORIZONS.items():
            if only is not None and days != int(only):
                continue
            asked = replace(
                plan,
                churn=replace(plan.churn, horizon_days=days),
                potential=replace(plan.potential, horizon_days=days),
            )
            origins = default_origins(ledger, asked, step_days=step)[-ORIGINS:]
            predictions = backtest(ledger, asked, origins, threads=1, draws=1).predictions
            models = RULES
            if days in JUDGED:
                said = [_peers(ledger, asked, as_day(day), other) for day in origins]
                told = pd.concat([frame for frame, _ in said])
                predictions = predictions.merge(told, on=["origin", "client_id"], how="left")
                models = (*RULES, *PEERS)
                yield from _effort([one for _, each in said for one in each], days)
            yield from _risk(predictions, days, models)
            yield from _value(predictions, days)
            yield from _by_size(predictions, days)


def _effort(told: list[Foretold], days: int) -> Iterator[Result]:
    """What the peer had to work with: its limit is wall time, which others share."""
    counts = sorted(len(one.models) for one in told)
    seconds = sorted(one.seconds for one in told)
    yield Result(f"{days} days: models of the peer, fewest, most", f"{counts[0]}, {counts[-1]}")
    between = f"{seconds[0]:.0f} s, {seconds[-1]:.0f} s"
    yield Result(f"{days} days: processor time of a fit of the peer, least, most", between)


def _peers(
    ledger: Ledger, plan: Plan, origin: int, other: Peer
) -> tuple[pd.DataFrame, list[Foretold]]:
    """What the peer says of the active clients of an origin, by either set of features."""
    rules = plan.churn
    features = FeaturePlan(horizon_days=rules.horizon_days, active_days=rules.active_days)
    then, now = (
        snapshot(ledger.past(day), features)
        for day in (origin - rules.gap_days - rules.horizon_days, origin)
    )
    names = [one.name for one in available(ledger.past(then.as_of))]
    future = ledger.future(then.as_of, gap_days=rules.gap_days, horizon_days=rules.horizon_days)
    past, asked = (one.frame[churn.population(one.status)] for one in (then, now))
    lost = churn.label(future, past.index).astype(int).to_numpy()
    frame = pd.DataFrame({"client_id": asked.index, "origin": date_of(origin)})
    found = []
    for name, columns in zip(PEERS, (list(RFM), names), strict=True):
        told = other.foretell(past[columns].assign(lost=lost), asked[columns])
        frame[name] = frame[chance_column(name)] = told.chance
        found.append(told)
    return frame, found


def _risk(predictions: pd.DataFrame, days: int, models: tuple[str, ...]) -> Iterator[Result]:
    active = predictions.dropna(subset=["lost"])
    origins, clients = active["origin"].nunique(), active["client_id"].nunique()
    yield Result(f"{days} days: origins, clients", f"{origins}, {clients:,}")
    for asked, (figures, leads) in compare(active, models).items():
        for name in models:
            yield Result(f"{days} days, {asked}: {name}", figures[name].text)
        best = best_of(asked, figures)
        lead = leads[best]
        label = f"{days} days, {asked}: ahead of {best} [{lead.low:.3f}, {lead.high:.3f}]"
        yield Result(label, lead.mean, least=0.0 if days in JUDGED else None)


def _value(predictions: pd.DataFrame, days: int) -> Iterator[Result]:
    table = by_origin(predictions, MODELS)
    table = table[(table["slice"] == "all") & table["metric"].isin(MONEY)]
    means = table.groupby(["metric", "model"])["value"].mean()
    for metric, better in MONEY.items():
        others = {name: float(means[metric, name]) for name in MONEY_BASELINES}
        ours = float(means[metric, MODEL])
        for name, value in others.items():
            yield Result(f"{days} days, value, {metric}: {name}", value)
        label = f"{days} days, value, {metric}: {MODEL}"
        if days != VALUED or not better:
            yield Result(label, ours)
        if better and days == VALUED:
            best = max(better * value for value in others.values()) * better
            yield Result(label, ours, **{"least" if better > 0 else "most": best})
    if days == VALUED:
        total = float(means["total_ratio", MODEL])
        yield Result(f"{days} days, value, total_ratio: at least", total, least=LEAST_TOTAL)
        yield Result(f"{days} days, value, total_ratio: at most", total, most=MOST_TOTAL)


def _by_size(predictions: pd.DataFrame, days: int) -> Iterator[Result]:
    """Expected over realised profit of clients of like size, a mean over origins."""
    for name in (MODEL, *MONEY_BASELINES):
        expected = money_columns(name)[0]
        origins = predictions.groupby("origin")
        place = origins[expected].rank(ascending=False, method="first")
        share = place / origins["client_id"].transform("size")
        for size, (above, most) in SIZES.items():
            some = predictions[(share > above) & (share <= most)].groupby("origin")
            ratios = some[expected].sum() / some["profit"].sum()
            yield Result(f"{days} days, value, total_ratio of {size}: {name}", ratios.mean())
