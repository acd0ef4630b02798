"""Files that run code where they are loaded in good faith: by no way into segml do they run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SCORED, TRAINED, Chain
from tests.flows import payloads
from tests.flows.worlds import copied, digest

import segml
from segml.bundle import save
from segml.flows.session import registry_of
from segml.flows.settings import read_settings
from segml.flows.site import site_of
from segml.flows.versions import sync_models
from segml.ledger import date_of
from segml.service.access import ALONE
from segml.service.asking import Trained
from segml.service.desk import Desk
from segml.stores import Memory, Newest, load_version, read_table
from segml.stores.door import quietly
from segml.words.errors import BundleRefused, ConfigurationRefused, DataRefused, Refusal


@pytest.fixture
def files(chain: Chain, canaries: Path) -> dict[str, bytes]:
    """Every payload."""
    return payloads.written(canaries, _forest(chain))


@pytest.fixture
def config(chain: Chain, tmp_path: Path) -> Path:
    """A copy of the whole chain, with MLflow's store where the copy's configuration names it."""
    return copied(chain, tmp_path / "world", without=())


def _forest(chain: Chain) -> str:
    registry = registry_of(read_settings(chain.config))
    return (registry.path_of(registry.champion()) / "churn.lightgbm.txt").read_text("utf-8")


def test_each_payload_fires_where_its_tool_loads_it(
    files: dict[str, bytes], canaries: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "payloads"
    folder.mkdir()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    for name, text in payloads.companions(canaries).items():
        (folder / name).write_text(text, "utf-8")
    script = [sys.executable, payloads.__file__, str(folder)]
    done = subprocess.run(script, check=False, capture_output=True, cwd=tmp_path)
    assert done.returncode < 0, "LightGBM's parser lived"
    fired = {path.name for path in canaries.iterdir()}
    assert fired == set(files) - {"lightgbm"}
    assert len(files) >= 12


def test_no_payload_runs_in_place_of_any_file_of_a_bundle_or_beside_them(
    config: Path, files: dict[str, bytes], canaries: Path
) -> None:
    registry = registry_of(read_settings(config))
    version = registry.champion()
    folder = registry.path_of(version)
    parts = {path: path.read_bytes() for path in folder.iterdir()}
    for raw in files.values():
        for path, was in [*parts.items(), (folder / "model.pkl", None)]:
            path.write_bytes(raw)
            with pytest.raises(BundleRefused, match=path.name):
                load_version(registry, version)
            path.write_bytes(was) if was is not None else path.unlink()
    load_version(registry, version)
    assert list(canaries.iterdir()) == []


def _ways(config: Path) -> tuple[Callable[[], Any], ...]:
    """Every way in that loads a version and does nothing without it."""
    version = registry_of(read_settings(config)).champion().version
    return (
        lambda: segml.train(config, as_of=SCORED),
        lambda: segml.rollback(config),
        lambda: segml.score(config, as_of=SCORED),
        lambda: segml.explain(config, "C00001", as_of="2024-03-01"),
        lambda: segml.backfill(config, start="2024-01-01", end="2024-02-01"),
        lambda: segml.analyse_losses(config, start=TRAINED, end=SCORED),
        lambda: segml.promote(config, version),
    )


def test_no_way_in_loads_a_version_with_a_payload_in_it(
    config: Path, files: dict[str, bytes], canaries: Path
) -> None:
    former, champion = _two_champions(config)
    before = (config.parent / "models" / "demo" / "registry.json").read_bytes()
    parts = sorted(path.name for path in former.iterdir())
    for way, raw, name in zip(_ways(config), cycle(files.values()), cycle(parts), strict=False):
        was = {folder / name: (folder / name).read_bytes() for folder in (former, champion)}
        for path in was:
            path.write_bytes(raw)
        with pytest.raises(BundleRefused, match=name):
            way()
        for path, good in was.items():
            path.write_bytes(good)
    (former / name).write_bytes(files["lightgbm"])
    with pytest.raises(BundleRefused, match=f"{name}.*could not be judged"):
        segml.judge_scores(config, as_of=SCORED)
    _what_if_is_refused(config)
    assert (config.parent / "models" / "demo" / "registry.json").read_bytes() == before
    assert list(canaries.iterdir()) == []


def _two_champions(config: Path) -> tuple[Path, Path]:
    """The folders of a former champion and of one in its place: the same model, a day later."""
    registry = registry_of(read_settings(config))
    former = registry.champion()
    bundle = load_version(registry, former)
    later = replace(bundle, as_of=bundle.as_of + 1)
    with registry.staging() as aside:
        digest_ = save(later, aside).digest
        at = datetime.fromisoformat(former.created)
        day = date_of(later.as_of)
        made = registry.add(aside, as_of=day, manifest_digest=digest_, at=at)
    registry.promote(made.version, at=at)
    return registry.path_of(former), registry.path_of(made)


def _what_if_is_refused(config: Path) -> None:
    site = site_of(config)
    held = Newest(site.output, portfolio=site.portfolio).held
    scores = held.scores.table("scores")
    assert scores is not None
    who = scores.loc[scores["status"] == "active", "client_id"].iloc[0]
    with pytest.raises(BundleRefused):
        Trained().what_if(Desk(ALONE, held, site, Memory()), who)


def test_whatever_lies_in_mlflows_store_scoring_is_the_same(
    config: Path, chain: Chain, files: dict[str, bytes], canaries: Path
) -> None:
    # the models of other tests of the chain may lie there too
    for logged in list(config.parent.rglob("MLmodel")):
        for name, text in payloads.companions(canaries).items():
            (logged.parent / name).write_text(text, "utf-8")
        harmed = [each for each in logged.parent.rglob("*") if each.is_file()]
        kept = [each for each in harmed if each.name[:2] != "pa"]
        for path, raw in zip(kept, cycle(files.values()), strict=False):
            path.write_bytes(raw)
        logged.write_bytes(files["mlflow loader"])
    sync_models(config)
    done = segml.score(config, as_of=SCORED)
    assert digest(done.folder) == digest(chain.scored.folder)
    assert list(canaries.iterdir()) == []


def test_mlflows_own_loading_runs_what_it_is_told_and_ours_within_it_does_not(
    config: Path, files: dict[str, bytes], canaries: Path
) -> None:
    import mlflow

    version = registry_of(read_settings(config)).champion().version
    # the models of other tests of the chain may lie there too
    bundle = min(config.parent.rglob(f"artifacts/artifacts/{version}"))
    logged = bundle.parents[1] / "MLmodel"
    for raw, path in zip(files.values(), cycle(sorted(bundle.iterdir())), strict=False):
        was = path.read_bytes()
        path.write_bytes(raw)
        with quietly(), pytest.raises(BundleRefused, match=path.name):
            mlflow.pyfunc.load_model(str(logged.parent))
        path.write_bytes(was)
    assert list(canaries.iterdir()) == []


def test_no_payload_runs_from_a_published_file_or_a_registry(
    config: Path, files: dict[str, bytes], canaries: Path
) -> None:
    output = config.parent / "out" / f"as_of={SCORED}"
    for path, raw in zip(sorted(output.iterdir()), cycle(files.values()), strict=False):
        was = path.read_bytes()
        path.write_bytes(raw)
        with suppress(Exception):
            read_table(output, path.stem)
        with suppress(Exception):
            Newest(config.parent / "out", portfolio="demo").held.scores.table(path.stem)
        path.write_bytes(was)
    registry = config.parent / "models" / "demo" / "registry.json"
    ways = (segml.score, segml.train, lambda config, **_: segml.rollback(config))
    for raw, way in zip(files.values(), cycle(ways), strict=False):
        registry.write_bytes(raw)
        with pytest.raises(BundleRefused, match="cannot be read as a registry"):
            way(config, as_of=SCORED)
    assert list(canaries.iterdir()) == []


def test_no_payload_runs_from_a_configuration_or_a_playbook(
    config: Path, files: dict[str, bytes], canaries: Path
) -> None:
    text = config.read_text("utf-8")
    for raw in files.values():
        config.write_bytes(raw)
        with pytest.raises(ConfigurationRefused):
            read_settings(config)
    jinja = files["jinja"].decode()
    quoted = jinja.replace('"', '\\"')
    config.write_text(f"{text}playbooks: playbooks.yaml\n", "utf-8")
    for raw in files.values():
        (config.parent / "playbooks.yaml").write_bytes(raw)
        with pytest.raises(ConfigurationRefused):
            read_settings(config)
    config.write_text(text.replace("portfolio: demo", f'portfolio: "{quoted}"'), "utf-8")
    with suppress(Refusal):
        segml.check(config)
    assert list(canaries.iterdir()) == []


def test_no_payload_runs_from_a_source(
    config: Path, files: dict[str, bytes], canaries: Path
) -> None:
    text = config.read_text("utf-8")
    (lines,) = (config.parent / "ledger" / "transactions").iterdir()
    copy = files["duckdb"].decode()
    for given in (
        f'{{query: "{copy}"}}',
        f'{{path: ledger/transactions/*.parquet, where: "1 = 1; {copy}"}}',
        f'{{path: ledger/transactions/*.parquet, where: "exists ({copy})"}}',
        f'{{path: ledger/transactions/*.parquet, columns: {{amount: "sql: ({copy})"}}}}',
    ):
        own = "{path: ledger/transactions/*.parquet}"
        assert own in text
        config.write_text(text.replace(own, given), "utf-8")
        with pytest.raises(Refusal):
            segml.check(config)
    config.write_text(text, "utf-8")
    good = lines.read_bytes()
    ways = (lambda config, **_: segml.check(config), segml.train, segml.score)
    for raw, way in zip(files.values(), cycle(ways), strict=False):
        lines.write_bytes(raw)
        with pytest.raises(DataRefused):
            way(config, as_of=SCORED)
    lines.write_bytes(good)
    assert list(canaries.iterdir()) == []
