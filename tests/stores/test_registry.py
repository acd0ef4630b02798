"""registry.json: replaced whole, files first, and refused when it is not ours."""

import datetime as dt
import json
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from segml.stores import Registry, Version
from segml.words.errors import BundleRefused, ConfigurationRefused, NoModel

NOW = dt.datetime(2011, 7, 1, tzinfo=dt.UTC)


def add(registry: Registry, day: str) -> Version:
    digest = sha256(day.encode()).hexdigest()
    with registry.staging() as staged:
        (staged / "manifest.json").write_text(day)
        as_of = dt.date.fromisoformat(day)
        return registry.add(
            staged, as_of=as_of, manifest_digest=digest, at=NOW, metrics={"auc": 0.75, "ece": None}
        )


def test_what_was_added_and_promoted_is_read_back(tmp_path: Path) -> None:
    registry = Registry(tmp_path, "опт")
    winter, spring = add(registry, "2011-01-01"), add(registry, "2011-04-01")
    assert (winter.status, spring.status) == ("champion", "challenger")
    assert registry.promote(spring.version, at=NOW, note="лучше").version == spring.version
    again = Registry(tmp_path, "опт")
    assert again.versions == registry.versions
    assert again.champion().metrics == {"auc": 0.75, "ece": None}
    assert (again.path_of(again.champion()) / "manifest.json").read_text() == "2011-04-01"
    assert again.rollback(at=NOW).version == winter.version
    assert Registry(tmp_path, "опт").champion() == again.champion()
    assert sorted(entry.name for entry in again.folder.iterdir()) == [
        winter.version,
        spring.version,
        "registry.json",
    ]


def test_the_same_bundle_again_replaces_its_files_and_keeps_its_entry(tmp_path: Path) -> None:
    registry = Registry(tmp_path, "wholesale")
    first = add(registry, "2011-01-01")
    (registry.path_of(first) / "manifest.json").write_text("damaged")
    before = (registry.folder / "registry.json").read_bytes()
    assert add(registry, "2011-01-01") == first
    assert (registry.path_of(first) / "manifest.json").read_text() == "2011-01-01"
    assert (registry.folder / "registry.json").read_bytes() == before


KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
from segml.stores.registry import Registry

moment, digest = sys.argv[2], "0" * 64
replace, rename = Path.replace, Path.rename
def killing(name, function):
    def wrapped(*args):
        if name == moment: os.kill(os.getpid(), signal.SIGKILL)
        return function(*args)
    return wrapped
Path.replace, Path.rename = killing("replace", replace), killing("rename", rename)
registry = Registry(Path(sys.argv[1]), "wholesale")
with registry.staging() as staged:
    (staged / "manifest.json").write_text("x")
    now = dt.datetime.now(dt.UTC)
    registry.add(staged, as_of=dt.date(2011, 4, 1), manifest_digest=digest, at=now)
"""


@pytest.mark.parametrize("moment", ["rename", "replace"])
def test_a_kill_never_leaves_an_entry_without_files(tmp_path: Path, moment: str) -> None:
    winter = add(Registry(tmp_path, "wholesale"), "2011-01-01")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), moment], check=False)
    assert killed.returncode == -signal.SIGKILL
    registry = Registry(tmp_path, "wholesale")
    assert [version.version for version in registry.versions.versions] == [winter.version]
    assert len(registry.repair()) == 1
    assert registry.repair() == ()
    assert add(registry, "2011-04-01").status == "challenger"
    assert all(registry.path_of(version).is_dir() for version in registry.versions.versions)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"segml registry"', '"another tool"'),
        lambda text: text.replace('"champion",', '"challenger",'),
        lambda text: text.replace('"2011-01-01-', '"../2011-01-01-'),
        lambda text: text.replace('"protocol": 1', '"protocol": 2'),
        lambda text: text.replace('"line"', '"queue"'),
        lambda text: json.dumps(json.loads(text) | {"champion": None}),
    ],
)
def test_a_broken_or_foreign_file_is_refused(tmp_path: Path, damage: object) -> None:
    add(Registry(tmp_path, "wholesale"), "2011-01-01")
    path = tmp_path / "wholesale" / "registry.json"
    text = path.read_text("utf-8")
    assert damage(text) != text
    path.write_text(damage(text), "utf-8")
    with pytest.raises(BundleRefused) as refused:
        Registry(tmp_path, "wholesale")
    assert refused.value.exit_code == 5
    assert str(path) in refused.value.found


def test_a_file_of_another_portfolio_is_a_wrong_configuration(tmp_path: Path) -> None:
    add(Registry(tmp_path, "wholesale"), "2011-01-01")
    (tmp_path / "wholesale").rename(tmp_path / "retail")
    with pytest.raises(ConfigurationRefused, match="belongs to portfolio `wholesale`"):
        Registry(tmp_path, "retail")


def test_a_version_without_its_folder_scores_nothing_and_is_not_promoted(tmp_path: Path) -> None:
    registry = Registry(tmp_path, "wholesale")
    winter, spring = add(registry, "2011-01-01"), add(registry, "2011-04-01")
    for version in (winter, spring):
        registry.path_of(version).rename(tmp_path / version.version)
    with pytest.raises(BundleRefused, match="is missing"):
        registry.path_of(winter)
    with pytest.raises(BundleRefused, match="is missing"):
        registry.promote(spring.version, at=NOW)
    assert Registry(tmp_path, "wholesale").champion() == winter


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b"])
def test_a_portfolio_is_one_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationRefused, match="one folder"):
        Registry(tmp_path, name)


def test_reading_an_untrained_portfolio_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoModel):
        Registry(tmp_path, "wholesale").champion()
    assert list(tmp_path.iterdir()) == []
