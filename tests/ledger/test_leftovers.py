"""A killed run's whole ledger does not stay in the temporary folder for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from segml.ledger import Ledger, scratch_folder

LINES = "client_id,date,amount\na,2011-01-01,1\n"
LIVING = """
import sys
from pathlib import Path
from segml.ledger import open_ledger
from segml.words.plan import Economics, LedgerPlan, SourcePlan
plan = LedgerPlan(transactions=SourcePlan(path=sys.argv[1]))
with open_ledger(plan, Economics(), scratch=Path(sys.argv[2])):
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def living(lines: Path, scratch: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process with an open ledger in the same scratch folder."""
    command = [sys.executable, "-c", LIVING, str(lines), str(scratch)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield process
        process.kill()


def age(folder: Path, seconds: int = 3600) -> None:
    past = folder.stat().st_mtime - seconds
    os.utime(folder, (past, past))


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where the fixture `opened` opens its ledgers."""
    (tmp_path / "other.csv").write_text(LINES)
    return tmp_path / "scratch"


def leftovers(scratch: Path, ledger: Ledger) -> list[str]:
    """What stands in the scratch folder besides the open ledger's own."""
    ours = f"segml-ledger-{os.getpid()}-"
    names = sorted(entry.name for entry in scratch.iterdir())
    assert sum(name.startswith(ours) for name in names) == 1
    ledger.close()
    return [name for name in names if not name.startswith(ours)]


def test_the_folder_of_a_killed_process_is_swept_when_a_ledger_is_opened(
    opened: Callable[..., Ledger], scratch: Path, tmp_path: Path
) -> None:
    with living(tmp_path / "other.csv", scratch) as process:
        (theirs,) = scratch.iterdir()
        assert theirs.name.startswith(f"segml-ledger-{process.pid}-")
        age(theirs)
        assert leftovers(scratch, opened(LINES)) == [theirs.name]  # it lives
        process.send_signal(signal.SIGKILL)
        process.wait()
    age(theirs)
    assert leftovers(scratch, opened(LINES)) == []


def test_a_young_folder_is_left_alone(
    opened: Callable[..., Ledger], scratch: Path, tmp_path: Path
) -> None:
    with living(tmp_path / "other.csv", scratch) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(leftovers(scratch, opened(LINES))) == 1


def test_whoever_has_the_dead_ones_number_now_does_not_keep_its_folder(
    opened: Callable[..., Ledger], scratch: Path, tmp_path: Path
) -> None:
    with living(tmp_path / "other.csv", scratch) as process:
        (theirs,) = scratch.iterdir()
        process.send_signal(signal.SIGKILL)
        process.wait()
    reused = theirs.rename(scratch / theirs.name.replace(str(process.pid), str(os.getppid())))
    age(reused)
    assert leftovers(scratch, opened(LINES)) == []


@pytest.mark.parametrize("name", ["segml-ledger-notes", "other-1-abcdefgh", "segml-ledger-1-"])
def test_what_is_not_named_like_ours_is_left_alone(
    opened: Callable[..., Ledger], scratch: Path, name: str
) -> None:
    (scratch / name).mkdir(parents=True, mode=0o700)
    (scratch / name / "alive").touch()
    age(scratch / name)
    assert leftovers(scratch, opened(LINES)) == [name]


def test_a_folder_that_others_may_enter_and_a_link_are_left_alone(
    opened: Callable[..., Ledger], scratch: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    for folder, mode in ((scratch / "segml-ledger-99999999-abcdefgh", 0o755), (elsewhere, 0o700)):
        folder.mkdir(parents=True)
        folder.chmod(mode)
        (folder / "alive").touch()
        age(folder)
    (scratch / "segml-ledger-99999998-abcdefgh").symlink_to(elsewhere)
    assert len(leftovers(scratch, opened(LINES))) == 2
    assert (elsewhere / "alive").exists()


def test_a_folder_of_another_machine_is_left_alone(
    opened: Callable[..., Ledger], scratch: Path, tmp_path: Path
) -> None:
    with living(tmp_path / "other.csv", scratch) as process:
        (theirs,) = scratch.iterdir()
        process.send_signal(signal.SIGKILL)
        process.wait()
    (theirs / "alive").write_text("another machine")
    age(theirs)
    assert leftovers(scratch, opened(LINES)) == [theirs.name]


def test_an_open_ledgers_folder_is_for_its_owner_alone(
    opened: Callable[..., Ledger], scratch: Path
) -> None:
    opened(LINES)
    (ours,) = scratch.iterdir()
    assert ours.stat().st_mode & 0o777 == 0o700


def test_files_to_be_handed_on_that_a_kill_left_go_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if (child := os.fork()) == 0:
        with scratch_folder() as files:
            (files / "model").write_text("half of it")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (left,) = tmp_path.iterdir()
    with scratch_folder():
        assert left.is_dir()  # somebody's who has only just begun, for all that is known
    age(left)
    with scratch_folder() as files:
        assert [*tmp_path.iterdir()] == [files.parent]
        assert [*files.iterdir()] == []
    assert [*tmp_path.iterdir()] == []
