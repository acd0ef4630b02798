"""Ledgers to measure on: a made world, or one that is there, its lines in the order of their days.

A company's export is in the order of time; a made world's files are in the order of its clients,
which is kinder to whoever groups by client. So the lines are copied in the order of their days
first, and everybody reads the copy.

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
CUTOFFS = 12


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A ledger of transactions and clients, and what is asked of it.

    `files` is the pattern of the lines in the order of their days, `made` that of the lines as they
    were found; `by_hand` what a user's script must know; `cutoffs` the last twelve month ends.
    """

    config: Path
    files: str
    made: str
    by_hand: dict[str, object]
    cutoffs: list[int]
    lines: int


def world(scratch: Path, *, clients: int, months: int, seed: int) -> Asked:
    """The world that is given, or a new one, with its lines copied in the order of their days."""
    given = os.environ.get(GIVEN)
    if given is None:
        made = segml.write_world(scratch / "world", clients=clients, months=months, seed=seed)
        given = str(made.config)
    return _asked(Path(given).absolute(), scratch)


def configured(config: Path, ledger: Mapping[str, str], target: Path) -> Path:
    """A configuration over other tables, those named alone; models and results lie beside it."""
    raw: dict[str, Any] = yaml.safe_load(config.read_text("utf-8"))
    tables = {name: raw["ledger"][name] | {"path": path} for name, path in ledger.items()}
    own = {"models": "models", "output": "out", "tracking": {"uri": "sqlite:///mlruns.db"}}
    target.write_text(yaml.safe_dump({**raw, **own, "ledger": tables}), "utf-8")
    return target


def _asked(config: Path, scratch: Path) -> Asked:
    plan = segml.read_settings(config).plan
    rates, made = plan.economics, plan.ledger.transactions.path
    assert plan.ledger.clients is not None
    files = scratch / "by_day"
    files.mkdir()
    rows = f"SELECT * FROM read_parquet('{made}') ORDER BY date, order_id, product"
    duckdb.execute(f"COPY ({rows}) TO '{files}/transactions.parquet'")
    known = {"transactions": f"{files}/*.parquet", "clients": plan.ledger.clients.path}
    last, lines = duckdb.execute(
        f"SELECT max(date), count(*) FROM read_parquet('{known['transactions']}')"
    ).fetchall()[0]
    months = pd.date_range(end=last + dt.timedelta(1), periods=CUTOFFS, freq="MS")
    economics = {name: getattr(rates, name) for name in ("order", "return_", "commission_rate")}
    return Asked(
        config=configured(config, known, scratch / "by_day.yaml"),
        files=known["transactions"],
        made=made,
        by_hand={
            **{name: files_of(pattern) for name, pattern in known.items()},
            "acquisition_days": acquisition_days(rates),
            "economics": economics,
        },
        cutoffs=[as_day(day.date()) for day in months],
        lines=lines,
    )
