"""A made world on disk: the ledger in parts, its configuration, and the truth apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from segml.flows.result import Progress, Result, silent
from segml.flows.yaml_reader import read_yaml
from segml.simulate import (
    RATES,
    Part,
    Scene,
    draw_scene,
    events_table,
    events_truth,
    make_parts,
    toll_of,
)
from segml.stores import growing_file, publish_file, put_in_place, staging, sweep, write_part
from segml.words.errors import ConfigurationRefused

START = dt.date(2022, 1, 1)

_MARK = "# A made portfolio"
_UNFINISHED = f"{_MARK}, half replaced: run `segml simulate` again\n"

CONFIGURATION = """\
# A made portfolio of {clients:,} clients over {months} months (seed {seed}), to {end}.
# Known causes of loss lie in truth/, which no reader of the ledger looks into.
portfolio: demo
ledger:
  transactions: {{path: ledger/transactions/*.parquet}}
  clients: {{path: ledger/clients/*.parquet}}
  interactions: {{path: ledger/interactions/*.parquet}}
  invoices: {{path: ledger/invoices/*.parquet}}
  events: {{path: ledger/events/*.parquet}}
economics:
  currency: EUR
  minute: {rates.minute:g}
  kinds:
{kinds}
  order: {rates.order:g}
  return: {rates.return_:g}
  commission_rate: {rates.commission_rate:g}
  overdue_yearly_rate: {rates.overdue_yearly_rate:g}
  write_off_days: {rates.write_off_days}
  acquisition_months: {rates.acquisition_months}
  referral_weight: {rates.referral_weight:g}
tiers: {{scheme: clusters, number: 4, key: [1]}}
churn: {{horizon_days: 120, active_days: 365, cutoffs: 12, step_days: 30, min_history_days: 180}}
potential: {{horizon_days: 180}}
"""


@dataclass(frozen=True, kw_only=True)
class Simulated(Result):
    """A made world's folder, its configuration's path, and the day after its last row."""

    folder: Path
    config: Path
    end: dt.date


def write_world(
    folder: str | Path,
    *,
    clients: int = 2000,
    months: int = 36,
    seed: int = 0,
    overrides: str | Path | Mapping[str, Any] = MappingProxyType({}),
    described: bool = True,
    progress: Progress = silent,
) -> Simulated:
    """A ledger with known causes of loss, written to a folder.

    Parameters
    ----------
    folder
        Made if missing; `ledger/`, `truth/` and `segml.yaml` in it are replaced, the last of them
        when everything else is in place.
    clients, months, seed
        The world's size and seed; the same three, with the same overrides, give the same bytes.
    overrides
        Numbers of the world that are not to be drawn: a YAML file, or a mapping.
    described
        Whether events have descriptions, which are English.
    progress
        Told of each block of clients.

    Raises
    ------
    ConfigurationRefused
        If the folder holds a ledger or a configuration that this did not write; if an override is
        unknown or beyond its limits.
    """
    target = Path(folder).absolute()
    config = target / "segml.yaml"
    _require_own(target, config)
    given = overrides if isinstance(overrides, Mapping) else read_yaml(Path(overrides))
    scene = draw_scene(clients=clients, months=months, seed=seed, start=START, overrides=given)
    counts = _write_tables(target, config, scene, progress, described=described)
    end = scene.config.end
    text = CONFIGURATION.format(
        clients=clients, months=months, seed=seed, end=end, rates=RATES, kinds=_kinds()
    )
    publish_file(config, text.encode())
    summary = {"ok": True, "config": str(config), **counts, "end": end.isoformat()}
    told = (
        f"{counts['clients']:,} clients and {counts['lines']:,} lines to {end}",
        f"Configuration: {config}",
    )
    return Simulated(summary=summary, told=told, folder=target, config=config, end=end)


def _require_own(target: Path, config: Path) -> None:
    """Refuse a folder with a configuration or tables of somebody else."""
    foreign = None
    if config.exists():
        foreign = None if config.read_text("utf-8").startswith(_MARK) else config
    else:
        foreign = next((p for p in (target / "ledger", target / "truth") if p.exists()), None)
    if foreign is not None:
        raise ConfigurationRefused(
            f"`{foreign}` was not written by `segml simulate`",
            allowed="an empty folder, or one of an earlier simulation",
            next_step="name another folder",
        )


def _write_tables(
    target: Path, config: Path, scene: Scene, progress: Progress, *, described: bool
) -> dict[str, int]:
    """Write all tables aside, then put both folders in place; return the numbers of rows."""
    target.mkdir(parents=True, exist_ok=True)
    sweep(target)
    counts = {"clients": 0, "lines": 0, "losses": 0}
    with staging(target / "ledger") as ledger, staging(target / "truth") as truth:
        toll = toll_of(scene, None)
        write_part(ledger / "events", 0, events_table(scene, described=described))
        with _appended(truth) as append:
            for number, part in enumerate(make_parts(scene)):
                progress("simulate", counts["clients"], scene.config.clients)
                for name, table in part.ledger.items():
                    write_part(ledger / name, number, table)
                append(part)
                toll = toll.plus(part.toll)
                counts["clients"] += part.ledger["clients"].num_rows
                counts["lines"] += part.ledger["transactions"].num_rows
                counts["losses"] += part.truth["losses"].num_rows
        effects = events_truth(scene, toll)
        with growing_file(truth / "events.parquet", effects.schema) as write:
            write(effects)
        publish_file(config, _UNFINISHED.encode())
        put_in_place(ledger, target / "ledger")
        put_in_place(truth, target / "truth")
    progress("simulate", scene.config.clients, scene.config.clients)
    return counts


@contextmanager
def _appended(truth: Path) -> Iterator[Callable[[Part], None]]:
    """What appends a part's truths to `losses.parquet` and `clients.parquet`."""
    with ExitStack() as stack:
        writers: dict[str, Callable[[Any], None]] = {}

        def append(part: Part) -> None:
            for name, table in part.truth.items():
                if name not in writers:
                    file = growing_file(truth / f"{name}.parquet", table.schema)
                    writers[name] = stack.enter_context(file)
                writers[name](table)

        yield append


def _kinds() -> str:
    """The rate table of contacts, a line a kind."""
    return "\n".join(
        f"    {kind}: {{minute: {minute:g}, contact: {contact:g}}}"
        for kind, (minute, contact) in RATES.kinds.items()
    )
