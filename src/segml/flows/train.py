"""The training: fit, register (the authority), then mirror the run in MLflow."""

from __future__ import annotations

import datetime as dt
import json
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from segml.boosting import processors
from segml.bundle import Bundle, card, fit, save, support_of
from segml.features import Snapshot
from segml.flows.drift import noted
from segml.flows.result import Progress, Result, silent
from segml.flows.session import Session, as_date, opened, registry_of, session
from segml.flows.settings import Settings, read_settings
from segml.report import contribution_plot
from segml.scoring import Subject, coded, take_apart
from segml.stores import (
    Registry,
    TrackedRun,
    Tracking,
    Training,
    Version,
    load_version,
    log_training,
    plan_params,
    reap,
)
from segml.words.errors import TrackingFailed

LOG = logging.getLogger(__name__)
PLOTTED_CLIENTS = 1000
"""Clients on a summary plot: enough to see the shape."""


@dataclass(frozen=True, kw_only=True)
class Trained(Result):
    """A registered version, its bundle, and its run in MLflow (None if tracking failed)."""

    bundle: Bundle
    version: Version
    tracked: TrackedRun | None


def train(
    config: str | Path | Settings,
    *,
    as_of: dt.date | str,
    today: dt.date | None = None,
    progress: Progress = silent,
) -> Trained:
    """The version learnt from what was known before a date, registered and logged.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    as_of
        The date; rows dated on it or later are not seen.
    today
        The day that the clock says, where it said `as_of`: rows dated after its morrow are then
        quarantined. None: what is said depends on `as_of` alone.
    progress
        Told of each step.

    Returns
    -------
    Trained
        The first version of a portfolio is its champion, a later one a challenger.

    Raises
    ------
    Refusal
        If the configuration, the ledger or the lock refuses; nothing was written then.
    """
    settings, day = read_settings(config), as_date(as_of)
    with session(settings, f"segml train --as-of {day}", create=True) as run:
        registry = registry_of(settings)
        with opened(run, until=day, today=today) as ledger:
            seen: list[Snapshot] = []
            previous = _previous(registry)
            with run.timed("fit"):
                bundle = fit(
                    ledger,
                    day,
                    settings.plan,
                    previous=previous,
                    threads=processors(),
                    progress=progress,
                    seen=seen.append,
                )
            bundle = noted(run, ledger, bundle, previous)
            with run.timed("plots"):
                files = {
                    "model_card.md": card(bundle).encode(),
                    **_tier_numbers(bundle),
                    **_plots(bundle, *seen),
                }
            with registry.staging() as aside:
                manifest = save(bundle, aside)
                version = registry.add(
                    aside,
                    as_of=day,
                    manifest_digest=manifest.digest,
                    at=run.started,
                    metrics=_metrics(bundle),
                )
            with run.timed("tracking"):
                tracked = _tracked(run, registry, version, bundle, files)
    return _trained(run, bundle, version, tracked)


def tracking_of(settings: Settings) -> Tracking:
    """Where a portfolio's runs are logged."""
    return Tracking(
        uri=settings.tracking_uri,
        folder=settings.artifacts,
        portfolio=settings.plan.portfolio,
    )


def _previous(registry: Registry) -> Bundle | None:
    versions = registry.versions.versions
    return load_version(registry, versions[-1]) if versions else None


def _metrics(bundle: Bundle) -> dict[str, float | None]:
    record = bundle.record
    return {
        **{f"churn/{name}": value for name, value in record.churn.metrics.items()},
        **{f"potential/{name}": value for name, value in record.potential.metrics.items()},
    }


def _outlook(bundle: Bundle) -> dict[str, float | None]:
    """How each horizon of the outlook held, as `outlook/<days>/…`; of tier moves, `moves_…`."""
    if bundle.outlook is None:
        return {}
    heads, moves = bundle.outlook.horizons.heads, bundle.outlook.moves
    return {
        f"outlook/{one.horizon_days}/{kind}{name}": value
        for kind, some in (("", heads), ("moves_", moves))
        for one in some
        for name, value in one.record["metrics"].items()
    }


def _tier_shares(bundle: Bundle) -> dict[str, float | None]:
    """Each tier's shares of the clients that have bought and of their profit of 365 days."""
    tiers = bundle.record.tiers
    buyers = max(sum(int(tier["clients"]) for tier in tiers), 1)
    return {
        **{f"tiers/{tier['name']}/clients": tier["clients"] / buyers for tier in tiers},
        **{f"tiers/{tier['name']}/profit": tier["share"] for tier in tiers},
    }


