"""What became of published scores, once the horizon they spoke of has passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from segml.evaluation import READS, realised, realised_sentences
from segml.flows.agreement import agreed
from segml.flows.result import Progress, Result, rows_of, silent
from segml.flows.session import Session, as_date, opened, registry_of, session
from segml.flows.settings import Settings, read_settings
from segml.ledger import Ledger, date_of, day_of
from segml.outcomes import churn, potential
from segml.stores import (
    Registry,
    Run,
    Shelf,
    Version,
    list_runs,
    load_version,
    publish,
    require_place,
)
from segml.words.errors import BundleRefused, ConfigurationRefused

MOST = 12
"""At most so many runs are judged an outcome, the newest of those that can be."""
FOLDER = "realised"
_KEYS = ("as_of", "model_version", "ended_on")


@dataclass(frozen=True, kw_only=True)
class Realised(Result):
    """The figures of published runs, and the folder they stand in."""

    table: pd.DataFrame
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spans:
    """The days that a model's scores speak of: of both outcomes, after a gap."""

    gap_days: int
    churn: int
    potential: int

    def ended(self, as_of: dt.date, end: int) -> set[str]:
        """The outcomes whose horizon, from a date, has passed by a day."""
        start = day_of(as_of) + self.gap_days
        return {name for name, days in self.horizons.items() if start + days <= end}

    @property
    def horizons(self) -> dict[str, int]:
        """By outcome, without the gap."""
        return {"churn": self.churn, "potential": self.potential}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ripe:
    """A published run, what made it, and which of its horizons have passed."""

    run: Run
    version: Version
    spans: _Spans
    outcomes: frozenset[str]


def judge_scores(
    config: str | Path | Settings,
    *,
    as_of: dt.date | str,
    today: dt.date | None = None,
    progress: Progress = silent,
) -> Realised:
    """How the scores that were published held, where their horizon has passed by a day; published.

    Of each month the first run counts, of those the twelve newest an outcome. Runs whose model
    was trained on later days are passed over: it may have known what came. So are, with a note,
    those whose model the registry no longer has or the configuration no longer suits. Where a
    model's folder was taken away, its scores are judged by the horizons that their run names.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    as_of
        The day; rows dated on it or later are not seen.
    today
        As for `score`.
    progress
        Told of each run.

    Raises
    ------
    StaleLedger
        If the ledger ends too early for that date.
    BundleRefused
        If the files of a model that scored are not what the registry says; what the others'
        scores became is published before.
    Refusal
        If the configuration, the ledger or the lock refuses.
    """
    settings, day = read_settings(config), as_date(as_of)
    folder = settings.output / FOLDER
    with session(settings, f"segml realised --as-of {day}") as run:
        require_place(folder, portfolio=settings.plan.portfolio)
        notes: list[str] = []
        harmed: list[BundleRefused] = []
        with opened(run, until=day, today=today) as ledger:
            end = min(day_of(day), ledger.past(day).last_day + 1)
            ripe = _ripe(run, end, notes, harmed)
            with run.timed("realised"):
                parts = list(_judged(ledger, ripe, progress))
            record = {**run.record(ledger), "as_of": day.isoformat(), "runs": len(ripe)}
        table = pd.concat(parts, ignore_index=True) if parts else _nothing()
        said = realised_sentences(table)
        notes += said if parts else [f"no published run's horizon has passed by {date_of(end)}"]
        record["notes"] = notes
        publish(folder, {"realised": table}, record)
        if harmed:
            raise BundleRefused(
                f"{harmed[0].found} ({len(harmed)} run(s) could not be judged)",
                allowed=harmed[0].allowed,
                next_step=f"{harmed[0].next_step}; how the others held stands in {folder}",
            )
    summary = {**record, "timings": dict(run.timings), "ok": True, "worse": len(said)}
    return Realised(
        summary={**summary, "table": rows_of(table), "folder": str(folder)},
        told=(*_lines(table), *notes, f"In {folder}"),
        table=table,
        folder=folder,
    )


