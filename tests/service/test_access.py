"""Who sees what: every route by every role, and nothing of a client who may not be seen."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from fastapi.routing import APIRoute

from segml.service import api, give_token, lost, people, rooms, views
from segml.service.access import Viewer
from segml.service.desk import Desk
from segml.service.facts import losses_of, monday_of, whole_of
from segml.stores import Memory, Scope

OPEN = {"GET /enter", "POST /enter", "POST /leave", "GET /style.css", "GET /icon.svg", "GET /alive"}
"""Routes that ask for no right; each is named here with intent."""
CLIENTS, MODELS, ACCOUNTS = {"mia", "hedda", "rhea"}, {"hedda", "rhea", "ana"}, {"ada"}
OWN = CLIENTS | MODELS | ACCOUNTS
MAY = {
    "GET /": CLIENTS,
    "GET /portfolio": CLIENTS,
    "GET /client": CLIENTS,
    "GET /what-if": CLIENTS,
    "POST /what-if": CLIENTS,
    "GET /losses": CLIENTS,
    "GET /dossier": CLIENTS,
    "GET /dossier.pdf": CLIENTS,
    "GET /clients": CLIENTS,
    "POST /clients": CLIENTS,
    "GET /clients.csv": CLIENTS,
    "GET /clients.xlsx": CLIENTS,
    "GET /models": MODELS,
    "GET /models/card": MODELS,
    "GET /models/drift": MODELS,
    "GET /account": OWN,
    "POST /account": OWN,
    "POST /account/end": OWN,
    "GET /accounts": ACCOUNTS,
    "POST /accounts": ACCOUNTS,
    "POST /accounts/remove": ACCOUNTS,
    "POST /accounts/end": ACCOUNTS,
    "GET /audit": ACCOUNTS,
    "GET /api/v1/openapi.json": CLIENTS,
    "GET /api/v1/run": CLIENTS,
    "GET /api/v1/clients": CLIENTS,
    "GET /api/v1/client": CLIENTS,
    "GET /api/v1/path": CLIENTS,
    "GET /api/v1/what-if": CLIENTS,
    "GET /api/v1/losses": CLIENTS,
    "GET /api/v1/dossier": CLIENTS,
    "GET /api/v1/monday": CLIENTS,
}
"""The matrix: route to who may ask it."""
ENDS = "POST /account/end"
"""Is asked last: whoever may ask it is signed out by it."""
EMPTY = {"POST /clients": 303, ENDS: 303} | dict.fromkeys(
    ("POST /account", "POST /accounts", "POST /accounts/remove", "POST /accounts/end"), 422
)
"""What a form answers to its token alone; all else answers 200."""
OF_ONE = (
    *("/client", "/what-if", "/dossier", "/api/v1/client", "/api/v1/path", "/api/v1/what-if"),
    *("/dossier.pdf", "/api/v1/dossier"),
)
READERS = ("mia", "hedda", "rhea", "ana", "ada", None)

ROUTES = {
    f"{method} {route.path}": route
    for module in (views, lost, people, rooms, api)
    for route in module.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
}


@pytest.mark.parametrize("path", ["/alive", "/style.css", "/clients", "/api/v1/run", "/nothing"])
@pytest.mark.parametrize("who", ["mia", None])
def test_who_asks_for_the_headers_alone_is_told_what_get_would_be(
    reader: Any, who: str | None, path: str
) -> None:
    browser = reader(who)
    told, headers = browser.get(path), browser.head(path)
    assert headers.status_code == told.status_code
    assert headers.content == b""
    kept = ("content-type", "content-length", "etag", "content-security-policy", "cache-control")
    assert {name: headers.headers.get(name) for name in kept} == {
        name: told.headers.get(name) for name in kept
    }


@pytest.mark.parametrize("page", ["9" * 5000, "1000000", "0", "-1", "٣", "1e3", ""])
def test_no_number_of_a_page_is_a_fault(reader: Any, page: str) -> None:
    assert reader("mia").get("/clients", params={"page": page}).status_code == 200


def test_every_route_stands_in_the_matrix_and_no_other() -> None:
    assert set(ROUTES) == set(MAY) | OPEN


def test_every_route_that_is_not_open_asks_for_a_right() -> None:
    for name, route in ROUTES.items():
        rights = [getattr(each.call, "right", None) for each in route.dependant.dependencies]
        assert any(rights) != (name in OPEN), name


def _ask(browser: httpx.Client, name: str, query: str, token: str) -> httpx.Response:
    method, path = name.split(" ")
    data = {"token": token} if method == "POST" else None
    return browser.request(method, path + query, data=data)


def _query(name: str, served: Any, who: str) -> str:
    path = name.split(" ")[1]
    if path == "/models/card":
        return f"?version={served.newest.held.scores.run['model_version']}"
    return f"?id={who}" if path in OF_ONE else ""


@pytest.mark.parametrize("reader_name", READERS)
def test_a_route_answers_those_who_may_and_no_others(
    served: Any, reader: Any, reader_name: str | None
) -> None:
    browser = reader(reader_name)
    token = re.search(
        r'name="token" value="([0-9a-f]+)"', browser.get("/enter", follow_redirects=True).text
    )
    assert token is not None
    own = next(each for each in served.lost if each in served.own() and _in_region(served, each))
    for name, allowed in sorted(MAY.items(), key=lambda each: each[0] == ENDS):
        found = _ask(browser, name, _query(name, served, own), token[1])
        if reader_name is None:
            wanted = 401 if "/api/" in name else 303
        elif reader_name in allowed:
            wanted = EMPTY.get(name, 200)
            if name == "GET /dossier.pdf" and not served.app.state.door.printer.is_there:
                wanted = 404
        else:
            wanted = 403
        assert found.status_code == wanted, (name, found.status_code)
    if reader_name is not None:  # signing out everywhere ended it
        served.tokens[reader_name] = give_token(served.site.access.accounts, reader_name)


def _in_region(served: Any, client_id: str) -> bool:
    row = served.clients.set_index("client_id").loc[client_id]
    return bool(row["region"] == served.region)


@pytest.mark.parametrize("path", OF_ONE)
def test_a_foreign_client_and_an_absent_one_answer_alike(
    served: Any, reader: Any, path: str
) -> None:
    browser = reader("mia")
    foreign = next(each for each in served.lost if each in served.foreign())
    absent = "X" * len(foreign)
    answers = [browser.get(f"{path}?id={each}") for each in (foreign, absent)]
    assert [each.status_code for each in answers] == [404, 404]
    told = [each.text.replace(foreign, "?").replace(absent, "?") for each in answers]
    assert told[0] == told[1]


PAGES = (
    *("/", "/portfolio", "/clients", "/clients?page=2", "/clients.csv", "/losses"),
    *("/api/v1/clients?limit=1000", "/api/v1/losses", "/api/v1/monday", "/api/v1/run"),
)


def test_nothing_of_a_foreign_client_is_on_any_page_of_a_manager(served: Any, reader: Any) -> None:
    browser = reader("mia")
    pages = {path: browser.get(path).text for path in PAGES}
    for who in served.own():
        for path in ("/client", "/api/v1/client", "/dossier", "/api/v1/dossier"):
            found = browser.get(f"{path}?id={who}")
            assert found.status_code in (200, 404)
            pages[f"{path}?id={who}"] = found.text
    foreign = re.compile(
        "|".join(rf"\b{re.escape(each)}\b|N{re.escape(each)}\b" for each in served.foreign())
    )
    for path, text in pages.items():
        assert not foreign.search(text), (path, foreign.search(text))


def test_a_manager_of_nobody_reads_empty_pages(reader: Any) -> None:
    browser = reader("nora")
    for path in (*PAGES, "/clients.xlsx", "/api/v1/openapi.json"):
        found = browser.get(path)
        assert found.status_code == 200, path
    assert browser.get("/api/v1/clients").json()["total"] == 0


def test_every_managers_facts_can_be_told(served: Any) -> None:
    newest = served.newest.held
    managers = served.newest.held.roster.values("manager", Scope())
    assert len(managers) > 5
    for manager in managers:
        viewer = Viewer(name="x", role="manager", managers=(manager,))
        desk = Desk(viewer, newest, served.site, Memory())
        whole, monday, losses = whole_of(desk), monday_of(desk), losses_of(desk, slice(0, 50))
        own = served.clients.loc[served.clients["manager"] == manager, "client_id"]
        assert sum(whole.portfolio.statuses.values()) == len(own)
        assert losses is not None
        assert {each.client_id for each in losses.lost} == set(own) & set(served.lost)
        assert {each.client_id for each in monday.tasks} <= set(own)


def test_a_manager_sees_all_of_their_own(served: Any, reader: Any) -> None:
    told = reader("mia").get("/api/v1/clients?limit=1000").json()
    assert {row["client_id"] for row in told["rows"]} == set(served.own())
    assert told["total"] == len(served.own())


def test_the_list_marks_who_counts_as_lost_and_nobody_else(served: Any, reader: Any) -> None:
    browser, pages = reader("mia"), []
    address: str | None = "/clients"
    while address:
        pages.append(browser.get(address).text)
        after = re.search(r'<a href="([^"]+)" rel="next"', pages[-1])
        address = html.unescape(after[1]) if after else None
    told = re.findall(r'href="/dossier\?id=([^"]+)"', "".join(pages))
    own = set(served.own()) & set(served.lost)
    assert own
    assert sorted(map(unquote, told)) == sorted(own)


def test_a_head_of_a_region_sees_the_region(served: Any, reader: Any) -> None:
    told = reader("rhea").get("/api/v1/clients?limit=1000").json()
    clients = served.clients
    assert {row["client_id"] for row in told["rows"]} == set(
        clients.loc[clients["region"] == served.region, "client_id"]
    )


def test_a_token_of_the_api_reads_as_its_account(served: Any) -> None:
    told = httpx.get(
        f"{served.address}/api/v1/run", headers={"authorization": f"Bearer {served.tokens['mia']}"}
    ).json()
    assert told["clients"] == len(served.own())
    wrong = httpx.get(f"{served.address}/api/v1/run", headers={"authorization": "Bearer x"})
    assert wrong.status_code == 401


def test_what_a_manager_typed_is_no_other_readers(served: Any, reader: Any) -> None:
    mia, hedda = reader("mia"), reader("hedda")
    token = re.search(r'name="token" value="([0-9a-f]+)"', mia.get("/clients").text)
    assert token is not None
    there = mia.post("/clients", data={"token": token[1], "text": "secret words"}).headers[
        "location"
    ]
    assert "secret" not in there
    assert "secret words" in mia.get(there).text
    assert "secret words" not in hedda.get(there).text
