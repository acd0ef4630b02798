"""How well roles are found, and what becomes of rising clients, where the truth is known.

For each world: the model is trained a year before its end, and the clients of that day are scored.
Of a role, `right` is the share of those named that truly hold it, `found` the share of those that
hold it and are named, of all and (magnets) of those that had brought two or more by then: who had
brought nobody or one cannot be told from many ordinary clients that had. What `rising` clients did
is counted in the year after, among all active clients: whether the growth of their profit (money),
of their sales (ratio), and of their latent trade (ratio) is in the top quarter.

SEGML_BENCH_WORLDS=<number> takes other than three worlds, SEGML_BENCH_SEED=<number> another first
seed.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import segml
from benchmarks.losses import WORLDS
from benchmarks.result import Result
from segml.words.role import ROLES

FIRST_SEED, CLIENTS, MONTHS, YEAR = 741, 6_000, 36, 365
SEED = "SEGML_BENCH_SEED"
LEAST_FOUND, LEAST_RIGHT, LEAST_GROWN = 0.9, 0.8, 0.6
TOP = 0.75


def roles() -> Iterator[Result]:
    worlds, first = int(os.environ.get(WORLDS, "3")), int(os.environ.get(SEED, FIRST_SEED))
    rows = []
    for seed in range(first, first + worlds):
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(_counts(Path(scratch), seed))
        yield Result(f"seed {seed}", ", ".join(f"{n} {v:.0f}" for n, v in rows[-1].items()))
    total = pd.DataFrame(rows).sum()
    for role in ROLES:
        right = total[f"{role}: right"]
        least = LEAST_RIGHT if role == "magnet" else None
        yield Result(f"{role}: right", right / total[f"{role}: named"], least=least)
        yield Result(f"{role}: found", right / total[f"{role}: true"])
    known = total["magnet: found of known"] / total["magnet: known"]
    yield Result("magnet: found, of those that had brought two", known, least=LEAST_FOUND)
    for what, least in (("profit", LEAST_GROWN), ("sales", None), ("latent trade", None)):
        grown = total[f"rising: {what}"] / total["rising: named"]
        yield Result(f"rising: {what} grew in the top quarter", grown, least=least)


def _counts(folder: Path, seed: int) -> dict[str, float]:
    world = segml.write_world(folder, clients=CLIENTS, months=MONTHS, seed=seed)
    day = world.end - dt.timedelta(YEAR)
    segml.train(world.config, as_of=day)
    then = _scored(world.config, day)
    truth = pd.read_parquet(folder / "truth" / "clients.parquet").set_index("client_id")
    truth = truth.reindex(then.index)
    bought = then["status"].ne("prospect")
    counts: dict[str, float] = {}
    for role in ROLES:
        true = truth["roles"].map(lambda held, role=role: role in held) & bought
        named = then["roles"].str.split(",").map(lambda held, role=role: role in held)
        counts[f"{role}: named"] = named.sum()
        counts[f"{role}: true"] = true.sum()
        counts[f"{role}: right"] = (named & true).sum()
        if role == "magnet":
            known = true & (then["referred_clients"] >= 2)
            counts["magnet: known"] = known.sum()
            counts["magnet: found of known"] = (named & known).sum()
        if role == "rising":
            grown = _grown(then, _scored(world.config, world.end), truth)
            counts |= {f"rising: {what}": (named & top).sum() for what, top in grown.items()}
    return counts


def _scored(config: Path, day: dt.date) -> pd.DataFrame:
    scored = segml.score(config, as_of=day).scored
    features = scored.features.set_index("client_id")[["referred_clients"]]
    return scored.scores.set_index("client_id").join(features)


def _grown(then: pd.DataFrame, now: pd.DataFrame, truth: pd.DataFrame) -> dict[str, pd.Series]:
    """Whose growth is in the top quarter of those that were active, in three meanings."""
    now = now.reindex(then.index)
    trade = np.array([_latent(*row) for row in truth[["rate", "basket", "growth"]].to_numpy()])
    growth = {
        "profit": now["profit_365"] - then["profit_365"],
        "sales": np.log(now["revenue_365"].clip(lower=1) / then["revenue_365"].clip(lower=1)),
        "latent trade": pd.Series(trade, index=then.index),
    }
    active = then["status"].eq("active")
    return {what: each > each[active].quantile(TOP) for what, each in growth.items()}


def _latent(rate: np.ndarray, basket: np.ndarray, growth: np.ndarray) -> float:
    """The logarithm of a client's latent trade in the last year over that in the year before."""
    trade = rate * basket * growth
    before, after = trade[-24:-12].mean(), trade[-12:].mean()
    return float(np.log(max(after, 1e-9) / max(before, 1e-9)))
