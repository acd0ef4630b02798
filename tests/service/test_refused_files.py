"""Files of models that are not as segml wrote them, served: refused by name, no fault of ours."""

from __future__ import annotations

import dataclasses
import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.flows.worlds import copied
from tests.service.conftest import running

from segml.flows.site import site_of
from segml.report import LANGUAGES
from segml.service import make_app
from segml.stores import Newest, Registry
from segml.words.site import Site

TABLE_WORDS = {
    "en": "The published file {file} cannot be read",
    "ru": "Опубликованный файл {file} не читается",
    "zh": "已发布的文件{file}无法读取",
}
PAGES = ("/", "/clients", "/portfolio", "/losses", "/client?id={who}", "/dossier?id={lost}")
CALLS = (
    *("/api/v1/run", "/api/v1/clients", "/api/v1/losses", "/api/v1/client?id={who}"),
    *("/api/v1/dossier?id={lost}", "/api/v1/path?id={who}", "/clients.csv"),
)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _spoilt(path: Path) -> None:
    """Its foot is whole, its pages are not."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[-8:-4], "little") + 8
    path.write_bytes(raw[:4] + b"\xff" * (len(raw) - size - 4) + raw[-size:])


def _narrowed(path: Path) -> None:
    """It lies where it lay, for whoever holds it open too."""
    whole = pq.read_table(pa.BufferReader(path.read_bytes()))
    sink = pa.BufferOutputStream()
    pq.write_table(whole.select(whole.column_names[:1]), sink)
    path.write_bytes(sink.getvalue().to_pybytes())


TABLE_HARMS: dict[str, Callable[[Path], None]] = {
    "cut off": _cut,
    "no Parquet": lambda path: path.write_text("PAR1 no table PAR1") and None,
    "empty": lambda path: path.write_bytes(b"") and None,
    "pages that are none": _spoilt,
    "columns missing": _narrowed,
}


Harm = Callable[[dict[str, Any]], object]
WORDS = {
    "en": "A file of the models is not as segml wrote it",
    "ru": "Файл моделей не таков, каким его записал segml",
    "zh": "模型的某个文件与 segml 写入时不符",
}
HARMS: dict[str, Harm] = {
    "a version that is not listed": lambda told: told["line"].append("2024-01-01-0123456789"),
    "no list of versions": lambda told: told.pop("versions"),
    "another digest": lambda told: told["versions"][0].update(manifest_digest="0" * 64),
    "a digest that is none": lambda told: told["versions"][0].update(manifest_digest="0"),
    "a newer protocol": lambda told: told.update(protocol=2),
    "a time that is none": lambda told: told["history"][0].update(at="yesterday"),
    "a change that nothing makes": lambda told: told["history"][0].update(action="stolen"),
    "a note that is no text": lambda told: told["history"][0].update(note={"a": 1}),
    "a change of no version": lambda told: told["history"][0].update(version="../../x"),
}


@pytest.fixture(scope="module")
def site(chain: Any, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of a copy of the whole chain."""
    return site_of(copied(chain, tmp_path_factory.mktemp("refused") / "world", without=()))


@pytest.fixture
def registry(site: Site) -> Iterator[Path]:
    """The registry's file, put back afterwards with all beside it."""
    folder = site.models / site.portfolio
    kept = folder.parent / "kept"
    shutil.copytree(folder, kept)
    yield folder / "registry.json"
    shutil.rmtree(folder)
    kept.rename(folder)


def _asked(
    site: Site, *, of_card: bool = False
) -> tuple[dict[str, httpx.Response], httpx.Response]:
    """The page of models, or a card, in every language; and "what if" by the API."""
    newest = Newest(site.output, portfolio=site.portfolio)
    scores = newest.held.scores.table("scores")
    assert scores is not None
    who = scores.loc[scores["status"].eq("active"), "client_id"].iloc[0]
    version = newest.held.scores.run["model_version"]
    path = f"/models/card?version={version}&" if of_card else "/models?"
    with running(make_app(site, newest)) as address, httpx.Client(base_url=address) as browser:
        assert browser.get("/").status_code == 200
        pages = {each: browser.get(f"{path}lang={each}") for each in LANGUAGES}
        what_if = browser.get(f"/what-if?id={who}&lang=en")
        told = browser.get(f"/api/v1/what-if?id={who}")
    assert what_if.status_code == told.status_code
    return pages, told


