"""The pages in a real Chromium: nothing is fetched, run or cut off; keyboard, print, weight.

It needs the extra `browser` (`pip install -e '.[browser]'`) and a Chromium or Chrome of the system;
without either these tests are skipped. No browser is downloaded.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.canary import MAIL, SCRIPT

import segml

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is missing")

LANGUAGES = ("en", "ru", "zh")
WIDTHS = (1280, 390)
NARROW = ("/clients", "/enter")
"""Pages that are checked for access at the small width too."""
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
PLACES = (
    "/usr/bin/chromium",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
A4 = {"prefer_css_page_size": True, "print_background": True}
PRINTED = 703
"""Width of A4 less its margins, in the browser's units."""
PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b(?!s)")
BUDGET = 300_000
NOT_FOUND = "the server responded with a status of 404"
WATCH = Path(__file__).with_name("watch.js")


@dataclasses.dataclass
class Seen:
    """What a browser told of itself while it showed pages."""

    faults: list[str] = dataclasses.field(default_factory=list)
    fetched: list[str] = dataclasses.field(default_factory=list)
    dialogs: list[str] = dataclasses.field(default_factory=list)

    def watch(self, context: Any, address: str) -> None:
        """Note what every page of a context fetches and complains about."""

        def complained(message: Any) -> None:
            told = f"{message.location.get('url')}: {message.text}"
            if message.type == "error" and not (NOT_FOUND in told and "/nothing" in told):
                self.faults.append(told)

        def fetched(request: Any) -> None:
            self.fetched.append(request.url)
            if not request.url.startswith((address + "/", "file:")):
                self.faults.append(f"another host: {request.url}")

        def failed(request: Any) -> None:
            # a picture that was still on its way when the next page was asked for is no fault
            if request.failure != "net::ERR_ABORTED":
                self.faults.append(f"failed: {request.url} ({request.failure})")

        def asked(dialog: Any) -> None:
            self.dialogs.append(dialog.message)
            dialog.dismiss()

        context.on("console", complained)
        context.on("request", fetched)
        context.on("requestfailed", failed)
        context.on("dialog", asked)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))


