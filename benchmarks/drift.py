"""Whether a fault of a source is seen before scores are published, and how often a quiet month is.

For each of three seeds a made world of 2,000 clients, a training three years into it, and every
month after: `quiet months` are those without a note. Then the same ledger with one fault from sixty
days before the scored day on, three months after the training: `faults` are those with a note.
The world's own seasons, growth, prices and company events go on in both.

SEGML_BENCH_WORLDS=<number> takes fewer worlds, SEGML_BENCH_SEED=<number> another first seed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import segml
from benchmarks.losses import SEED, WORLDS
from benchmarks.result import Result

FIRST_SEED, COUNT, CLIENTS, MONTHS, TRAINED_AFTER, QUIET = 911, 3, 2000, 54, 36, 17
SCORED_DAYS, FAULT_DAYS = 90, 60


def drift() -> Iterator[Result]:
    worlds, first = int(os.environ.get(WORLDS, COUNT)), int(os.environ.get(SEED, FIRST_SEED))
    alarms, found, missed = [], [], []
    for seed in range(first, first + worlds):
        with tempfile.TemporaryDirectory() as scratch:
            world = segml.write_world(Path(scratch), clients=CLIENTS, months=MONTHS, seed=seed)
            with world.config.open("a", encoding="utf-8") as text:
                text.write("drift: {model: 'off'}\n")  # a model of seventeen months is too old
            trained = pd.Timestamp(world.end) - pd.DateOffset(months=MONTHS - TRAINED_AFTER)
            segml.train(world.config, as_of=trained.date())
            months = [trained + pd.DateOffset(months=month) for month in range(1, QUIET + 1)]
            alarms += [_beyond(world.config, month) for month in months]
            day = trained + pd.Timedelta(days=SCORED_DAYS)
            for name, section in _faults(day - pd.Timedelta(days=FAULT_DAYS)).items():
                seen = _beyond(_faulty(world.config, section), day)
                found.append(seen > 0)
                missed += [] if seen else [name]
        yield Result(f"seed {seed}", f"{sum(map(bool, alarms))} alarms so far, missed: {missed}")
    yield Result(
        "quiet months with an alarm, of 40", 40 * sum(map(bool, alarms)) / len(alarms), most=1
    )
    yield Result("faults found, of 20", 20 * sum(found) / len(found), least=19)


def _beyond(config: Path, day: pd.Timestamp) -> int:
    return int(segml.score(config, as_of=day.date()).summary["drift"]["beyond"])


def _faulty(config: Path, faults: Mapping[str, Mapping[str, Any]]) -> Path:
    """A configuration beside the first, its sources changed."""
    text = yaml.safe_load(config.read_text("utf-8"))
    for table, section in faults.items():
        text["ledger"][table] |= section
    target = config.with_name("faulty.yaml")
    target.write_text(yaml.safe_dump(text), "utf-8")
    return target


def _faults(since: pd.Timestamp) -> dict[str, dict[str, dict[str, Any]]]:
    """Faults by name: what each changes in the sections of the ledger."""
    day = f"DATE '{since.date()}'"

    def column(table: str, name: str, value: str, date: str = "date") -> dict[str, dict[str, Any]]:
        return {
            table: {
                "columns": {name: f"sql: CASE WHEN {date} >= {day} THEN {value} ELSE {name} END"}
            }
        }

    def kept(table: str, where: str, date: str = "date") -> dict[str, dict[str, Any]]:
        return {table: {"where": f"{date} < {day} OR ({where})"}}

    return {
        "amounts tenfold": column("transactions", "amount", "amount * 10"),
        "amounts in tenths": column("transactions", "amount", "amount / 10"),
        "costs nothing": column("transactions", "cost", "0"),
        "costs half more": column("transactions", "cost", "cost * 1.5"),
        "discounts gone": column("transactions", "discount", "0"),
        "discounts fivefold": column("transactions", "discount", "discount * 5"),
        "one category": column("transactions", "category", "'all'"),
        "one product": column("transactions", "product", "'all'"),
        "half of the lines": kept("transactions", "hash(client_id, date) % 2 = 0"),
        "no returns": kept("transactions", "amount > 0"),
        "no lines for thirty days": {
            "transactions": {"where": f"date < {day} OR date >= {day} + 30"}
        },
        "an order a line": column("transactions", "order_id", "order_id || line_id"),
        "no contacts": kept("interactions", "false"),
        "no complaints": kept("interactions", "kind <> 'complaint'"),
        "no visits": kept("interactions", "kind <> 'visit'"),
        "minutes tenfold": column("interactions", "minutes", "minutes * 10"),
        "no invoices": kept("invoices", "false", "issued_on"),
        "nothing paid": column("invoices", "paid_on", "NULL", "paid_on"),
        "employees thousandfold": {"clients": {"columns": {"employees": "sql: employees * 1000"}}},
        "no industry": {"clients": {"columns": {"industry": "sql: NULL::VARCHAR"}}},
    }
