"""The backfill: every month start between two days, each with the newest version of its time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from segml import __version__
from segml.features import remembering
from segml.flows.publishing import require_database, send_if_lacking
from segml.flows.result import Progress, Result, silent
from segml.flows.score import publish_scores
from segml.flows.session import as_date, opened, registry_of, session
from segml.flows.settings import Settings, read_settings
from segml.ledger import Ledger
from segml.stores import Version, load_version, read_run, require_place, scores_folder
from segml.words.errors import ConfigurationRefused


@dataclass(frozen=True, kw_only=True)
class Backfilled(Result):
    """The folders of the published runs, in order of date."""

    folders: tuple[Path, ...]


def backfill(
    config: str | Path | Settings,
    *,
    start: dt.date | str,
    end: dt.date | str,
    resume: bool = False,
    progress: Progress = silent,
) -> Backfilled:
    """The runs of every month start in [start, end], each by a version of its time.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    start, end
        The first and the last day that may be scored.
    resume
        Whether dates stand as they are that were published by the same version from the same rows
        under the same segml: a backfill that was killed goes on where it was. Such a date is sent
        to the database of `publish` where that lacks it.
    progress
        Told of each date.

    Raises
    ------
    NoModel
        If a date has no version trained at or before it; no date was scored then.
    ConfigurationRefused
        If there is no month start between the two.
    PublicationFailed
        If the database of `publish` refuses; dates before it are whole in both places.
    """
    settings = read_settings(config)
    days = month_starts(as_date(start), as_date(end))
    with session(settings, f"segml backfill --from {start} --to {end}") as run:
        require_database(run)
        registry = registry_of(settings)
        versions = {day: registry.newest_at_or_before(day) for day in days}
        bundles = {one.version: load_version(registry, one) for one in versions.values()}
        for day in days:
            require_place(scores_folder(settings.output, day), portfolio=settings.plan.portfolio)
        folders = []
        with opened(run, until=days[-1]) as opening:
            ledger = remembering(opening)  # the months before one date are those before the next
            for done, (day, version) in enumerate(versions.items()):
                progress("backfill", done, len(days))
                folder = scores_folder(settings.output, day)
                if resume and _stands(folder, ledger, version):
                    send_if_lacking(run, folder)
                else:
                    bundle = bundles[version.version]
                    folder = publish_scores(run, ledger, bundle, version, day).folder
                folders.append(folder)
    progress("backfill", len(days), len(days))
    summary = {
        "ok": True,
        "portfolio": settings.plan.portfolio,
        "runs": {day.isoformat(): version.version for day, version in versions.items()},
    }
    told = tuple(f"{day}: {version.version}" for day, version in versions.items())
    return Backfilled(summary=summary, told=told, folders=tuple(folders))


def _stands(folder: Path, ledger: Ledger, version: Version) -> bool:
    """Whether a date was published by that version from these rows."""
    try:
        said = read_run(folder)
    except ConfigurationRefused:
        return False
    return (said.get("model_version"), said["data"]["fingerprint"], said.get("segml")) == (
        version.version,
        ledger.fingerprint,
        __version__,
    )


def month_starts(start: dt.date, end: dt.date) -> tuple[dt.date, ...]:
    """The first days of months within [start, end].

    Raises
    ------
    ConfigurationRefused
        If the last day is before the first, or there is none.

    Examples
    --------
    >>> [str(day) for day in month_starts(dt.date(2011, 1, 2), dt.date(2011, 3, 1))]
    ['2011-02-01', '2011-03-01']
    """
    if end < start:
        raise ConfigurationRefused(
            f"the last day, {end}, before the first, {start}",
            allowed="a first day, then the same day or a later one",
            next_step="pass them the other way round",
        )
    months = range(start.year * 12 + start.month - 1, end.year * 12 + end.month)
    firsts = [dt.date(month // 12, month % 12 + 1, 1) for month in months]
    found = tuple(day for day in firsts if start <= day <= end)
    if not found:
        raise ConfigurationRefused(
            f"no month start between {start} and {end}",
            allowed="two days with the first day of a month between them",
            next_step="widen the span, or run `segml score --as-of` for one day",
        )
    return found