def _require_refused(site: Site, log: pytest.LogCaptureFixture, *, of_card: bool = False) -> None:
    log.set_level(logging.ERROR)
    pages, told = _asked(site, of_card=of_card)
    for language, page in pages.items():
        assert page.status_code == 503
        assert WORDS[language] in page.text
        assert "BundleRefused" in page.text
        assert str(site.models) not in page.text
    assert told.status_code == 503
    assert told.json()["error"].startswith("BundleRefused: ")
    assert "Found: " in log.text
    assert "Next: " in log.text


@pytest.mark.parametrize("name", HARMS)
def test_a_harmed_registry_is_refused_by_name(
    site: Site, registry: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    told = json.loads(registry.read_bytes())
    HARMS[name](told)
    registry.write_text(json.dumps(told), "utf-8")
    _require_refused(site, caplog)
    assert str(registry) in caplog.text


@pytest.mark.parametrize("raw", [b"", b"{", b"no JSON", b"[]", b"\xff\xfe", b"[" * 200_000, None])
def test_what_is_no_registry_is_refused_by_name(
    site: Site, registry: Path, caplog: pytest.LogCaptureFixture, raw: bytes | None
) -> None:
    text = registry.read_bytes()
    registry.write_bytes(text[: len(text) // 2] if raw is None else raw)
    _require_refused(site, caplog)
    assert str(registry) in caplog.text


@pytest.mark.parametrize("name", ["card.md", "manifest.json"])
def test_a_card_that_was_changed_is_not_shown(
    site: Site, registry: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    (path,) = registry.parent.glob(f"*/{name}")
    path.write_bytes(path.read_bytes() + b"\nAUC 0.99\n")
    _require_refused(site, caplog, of_card=True)


def test_a_card_that_leads_elsewhere_is_not_shown(
    site: Site, registry: Path, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (path,) = registry.parent.glob("*/card.md")
    (tmp_path / "card.md").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(tmp_path / "card.md")
    _require_refused(site, caplog, of_card=True)


def test_a_version_that_was_taken_away_cannot_be_asked_and_its_card_is_refused(
    site: Site, registry: Path
) -> None:
    known = Registry(site.models, site.portfolio)
    shutil.rmtree(known.path_of(known.champion()))
    cards, told = _asked(site, of_card=True)
    assert {each.status_code for each in cards.values()} == {503}
    assert (told.status_code, told.json()) == (200, None)
    pages, _ = _asked(site)
    assert {each.status_code for each in pages.values()} == {200}


@pytest.mark.parametrize("name", TABLE_HARMS)
def test_a_published_table_that_is_harmed_while_it_is_held_is_refused_by_its_name(
    site: Site, caplog: pytest.LogCaptureFixture, tmp_path: Path, name: str
) -> None:
    output = tmp_path / "out"
    shutil.copytree(site.output, output)
    served = dataclasses.replace(site, output=output)
    newest = Newest(output, portfolio=site.portfolio)
    assert newest.held.losses is not None
    losses = newest.held.losses.table("losses")
    assert losses is not None
    lost = losses["client_id"].iloc[0]
    tables = [*newest.held.scores.folder.glob("*.parquet"), *output.glob("losses/*/*.parquet")]
    files = {f"{path.parent.name}/{path.name}" for path in tables}
    caplog.set_level(logging.ERROR)
    named: dict[str, set[str]] = {each: set() for each in (*LANGUAGES, "json")}
    with running(make_app(served, newest)) as address, httpx.Client(base_url=address) as browser:
        for path in tables:
            TABLE_HARMS[name](path)
        for asked in (each.format(who=lost, lost=lost) for each in PAGES):
            for language, words in TABLE_WORDS.items():
                page = browser.get(asked, params={"lang": language})
                assert page.status_code in (200, 404, 503), asked
                found = [file for file in files if words.format(file=file) in page.text]
                assert len(found) == (page.status_code == 503), asked
                assert str(output) not in page.text
                named[language].update(found)
        for asked in (each.format(who=lost, lost=lost) for each in CALLS):
            told = browser.get(asked)
            assert told.status_code in (200, 404, 503), asked
            if told.status_code == 503 and asked.startswith("/api"):
                kind, _, said = told.json()["error"].partition(": ")
                assert kind == "TableRefused"
                named["json"].update(file for file in files if said.endswith(file))
            assert str(output) not in told.text
    assert all(named.values()), named
    assert {*map(len, (named["en"], named["ru"], named["zh"]))} == {len(named["en"])}
    assert all(file in caplog.text for file in named["en"])
    assert "Next: restore the run's folder" in caplog.text
    assert "fault" not in caplog.text
