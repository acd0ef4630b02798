"""The CDNOW cohort, 39 weeks ahead of 39, as the literature judges buy-till-you-die models.

`SEGML_DATA` names the folder that holds it: 23,570 clients who first bought in the first quarter of
1997 (the published fit is of a tenth of them). The parameters of BG/NBD are learnt as segml's
features learn them, on the first 39 weeks. `off` is the distance of the expected from the true
number of repeat purchases since the start, the most in any of the 39 weeks ahead; once with those
of the first 39 weeks as they came, once by the model alone from each client's first purchase on,
which is the published curve. The rank correlations (Spearman) are with the number of purchases, and
with the money, of the 39 weeks ahead: of segml trained on the first 39 weeks alone (a horizon of 60
days, as that history allows) and of BG/NBD, with Gamma-Gamma for the money. Leads have 90 %
intervals by bootstrap over clients.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import hyp2f1

from benchmarks.result import Result
from segml.bundle import fit
from segml.evaluation import MONEY_BASELINES, spearman
from segml.evaluation.money_baselines import money_rows
from segml.features import snapshot
from segml.features.bgnbd import BgNbd, PurchaseHistory, fit_bgnbd
from segml.ledger import day_of, open_ledger
from segml.words.plan import (
    ChurnPlan,
    Economics,
    LedgerPlan,
    Plan,
    PotentialPlan,
    SourcePlan,
)

WEEKS, WEEK, MOST_OFF, DRAWS = 39, 7, 0.04, 200
START = pd.Timestamp("1997-01-01")
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
"""Of a tenth of the cohort: Fader, Hardie, Lee (2005), Marketing Science 24(2), table 2."""


def cdnow() -> Iterator[Result]:
    path = Path(os.environ["SEGML_DATA"]) / "cdnow" / "transactions.parquet"
    bought = pd.read_parquet(path)
    bought["day"] = (bought["date"] - START).dt.days
    days = bought.drop_duplicates(["customer_id", "day"])
    past = (
        days[days["day"] < WEEKS * WEEK].groupby("customer_id")["day"].agg(["min", "max", "size"])
    )
    history = PurchaseHistory(
        repeats=past["size"].to_numpy(np.float64) - 1,
        recency=(past["max"] - past["min"]).to_numpy(np.float64) / WEEK,
        age=(WEEKS * WEEK - past["min"]).to_numpy(np.float64) / WEEK,
    )
    model, _ = fit_bgnbd(history)
    yield Result("clients", float(len(past)))
    ahead = np.arange(1, WEEKS + 1)
    repeats = days["day"] > days["customer_id"].map(past["min"])
    came = np.array([(repeats & (days["day"] < (WEEKS + w) * WEEK)).sum() for w in ahead])
    for whose, curve in (("", model), (", published parameters", PUBLISHED)):
        told = history.repeats.sum() + [curve.expected(history, float(w)).sum() for w in ahead]
        alone = np.array([_ever(curve, history.age + w).sum() for w in ahead])
        for how, expected in (("with the weeks seen", told), ("by the model alone", alone)):
            off = float(np.abs(expected / came - 1).max())
            label = f"aggregate{whose}, {how}: most off, weeks 40 to 78"
            yield Result(label, off, most=None if whose else MOST_OFF)
    yield from _ranks(path, bought, past.index, model.expected(history, float(WEEKS)))


def _ever(model: BgNbd, ages: np.ndarray) -> np.ndarray:
    """The purchases expected of anybody in so many weeks after the first (equation 9)."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    z = ages / (alpha + ages)
    tail = (alpha / (alpha + ages)) ** r * hyp2f1(r, b, a + b - 1, z)
    return np.asarray((a + b - 1) / (a - 1) * (1 - tail))


def _ranks(
    path: Path, bought: pd.DataFrame, clients: pd.Index, expected: np.ndarray
) -> Iterator[Result]:
    columns = {"client_id": "customer_id", "date": "date", "amount": "dollar_value"}
    plan = Plan(
        portfolio="cdnow",
        ledger=LedgerPlan(transactions=SourcePlan(path=str(path), columns=columns)),
        economics=Economics(currency="USD", margin_rate=1.0),
        churn=ChurnPlan(horizon_days=60, min_history_days=90),
        potential=PotentialPlan(horizon_days=60),
    )
    today = day_of(START.date()) + WEEKS * WEEK
    with open_ledger(plan.ledger, plan.economics) as ledger:
        bundle = fit(ledger, today, plan, threads=2)
        now = snapshot(ledger.past(today), bundle.features)
        matrix = bundle.encoder.matrix(now.frame[list(bundle.encoder.columns)].loc[clients])
        rows = money_rows(ledger.past(today), now.money.loc[clients, ["profit_365", "revenue_365"]])
    later = bought[bought["day"].between(WEEKS * WEEK, 2 * WEEKS * WEEK - 1)]
    truth = {
        "purchases": later.groupby("customer_id")["day"].nunique(),
        "money": later.groupby("customer_id")["dollar_value"].sum(),
    }
    rule = MONEY_BASELINES["bgnbd_gamma"](rows, WEEKS * WEEK)
    both = {
        "purchases": (-bundle.churn.raw(matrix), expected),
        "money": (bundle.potential.expected(matrix), rule),
    }
    for what, (ours, theirs) in both.items():
        came = truth[what].reindex(clients).fillna(0.0).to_numpy(np.float64)
        yield Result(f"rank correlation, {what}: segml", spearman(came, ours))
        yield Result(f"rank correlation, {what}: BG/NBD", spearman(came, theirs))
        low, lead, high = _lead(came, ours, theirs)
        yield Result(f"rank correlation, {what}: lead [{low:.4f}, {high:.4f}]", lead, least=0.0)


def _lead(came: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(DRAWS):
        at = rng.integers(0, len(came), len(came))
        drawn.append(spearman(came[at], ours[at]) - spearman(came[at], theirs[at]))
    low, high = np.quantile(drawn, [0.05, 0.95])
    return float(low), spearman(came, ours) - spearman(came, theirs), float(high)
