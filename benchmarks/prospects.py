"""How well the first year of a prospect is foretold, where the truth is known.

For each world: a ledger of 48 months; the model is trained 30 months in, on newcomers whose first
year was over by then, and asked about those who first ordered in the six months after, by what was
known before their first orders. `ours / possible` is the rank correlation of the expected with the
realised first-year profit over that of the simulator's own expectation given what is known at first
contact (industry, region, channel, size, date): the mean over worlds of the one over that of the
other. The simulator's expectation does not know the wallet, which a ledger may tell, so the same is
measured without it. A portfolio of 40, 100 or 400 newcomers is a sample of those learnt from,
with as large a share of those still in their first year.
`covered` is the share of realised profits inside the 80 % interval; `total` the expected profit of
all over the realised one.

SEGML_BENCH_WORLDS=<number> takes other than six worlds, SEGML_BENCH_SEED=<number> another first
seed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import segml
from benchmarks.losses import WORLDS
from benchmarks.result import Result
from segml.features import first_contact
from segml.ledger import Ledger, open_ledger
from segml.ledger.price_level import at_todays_prices
from segml.outcomes import ProspectModel, fit_prospect
from segml.outcomes.first_trials import spearman
from segml.outcomes.prospect import label

FIRST_SEED, CLIENTS, MONTHS, TRAINED_AFTER, ASKED_DAYS = 751, 4_000, 48, 913, 183
SEED = "SEGML_BENCH_SEED"
SIZES = (40, 100, 400, None)
SAMPLES = 5
KNOWN = {"all that is known": (), "without the wallet": ("wallet",)}
LEAST_OF_POSSIBLE, LEAST_COVERED, MOST_COVERED = 0.9, 0.72, 0.88


@dataclass(frozen=True, kw_only=True, eq=False)
class _World:
    """Newcomers learnt from, prospects of that day, and those asked about with what became."""

    newcomers: pd.DataFrame
    first: pd.DataFrame
    prospects: pd.DataFrame
    asked: pd.DataFrame
    realised: np.ndarray
    possible: np.ndarray


def prospects() -> Iterator[Result]:
    worlds, first = int(os.environ.get(WORLDS, "6")), int(os.environ.get(SEED, FIRST_SEED))
    made = []
    for seed in range(first, first + worlds):
        with tempfile.TemporaryDirectory() as scratch:
            made.append(_world(Path(scratch), seed))
        yield Result(f"seed {seed}: newcomers learnt from", int(made[-1].first["complete"].sum()))
        yield Result(f"seed {seed}: newcomers asked about", len(made[-1].asked))
    possible = float(np.mean([spearman(one.possible, one.realised) or 0.0 for one in made]))
    yield Result("rank correlation that is possible", possible)
    for told, left_out in KNOWN.items():
        for size in SIZES:
            found = pd.DataFrame([each for one in made for each in _figures(one, left_out, size)])
            mean, name = found.mean(), f"{told}, {size or 'all'} newcomers"
            bound = LEAST_OF_POSSIBLE if not left_out or size is None else None
            yield Result(f"{name}: rank correlation", float(mean["rank"]))
            yield Result(f"{name}: ours / possible", float(mean["rank"] / possible), least=bound)
            yield Result(f"{name}: covered", float(mean["covered"]), least=LEAST_COVERED)
            yield Result(f"{name}: covered, at most", float(mean["covered"]), most=MOST_COVERED)
            yield Result(f"{name}: total", float(mean["expected"] / mean["realised"]))


def _world(folder: Path, seed: int) -> _World:
    made = segml.write_world(folder, clients=CLIENTS, months=MONTHS, seed=seed)
    truth = pd.read_parquet(folder / "truth" / "clients.parquet").set_index("client_id")
    plan = segml.read_settings(made.config).plan
    with open_ledger(plan.ledger, plan.economics) as ledger:
        today, end = ledger.first_day + TRAINED_AFTER, ledger.last_day + 1
        became, later = _first(ledger, end), first_contact(ledger.past(end))
        day = became["first_day"]
        asked = became[(day >= today) & (day < today + ASKED_DAYS) & became["complete"]]
        first, _ = at_todays_prices(_first(ledger, today), ledger.past(today))
        known = first_contact(ledger.past(today))
        bought = ledger.past(today).frame(
            "SELECT client_id FROM {clients} WHERE first_day IS NOT NULL"
        )["client_id"]
        return _World(
            newcomers=known.loc[first.index],
            first=first,
            prospects=known[~known.index.isin(bought)],
            asked=later.loc[asked.index],
            realised=asked["profit"].to_numpy(),
            possible=truth["expected_first_year_profit"].loc[asked.index].to_numpy(),
        )


def _first(ledger: Ledger, end: int) -> pd.DataFrame:
    start = ledger.first_day
    return label(ledger.future(start, gap_days=0, horizon_days=end - start))


def _figures(
    world: _World, left_out: tuple[str, ...], size: int | None
) -> Iterator[dict[str, float]]:
    over, young = (world.first[world.first["complete"] == is_over] for is_over in (True, False))
    share = 1.0 if size is None else min(size / len(over), 1.0)
    for sample in range(SAMPLES if share < 1.0 else 1):
        parts = [group.sample(frac=share, random_state=sample) for group in (over, young)]
        model = fit_prospect(
            world.newcomers.drop(columns=list(left_out)),
            pd.concat(parts),
            world.prospects.drop(columns=list(left_out)),
            seed=sample,
            threads=1,
        )
        assert model is not None
        yield _judged(model, world)


def _judged(model: ProspectModel, world: _World) -> dict[str, float]:
    expected = model.expected(world.asked)
    low, _, high = model.spread.interval(expected)
    inside = (world.realised >= low) & (world.realised <= high)
    return {
        "rank": spearman(expected, world.realised) or 0.0,
        "covered": float(inside.mean()),
        "expected": float(expected.mean()),
        "realised": float(world.realised.mean()),
    }
