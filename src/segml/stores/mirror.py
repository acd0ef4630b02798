"""The registered model in MLflow, which mirrors `registry.json` and never decides.

The registry is written first; MLflow follows. Where it does not (`TrackingFailed`), scoring goes
on, and `sync` brings the mirror up to date later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segml.stores.door import Tracking, experiment_id, tracking_client
from segml.stores.registry import Registry
from segml.stores.runs import DIGEST_TAG, VERSION_TAG, LoggedRun, Training, write_run
from segml.stores.versions import Version

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

ALIAS = "champion"
_STATUS_TAG = "segml.status"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedRun:
    """Where a training stands in MLflow: its run, and its version of the registered model."""

    run_id: str
    model_version: str
    model_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """What `sync` changed: versions logged anew, versions whose status changed, the champion."""

    logged: tuple[str, ...]
    restated: tuple[str, ...]
    champion: str | None
    foreign: tuple[str, ...]


def log_training(
    tracking: Tracking, registry: Registry, version: Version, training: Training
) -> TrackedRun:
    """The run of a training that is registered already, with its bundle as a pyfunc.

    Parameters
    ----------
    tracking
        Where to.
    registry
        The portfolio's registry; alias and statuses are mirrored from it.
    version
        The version that was trained.
    training
        Its metrics, parameters, tags and files.

    Raises
    ------
    TrackingFailed
        If MLflow refuses; the run is then marked as failed, if it can be.
    BundleRefused
        If the version's files are not what the registry says.
    """
    with tracking_client(tracking) as client:
        run = _tracked(client, tracking, registry, version, training)
        _mirror(client, tracking, registry)
        return run


def sync(tracking: Tracking, registry: Registry) -> Mirrored:
    """What it took to make MLflow say what the registry says.

    Versions that MLflow lacks are logged from their folders, with the metrics of their record;
    alias and statuses follow the registry. Versions only MLflow knows are named, not touched.

    Raises
    ------
    TrackingFailed
        If MLflow refuses.
    BundleRefused
        If a version to be logged is not what the registry says.
    """
    with tracking_client(tracking) as client:
        known = _model_versions(client, tracking)
        lacking = [v for v in registry.versions.versions if v.version not in known]
        for version in lacking:
            training = Training(tags={"segml.logged_by": "sync"})
            _tracked(client, tracking, registry, version, training)
        restated = _mirror(client, tracking, registry)
        ours = {version.version for version in registry.versions.versions}
        return Mirrored(
            logged=tuple(version.version for version in lacking),
            restated=restated,
            champion=registry.versions.line[-1] if registry.versions.line else None,
            foreign=tuple(sorted(set(known) - ours)),
        )


def _tracked(
    client: MlflowClient,
    tracking: Tracking,
    registry: Registry,
    version: Version,
    training: Training,
) -> TrackedRun:
    experiment = experiment_id(client, tracking)
    run = write_run(client, experiment, registry.path_of(version), version, training)
    number = _register(client, tracking, version, run).version
    return TrackedRun(
        run_id=run.run_id,
        model_version=str(number),
        model_uri=f"models:/{tracking.portfolio}/{number}",
    )


def _register(
    client: MlflowClient, tracking: Tracking, version: Version, run: LoggedRun
) -> ModelVersion:
    if not client.search_registered_models(_named(tracking)):
        client.create_registered_model(tracking.portfolio)
    # A database's registry looks `models:/…` up in the process-wide tracking URI, not in ours.
    local = tracking.database is not None
    entry = client.create_model_version(
        tracking.portfolio,
        source=run.artifacts if local else f"models:/{run.model_id}",
        run_id=run.run_id,
        model_id=run.model_id,
        tags={VERSION_TAG: version.version, DIGEST_TAG: version.manifest_digest},
    )
    link = json.dumps([{"name": entry.name, "version": entry.version}])
    client.set_logged_model_tags(run.model_id, {"mlflow.modelVersions": link})  # shown on its page
    return entry


def _named(tracking: Tracking) -> str:
    """MLflow's filter for the portfolio's model; its names may hold one kind of quote."""
    quote = '"' if "'" in tracking.portfolio else "'"
    return f"name = {quote}{tracking.portfolio}{quote}"


def _model_versions(client: MlflowClient, tracking: Tracking) -> dict[str, ModelVersion]:
    """Our version's name to the newest MLflow version that carries it."""
    found = client.search_model_versions(_named(tracking), max_results=10_000)
    ordered = sorted(found, key=lambda entry: int(entry.version))
    return {entry.tags[VERSION_TAG]: entry for entry in ordered if VERSION_TAG in entry.tags}


def _mirror(client: MlflowClient, tracking: Tracking, registry: Registry) -> tuple[str, ...]:
    """Set alias and statuses as the registry has them; the versions whose status changed."""
    known = _model_versions(client, tracking)
    changed = []
    for version in registry.versions.versions:
        entry = known.get(version.version)
        if entry is None:
            continue
        if entry.tags.get(_STATUS_TAG) != version.status:
            name, number = tracking.portfolio, entry.version
            client.set_model_version_tag(name, number, _STATUS_TAG, version.status)
            changed.append(version.version)
        if version.status == "champion" and ALIAS not in entry.aliases:
            client.set_registered_model_alias(tracking.portfolio, ALIAS, entry.version)
    return tuple(changed)
