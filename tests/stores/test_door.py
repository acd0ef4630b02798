"""The door to MLflow: whatever is wrong behind it is one refusal, soon, and without a secret."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from segml.stores import Tracking, reap
from segml.stores.door import quietly, tracking_client
from segml.words.errors import BundleRefused, TrackingFailed
from segml.words.masking import masked


def tracking(uri: str, folder: Path) -> Tracking:
    return Tracking(uri=uri, folder=folder, portfolio="wholesale")


@pytest.mark.parametrize(
    ("uri", "module", "package"),
    [
        ("postgresql+psycopg://me:hunter2@127.0.0.1/x", "psycopg", "psycopg[binary]"),
        ("postgresql+psycopg2://me:hunter2@127.0.0.1/x", "psycopg2", "psycopg2-binary"),
        ("mysql+pymysql://me:hunter2@127.0.0.1/x", "pymysql", "PyMySQL"),
        ("mssql+pyodbc://me:hunter2@127.0.0.1/x", "pyodbc", "pyodbc"),
    ],
)
def test_a_driver_that_is_not_installed_is_named_by_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str, module: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    with pytest.raises(TrackingFailed, match=module) as refused:
        reap(tracking(uri, tmp_path))
    assert refused.value.next_step.startswith(f"install the Python package `{package}`")
    assert "hunter2" not in str(refused.value)


def test_without_mlflow_itself_tracking_fails_and_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow.pyfunc", None)
    with pytest.raises(TrackingFailed, match=r"mlflow") as refused:
        reap(tracking(f"sqlite:///{tmp_path / 'mlruns.db'}", tmp_path))
    assert "`mlflow`" in refused.value.next_step


@pytest.mark.parametrize(
    "uri",
    [
        "postgresql://me:hun/ter2@127.0.0.1:port/x",
        "nonsense://me:hunter2@127.0.0.1/x",
        "http://me:hunter2@[127.0.0.1/x",
        "mysql+nosuch://me:hunter2@127.0.0.1/x",
        "https://me:hunter2@127.0.0.1:99999/x",
        "sqlite://me:hunter2@127.0.0.1/x.db",
    ],
)
def test_a_uri_that_nobody_can_use_is_refused_without_its_password(
    tmp_path: Path, uri: str
) -> None:
    with pytest.raises(TrackingFailed) as refused:
        reap(tracking(uri, tmp_path))
    assert "ter2" not in str(refused.value)


def test_a_fault_that_is_ours_stays_ours(tmp_path: Path) -> None:
    here = tracking(f"sqlite:///{tmp_path / 'mlruns.db'}", tmp_path)
    with pytest.raises(ZeroDivisionError), tracking_client(here):
        _ = 1 / 0
    with pytest.raises(BundleRefused), tracking_client(here):
        raise BundleRefused("a file", allowed="another", next_step="mend it")


def test_a_fault_inside_mlflow_is_a_refusal_whatever_its_type(tmp_path: Path) -> None:
    here = tracking(f"sqlite:///{tmp_path / 'mlruns.db'}", tmp_path)
    with pytest.raises(TrackingFailed), tracking_client(here) as client:
        client.search_model_versions(order_by=object())


@pytest.mark.parametrize(
    "text",
    [
        "refused by https://me:hunter2@host/path and postgresql+psycopg2://a:hunter2@b/c",
        "could not parse 'https://hunter2@host:12'",
        "pass@word: postgresql://me:hunter2@more@host/x",
        "postgresql://host/db?user=me&password=hunter2&sslmode=require",
        "https://host/x?api_key=hunter2",
    ],
)
def test_no_url_in_a_message_shows_its_secret(text: str) -> None:
    assert "hunter2" in text
    assert "hunter2" not in masked(text)
    assert "host" in masked(text)


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("postgresql://me:hunter2@db/x", "invalid literal for int(): 'hunter2@db'"),
        ("postgresql://me:hunter2%21@db/x", "no user me with hunter2!"),
        ("postgresql://me:hunter2%21@db/x", "no user me with hunter2%21"),
        ("postgresql://db/x?password=hunter2", "no user me with hunter2"),
    ],
)
def test_no_message_repeats_the_password_of_the_uri_in_use(uri: str, text: str) -> None:
    assert "hunter2" not in masked(text, uri=uri)
    assert "hunter2" not in tracking(uri, Path()).shown()


def test_what_is_no_secret_is_shown() -> None:
    assert tracking("https://mlflow.example/base", Path()).shown() == "https://mlflow.example/base"
    text = "404 at https://mlflow.example/api?x=1: no experiment `оптовый`"
    assert masked(text, uri="https://a:b@mlflow.example") == text


def test_a_request_is_waited_for_ten_seconds_unless_the_user_says_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "MLFLOW_HTTP_REQUEST_TIMEOUT"
    monkeypatch.delenv(name, raising=False)
    with quietly():
        assert os.environ[name] == "10"
    monkeypatch.setenv(name, "77")
    with quietly():
        assert os.environ[name] == "77"


@pytest.fixture
def mute() -> Iterator[str]:
    """A server that takes a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_server_that_never_answers_is_given_up_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mute: str
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    begun = time.monotonic()
    with pytest.raises(TrackingFailed, match=r"127\.0\.0\.1"):
        reap(tracking(mute, tmp_path))
    assert time.monotonic() - begun < 10
