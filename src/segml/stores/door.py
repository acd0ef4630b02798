"""The door to MLflow: imported on first use, silent, without telemetry, its faults one refusal.

MLflow's own state (the active run, the process-wide tracking URI) is never touched: every call
goes through a client of one URI, so two portfolios in one process cannot mix.
"""

from __future__ import annotations

import logging
import os
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from segml.words.errors import Refusal, TrackingFailed
from segml.words.masking import masked

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_UV_AUTO_DETECT": "false",  # else a uv.lock in the working folder is copied along
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # by default a dead server is waited for for minutes
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",  # seconds a request: nor is a mute one, the lock is held
    "GIT_PYTHON_REFRESH": "quiet",
}
_LOGGERS = ("mlflow", "alembic")
_THEIRS = ("mlflow", "sqlalchemy", "alembic")
_PACKAGES = {
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
    "pymysql": "PyMySQL",
}
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
        """The URI without user and password, for messages."""
        return masked(self.uri)


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
        If MLflow, its database, its server, the disk or a package that is not installed refuses
        anything inside the block, in whatever type of exception. A fault of ours stays one.
    """
    opened = False
    try:
        with quietly():
            from mlflow import MlflowClient

            _knock(tracking)
            client = MlflowClient(tracking.uri, registry_uri=tracking.uri)
            opened = True
            yield client
    except Refusal:
        raise
    except Exception as error:
        if opened and not _is_theirs(error):
            raise
        raise _refusal(tracking, error) from error


def _is_theirs(error: Exception) -> bool:
    """Whether an exception comes from beyond the door: the system's, or raised in their code."""
    if isinstance(error, (OSError, ImportError)):
        return True
    modules = [
        str(frame.f_globals.get("__name__")).partition(".")[0]
        for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
    known = [module for module in modules if module in ("segml", *_THEIRS)]
    return bool(known) and known[-1] in _THEIRS


def _refusal(tracking: Tracking, error: Exception) -> TrackingFailed:
    said = str(error).splitlines()
    cause = masked(": ".join([type(error).__name__, *said[:1]]), uri=tracking.uri)
    step = "mend it, then run `segml models --sync`"
    if isinstance(error, ImportError):
        module = (error.name or "what is missing").partition(".")[0]
        package = _PACKAGES.get(module, module)
        step = f"install the Python package `{package}`, then run `segml models --sync`"
    return TrackingFailed(
        f"MLflow at {tracking.shown()} refused ({cause})",
        allowed="a tracking store that answers; scoring needs none",
        next_step=step,
    )


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
