"""Ledgers to measure on: a made world, or one that is there, its lines in the order of their days.

A company's export is in the order of time, a made world's files are in the order of its clients:
easier to group by client, whoever does it. So the lines are copied in the order of their days, the
orders of a day in no order, and the copy is what everybody reads.

SEGML_BENCH_LEDGER=<configuration> takes a made world that is there (`segml simulate` makes one).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import yaml

import segml
from segml.ledger.days import as_day
from segml.ledger.economics import acquisition_days
from segml.ledger.paths import files_of

GIVEN = "SEGML_BENCH_LEDGER"
TABLES = ("transactions", "clients", "interactions", "invoices", "events")
CUTOFFS = 12


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A ledger in Parquet, and what is asked of it.

    `config` and `files` are of the lines in the order of their days, `found` of the same lines as
    they were found; `by_hand` is what a user's script must know; `cutoffs` are the last twelve
    month ends that are known in full.
    """

    config: Path
    files: str
    found: str
    by_hand: dict[str, Any]
    cutoffs: list[int]
    lines: int


def world(scratch: Path, *, clients: int, months: int, seed: int) -> Asked:
    """The world that is given, or a new one, with its lines copied in the order of their days."""
    given = os.environ.get(GIVEN)
    if given is None:
        made = segml.write_world(scratch / "world", clients=clients, months=months, seed=seed)
        given = str(made.config)
    paths = paths_of(Path(given))
    by_day = str(scratch / "by_day.parquet")
    sorting = {"temp_directory": str(scratch / "sorting"), "memory_limit": "4GB"}
    with duckdb.connect(config=sorting) as connection:
        order = "date, hash(order_id), order_id, product"
        rows = f"SELECT * FROM read_parquet('{paths['transactions']}') ORDER BY {order}"
        connection.execute(f"COPY ({rows}) TO '{by_day}'")
        known = connection.execute(f"SELECT max(date), count(*) FROM '{by_day}'").fetchall()
    last, lines = known[0]
    copied = paths | {"transactions": by_day}
    return Asked(
        config=configured(Path(given), copied, scratch / "by_day.yaml"),
        files=by_day,
        found=paths["transactions"],
        by_hand=_by_hand(Path(given), copied),
        cutoffs=_month_ends(last, CUTOFFS),
        lines=lines,
    )


def paths_of(config: Path) -> dict[str, str]:
    """The pattern of each table's files that a configuration names."""
    ledger = segml.read_settings(config).plan.ledger
    tables = {name: getattr(ledger, name) for name in TABLES}
    return {name: table.path for name, table in tables.items() if table is not None}


def configured(config: Path, paths: Mapping[str, str], target: Path) -> Path:
    """A configuration over other files of its tables, its models and results beside it."""
    raw: dict[str, Any] = yaml.safe_load(config.read_text("utf-8"))
    tables = {name: raw["ledger"][name] | {"path": paths[name]} for name in paths_of(config)}
    own = {"models": "models", "output": "out", "tracking": {"uri": "sqlite:///mlruns.db"}}
    target.write_text(yaml.safe_dump({**raw, **own, "ledger": raw["ledger"] | tables}), "utf-8")
    return target


def last_month_ends(config: Path, count: int) -> list[int]:
    """The last month ends that a ledger knows in full, as days."""
    lines = paths_of(config)["transactions"]
    last = duckdb.execute(f"SELECT max(date) FROM read_parquet('{lines}')").fetchall()[0][0]
    return _month_ends(last, count)


def _month_ends(last: dt.date, count: int) -> list[int]:
    month_ends = pd.date_range(end=last + dt.timedelta(1), periods=count, freq="MS")
    return [as_day(day.date()) for day in month_ends]


def asked_of(config: Path) -> dict[str, Any]:
    """What a user's script must know of the ledger of a configuration."""
    return _by_hand(config, paths_of(config))


def _by_hand(config: Path, paths: Mapping[str, str]) -> dict[str, Any]:
    rates = segml.read_settings(config).plan.economics
    return {
        "transactions": files_of(paths["transactions"]),
        "clients": files_of(paths["clients"]),
        "acquisition_days": acquisition_days(rates),
        "economics": {
            name: getattr(rates, name) for name in ("order", "return_", "commission_rate")
        },
    }
