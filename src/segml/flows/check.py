"""The check: hold the ledger against its contract, write what was found and what was set aside."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from segml.flows.result import Progress, Result, silent
from segml.flows.settings import Settings, read_settings
from segml.ledger import Check, check_ledger, check_on_spark, day_of, room_told
from segml.stores import lock, publish
from segml.words.errors import DataRefused


@dataclass(frozen=True, kw_only=True)
class Checked(Result):
    """Findings, counts and quarantined rows; `folder` holds them as Parquet."""

    check: Check
    folder: Path


def check(config: str | Path | Settings, *, progress: Progress = silent) -> Checked:
    """What the check of a portfolio's ledger found, errors included.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    progress
        Told of each step.

    Returns
    -------
    Checked
        With exit code 3 if a finding is an error.

    Raises
    ------
    LockHeld
        If another run works on the portfolio when the findings are to be written.
    Refusal
        If the configuration is wrong or a source cannot be read at all.
    """
    settings = read_settings(config)
    progress("check", 0, 1)
    today = dt.datetime.now(ZoneInfo(settings.plan.ledger.timezone)).date()
    with room_told():
        check_it = check_on_spark if settings.engine == "spark" else check_ledger
        found = check_it(settings.plan.ledger, settings.plan.economics, today=day_of(today))
    folder = settings.output / "check"
    rows = {
        table: {
            "read": counts.read,
            "kept": counts.kept,
            "quarantined": counts.quarantined,
            "filtered": counts.filtered,
        }
        for table, counts in sorted(found.counts.items())
    }
    summary = {
        "ok": not found.findings.errors,
        "portfolio": settings.plan.portfolio,
        "rows": rows,
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "table": finding.table,
                "column": finding.column,
                "count": finding.count,
                "total": finding.total,
            }
            for finding in found.findings
        ],
        "notes": list(found.notes),
        "folder": str(folder),
    }
    portfolio = settings.models / settings.plan.portfolio
    with lock(portfolio, command="segml check", started=dt.datetime.now(dt.UTC), create=True):
        publish(
            folder,
            {"findings": found.findings.to_frame(), "quarantine": found.quarantine},
            {name: value for name, value in summary.items() if name != "folder"},
        )
    progress("check", 1, 1)
    return Checked(
        summary=summary,
        told=_lines(found, folder),
        exit_code=DataRefused.exit_code if found.findings.errors else 0,
        check=found,
        folder=folder,
    )


def _lines(found: Check, folder: Path) -> tuple[str, ...]:
    counted = [
        f"{table}: {counts.read:,} rows read = {counts.kept:,} kept + {counts.quarantined:,} "
        f"quarantined + {counts.filtered:,} filtered by `where`"
        for table, counts in sorted(found.counts.items())
    ]
    verdict = (
        f"{len(found.findings.errors)} error(s): the run would stop here."
        if found.findings.errors
        else "No errors."
    )
    return (*counted, *found.findings.text().splitlines(), *found.notes, verdict, f"In {folder}")
