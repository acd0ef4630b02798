"""One run at a time; the lock dies with its process."""

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from segml.stores import lock
from segml.words.errors import LockHeld

NOW = dt.datetime(2011, 6, 1, 12, tzinfo=dt.UTC)
HOLDING = """
import datetime as dt, sys
from pathlib import Path
from segml.stores.lock import lock
with lock(Path(sys.argv[1]), command="segml train wholesale.yaml", started=dt.datetime.now(dt.UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_holds_it_until_it_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == b"held\n"
        with pytest.raises(LockHeld) as refused, lock(tmp_path, command="x", started=NOW):
            pass
        assert refused.value.exit_code == 4
        assert "`segml train wholesale.yaml`" in str(refused.value)
        assert f"process {holding.pid} on " in str(refused.value)
        holding.send_signal(signal.SIGKILL)
        holding.wait()
    with lock(tmp_path, command="segml score", started=NOW) as holder:
        assert holder.pid == os.getpid()


def test_a_second_run_in_one_process_is_refused_too(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "wholesale"
    again = lock(folder, command="segml train", started=NOW)
    with lock(folder, command="segml score", started=NOW):
        with pytest.raises(LockHeld, match="since 2011-06-01T12:00:00"):
            again.__enter__()
        with lock(tmp_path / "models" / "retail", command="segml train", started=NOW):
            pass
    with lock(folder, command="segml train", started=NOW):
        pass


def test_a_holder_that_has_not_written_its_name_yet_is_refused_all_the_same(tmp_path: Path) -> None:
    with lock(tmp_path, command="segml score", started=NOW):
        (tmp_path / ".lock").write_text("")
        again = lock(tmp_path, command="segml train", started=NOW)
        with pytest.raises(LockHeld, match="only just begun"):
            again.__enter__()


def test_an_exception_frees_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), lock(tmp_path, command="segml score", started=NOW):
        raise RuntimeError
    with lock(tmp_path, command="segml score", started=NOW):
        pass
