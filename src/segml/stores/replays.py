"""MLflow runs that are no training, beside the trainings of their portfolio."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segml.stores.door import Tracking, experiment_id, tracking_client
from segml.stores.runs import Training, ended, log_files, log_values, own_tags, reap
from segml.words.errors import TrackingFailed

if TYPE_CHECKING:
    from mlflow import MlflowClient

LOG = logging.getLogger(__name__)

KIND_TAG = "segml.kind"
"""What a run is that is no training: `backtest`, `schemes`, `tune` and its `trial`s."""

STATE_TAG = "segml.state"
PARENT_TAG = "mlflow.parentRunId"
"""By which MLflow shows one run inside another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedTrial:
    """One trial of a search, as MLflow is told of it.

    Parameters
    ----------
    name
        The run's.
    state
        `complete`, `pruned` or `failed`.
    params, metrics
        What was tried, and how it did.
    """

    name: str
    state: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float | None]


def log_beside(tracking: Tracking, name: str, found: Training, *, kind: str) -> str:
    """The id of a finished run that is no training, in the experiment of the portfolio's trainings.

    Parameters
    ----------
    tracking
        Where to.
    name
        The run's name.
    found
        Its metrics, parameters (the plan among them), tags and files.
    kind
        What it is.

    Raises
    ------
    TrackingFailed
        If MLflow refuses; the run is then marked as failed, if it can be.
    """
    with tracking_client(tracking) as client:
        run = client.create_run(
            experiment_id(client, tracking),
            start_time=None if found.started is None else round(found.started.timestamp() * 1000),
            run_name=name,
            tags={**own_tags(), KIND_TAG: kind},
        )
        run_id: str = run.info.run_id
        with ended(client, run_id):
            tags = {"segml.portfolio": tracking.portfolio, **found.tags}
            log_values(client, run_id, found, metrics=found.metrics, tags=tags)
            log_files(client, run_id, found.files)
    return run_id


def log_with_trials(
    tracking: Tracking, name: str, found: Training, trials: Sequence[LoggedTrial], *, kind: str
) -> str | None:
    """The id of a finished run with one run nested in it for each trial; None as `log_or_warn`.

    Parameters
    ----------
    tracking, name, found, kind
        As for `log_beside`, of the run that holds the others.
    trials
        The others; one that was given up or left behind is `KILLED`.
    """
    try:
        reap(tracking)
        run_id = log_beside(tracking, name, found, kind=kind)
        with tracking_client(tracking) as client:
            experiment = experiment_id(client, tracking)
            for trial in trials:
                _log_trial(client, experiment, run_id, trial, tracking)
        return run_id
    except TrackingFailed as refusal:
        LOG.warning("%s", refusal)
        return None


def _log_trial(
    client: MlflowClient, experiment: str, parent: str, trial: LoggedTrial, tracking: Tracking
) -> None:
    tags = {**own_tags(), KIND_TAG: "trial", PARENT_TAG: parent}
    run = client.create_run(experiment, run_name=trial.name, tags=tags)
    run_id: str = run.info.run_id
    status = "FAILED"
    try:
        told = {"segml.portfolio": tracking.portfolio, STATE_TAG: trial.state}
        log_values(client, run_id, Training(params=trial.params), metrics=trial.metrics, tags=told)
        status = "FINISHED" if trial.state == "complete" else "KILLED"
    finally:
        client.set_terminated(run_id, status=status)


def log_or_warn(tracking: Tracking, name: str, found: Training, *, kind: str) -> str | None:
    """The same, with dead runs reaped before; None where MLflow refuses, which a warning tells.

    Parameters
    ----------
    tracking, name, found, kind
        As for `log_beside`.
    """
    try:
        reap(tracking)
        return log_beside(tracking, name, found, kind=kind)
    except TrackingFailed as refusal:
        LOG.warning("%s", refusal)
        return None
