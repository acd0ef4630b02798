"""A folder is replaced whole or not at all, whenever the process is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from segml.stores import folder
from segml.stores.folder import put_in_place, replace_file, staging, sweep

# Replaces the folder `out` by two files of version B, and kills itself at the named moment: right
# before the n-th call of a system call that changes what stands on the disk.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from segml.stores import folder

target, moment, two_steps = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "two"
if two_steps:
    folder.exchange = lambda one, other: False

def killing(name, function):
    def wrapped(*args, **kwargs):
        seen[name] = seen.get(name, 0) + 1
        if f"{name}:{seen[name]}" == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return wrapped

seen = {}
folder.exchange = killing("exchange", folder.exchange)
Path.rename = killing("rename", Path.rename)
shutil.rmtree = killing("rmtree", shutil.rmtree)
os.fsync = killing("fsync", os.fsync)
with folder.staging(target) as aside:
    (aside / "a").write_text("B")
    (aside / "b").write_text("B")
    folder.put_in_place(aside, target)
"""
MOMENTS = [
    ("fsync:1", "one"),
    ("fsync:3", "one"),
    ("exchange:1", "one"),
    ("rmtree:1", "one"),
    ("fsync:4", "one"),
    ("rename:1", "two"),
    ("rename:2", "two"),
    ("rmtree:1", "two"),
]


def version_in(target: Path) -> str:
    """The one version both files are of; a mixture or a missing file fails."""
    assert sorted(entry.name for entry in target.iterdir()) == ["a", "b"]
    (version,) = {entry.read_text() for entry in target.iterdir()}
    return version


@pytest.mark.parametrize(("moment", "steps"), MOMENTS)
def test_a_kill_at_any_moment_leaves_one_whole_version(
    tmp_path: Path, moment: str, steps: str
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    for name in "ab":
        (target / name).write_text("A")
    command = [sys.executable, "-c", KILLED, str(target), moment, steps]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    if steps == "one":
        assert version_in(target) in "AB"  # also before any repair
    swept = sweep(tmp_path)
    assert version_in(target) in "AB"
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
    assert bool(swept) == (moment != "fsync:4" or steps != "one")


def test_an_uninterrupted_replacement_leaves_the_new_version_alone(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    for version in "AB":
        with staging(target) as aside:
            (aside / "a").write_text(version)
            (aside / "b").write_text(version)
            assert not (target / "a").exists() or version_in(target) == "A"
            put_in_place(aside, target)
        assert version_in(target) == version
    assert [entry.name for entry in target.parent.iterdir()] == ["out"]


def test_the_two_step_replacement_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "exchange", lambda one, other: False)
    test_an_uninterrupted_replacement_leaves_the_new_version_alone(tmp_path)


def test_a_fault_while_writing_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(IsADirectoryError), staging(target) as aside:
        aside.write_text("a folder is no file")
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_what_a_living_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / f".out.tmp-{os.getppid()}-0123abcd"
    theirs.mkdir()
    stranger = tmp_path / ".out.tmp-notes"
    stranger.mkdir()
    assert sweep(tmp_path) == ()
    assert theirs.is_dir()
    assert stranger.is_dir()
    assert sweep(tmp_path / "nowhere") == ()


def test_the_leftovers_of_other_targets_are_left_where_asked(tmp_path: Path) -> None:
    ours, theirs = (f".{target}.tmp-{os.getpid()}-0123abcd" for target in ("out", "backtest"))
    for name in (ours, theirs):
        (tmp_path / name).mkdir()
    assert sweep(tmp_path, of=lambda target: target == "out") == (ours,)
    assert [entry.name for entry in tmp_path.iterdir()] == [theirs]


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "registry.json"
    for content in (b"one", b"two"):
        replace_file(target, content)
        assert target.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["registry.json"]
