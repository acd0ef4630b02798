"""What a run reads or writes goes while it works: its exit code, its words, the run before it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SCORED, TRAINED, Chain
from tests.flows.worlds import copied, digest
from typer.testing import CliRunner

import segml.flows.score as flow
from segml.cli.app import app
from segml.ledger import reading
from segml.stores import publishing

BEFORE = f"as_of={SCORED}"
"""The run that stands already."""
NEW = f"as_of={TRAINED}"


def score(config: Path) -> tuple[int, dict[str, Any]]:
    """The exit code of a scoring of another day, and its summary."""
    done = CliRunner().invoke(app, ["score", str(config), "--as-of", str(TRAINED), "--json"])
    said: dict[str, Any] = json.loads(done.stdout)
    return done.exit_code, said


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, room: Any, step: str, happens: Callable[[], object]
) -> None:
    """Let something happen right before a step is taken for the third time."""
    real, taken = getattr(room, step), [0]

    def late(*args: Any, **kwargs: Any) -> Any:
        taken[0] += 1
        if taken[0] == 3:
            happens()
        return real(*args, **kwargs)

    monkeypatch.setattr(room, step, late)


def cut(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def rewrite(file: Path) -> None:
    """The same bytes, written again."""
    file.write_bytes(file.read_bytes())


@pytest.mark.parametrize(
    ("harm", "words"),
    [(Path.unlink, "was removed"), (cut, "changed"), (rewrite, "changed")],
)
def test_a_source_that_goes_half_way_is_refused_and_the_run_before_stands(
    chain: Chain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Path], None],
    words: str,
) -> None:
    config = copied(chain, tmp_path, without=())
    before = digest(tmp_path / "out" / BEFORE)
    file = min((tmp_path / "ledger" / "interactions").glob("*.parquet"))
    meanwhile(monkeypatch, reading, "map_columns", lambda: harm(file))  # of the third table
    code, said = score(config)
    assert code == 3
    assert f"a file of `ledger.interactions.path` {words} while it was read" in said["message"]
    assert digest(tmp_path / "out" / BEFORE) == before
    assert not (tmp_path / "out" / NEW).exists()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that cannot be written to: mounted so where we are root, else by its rights."""
    if os.geteuid():
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    bound = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
    if bound.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_an_output_that_is_read_only_is_refused_before_the_work(
    chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = copied(chain, tmp_path, without=())
    before = digest(tmp_path / "out" / BEFORE)
    monkeypatch.setattr(flow, "opened", None)  # it would be a fault to get as far as the ledger
    with read_only(tmp_path / "out"):
        code, said = score(config)
    assert (code, said["kind"]) == (1, "OutputRefused")
    assert f"{tmp_path / 'out'} cannot be written to" in said["message"]
    assert digest(tmp_path / "out" / BEFORE) == before


def test_an_output_that_is_moved_while_a_run_writes_is_told_and_the_run_before_stands(
    chain: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = copied(chain, tmp_path, without=())
    output, moved = tmp_path / "out", tmp_path / "moved"
    before = digest(output / BEFORE)
    with monkeypatch.context() as once:
        meanwhile(once, publishing, "write_parquet", lambda: output.rename(moved))
        code, said = score(config)
    assert (code, said["kind"]) == (1, "OutputRefused")
    assert f"{output} was removed or moved while the run wrote into it" in said["message"]
    assert digest(moved / BEFORE) == before
    assert not list(output.glob("as_of=*"))
    for entry in output.rglob("*"):
        assert entry.is_dir() or entry.suffix in (".json", ".prom")  # signs of life alone
    assert [entry.name.split(".tmp")[0] for entry in moved.glob(".*")] == [f".{NEW}"]
