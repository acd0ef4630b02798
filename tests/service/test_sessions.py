"""In and out: passwords, sessions, forms, tries; and what every answer carries."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.conftest import running

from segml.service import Account, add_account, make_app, read_accounts, remove_account
from segml.service.attempts import MOST_OF_ADDRESS, MOST_OF_BOTH, MOST_OF_NAME, SECONDS, Attempts
from segml.service.sessions import Signer
from segml.service.shield import HEADERS
from segml.words.errors import ConfigurationRefused

PASSWORD = "quite a long password"
MIA = Account(name="mia", role="manager", managers=("Anna",))


def test_a_wrong_password_and_no_such_name_answer_alike(served: Any, form_of: Any) -> None:
    answers = []
    for name in ("hedda", "nobody at all"):
        with httpx.Client(base_url=served.address) as browser:
            data = {**form_of(browser), "name": name, "password": "wrong wrong wrong"}
            answers.append(browser.post("/enter", data=data))
    assert [each.status_code for each in answers] == [401, 401]
    strip = [[line for line in each.text.splitlines() if "token" not in line] for each in answers]
    assert strip[0] == strip[1]
    assert not any("segml_session" in str(each.headers) for each in answers)


def test_a_form_without_its_token_changes_nothing(served: Any) -> None:
    with httpx.Client(base_url=served.address) as browser:
        for token in ({}, {"token": "0" * 64}, {"token": "ü"}):
            data = {**token, "name": "hedda", "password": PASSWORD}
            assert browser.post("/enter", data=data).status_code == 403
        assert browser.get("/").status_code == 303


def test_a_form_of_another_visit_is_refused(served: Any, form_of: Any) -> None:
    with (
        httpx.Client(base_url=served.address) as one,
        httpx.Client(base_url=served.address) as other,
    ):
        other.get("/enter")
        data = {**form_of(one), "name": "hedda", "password": PASSWORD}
        assert other.post("/enter", data=data).status_code == 403


def test_leaving_ends_the_session(reader: Any, form_of: Any) -> None:
    browser = reader("hedda")
    assert browser.get("/").status_code == 200
    assert browser.post("/leave", data=form_of(browser, "/")).status_code == 303
    assert browser.get("/").headers["location"] == "/enter"


def test_a_cookie_of_a_session_that_was_left_opens_nothing_and_others_go_on(
    reader: Any, form_of: Any
) -> None:
    left, other, thief = reader("hedda"), reader("hedda"), reader(None)
    thief.cookies.update(left.cookies)
    assert thief.get("/").status_code == 200
    left.post("/leave", data=form_of(left, "/"))
    assert thief.get("/").headers["location"] == "/enter"
    assert other.get("/").status_code == 200


def test_a_password_has_no_more_letters_than_the_form_takes(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="12 to 200"):
        add_account(tmp_path / "accounts.json", MIA, "x" * 201)
    made = add_account(tmp_path / "accounts.json", MIA, "x" * 200)
    assert made.signed_in("mia", "x" * 200) is not None


def test_of_accounts_added_at_once_by_processes_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    made = "from segml.service import *; from pathlib import Path; import sys; "
    made += f"add_account(Path(sys.argv[1]), Account(name=sys.argv[2], role='head'), {PASSWORD!r})"
    names = [f"head{n}" for n in range(4)]
    running_ones = [subprocess.Popen([sys.executable, "-c", made, path, each]) for each in names]
    assert [each.wait() for each in running_ones] == [0] * len(names)
    found = read_accounts(path)
    assert found is not None
    assert sorted(found.by_name) == names


def test_the_cookies_are_for_this_site_alone(served: Any, form_of: Any) -> None:
    with httpx.Client(base_url=served.address) as browser:
        data = {**form_of(browser), "name": "hedda", "password": PASSWORD}
        told = browser.post("/enter", data=data).headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told


@pytest.mark.parametrize(
    "path", ["/", "/enter", "/style.css", "/alive", "/nothing", "/api/v1/run", "/clients.csv"]
)
def test_every_answer_carries_the_headers(served: Any, path: str) -> None:
    found = httpx.get(served.address + path)
    for name, value in HEADERS.items():
        assert found.headers[name] == value, name
    assert "cache-control" in found.headers
    assert "server" not in found.headers or "uvicorn" not in found.headers["server"]


def test_another_name_of_this_machine_is_turned_away(served: Any) -> None:
    for name in ("evil.example", "127.0.0.1.evil.example:80", ""):
        assert httpx.get(served.address + "/", headers={"host": name}).status_code == 421
    for name in ("localhost:8080", "[::1]:8080", "127.0.0.1"):
        assert httpx.get(served.address + "/alive", headers={"host": name}).status_code == 200


def test_no_address_that_is_asked_leads_to_another_host(served: Any) -> None:
    for path in ("//evil.example/x", "/%5Cevil.example", "/\\evil.example"):
        text = httpx.get(served.address + path).text
        assert 'href="//' not in text
        assert 'href="/\\' not in text


def test_a_form_that_is_too_long_is_turned_away(served: Any) -> None:
    found = httpx.post(served.address + "/enter", data={"name": "x" * 100_000})
    assert found.status_code == 413


def test_a_session_ends_when_what_it_may_see_changes(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    before = add_account(path, MIA, PASSWORD)
    signer = Signer(before.secret)
    cookie = signer.session(before.by_name["mia"])
    assert signer.account(cookie, before) == before.by_name["mia"]
    after = add_account(path, Account(name="mia", role="manager", managers=("Ben",)), PASSWORD)
    assert signer.account(cookie, after) is None
    assert signer.account(cookie, remove_account(path, "mia")) is None
    assert signer.account(cookie + "x", before) is None
    assert Signer("another").account(cookie, before) is None


def test_the_file_holds_no_password_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    add_account(path, MIA, PASSWORD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PASSWORD not in path.read_text("utf-8")
    found = read_accounts(path)
    assert found is not None
    assert found.signed_in("mia", PASSWORD) == found.by_name["mia"]
    assert found.signed_in("mia", PASSWORD + "x") is None
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("account", "password"),
    [
        (MIA, "short"),
        (Account(name="mia", role="manager"), PASSWORD),
        (Account(name=" mia", role="head"), PASSWORD),
        (Account(name="a\nb", role="head"), PASSWORD),
        (Account(name="", role="head"), PASSWORD),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    tmp_path: Path, account: Account, password: str
) -> None:
    with pytest.raises(ConfigurationRefused):
        add_account(tmp_path / "accounts.json", account, password)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "[]", '{"format": "segml accounts", "protocol": 2}', "x"])
def test_a_foreign_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationRefused, match="no file of accounts"):
        read_accounts(path)


def test_a_few_tries_a_minute() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    assert [attempts.begin("mia", "a") for _ in range(MOST_OF_BOTH + 1)] == [
        *[True] * MOST_OF_BOTH,
        False,
    ]
    assert attempts.begin("mia", "b")
    now[0] = SECONDS + 1
    assert attempts.begin("mia", "a")
    attempts.succeeded("mia", "a")
    for _ in range(100):
        assert attempts.begin("mia", "a")
        attempts.succeeded("mia", "a")


def test_an_address_and_a_name_have_tries_of_their_own() -> None:
    attempts = Attempts(lambda: 0.0)
    told = [attempts.begin(f"name {n}", "a") for n in range(MOST_OF_ADDRESS + 1)]
    assert told == [*[True] * MOST_OF_ADDRESS, False]
    told = [attempts.begin("mia", f"address {n}") for n in range(MOST_OF_NAME + 1)]
    assert told == [*[True] * MOST_OF_NAME, False]
    assert (MOST_OF_BOTH, MOST_OF_ADDRESS, MOST_OF_NAME) == (5, 20, 50)  # as docs/serve.md says


def test_tries_are_told_to_wait(served: Any, form_of: Any) -> None:
    with httpx.Client(base_url=served.address) as browser:
        data = {**form_of(browser), "name": "somebody", "password": "wrong wrong wrong"}
        told = [browser.post("/enter", data=data).status_code for _ in range(MOST_OF_BOTH + 1)]
    assert told == [401] * MOST_OF_BOTH + [429]


def test_what_was_looked_at_is_in_the_audit_log(served: Any, reader: Any) -> None:
    browser = reader("hedda")
    who = served.lost[0]
    before = _lines(served.site.access.audit)
    browser.get(f"/dossier?id={who}")
    browser.get("/clients.csv?key=1")
    browser.get(f"/client?id={who}")
    for path in (f"what-if?id={who}", "monday", "clients?limit=1", "losses", f"path?id={who}"):
        browser.get(f"/api/v1/{path}")
    new = _lines(served.site.access.audit)[len(before) :]
    api = [f"api:{each}" for each in ("what-if", "monday", "clients", "losses", "path")]
    assert [each["what"] for each in new] == ["dossier", "export", "client", *api]
    assert {each["who"] for each in new} == {"hedda"}
    assert new[0]["client_id"] == who
    assert new[1]["count"] > 0
    assert stat.S_IMODE(served.site.access.audit.stat().st_mode) == 0o600
    names = served.clients["name"].dropna()
    assert not any(name in served.site.access.audit.read_text("utf-8") for name in names)


def test_who_came_and_left_and_whose_password_was_not_known_is_in_the_audit_log(
    served: Any, reader: Any, form_of: Any
) -> None:
    log = served.site.access.audit
    before = len(_lines(log))
    browser = reader("hedda")
    browser.post("/leave", data=form_of(browser, "/"))
    for name in ("hedda", "hunter2 typed in the wrong field"):
        data = {**form_of(browser), "name": name, "password": "wrong wrong wrong"}
        assert browser.post("/enter", data=data).status_code == 401
    new = _lines(log)[before:]
    assert [each["what"] for each in new] == ["signed-in", "signed-out", "sign-in-refused"]
    assert {each["who"] for each in new} == {"hedda"}
    assert "hunter2" not in log.read_text("utf-8")


def _lines(path: Path) -> list[dict[str, Any]]:
    return (
        [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    )


def test_a_session_lasts_twelve_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = add_account(tmp_path / "accounts.json", MIA, PASSWORD)
    signer, now = Signer(accounts.secret), time.time()
    cookie = signer.session(accounts.by_name["mia"])
    for hours, is_in in ((11.9, True), (12.1, False)):
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda told=hours: now + told * 3600)
        assert (signer.account(cookie, accounts) is not None) == is_in


def test_where_others_come_by_cookies_go_by_https_alone(served: Any) -> None:
    with running(make_app(served.site, served.newest, is_own=False)) as address:
        found = httpx.get(f"{address}/enter?lang=en")
    cookies = found.headers.get_list("set-cookie")
    assert any("segml_visit" in each for each in cookies)
    assert all("secure" in each.lower() for each in cookies if "segml_language" not in each)
    assert "strict-transport-security" in found.headers
