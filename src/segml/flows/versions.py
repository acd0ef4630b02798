"""The versions of a portfolio: listed, rolled back, mirrored in MLflow."""

from __future__ import annotations

import logging
from pathlib import Path

from segml.flows.result import Result
from segml.flows.session import registry_of, session
from segml.flows.settings import Settings, read_settings
from segml.flows.train import tracking_of
from segml.stores import Registry, load_version, require_portfolio, sync
from segml.words.errors import ConfigurationRefused, TrackingFailed

LOG = logging.getLogger(__name__)
LONGEST_REASON = 500


def list_models(config: str | Path | Settings) -> Result:
    """Every version of a portfolio, the champion marked."""
    settings = read_settings(config)
    require_portfolio(settings.models, settings.plan.portfolio)
    return listed(settings, registry_of(settings))


def rollback(config: str | Path | Settings, *, because: str | None = None) -> Result:
    """The versions after giving the champion's place back to the one before.

    Parameters
    ----------
    config
        A configuration's path, or the settings.
    because
        Why; kept in the registry's trail.

    Raises
    ------
    ConfigurationRefused
        If no champion came before, or the reason is empty or too long.
    """
    require_reason(because)
    settings = read_settings(config)
    with session(settings, "segml rollback") as run:
        registry = registry_of(settings)
        if len(registry.versions.line) > 1:  # else the registry says what is wrong
            load_version(registry, registry.get(registry.versions.line[-2]))
        registry.rollback(at=run.started, note=f"because: {because.strip()}" if because else "")
        mirror(settings, registry)
    return listed(settings, registry)


def require_reason(because: str | None) -> None:
    """Refuse a reason that says nothing, or that no trail should hold.

    Raises
    ------
    ConfigurationRefused
        If it is empty or too long.
    """
    if because is not None and not 0 < len(because.strip()) <= LONGEST_REASON:
        raise ConfigurationRefused(
            f"a reason of {len(because.strip())} signs",
            allowed=f"1 to {LONGEST_REASON}",
            next_step="say in a sentence why another is to be champion",
        )


def sync_models(config: str | Path | Settings) -> Result:
    """What it took to make MLflow mirror the registry.

    Raises
    ------
    TrackingFailed
        If MLflow refuses.
    """
    settings = read_settings(config)
    with session(settings, "segml models --sync"):
        mirrored = sync(tracking_of(settings), registry_of(settings))
    summary = {
        "ok": True,
        "portfolio": settings.plan.portfolio,
        "logged": list(mirrored.logged),
        "restated": list(mirrored.restated),
        "champion": mirrored.champion,
        "foreign": list(mirrored.foreign),
    }
    told = (
        f"MLflow mirrors the registry: {len(mirrored.logged)} version(s) logged anew, "
        f"{len(mirrored.restated)} restated, champion {mirrored.champion or 'none'}."
    )
    return Result(summary=summary, told=(told,))


def mirror(settings: Settings, registry: Registry) -> None:
    """Make MLflow follow; the registry is the authority, so a refusal is told and stops nothing."""
    try:
        sync(tracking_of(settings), registry)
    except TrackingFailed as refusal:
        LOG.warning("%s", refusal)


def listed(settings: Settings, registry: Registry) -> Result:
    """Every version that the registry holds, for machines and for people."""
    versions = registry.versions.versions
    summary = {
        "ok": True,
        "portfolio": settings.plan.portfolio,
        "versions": [
            {
                "version": one.version,
                "status": one.status,
                "as_of": one.as_of.isoformat(),
                "created": one.created,
                "metrics": dict(one.metrics),
            }
            for one in versions
        ],
    }
    told = tuple(f"{one.version}  {one.status:<10}  trained {one.created}" for one in versions)
    return Result(summary=summary, told=told or ("No version yet: run `segml train`.",))