def _tier_numbers(bundle: Bundle) -> dict[str, bytes]:
    """The numbers of tiers that were tried, as a file of the run; none where one was given."""
    if not bundle.tiers.tried:
        return {}
    tried = [one.to_json() for one in bundle.tiers.tried]
    return {"tier_numbers.json": json.dumps(tried, indent=1).encode()}


def _tracked(
    run: Session,
    registry: Registry,
    version: Version,
    bundle: Bundle,
    files: Mapping[str, bytes],
) -> TrackedRun | None:
    """Log the run; MLflow mirrors the registry, so its refusal is told and stops nothing."""
    tracking = tracking_of(run.settings)
    try:
        reap(tracking)
        training = Training(
            started=run.started,
            metrics={**_metrics(bundle), **_tier_shares(bundle), **_outlook(bundle)},
            params={**_of_ledger(run), "cutoffs": len(bundle.record.churn.cutoffs)},
            files=files,
        )
        return log_training(tracking, registry, version, training)
    except TrackingFailed as refusal:
        LOG.warning("%s", refusal)
        return None


def _of_ledger(run: Session) -> dict[str, str]:
    """How the ledger was read: a bundle, which goes anywhere, keeps not all of it."""
    told = plan_params(run.settings.plan)
    return {name: value for name, value in told.items() if name.startswith("ledger.")}


def _plots(bundle: Bundle, now: Snapshot) -> dict[str, bytes]:
    """SHAP summary plots of each score at the as-of date, over active clients, if there are any."""
    shown = _shown(now)
    if shown.frame.empty:
        return {}
    labels = {feature.name: feature.label for feature in bundle.encoder.features}
    plots = {}
    subjects: tuple[Subject, ...] = ("churn", "buys", "spends", "tier")
    for subject in subjects:
        parts = take_apart(bundle, shown.frame, subject)
        names = [labels.get(name, name) for name in parts.features]
        plots[f"plots/shap_{subject}.png"] = contribution_plot(
            parts.values, coded(bundle, parts), names
        )
    return plots


def _shown(now: Snapshot) -> Snapshot:
    """The first active clients of a snapshot, at most as many as are plotted."""
    some = now.status.index[now.status.eq("active")][:PLOTTED_CLIENTS]
    return replace(
        now,
        frame=now.frame.loc[some],
        money=now.money.loc[some],
        clients=now.clients.loc[some],
        status=now.status.loc[some],
    )


def _trained(run: Session, bundle: Bundle, version: Version, tracked: TrackedRun | None) -> Trained:
    record, support = bundle.record, support_of(bundle)
    summary: dict[str, Any] = {
        "ok": True,
        "portfolio": bundle.portfolio,
        "version": version.version,
        "status": version.status,
        "as_of": version.as_of.isoformat(),
        "metrics": dict(version.metrics),
        "cutoffs": len(record.churn.cutoffs),
        "tiers": list(bundle.tiers.names),
        "tier_numbers": [one.to_json() for one in bundle.tiers.tried],
        "notes": list(record.notes),
        "support": support.to_json() if support else None,
        "mlflow_run": tracked.run_id if tracked else None,
        "timings": run.timings,
    }
    told = [
        f"Version {version.version} ({version.status}) of portfolio {bundle.portfolio}.",
        f"Churn: {record.churn.rows:,} rows at {len(record.churn.cutoffs)} cut-offs, "
        + _figures(record.churn.metrics),
        f"Potential: {record.potential.rows:,} rows at {len(record.potential.cutoffs)} cut-offs, "
        + _figures(record.potential.metrics),
        *_told_numbers(bundle),
        *(f"Note: {note}" for note in record.notes),
        *(f"Small portfolio: {said}" for said in (support.sentences() if support else ())),
        f"MLflow run {tracked.run_id}" if tracked else "MLflow was not reached (see the warning).",
    ]
    return Trained(
        summary=summary, told=tuple(told), bundle=bundle, version=version, tracked=tracked
    )


def _told_numbers(bundle: Bundle) -> list[str]:
    """A line a number of tiers that was tried."""
    return [
        f"Tried {one.number} tiers: "
        + (f"stability {one.kept:.2f}, " if not math.isnan(one.kept) else "")
        + (f"separation {one.separation:.2f}, " if not math.isnan(one.separation) else "")
        + ("chosen" if one.chosen else one.refused or "it would hold")
        for one in bundle.tiers.tried
    ]


def _figures(metrics: Mapping[str, float | None]) -> str:
    """The metrics over all validated rows; those of slices are in the summary and in MLflow."""
    return ", ".join(
        f"{name} {'undefined' if value is None else format(value, '.3f')}"
        for name, value in metrics.items()
        if "/" not in name
    )
