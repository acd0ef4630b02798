"""How often the true cause of a loss is named: by a perfect observer, and by SHAP on a churn model.

For each of ten seeds: a world, a model trained two thirds through it, and every later loss with an
observable cause, explained at the last month's start before its onset. `SHAP top` is the reason of
the feature with the greatest part of the raw churn score (a symptom has none), `SHAP group` that
of the reason whose drivers hold the greatest sum. Key clients are those of a key tier on that day.
`observer` is of all losses of the world with an observable cause, `later` of those explained.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import segml
from benchmarks.result import Result
from segml.features import CATALOGUE, snapshot
from segml.ledger import open_ledger
from segml.scoring import take_apart

SEEDS, CLIENTS, MONTHS, TRAINED_AFTER = range(10), 2000, 36, 24
CUTOFFS = 6  # half of the default: the whole has to end in ten minutes
COUNTS = ("losses", "explained", "key")
COLUMNS = (
    "losses", "observer", "explained", "later", "SHAP top", "SHAP group", "key", "key top",
    "key group", "AUC",
)  # fmt: skip


def causes() -> Iterator[Result]:
    """One line a seed and their means: shares of the losses whose cause was named rightly."""
    rows = []
    yield Result("seed", " ".join(f"{name:>10}" for name in COLUMNS))
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(_row(Path(scratch), seed))
        yield Result(f"{seed}", _line(rows[-1]))
    yield Result(
        "mean", _line({name: float(np.mean([row[name] for row in rows])) for name in COLUMNS})
    )


def _line(row: dict[str, float]) -> str:
    return " ".join(f"{row[n]:>10.{0 if n in COUNTS else 2}f}" for n in COLUMNS)


def _row(folder: Path, seed: int) -> dict[str, float]:
    world = segml.write_world(folder, clients=CLIENTS, months=MONTHS, seed=seed)
    truth = pd.read_parquet(folder / "truth" / "losses.parquet")
    start = pd.Timestamp(world.end) - pd.DateOffset(months=MONTHS - TRAINED_AFTER)
    text = world.config.read_text("utf-8").replace("cutoffs: 12", f"cutoffs: {CUTOFFS}")
    world.config.write_text(text, "utf-8")
    trained = segml.train(world.config, as_of=start.date())
    truth["onset"] = pd.to_datetime(truth["onset"])
    known = truth[truth["cause"] != "unknown"]
    named = _named(world.config, trained.bundle, known[known["onset"] >= start])
    key = named[named["is_key"]]
    metrics = trained.bundle.record.churn.metrics
    return {
        "losses": len(known),
        "observer": (known["observer"] == known["cause"]).mean(),
        "explained": len(named),
        "later": (named["observer"] == named["cause"]).mean(),
        "SHAP top": (named["top"] == named["cause"]).mean(),
        "SHAP group": (named["group"] == named["cause"]).mean(),
        "key": len(key),
        "key top": (key["top"] == key["cause"]).mean(),
        "key group": (key["group"] == key["cause"]).mean(),
        "AUC": metrics["auc"],
    }


def _named(config: Path, bundle: object, losses: pd.DataFrame) -> pd.DataFrame:
    """The losses of clients known and active then, with what SHAP names at the month's start."""
    settings = segml.read_settings(config)
    parts, held = [], None
    with open_ledger(settings.plan.ledger, settings.plan.economics) as ledger:
        for month, lost in losses.groupby(losses["onset"].dt.to_period("M")):
            now = snapshot(ledger.past(month.start_time.date()), bundle.features)
            tiers = bundle.tiers.assign(now.frame, held)
            held = tiers["tier"]
            known = lost.set_index("client_id")
            known = known[now.status.reindex(known.index) == "active"]
            if len(known):
                is_key = tiers["tier_rank"].reindex(known.index).isin(bundle.plan.tiers.key)
                named = _reasons(bundle, now.frame.loc[known.index])
                parts.append(known.assign(is_key=is_key, **named))
    return pd.concat(parts)


def _reasons(bundle: object, frame: pd.DataFrame) -> dict[str, pd.Series]:
    """By client: the reason of the greatest feature, and that of the greatest group of drivers."""
    apart = take_apart(bundle, frame, "churn")
    reason = {feature.name: feature.reason for feature in CATALOGUE}
    reasons = np.array([reason[name] for name in apart.features])
    values = pd.DataFrame(apart.values, index=apart.clients)
    drivers = values.loc[:, reasons != "unknown"]
    groups = drivers.T.groupby(reasons[reasons != "unknown"]).sum().T
    top = pd.Series(reasons[values.to_numpy().argmax(axis=1)], index=apart.clients)
    return {"top": top, "group": groups.idxmax(axis=1)}