Opened = Callable[..., tuple[Any, Seen]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser of the system for all tests of this file."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    found = found or next((path for path in PLACES if Path(path).exists()), None)
    if found is None:
        pytest.skip("no Chromium or Chrome on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def sessions(chromium: Any, served: Any) -> dict[str | None, Any]:
    """The cookies of readers who signed in through the form; nobody has none."""
    kept: dict[str | None, Any] = {None: None}
    for name in ("hedda", "ada"):
        page = chromium.new_page()
        page.goto(served.address + "/enter")
        page.fill("input[name=name]", name)
        page.fill("input[name=password]", served.password)
        with page.expect_navigation():
            page.click("main button")
        assert page.url in (served.address + "/", served.address + "/accounts")
        kept[name] = page.context.storage_state()
        page.close()
    return kept


@pytest.fixture
def opened(chromium: Any, served: Any, sessions: Any) -> Iterator[Opened]:
    """Opens a page of a browser of its own, signed in as somebody or nobody."""
    contexts = []

    def open_page(name: str | None = "hedda", **options: Any) -> tuple[Any, Seen]:
        size = {"width": WIDTHS[0], "height": 900}
        context = chromium.new_context(
            viewport=size, locale="en-US", storage_state=sessions[name], **options
        )
        contexts.append(context)
        context.add_init_script(path=WATCH)
        seen = Seen()
        seen.watch(context, served.address)
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page, seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def paths(served: Any) -> tuple[str, ...]:
    """Every page that a head sees; a client of every status."""
    scores = served.newest.held.scores.table("scores")
    living = scores[~scores["client_id"].isin(served.lost)]
    active, prospect = (
        living.loc[living["status"] == status, "client_id"].iloc[0]
        for status in ("active", "prospect")
    )
    lost = served.lost[0]
    return (
        *("/", "/portfolio", "/clients", "/clients?page=2", "/losses", "/models", "/nothing"),
        "/models/drift",
        *(f"/client?id={quote(who)}" for who in (active, lost, prospect)),
        *(f"/dossier?id={quote(lost)}", f"/what-if?id={quote(active)}", "/account"),
    )


def _in(language: str, path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_stands_at_every_width(
    opened: Opened, served: Any, paths: tuple[str, ...], language: str
) -> None:
    found = []
    for name, shown in (("hedda", paths), ("ada", ("/accounts", "/audit")), (None, ("/enter",))):
        page, seen = opened(name)
        for path in shown:
            answer = page.goto(served.address + _in(language, path))
            assert answer.status == (404 if path == "/nothing" else 200), path
            told = page.evaluate("watch.facts()")
            assert told == {"heads": 1, "language": language, "violations": []}, path
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                found += [(path, width, each) for each in page.evaluate("watch.spilled()")]
        assert not seen.faults
        assert not seen.dialogs
    assert not found, found


def test_no_page_has_a_serious_fault_of_access(
    opened: Opened, served: Any, paths: tuple[str, ...]
) -> None:
    checker = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="the extra `browser` is missing"
    ).Axe()
    found = []
    for name, shown in (("hedda", paths), ("ada", ("/accounts", "/audit")), (None, ("/enter",))):
        page, _ = opened(name, bypass_csp=True)
        for path in (each for each in shown if "page=" not in each):
            page.goto(served.address + path)
            for width in WIDTHS if path in NARROW else WIDTHS[:1]:
                page.set_viewport_size({"width": width, "height": 900})
                told = checker.run(page).response["violations"]
                found += [
                    (path, width, each["id"], each["impact"], each["nodes"][0]["html"])
                    for each in told
                    if each["impact"] in ("serious", "critical")
                ]
    assert not found, found


def test_the_keyboard_alone_leads_to_a_dossier(opened: Opened, served: Any) -> None:
    for width in WIDTHS:
        page, seen = opened()
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(served.address + "/")
        activated = 0
        while "/dossier" not in page.url:
            has_one = page.locator("main a[href^='/dossier']").count() > 0
            _tab_to(page, "/dossier" if has_one else "/losses", width)
            with page.expect_navigation():
                page.keyboard.press("Enter")
            activated += 1
            assert activated <= 3
        assert page.locator("#dossier .path dd").count() > 3
        assert page.locator("#dossier figure svg").count() == 1
        assert not seen.faults


def _tab_to(page: Any, address: str, width: int) -> None:
    """Go from stop to stop, each of which must be seen, until a link to an address."""
    for _ in range(200):
        page.keyboard.press("Tab")
        at = page.evaluate("watch.focused()")
        assert at["style"] != "none", at
        assert at["outline"] >= 2, at
        assert 0 <= at["left"] <= width, at
        assert 0 <= at["top"] <= 900, at
        assert min(at["width"], at["height"]) > 4, at
        if at["href"].startswith(address):
            return
    raise AssertionError(f"no way to {address}")


def test_the_skip_link_leads_to_the_content(opened: Opened, served: Any) -> None:
    page, _ = opened()
    page.goto(served.address + "/clients")
    page.keyboard.press("Tab")
    at = page.evaluate("watch.focused()")
    assert at["href"] == "#main"
    assert at["left"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    at = page.evaluate("watch.focused()")
    assert at["inMain"], at
    assert page.url.endswith("#main")


def test_a_name_is_nothing_but_text(
    opened: Opened, served: Any, payloads: tuple[str, ...], world: Path
) -> None:
    lists = ["/", "/portfolio", "/losses", *(f"/clients?page={number}" for number in range(1, 7))]
    named = served.clients.dropna(subset=["name"])
    held = [named[named["name"].str.startswith(each + " N")]["client_id"] for each in payloads]
    alone = [f"/client?id={quote(each.iloc[0])}" for each in held]
    alone += [f"/what-if?id={quote(each.iloc[0])}" for each in held[:1]]
    alone += [f"/dossier?id={quote(who)}" for who in served.lost]
    report = segml.write_report(world).path.as_uri()
    words = ""
    for is_open, shown in ((False, [*lists, *alone]), (True, [*lists[:5], report])):
        page, seen = opened(bypass_csp=is_open)
        for path in shown:
            page.goto(path if path == report else served.address + path)
            page.mouse.move(300, 300)
            assert page.evaluate("watch.facts().violations") == [], path
            assert page.evaluate("window.__pwned") is None, path
            assert page.evaluate("getComputedStyle(document.body).display") == "block", path
            words += page.inner_text("body") if path in lists else ""
        assert not seen.dialogs
        assert not seen.faults
    assert all(each.strip() in words for each in payloads if each.isascii() and each.isprintable())
    shown = [each for each in payloads if f"{each.strip()} {MAIL}" in words]
    assert len(shown) > 20  # as they stand in every other text field of the ledger, by turns
    assert SCRIPT in words


def test_a_name_would_run_if_it_were_not_escaped(opened: Opened, payloads: tuple[str, ...]) -> None:
    page, seen = opened(None, bypass_csp=True)
    page.set_content("<p>" + "<p>".join(payloads[:3]))
    page.set_content(next(each for each in payloads if each.startswith("<script>window")))
    assert page.evaluate("window.__pwned") == 1
    assert seen.dialogs


def test_what_is_printed_is_whole(opened: Opened, served: Any, paths: tuple[str, ...]) -> None:
    page, _ = opened()
    page.set_viewport_size({"width": PRINTED, "height": 1123})
    page.emulate_media(media="print")
    found: list[tuple[str, str]] = []
    for path in paths:
        page.goto(served.address + path)
        found += [(path, each) for each in page.evaluate("watch.spilled()")]
    assert not found, found
    for who in served.lost:
        page.goto(f"{served.address}/dossier?id={quote(who)}")
        assert len(PAGE_OF_PDF.findall(page.pdf(**A4))) <= 2, who


def test_the_first_page_is_light(opened: Opened, served: Any) -> None:
    page, seen = opened()
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(served.address + "/", wait_until="networkidle")
    assert not seen.faults
    icon = page.locator("link[rel=icon]").get_attribute("href")
    answer = page.request.get(served.address + icon)
    assert answer.status == 200
    fetched = set(seen.fetched) | {served.address + icon}  # a driver hides an icon's request
    assert len(fetched) <= 3, fetched
    assert 5_000 < sum(sizes.values()) + len(answer.body()) <= BUDGET
