"""The report: one self-contained page from what is published, beside the run it describes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segml.features import CATALOGUE, FIRST_CONTACT
from segml.flows.result import Result
from segml.flows.session import as_date, session
from segml.flows.settings import Settings, read_settings
from segml.report import (
    AHEAD,
    HEALTH,
    PROSPECTS,
    STANDING,
    TOGETHER,
    ReportFacts,
    render_report,
    report_facts,
)
from segml.stores import (
    Run,
    find_table,
    latest_run,
    list_losses,
    publish_file,
    read_run,
    read_table,
)

TABLES = ("scores", "reasons", "clients", "features")
"""The tables of a scored run that the page is made of."""

Published = tuple[Mapping[str, Any], Mapping[str, pd.DataFrame]]


@dataclass(frozen=True, kw_only=True)
class Reported(Result):
    """The page's path and the facts on it."""

    path: Path
    facts: ReportFacts


def write_report(config: str | Path | Settings, *, as_of: dt.date | str | None = None) -> Reported:
    """The page of a published run, with the newest loss analysis that ends by its date.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    as_of
        The date of a published run; the newest if None. No clock is read.

    Raises
    ------
    ConfigurationRefused
        If nothing was published for that date.
    """
    settings = read_settings(config)
    with session(settings, "segml report"):
        day = None if as_of is None else as_date(as_of)
        run = latest_run(settings.output, day, portfolio=settings.plan.portfolio)
        path, facts = make_page(settings, run)
    summary = {"ok": True, "portfolio": facts.portfolio.portfolio, "report": str(path)}
    return Reported(summary=summary, told=(f"Report: {path}",), path=path, facts=facts)


def page_path(settings: Settings, as_of: dt.date) -> Path:
    """Where the page of a date stands, whether or not it does."""
    return settings.output / f"report-{as_of.isoformat()}.html"


def make_page(settings: Settings, run: Run) -> tuple[Path, ReportFacts]:
    """The page of a published run, now in its place, and the facts on it.

    Parameters
    ----------
    settings
        The portfolio's.
    run
        The published run.

    Raises
    ------
    ConfigurationRefused
        If the run lacks a table that the page needs.
    """
    tables = {name: read_table(run.folder, name) for name in TABLES}
    names = ("profit", *HEALTH, *PROSPECTS, *STANDING)
    found = {name: find_table(run.folder, name) for name in names}
    tables |= {name: table for name, table in found.items() if table is not None}
    facts = report_facts(
        read_run(run.folder),
        tables,
        losses=newest_losses(settings, run.as_of),
        features={feature.name: feature for feature in (*FIRST_CONTACT, *CATALOGUE)},
    )
    page = render_report(facts, language=settings.language).encode()
    return publish_file(page_path(settings, run.as_of), page), facts


def newest_losses(settings: Settings, as_of: dt.date) -> Published | None:
    """The newest published loss analysis that ends by a date, or None.

    Parameters
    ----------
    settings
        Whose output is looked through.
    as_of
        The date of the scores that it stands beside.
    """
    published = list_losses(settings.output, portfolio=settings.plan.portfolio)
    fitting = [found for found in published if found.end <= as_of]
    if not fitting:
        return None
    folder = fitting[-1].folder
    names = ("losses", "loss_reasons", "evidence", "demoted", "course", "path")
    tables = {name: read_table(folder, name) for name in names}
    later = (*TOGETHER, *AHEAD, "event_impact", "company_events")
    found = {name: find_table(folder, name) for name in later}
    return read_run(folder), tables | {
        name: table for name, table in found.items() if table is not None
    }
