"""One MLflow run a training: its plan, metrics, files, data and the bundle as a pyfunc."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from segml.stores.door import Tracking, experiment_id, tracking_client
from segml.stores.folder import lives_elsewhere
from segml.stores.versions import Version

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel, RunInfo

    from segml.bundle import Bundle
    from segml.words.plan import Plan

VERSION_TAG, DIGEST_TAG = "segml.version", "segml.manifest_digest"
_HOST, _PID = "segml.host", "segml.pid"
_SOURCES = tuple(  # a URL may hold a password
    f"ledger.{name}"
    for name in ("transactions", "clients", "interactions", "invoices", "events", "folder")
)
_BATCH = 500  # MLflow takes a thousand values at once, parameters and tags among them
_LONGEST_VALUE = 6000  # MLflow cuts longer parameter values, with a log line each


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What one training leaves in MLflow besides its bundle.

    Parameters
    ----------
    started
        When it began, with its zone; now if None.
    metrics
        Name to value, a slice after a slash (`churn/auc/key`), beside those of the bundle's own
        record; what is not finite is left out.
    params
        Further parameters; the bundle's plan is logged anyway.
    tags
        Further tags.
    files
        Artifact path to bytes (`plots/shap_churn.png`); the bundle's card is logged anyway.
    """

    started: dt.datetime | None = None
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.files:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(f"artifact `{name}` leaves its run")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun:
    """Where a training stands in MLflow: its run, the model it logged, that model's files."""

    run_id: str
    model_id: str
    artifacts: str


def reap(tracking: Tracking) -> tuple[str, ...]:
    """Ids of the runs that killed processes of this machine left RUNNING, now marked KILLED.

    Call it under the lock, before a run of one's own. A run of another machine, or of a process
    that still lives, is left alone.

    Raises
    ------
    TrackingFailed
        If MLflow refuses.
    """
    with tracking_client(tracking) as client:
        here = f"tags.`{_HOST}` = '{socket.gethostname()}' and attributes.status = 'RUNNING'"
        found = client.search_runs([experiment_id(client, tracking)], here)
        dead = [run for run in found if not lives_elsewhere(int(run.data.tags.get(_PID, "0")))]
        for run in dead:
            client.set_terminated(run.info.run_id, status="KILLED")
        return tuple(run.info.run_id for run in dead)


def write_run(
    client: MlflowClient, experiment: str, bundle_folder: Path, version: Version, training: Training
) -> LoggedRun:
    """The finished run of a training, its bundle logged; FAILED if anything is refused.

    Parameters
    ----------
    client
        Of `tracking_client`.
    experiment
        The experiment's id.
    bundle_folder
        The version's files.
    version
        The version that was trained.
    training
        What else to log.

    Raises
    ------
    BundleRefused
        If the files are not what the registry says.
    """
    from segml.bundle import load

    bundle = load(bundle_folder, manifest_digest=version.manifest_digest)
    started = training.started
    run = client.create_run(
        experiment,
        start_time=None if started is None else round(started.timestamp() * 1000),
        run_name=version.version,
        tags={
            _HOST: socket.gethostname(),
            _PID: str(os.getpid()),
            VERSION_TAG: version.version,
        },
    )
    run_id: str = run.info.run_id
    with ended(client, run_id):
        _log_batch(client, run_id, bundle, version, training)
        _log_data(client, run_id, bundle)
        card = (bundle_folder / "card.md").read_bytes()
        log_files(client, run_id, {"model_card.md": card} | dict(training.files))
        model = _log_bundle(client, run.info, bundle, bundle_folder, version)
    return LoggedRun(run_id=run_id, model_id=model.model_id, artifacts=model.artifact_location)


def own_tags() -> dict[str, str]:
    """The tags by which `reap` knows a run of this process."""
    return {_HOST: socket.gethostname(), _PID: str(os.getpid())}


def flat(value: Any, name: str = "") -> dict[str, str]:
    """A nested value as dotted names and texts, sources of the ledger left out.

    Examples
    --------
    >>> flat({"churn": {"horizon_days": 90}, "tiers": (1, 2)})
    {'churn.horizon_days': '90', 'tiers': '1, 2'}
    """
    if is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in fields(value)}
    if not isinstance(value, Mapping):
        text = ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)
        return {name: text[:_LONGEST_VALUE]}
    parts: dict[str, str] = {}
    for key, inner in value.items():
        parts |= flat(inner, f"{name}.{key}" if name else str(key))
    return parts


