"""A disk that fills up, at many sizes: nothing is half published, the last good run stands.

SEGML_DISKS=<number> tries so many sizes of the output's disk, and a tenth as many of the temporary
one's. A real small disk is mounted, which needs root.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.conftest import SCORED, TRAINED, Chain

PAGE = 4096
DISKS = int(os.environ.get("SEGML_DISKS", "1"))


@contextmanager
def disk(folder: Path, size: int) -> Iterator[Path]:
    """A disk of so many bytes, mounted at a folder."""
    folder.mkdir(exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs"]
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def run(config: Path, day: object, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "segml", "score", str(config), "--as-of", str(day), "--json"]
    env = {**os.environ, **more}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


@pytest.mark.slow
def test_a_full_disk_leaves_the_last_good_run_and_is_told(chain: Chain, tmp_path: Path) -> None:
    source = chain.config.parent
    shutil.copytree(source, tmp_path / "world", ignore=shutil.ignore_patterns("out", "truth"))
    config = tmp_path / "world" / chain.config.name
    good = source / "out" / f"as_of={SCORED}"
    size = sum(-(-path.stat().st_size // PAGE) * PAGE for path in good.iterdir())
    for number in range(DISKS):
        room = round(size * (1.1 + 0.6 * number / DISKS))
        with disk(tmp_path / "world" / "out", room) as output:
            shutil.copytree(good, output / good.name)
            before = digest(output / good.name)
            done = run(config, TRAINED)
            said = json.loads(done.stdout)
            assert done.returncode == 1, done.stderr
            assert "free space" in said["message"]
            assert str(output) in said["message"]
            assert digest(output / good.name) == before
            left = {path.name for path in output.iterdir() if path.is_dir()}
            assert left <= {good.name, "metrics"}


@pytest.mark.slow
def test_a_full_temporary_disk_is_told_as_one(chain: Chain, tmp_path: Path) -> None:
    config = chain.config
    before = digest(config.parent / "out" / f"as_of={SCORED}")
    for number in range(max(DISKS // 10, 1)):
        with disk(tmp_path / "temporary", 2 ** (17 + number)) as temporary:
            done = run(config, SCORED, TMPDIR=str(temporary))
            said = json.loads(done.stdout)
            assert (done.returncode, said["kind"]) == (1, "OSError"), done.stderr
            assert f"`{temporary}` (No space left on device)" in said["message"]
            assert [*temporary.iterdir()] == []
    assert digest(config.parent / "out" / f"as_of={SCORED}") == before
