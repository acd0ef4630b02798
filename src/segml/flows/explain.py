"""One client in words, from the published run of a day, or scored for the occasion."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from segml.features import CATALOGUE
from segml.flows.result import Progress, Result, silent
from segml.flows.score import score
from segml.flows.session import as_date
from segml.flows.settings import Settings, read_settings
from segml.report import (
    client_lines,
    contribution_lines,
    profit_facts,
    support_facts,
    support_sentences,
)
from segml.scoring import ClientFacts, client_facts
from segml.stores import find_table, list_runs, read_run, read_table


@dataclass(frozen=True, kw_only=True)
class ClientExplained(Result):
    """What is true of one client, and the words for it."""

    facts: ClientFacts


def explain(
    config: str | Path | Settings,
    client_id: str,
    *,
    as_of: dt.date | str,
    progress: Progress = silent,
) -> ClientExplained:
    """The scores and reasons of one client at a date.

    A published run of that date is read; where there is none, the date is scored and published
    first, so that what is said is what is kept.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    client_id
        Whose.
    as_of
        The date.
    progress
        Told of each step.

    Raises
    ------
    ConfigurationRefused
        If there is no such client; the nearest ids are named.
    """
    settings, day = read_settings(config), as_date(as_of)
    folder = _published(settings, day, progress)
    scores, reasons, clients = (
        read_table(folder, name) for name in ("scores", "reasons", "clients")
    )
    facts = client_facts(scores, reasons, clients, client_id=client_id)
    profit = profit_facts(find_table(folder, "profit"), client_id)
    features = {feature.name: feature for feature in CATALOGUE}
    lines = (*client_lines(facts, profit=profit), "", *contribution_lines(facts, features))
    summary = {"ok": True, **_plain(asdict(facts)), "profit": profit and _plain(asdict(profit))}
    return ClientExplained(summary=summary, told=(*lines, *_caution(folder)), facts=facts)


def _caution(folder: Path) -> list[str]:
    """How far the model's word goes where it learnt from few clients; empty where it did not."""
    support = support_facts(read_run(folder))
    return ["", *support_sentences(support)] if support else []


def _published(settings: Settings, day: dt.date, progress: Progress) -> Path:
    for run in list_runs(settings.output, portfolio=settings.plan.portfolio):
        if run.as_of == day:
            return run.folder
    return score(settings, as_of=day, progress=progress).folder


def _plain(value: Any) -> Any:
    """Values as JSON knows them: dates as ISO text."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value
