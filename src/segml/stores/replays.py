"""MLflow runs that are no training, beside the trainings of their portfolio."""

from __future__ import annotations

import logging

from segml.stores.door import Tracking, experiment_id, tracking_client
from segml.stores.runs import Training, ended, log_files, log_values, own_tags, reap
from segml.words.errors import TrackingFailed

LOG = logging.getLogger(__name__)

KIND_TAG = "segml.kind"
"""What a run is that is no training: `backtest`, `schemes`."""


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
