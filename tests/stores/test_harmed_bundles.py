"""A thousand harmed bundles: none is loaded, none ends the process, each refusal says what to do.

`SEGML_BUNDLES=1000` harms so many; CI eighty. Of every five one is MLflow's copy of the bundle.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from random import Random
from types import SimpleNamespace as Trained

import pytest
from tests.stores.harm import HARMS, harm

from segml.bundle import MANIFEST, PROTOCOL, load
from segml.stores import Registry, load_version
from segml.stores.door import quietly
from segml.stores.pyfunc import save_pyfunc
from segml.words.errors import BundleRefused, Refusal

BUNDLES = int(os.environ.get("SEGML_BUNDLES", "80"))
FOREIGN = Path(__file__).parents[1] / "data" / "bundles" / "4"


@pytest.fixture
def registry(trained: Trained, tmp_path: Path) -> Registry:
    """A registry of its own, with the trained version."""
    shutil.copytree(trained.registry.folder.parent, tmp_path / "models")
    return Registry(tmp_path / "models", trained.registry.versions.portfolio)


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """No parser may see a byte of a bundle."""

    def parser(*_: object, **__: object) -> None:
        pytest.fail("a parser saw bytes that were not compared")

    monkeypatch.setattr("segml.bundle.persist.decode", parser)


@pytest.fixture(scope="module")
def logged(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's copy of the bundle, as a training logs it."""
    target = tmp_path_factory.mktemp("logged") / "model"
    with quietly():
        from mlflow.models import Model

        save_pyfunc(
            target,
            load_version(trained.registry, trained.version),
            trained.registry.path_of(trained.version),
            manifest_digest=trained.version.manifest_digest,
            model=Model(),
        )
    return target


def test_no_harmed_bundle_is_loaded(
    registry: Registry, logged: Path, tmp_path: Path, blind: None
) -> None:
    version = registry.champion()
    own, whole = registry.path_of(version), tmp_path / "whole"
    copy = logged / "artifacts" / version.version
    own.rename(whole)
    canary, done = tmp_path / "canary", set()
    for number in range(BUNDLES):
        folder = copy if number % 5 == 4 else own
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        what = harm(folder, Random(number), foreign=FOREIGN, canary=canary)
        done.add(what)
        with pytest.raises(BundleRefused) as refused:
            _opened(logged) if folder == copy else load_version(registry, version)
        assert _is_told(refused.value), f"bundle {number} ({what})"
        assert not canary.exists(), f"bundle {number} ({what})"
    assert BUNDLES < 60 or done == set(HARMS)


def _is_told(refused: Refusal) -> bool:
    """Whether a refusal has its three parts."""
    return min(map(len, (refused.found, refused.allowed, refused.next_step))) > 5


def _opened(model: Path) -> None:
    """What MLflow gives who trusts its store."""
    import mlflow

    with quietly():
        mlflow.pyfunc.load_model(str(model))


def test_mlflows_copy_is_loaded_where_nobody_harmed_it(logged: Path, trained: Trained) -> None:
    copy = logged / "artifacts" / trained.version.version
    shutil.rmtree(copy)
    shutil.copytree(trained.registry.path_of(trained.version), copy)
    _opened(logged)


def test_a_newer_bundle_that_the_registry_names_is_refused_by_its_protocol(
    registry: Registry, blind: None
) -> None:
    folder = registry.path_of(registry.champion())
    value = json.loads((folder / MANIFEST).read_bytes())
    raw = json.dumps(value | {"protocol": PROTOCOL + 1}).encode()
    (folder / MANIFEST).write_bytes(raw)
    with pytest.raises(BundleRefused, match=f"protocol {PROTOCOL + 1}") as refused:
        load(folder, manifest_digest=hashlib.sha256(raw).hexdigest())
    assert "update segml" in refused.value.next_step


def test_a_harmed_registry_gives_the_same_model_or_is_refused(registry: Registry) -> None:
    path, good = registry.folder / "registry.json", registry.champion().manifest_digest
    raw, told = path.read_bytes(), []
    for number in range(BUNDLES):
        dice = Random(number)
        path.write_bytes(_harmed(raw, dice))
        try:
            again = Registry(registry.folder.parent, registry.versions.portfolio)
            assert load_digest(again) == good, number
        except Refusal as refused:
            told.append(refused)
    assert all(map(_is_told, told))
    assert 0 < len(told) < BUNDLES


def load_digest(registry: Registry) -> str:
    """The digest of the files that would score."""
    version = registry.champion()
    raw = (registry.path_of(version) / MANIFEST).read_bytes()
    found = hashlib.sha256(raw).hexdigest()
    if found != version.manifest_digest:
        load_version(registry, version)
    return found


def _harmed(raw: bytes, dice: Random) -> bytes:
    place = dice.randrange(len(raw))
    return dice.choice(
        [
            raw[:place] + bytes([raw[place] ^ 1 << dice.randrange(8)]) + raw[place + 1 :],
            raw[:place],
            raw[:place] + raw[place + dice.randrange(1, 40) :],
            raw.replace(b'"version"', dice.choice([b'"../../x"', b'"as_of"', b'"__class__"'])),
            b"[" * dice.choice([1_000, 200_000]),
            raw.replace(b'"protocol": 1', b'"protocol": ' + dice.choice([b"2", b"[]", b"1e999"])),
            raw.replace(b"champion", dice.choice([b"challenger", b"archived"]), 1),
            raw.decode().encode("utf-16"),
            dice.randbytes(dice.randrange(1, 4000)),
            b"",
        ]
    )
