"""Where a run cannot be put in its place, the refusal says why and the run before stands."""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from segml.stores import (
    SchemaBroken,
    made_aside,
    publish,
    publishing,
    read_run,
    read_table,
    require_place,
    scores_folder,
)
from segml.words.errors import ConfigurationRefused, OutputRefused

JUNE = dt.date(2011, 6, 1)
CLIENTS = pd.DataFrame(
    [["1", "x", None, None, None]], columns=["client_id", "name", "manager", "region", "industry"]
)


def said(run_id: str, portfolio: str = "retail") -> dict[str, str]:
    return {"portfolio": portfolio, "run_id": run_id}


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, step: str, happens: Callable[[], object], *, after: bool
) -> None:
    """Let something happen right before a step of publishing, or right after it."""
    real = getattr(publishing, step)

    def changed(*args: Any, **kwargs: Any) -> Any:
        if not after:
            happens()
        done = real(*args, **kwargs)
        if after:
            happens()
        return done

    monkeypatch.setattr(publishing, step, changed)


@pytest.mark.parametrize("step", ["write_parquet", "require_own", "put_in_place"])
@pytest.mark.parametrize("goes", ["moved", "removed"])
def test_a_place_that_goes_while_it_is_written_to_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, goes: str
) -> None:
    output, moved = tmp_path / "out", tmp_path / "moved"
    folder = publish(scores_folder(output, JUNE), {"clients": CLIENTS}, said("first"))
    happens = {"moved": lambda: output.rename(moved), "removed": lambda: shutil.rmtree(output)}
    meanwhile(monkeypatch, step, happens[goes], after=step == "require_own")
    with pytest.raises(OutputRefused, match="was removed or moved while the run wrote into it"):
        publish(folder, {"clients": CLIENTS}, said("second"))
    assert not output.exists()
    if goes == "moved":
        assert read_run(moved / folder.name)["run_id"] == "first"


def test_a_place_that_goes_before_it_is_written_to_is_made_anew(tmp_path: Path) -> None:
    folder = scores_folder(tmp_path / "out", JUNE)
    require_place(folder, portfolio="retail")
    shutil.rmtree(tmp_path / "out")
    assert read_run(publish(folder, {}, said("first")))["run_id"] == "first"


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_place_that_may_not_be_written_to_is_refused_before_and_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    folder = publish(scores_folder(tmp_path, JUNE), {"clients": CLIENTS}, said("first"))

    def refused(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code), "somewhere")

    with monkeypatch.context() as once:
        once.setattr(publishing, "put_in_place", refused)
        with pytest.raises(OutputRefused, match="cannot be written to"):
            publish(folder, {}, said("second"))
    with monkeypatch.context() as once:
        once.setattr(Path, "mkdir", refused)
        with pytest.raises(OutputRefused, match="cannot be written to"):
            require_place(folder, portfolio="retail")
    assert read_run(folder)["run_id"] == "first"


def test_a_full_disk_is_no_fault_of_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "somewhere")

    monkeypatch.setattr(publishing, "put_in_place", full)
    with pytest.raises(OSError, match="No space left"):
        publish(scores_folder(tmp_path, JUNE), {}, said("first"))


def test_a_missing_file_of_another_place_is_not_blamed_on_the_output(tmp_path: Path) -> None:
    def run() -> dict[str, str]:
        raise FileNotFoundError(errno.ENOENT, "No such file", "elsewhere")

    with pytest.raises(FileNotFoundError, match="elsewhere"):
        publish(scores_folder(tmp_path, JUNE), {}, run)


def test_a_table_that_breaks_its_schema_stops_the_others(tmp_path: Path) -> None:
    def endless() -> Iterator[pd.DataFrame]:
        yield from (CLIENTS.assign(client_id=f"{n:09d}") for n in count())

    tables = {"clients": endless(), "scores": CLIENTS, "profit": CLIENTS}
    with pytest.raises(SchemaBroken, match="`scores`"):
        publish(scores_folder(tmp_path, JUNE), tables, said("first"))
    assert not list(tmp_path.rglob("*.parquet"))


def test_tables_made_aside_are_published_and_what_their_making_raises_publishes_nothing(
    tmp_path: Path,
) -> None:
    folder = scores_folder(tmp_path, JUNE)
    with made_aside(["clients"], lambda: {"clients": CLIENTS}) as tables:
        publish(folder, tables, said("first"))
    assert read_table(folder, "clients")["name"].tolist() == ["x"]

    def broken() -> dict[str, pd.DataFrame]:
        raise LookupError("nobody's market")

    with (
        made_aside(["outlook"], broken) as tables,
        pytest.raises(LookupError, match="nobody's market"),
    ):
        publish(folder, {"clients": CLIENTS.assign(name="y"), **tables}, said("second"))
    assert read_run(folder)["run_id"] == "first"
    assert read_table(folder, "clients")["name"].tolist() == ["x"]


def test_a_place_is_tried_without_a_trace(tmp_path: Path) -> None:
    folder = scores_folder(tmp_path / "out", JUNE)
    require_place(folder, portfolio="retail")
    assert not list((tmp_path / "out").iterdir())
    publish(folder, {}, said("first", "other"))
    with pytest.raises(ConfigurationRefused, match="a run of portfolio `other`"):
        require_place(folder, portfolio="retail")


@pytest.mark.parametrize(
    "output",
    [
        "file",
        "file/out",
        "dangling",
        pytest.param(
            "/proc/out",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="closed to all but root"),
        ),
    ],
)
def test_an_output_where_no_folder_can_be_is_the_configurations_fault(
    tmp_path: Path, output: str
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigurationRefused, match=r"none can be made there .* correct `output`"):
        require_place(scores_folder(tmp_path / output, JUNE), portfolio="retail")
