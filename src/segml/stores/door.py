"""The door to MLflow: imported on first use, silent, without telemetry, its faults one refusal.

MLflow's own state (the active run, the process-wide tracking URI) is never touched: every call
goes through a client of one URI, so two portfolios in one process cannot mix.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from segml.words.errors import TrackingFailed

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_UV_AUTO_DETECT": "false",  # else a uv.lock in the working folder is copied along
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # by default a dead server is waited for for minutes
    "GIT_PYTHON_REFRESH": "quiet",
}
_LOGGERS = ("mlflow", "alembic")
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Where runs are logged.

    Parameters
    ----------
    uri
        MLflow's tracking and registry URI, resolved (``sqlite:////home/…/mlruns.db``, ``https://…``).
    folder
        Where artifacts go when the URI is a database; a server knows its own place.
    portfolio
        The name of the experiment and of the registered model.
    """

    uri: str
    folder: Path
    portfolio: str

    @property
    def artifact_location(self) -> str | None:
        """The experiment's artifact folder as a URI, or None where a server decides."""
        if self.database is None:
            return None
        return (self.folder / self.portfolio).absolute().as_uri()

    @property
    def database(self) -> str | None:
        """The URI if it is a database's, or None where it is a server's."""
        scheme = urlsplit(self.uri).scheme.partition("+")[0]
        return self.uri if scheme in _DATABASES else None

    def shown(self) -> str:
        """The URI without a password, for messages."""
        parts = urlsplit(self.uri)
        if parts.password is None:
            return self.uri
        return self.uri.replace(f":{parts.password}@", ":…@")


@contextmanager
def quietly() -> Iterator[None]:
    """A block in which MLflow and its database migrations say nothing; all restored after."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow.pyfunc  # noqa: F401 - its first import sets its loggers up

        loggers = [logging.getLogger(name) for name in _LOGGERS]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


@contextmanager
def tracking_client(tracking: Tracking) -> Iterator[MlflowClient]:
    """A client of that URI, used silently.

    Raises
    ------
    TrackingFailed
        If MLflow, its database, its server or the disk refuses anything inside the block.
    """
    with quietly():
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            _knock(tracking)
            yield MlflowClient(tracking.uri, registry_uri=tracking.uri)
        except (MlflowException, SQLAlchemyError, OSError) as error:
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise TrackingFailed(
                f"MLflow at {tracking.shown()} refused ({cause})",
                allowed="a tracking store that answers; scoring needs none",
                next_step="mend it, then run `segml models --sync`",
            ) from error


def _knock(tracking: Tracking) -> None:
    """Read a database's list of tables once; MLflow itself would retry for two minutes."""
    import sqlalchemy as sa

    url = tracking.database
    if url is None or (url.startswith("sqlite") and not _file_of(url).exists()):
        return
    engine = sa.create_engine(url)
    try:
        sa.inspect(engine).get_table_names()
    finally:
        engine.dispose()


def _file_of(sqlite_url: str) -> Path:
    return Path(unquote(urlsplit(sqlite_url).path).removeprefix("/"))


def experiment_id(client: MlflowClient, tracking: Tracking) -> str:
    """The id of the portfolio's experiment, made or undeleted where needed."""
    found = client.get_experiment_by_name(tracking.portfolio)
    if found is None:
        location = tracking.artifact_location
        return str(client.create_experiment(tracking.portfolio, artifact_location=location))
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)