def plan_params(plan: Plan) -> dict[str, str]:
    """A plan as parameters of a run, without the ledger's sources."""
    return {k: v for k, v in flat(plan).items() if not k.startswith(_SOURCES)}


@contextmanager
def ended(client: MlflowClient, run_id: str) -> Iterator[None]:
    """A run that is FINISHED after the block, FAILED after an exception."""
    status = "FAILED"
    try:
        yield
        status = "FINISHED"
    finally:
        client.set_terminated(run_id, status=status)


def _log_bundle(
    client: MlflowClient, run: RunInfo, bundle: Bundle, bundle_folder: Path, version: Version
) -> LoggedModel:
    from mlflow.entities import LoggedModelOutput
    from mlflow.models import Model

    from segml.ledger import scratch_folder

    logged = client.create_logged_model(run.experiment_id, name="bundle", source_run_id=run.run_id)
    described = Model(
        artifact_path=logged.artifact_location,
        model_uuid=logged.model_id,
        model_id=logged.model_id,
        run_id=run.run_id,
    )
    status = "FAILED"
    try:
        with scratch_folder() as scratch:
            target = scratch / "model"
            digest = version.manifest_digest
            from segml.stores.pyfunc import save_pyfunc

            save_pyfunc(target, bundle, bundle_folder, manifest_digest=digest, model=described)
            client.log_model_artifacts(logged.model_id, str(target))
        status = "READY"
    finally:
        client.finalize_logged_model(logged.model_id, status=status)
    client.log_outputs(run.run_id, [LoggedModelOutput(logged.model_id, step=0)])
    return logged


def _log_batch(
    client: MlflowClient, run_id: str, bundle: Bundle, version: Version, training: Training
) -> None:
    told = {"as_of": version.as_of.isoformat(), "version": version.version}
    params = {**plan_params(bundle.plan), **told, **training.params}
    tags = {
        "segml.portfolio": bundle.portfolio,
        "segml.as_of": version.as_of.isoformat(),
        DIGEST_TAG: version.manifest_digest,
        "segml.fingerprint": bundle.record.fingerprint,
        **training.tags,
    }
    outcomes = {"churn": bundle.record.churn, "potential": bundle.record.potential}
    metrics = {f"{o}/{k}": v for o, record in outcomes.items() for k, v in record.metrics.items()}
    metrics |= training.metrics
    log_values(client, run_id, replace(training, params=params), metrics=metrics, tags=tags)


def log_values(
    client: MlflowClient,
    run_id: str,
    training: Training,
    *,
    metrics: Mapping[str, float | None],
    tags: Mapping[str, str],
) -> None:
    """Log the parameters of a run, its tags and those of its metrics that are finite."""
    from mlflow.entities import Metric, Param, RunTag

    now = round((training.started or dt.datetime.now(dt.UTC)).timestamp() * 1000)
    finite = {k: v for k, v in metrics.items() if v is not None and math.isfinite(v)}
    told = [Metric(name, float(value), now, 0) for name, value in sorted(finite.items())]
    client.log_batch(
        run_id,
        metrics=told[:_BATCH],
        params=[Param(name, value) for name, value in sorted(flat(training.params).items())],
        tags=[RunTag(name, value) for name, value in sorted(tags.items())],
    )
    for start in range(_BATCH, len(told), _BATCH):
        client.log_batch(run_id, metrics=told[start : start + _BATCH])


def _log_data(client: MlflowClient, run_id: str, bundle: Bundle) -> None:
    """The ledger as the run's dataset: its fingerprint and counts, no row of it."""
    from mlflow.entities import Dataset, DatasetInput

    record = bundle.record
    profile = {"first_day": record.first_day, "last_day": record.last_day, **record.counts}
    data = Dataset(
        name=f"{bundle.portfolio} ledger",
        digest=record.fingerprint[:36],  # MLflow takes no more; the tag has all of it
        source_type="segml",
        source=json.dumps({"fingerprint": record.fingerprint}),
        profile=json.dumps(profile),
    )
    client.log_inputs(run_id, [DatasetInput(data)])


def log_files(client: MlflowClient, run_id: str, files: Mapping[str, bytes]) -> None:
    """Log files as artifacts of a run, by their paths."""
    from segml.ledger import scratch_folder

    with scratch_folder() as scratch:
        for name, content in files.items():
            path = scratch / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        client.log_artifacts(run_id, str(scratch))
