"""How well today's key clients are ranked by who is lost next, where the truth is known.

For each world: today is 180 days before its end, the model was trained a year before today, and the
loss analysis of that year ranks today's key clients. Caught is the share of the true losses of the
next 180 days that stand in the tenth ranked first, by three orders: silence over the own gap
(`recency`), ours, and the same forest on the same rows given the latent state besides (every
cause's hazard with the client's own sensitivity, and how far a decline has gone). A loss of these
180 days is counted in three ways: it begins in them (of clients whose decline has not begun), is
complete in them, or either. `closes` is (ours - recency) / (latent - recency), of the means.
`like a lost one` compares the clients that resemble a lost client with the others.

SEGML_BENCH_WORLDS=<number> takes other than five worlds, SEGML_BENCH_SEED=<number> another first
seed.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import segml
from benchmarks.latent import LATENT, latent
from benchmarks.losses import SEED, WORLDS
from benchmarks.result import Result
from segml.bundle import Bundle
from segml.ledger import day_of, open_ledger
from segml.losses.asked import HORIZON_DAYS, past_dates
from segml.losses.books import open_books
from segml.losses.foretold import foretell
from segml.losses.scene import Scene
from segml.outcomes import caught
from segml.simulate.world import START

FIRST_SEED, CLIENTS, MONTHS, YEAR = 721, 8_000, 36, 365
LEAST_CLOSED = 0.5
WAYS = ("begins", "complete", "either")
ORDERS = ("recency", "ours", "latent")


def next_lost() -> Iterator[Result]:
    worlds, first = int(os.environ.get(WORLDS, "5")), int(os.environ.get(SEED, FIRST_SEED))
    rows = []
    for seed in range(first, first + worlds):
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(_figures(Path(scratch), seed))
        yield Result(f"seed {seed}", ", ".join(f"{n} {v:.2f}" for n, v in rows[-1].items()))
    table = pd.DataFrame(rows)
    for name in table:
        error = f" (± {table[name].sem():.2g})" if worlds > 1 else ""
        yield Result(f"{name}{error}", float(table[name].mean()))
    mean = table.mean()
    for way in WAYS:
        low, ours, high = (mean[f"{way}: {order}"] for order in ORDERS)
        yield Result(f"{way}: closes", float((ours - low) / (high - low)), least=LEAST_CLOSED)


def _figures(folder: Path, seed: int) -> dict[str, float]:
    world = segml.write_world(folder, clients=CLIENTS, months=MONTHS, seed=seed)
    today = world.end - dt.timedelta(HORIZON_DAYS)
    start = today - dt.timedelta(YEAR)
    bundle = segml.train(world.config, as_of=start).bundle
    found = segml.analyse_losses(world.config, start=start, end=today).analysis
    ours = found.next_lost.set_index("client_id")
    informed, silence = _informed(
        world.config, bundle, folder, seed, (day_of(start), day_of(today))
    )
    scores = {"recency": silence, "ours": ours["chance"], "latent": informed}
    lost, risk = _truth(folder, ours.index, day_of(today))
    figures = {"key clients": float(len(ours))}
    for way in WAYS:
        figures[f"{way}: losses"] = float(lost[way].sum())
        for order in ORDERS:
            asked = risk[way].to_numpy()
            score = scores[order].reindex(ours.index).fillna(0.0).to_numpy(np.float64)
            share = caught(score[asked], lost[way].to_numpy(np.float64)[asked])
            figures[f"{way}: {order}"] = float("nan") if share is None else share
    alike = ours.index.isin(found.lookalikes["client_id"])
    figures["like a lost one"] = float(alike.mean())
    figures["lost, like a lost one"] = float(lost["either"][alike].mean()) if alike.any() else 0.0
    figures["lost, like none"] = float(lost["either"][~alike].mean())
    figures["foretold lost, times the true"] = float(ours["chance"].sum() / lost["either"].sum())
    return figures


def _informed(
    config: Path, bundle: Bundle, folder: Path, seed: int, dates: tuple[int, int]
) -> tuple[pd.Series, pd.Series]:
    """The chances by the same learner given the latent state, and the silence over the own gap."""
    settings = segml.read_settings(config)
    plan, (start, end) = settings.plan, dates
    with open_ledger(plan.ledger, plan.economics) as ledger:
        scene = Scene(ledger=ledger, bundle=bundle, start=start, end=end)
        books = open_books(
            ledger,
            scene.key,
            known=list(scene.after.index),
            start=start,
            end=end,
            shrunk_below=plan.losses.shrunk_below,
            seed=plan.seed,
        )
        first = day_of(START)
        days = [end, *past_dates(ledger.first_day, end, least=plan.churn.min_history_days)]
        state = latent(
            folder, [day - first for day in days], clients=CLIENTS, months=MONTHS, seed=seed
        )

        def told(clients: Sequence[str], day: int) -> np.ndarray:
            return state[day - first].loc[list(clients), list(LATENT)].to_numpy(np.float32)

        chance = foretell(scene, books, told=told).chance
        return chance, scene.snapshot(end).frame["silence_over_gap"]


def _truth(folder: Path, clients: pd.Index, today: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Whether each client is lost in each way in the horizon, and whether it is asked about."""
    truth = pd.read_parquet(folder / "truth" / "losses.parquet").set_index("client_id")
    days = {
        name: (pd.to_datetime(truth[name]) - pd.Timestamp("1970-01-01")).dt.days.reindex(clients)
        for name in ("onset", "complete_on")
    }
    inside = {n: (d >= today) & (d < today + HORIZON_DAYS) for n, d in days.items()}
    lost = {
        "begins": inside["onset"],
        "complete": inside["complete_on"],
        "either": inside["onset"] | inside["complete_on"],
    }
    alive = ~(days["complete_on"] < today)
    risk = {"begins": ~(days["onset"] < today), "complete": alive, "either": alive}
    return pd.DataFrame(lost), pd.DataFrame(risk)
