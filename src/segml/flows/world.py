"""A made world on disk: the ledger, its configuration, and the truth apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from segml.flows.result import Progress, Result, silent
from segml.simulate import World, make_world
from segml.stores import publish_file, write_frame
from segml.words.errors import ConfigurationRefused

START = dt.date(2022, 1, 1)

CONFIGURATION = """\
# A made portfolio of {clients:,} clients over {months} months (seed {seed}), to {end}.
# Known causes of loss lie in truth/, which no reader of the ledger looks into.
portfolio: demo
ledger:
  transactions: {{path: ledger/transactions.parquet}}
  clients: {{path: ledger/clients.parquet}}
economics: {{currency: EUR, order: 9, return: 22, commission_rate: 0.02}}
tiers: {{scheme: clusters, number: 4, key: [1]}}
churn: {{horizon_days: 120, active_days: 365, cutoffs: 12, step_days: 30, min_history_days: 180}}
potential: {{horizon_days: 180}}
"""


@dataclass(frozen=True, kw_only=True)
class Simulated(Result):
    """A made world, its folder, its configuration's path, and the day after its last row."""

    world: World
    folder: Path
    config: Path
    end: dt.date


def write_world(
    folder: str | Path,
    *,
    clients: int = 2000,
    months: int = 36,
    seed: int = 0,
    progress: Progress = silent,
) -> Simulated:
    """A ledger with known causes of loss, written to a folder.

    Parameters
    ----------
    folder
        Made if missing; `ledger/`, `truth/` and `segml.yaml` in it are replaced.
    clients, months, seed
        The world's size and seed; the same three give the same bytes.
    progress
        Told of each step.

    Raises
    ------
    ConfigurationRefused
        If the folder holds a configuration that this did not write.
    """
    target = Path(folder).absolute()
    config = target / "segml.yaml"
    if config.exists() and not config.read_text("utf-8").startswith("# A made portfolio"):
        raise ConfigurationRefused(
            f"`{config}` was not written by `segml simulate`",
            allowed="an empty folder, or one of an earlier simulation",
            next_step="name another folder",
        )
    progress("simulate", 0, 1)
    world = make_world(clients=clients, months=months, seed=seed, start=START)
    write_frame(target / "ledger" / "transactions.parquet", world.transactions)
    write_frame(target / "ledger" / "clients.parquet", world.clients)
    write_frame(target / "truth" / "truth.parquet", world.truth)
    end = _end(START, months)
    text = CONFIGURATION.format(clients=clients, months=months, seed=seed, end=end)
    publish_file(config, text.encode())
    progress("simulate", 1, 1)
    summary = {
        "ok": True,
        "config": str(config),
        "clients": len(world.clients),
        "lines": len(world.transactions),
        "end": end.isoformat(),
    }
    told = (
        f"{len(world.clients):,} clients and {len(world.transactions):,} lines to {end}",
        f"Configuration: {config}",
    )
    return Simulated(summary=summary, told=told, world=world, folder=target, config=config, end=end)


def _end(start: dt.date, months: int) -> dt.date:
    """The day on which a world of so many months has ended."""
    return (pd.Timestamp(start) + pd.DateOffset(months=months)).date()