def _ripe(run: Session, end: int, notes: list[str], harmed: list[BundleRefused]) -> list[_Ripe]:
    """The runs to be judged, the oldest first; what keeps others from it is added to the lists."""
    settings, registry = run.settings, registry_of(run.settings)
    found: list[_Ripe] = []
    spans: dict[str, _Spans] = {}
    counts = {"churn": 0, "potential": 0}
    for one in _first_of_months(list_runs(settings.output, portfolio=settings.plan.portfolio)):
        if min(counts.values()) >= MOST:
            break
        try:
            told = Shelf(one.folder).run
            version = registry.get(str(told["model_version"]))
            if version.version not in spans:
                spans[version.version] = _spans(registry, version, settings, told, notes)
        except (BundleRefused, ConfigurationRefused) as refusal:
            notes.append(f"scores of {one.as_of} are passed over: {refusal}")
            harmed += [refusal] if isinstance(refusal, BundleRefused) else []
            continue
        ended = spans[version.version].ended(one.as_of, end)
        wanted = {name for name in ended if counts[name] < MOST}
        if not wanted or version.as_of > one.as_of:
            continue
        for name in wanted:
            counts[name] += 1
        days = spans[version.version]
        found.append(_Ripe(run=one, version=version, spans=days, outcomes=frozenset(wanted)))
    return found[::-1]


def _first_of_months(runs: tuple[Run, ...]) -> list[Run]:
    """The first run of each month, the newest month first."""
    first: dict[tuple[int, int], Run] = {}
    for one in runs:
        first.setdefault((one.as_of.year, one.as_of.month), one)
    return list(first.values())[::-1]


def _spans(
    registry: Registry,
    version: Version,
    settings: Settings,
    told: Mapping[str, Any],
    notes: list[str],
) -> _Spans:
    """What a version's scores speak of; of one whose folder was taken away, by its run's record."""
    if not (registry.folder / version.version).exists():
        gap = settings.plan.churn.gap_days
        notes.append(
            f"the folder of {version.version} is gone: its scores are judged by the horizons that "
            f"their run names and a gap of {gap} days, as configured today"
        )
        return _Spans(
            gap_days=gap,
            churn=int(told["churn_horizon_days"]),
            potential=int(told["potential_horizon_days"]),
        )
    plan = agreed(load_version(registry, version), settings.plan)[0].plan
    return _Spans(
        gap_days=plan.churn.gap_days,
        churn=plan.churn.horizon_days,
        potential=plan.potential.horizon_days,
    )


def _judged(ledger: Ledger, ripe: list[_Ripe], progress: Progress) -> Iterator[pd.DataFrame]:
    """The figures of each run, by outcome."""
    for done, one in enumerate(ripe):
        progress("realised", done, len(ripe))
        scores = Shelf(one.run.folder).table("scores", READS)
        if scores is None:
            continue
        clients, gap = pd.Index(scores["client_id"]), one.spans.gap_days
        start = day_of(one.run.as_of)
        for name, days in sorted(one.spans.horizons.items()):
            if name not in one.outcomes:
                continue
            future = ledger.future(start, gap_days=gap, horizon_days=days)
            is_churn = name == "churn"
            figures = realised(
                scores,
                lost=churn.label(future, clients) if is_churn else None,
                profit=None if is_churn else potential.label(future, clients)["profit"],
                card=one.version.metrics,
            )
            heads = (one.run.as_of, one.version.version, date_of(start + gap + days))
            for place, (key, value) in enumerate(zip(_KEYS, heads, strict=True)):
                figures.insert(place, key, pd.Series([value] * len(figures), dtype=object))
            yield figures
    progress("realised", len(ripe), len(ripe))


def _nothing() -> pd.DataFrame:
    empty = realised(pd.DataFrame(columns=list(READS)), lost=None, profit=None, card={})
    for place, key in enumerate(_KEYS):
        empty.insert(place, key, pd.Series([], dtype=object))
    return empty


def _lines(table: pd.DataFrame) -> Iterator[str]:
    for row in table.to_dict("records"):
        value, low, high = (_figure(row[name]) for name in ("value", "low", "high"))
        card = "" if np.isnan(row["card"]) else f"card {_figure(row['card'])}  "
        yield (
            f"{row['as_of']}  {row['metric']:<11} {value} [{low}, {high}]  {card}"
            f"{row['clients']:,} clients"
        )


def _figure(value: float) -> str:
    """A figure, or that it is undefined: of nobody lost there is no share."""
    return "undefined" if np.isnan(value) else f"{value:.3f}"
