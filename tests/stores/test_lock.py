"""One run at a time; the lock dies with its process."""

import datetime as dt
import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from segml.stores import Holder, lock
from segml.words.errors import ConfigurationRefused, LockHeld, NoModel

NOW = dt.datetime(2011, 6, 1, 12, tzinfo=dt.UTC)
HOLDING = """
import datetime as dt, sys
from pathlib import Path
from segml.stores.lock import lock
now = dt.datetime.now(dt.UTC)
with lock(Path(sys.argv[1]), command="segml train wholesale.yaml", started=now, create=True):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_holds_it_until_it_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == b"held\n"
        with (
            pytest.raises(LockHeld) as refused,
            lock(tmp_path, command="x", started=NOW, create=True),
        ):
            pass
        assert refused.value.exit_code == 4
        assert "`segml train wholesale.yaml`" in str(refused.value)
        assert f"process {holding.pid} on " in str(refused.value)
        holding.send_signal(signal.SIGKILL)
        holding.wait()
    with lock(tmp_path, command="segml score", started=NOW, create=True) as holder:
        assert holder.pid == os.getpid()


def test_a_second_run_in_one_process_is_refused_too(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "wholesale"
    again = lock(folder, command="segml train", started=NOW, create=True)
    with lock(folder, command="segml score", started=NOW, create=True):
        with pytest.raises(LockHeld, match="since 2011-06-01T12:00:00"):
            again.__enter__()
        with lock(tmp_path / "models" / "retail", command="segml train", started=NOW, create=True):
            pass
    with lock(folder, command="segml train", started=NOW, create=True):
        pass


def test_a_holder_that_has_not_written_its_name_yet_is_refused_all_the_same(tmp_path: Path) -> None:
    with lock(tmp_path, command="segml score", started=NOW, create=True):
        (tmp_path / ".lock").write_text("")
        again = lock(tmp_path, command="segml train", started=NOW, create=True)
        with pytest.raises(LockHeld, match="only just begun"):
            again.__enter__()


def test_a_study_works_beside_a_run_and_never_beside_another_study(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "wholesale"

    def study(command: str) -> AbstractContextManager[Holder]:
        return lock(folder, command=command, started=NOW, create=True, is_study=True)

    with study("segml tune") as searching:
        assert searching.command == "segml tune"
        with pytest.raises(LockHeld, match="`segml tune`") as refused:
            study("segml backtest").__enter__()
        assert refused.value.allowed is not None
        assert refused.value.allowed.startswith("one study (a backtest")
        with lock(folder, command="segml score", started=NOW, create=True):
            again = lock(folder, command="segml train", started=NOW, create=True)
            with pytest.raises(LockHeld, match="`segml score`") as refused:
                again.__enter__()
            assert refused.value.allowed == "one run at a time on a portfolio"
        assert folder.is_dir()
    with study("segml backtest"):
        pass


def test_an_exception_frees_it(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError),
        lock(tmp_path, command="segml score", started=NOW, create=True),
    ):
        raise RuntimeError
    with lock(tmp_path, command="segml score", started=NOW, create=True):
        pass


def test_a_mistyped_portfolio_is_refused_by_its_neighbours_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    for name in ("wholesale", "retail"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "registry.json").write_text("{}")
    again = lock(tmp_path / "wholsale", command="segml score", started=NOW, create=False)
    with pytest.raises(NoModel, match="did you mean `wholesale`") as refused:
        again.__enter__()
    assert refused.value.allowed == "`wholesale`, `retail`"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["retail", "wholesale"]
    with lock(tmp_path / "wholesale", command="segml score", started=NOW, create=False):
        assert (tmp_path / "wholesale" / ".lock").is_file()


def test_where_nothing_was_ever_trained_a_training_is_what_comes_next(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "wholesale"
    with pytest.raises(NoModel, match="run `segml train`"):
        lock(folder, command="segml score", started=NOW, create=False).__enter__()
    assert list(tmp_path.iterdir()) == []


def test_a_portfolio_in_which_nothing_was_kept_is_gone_with_its_lock(tmp_path: Path) -> None:
    folder = tmp_path / "wholesale"
    with lock(folder, command="segml backtest", started=NOW, create=True):
        assert [entry.name for entry in folder.iterdir()] == [".lock"]
    assert list(tmp_path.iterdir()) == []
    with lock(folder, command="segml train", started=NOW, create=True):
        (folder / "registry.json").write_text("{}")
    assert sorted(entry.name for entry in folder.iterdir()) == [".lock", "registry.json"]


RACING = """
import datetime as dt, sys
from pathlib import Path
from segml.stores.lock import lock
from segml.words.errors import LockHeld
folder, taken = Path(sys.argv[1]), 0
print("ready", flush=True)
sys.stdin.readline()
while taken < 100:
    try:
        with lock(folder, command="x", started=dt.datetime.now(dt.UTC), create=True):
            inside = folder / "inside"
            inside.open("x").close()  # fails if anybody else is inside
            inside.unlink()
            taken += 1
    except LockHeld:
        pass
"""


def test_a_lock_that_is_cleared_away_is_never_held_twice(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RACING, str(tmp_path / "wholesale")]
    pipe = subprocess.PIPE
    racing = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(3)]
    for run in racing:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    for run in racing:
        assert run.stdin is not None
        run.stdin.write("\n")
        run.stdin.flush()
    assert [run.communicate()[0] for run in racing] == ["", "", ""]
    assert [run.returncode for run in racing] == [0, 0, 0]


@pytest.mark.parametrize(
    "models",
    [
        "file",
        "dangling",
        pytest.param(
            "/proc/out",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="closed to all but root"),
        ),
    ],
)
def test_models_where_no_folder_can_be_are_refused_and_not_waited_for(
    tmp_path: Path, models: str
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    folder = tmp_path / models / "wholesale"
    with (
        pytest.raises(ConfigurationRefused, match=r"none can be made there .* correct `models`"),
        lock(folder, command="segml train", started=NOW, create=True),
    ):
        pass
