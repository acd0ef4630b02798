"""Files of models that are not as segml wrote them, served: refused by name, no fault of ours."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.flows.worlds import copied
from tests.service.conftest import running

from segml.flows.site import site_of
from segml.report import LANGUAGES
from segml.service import make_app
from segml.stores import Newest, Registry
from segml.words.site import Site

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
