"""Files that run code where they are loaded, served: no page that is asked for runs one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.flows import payloads
from tests.flows.worlds import copied
from tests.service.conftest import running

from segml.flows.site import site_of
from segml.service import make_app
from segml.stores import Newest
from segml.words.site import Site

ASKED = "/api/v1/what-if?id="
OF_OUTPUT = (
    *("/", "/portfolio", "/losses", "/clients", "/clients.csv", "/clients.xlsx", "/models/drift"),
    *("/client?id=C00001", "/dossier?id=C00001", "/api/v1/path?id=C00001", "/api/v1/monday"),
)
AT_START = ("scores.parquet", "clients.parquet", "run.json")
"""Without these there is nothing to serve."""


@pytest.fixture
def site(chain: Any, tmp_path: Path) -> Site:
    """The site of a copy of the whole chain."""
    return site_of(copied(chain, tmp_path / "world", without=()))


@pytest.fixture
def cargo(site: Site, canaries: Path) -> list[bytes]:
    """Every payload."""
    (forest,) = site.models.rglob("churn.lightgbm.txt")
    return [*payloads.written(canaries, forest.read_text("utf-8")).values()]


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("[!.]*")) if path.is_file()]


def _told(address: str, pages: Sequence[str]) -> list[httpx.Response]:
    with httpx.Client(base_url=address, timeout=60, verify=False) as browser:
        return [browser.get(page) for page in pages]


def test_no_page_runs_a_payload_in_place_of_any_file_of_a_model(
    site: Site, cargo: list[bytes], canaries: Path
) -> None:
    newest = Newest(site.output, portfolio=site.portfolio)
    scores = newest.held.scores.table("scores")
    assert scores is not None
    who = scores.loc[scores["status"] == "active", "client_id"].iloc[0]
    pages = ("/models/card", f"/what-if?id={who}", ASKED + who)
    parts = _files(site.models)
    assert len(parts) >= len(cargo)
    for path, raw in zip(parts, cycle(cargo), strict=False):
        was = path.read_bytes()
        path.write_bytes(raw)
        with running(make_app(site, newest)) as address:  # which has loaded no version yet
            *shown, answer = _told(address, pages)
        assert answer.json()["error"].startswith("BundleRefused: "), path.name
        assert {each.status_code for each in shown} <= {200, 404, 503}
        path.write_bytes(was)
    with running(make_app(site, newest)) as address:
        *shown, answer = _told(address, pages)
    assert answer.json()["before"]
    assert list(canaries.iterdir()) == []


def test_no_page_runs_a_payload_in_place_of_what_was_published(
    site: Site, cargo: list[bytes], canaries: Path
) -> None:
    later = [path for path in _files(site.output) if path.name not in AT_START]
    assert len(later) > 2 * len(cargo)
    for turn in range(2):
        for place, path in enumerate(later):
            path.write_bytes(cargo[(place + turn) % len(cargo)])
        newest = Newest(site.output, portfolio=site.portfolio)
        with running(make_app(site, newest)) as address:
            assert {each.status_code for each in _told(address, OF_OUTPUT)} != {200}
            assert [each.status_code for each in _told(address, ("/alive", "/no"))] == [200, 404]
    for raw in cargo:
        for path in site.output.rglob("as_of=*/*"):
            if path.name in AT_START:
                path.write_bytes(raw)
        with suppress(Exception):
            Newest(site.output, portfolio=site.portfolio)
    assert list(canaries.iterdir()) == []
