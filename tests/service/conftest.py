"""A real service over a really published world, in which every name is hostile."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
import uvicorn
from fastapi import FastAPI

import segml
from segml.flows.site import site_of
from segml.service import Account, add_account, give_token, make_app
from segml.stores import Newest, read_table, write_frame
from segml.words.site import Site

FORMER = dt.date(2024, 3, 1)
PASSWORD = "quite a long password"
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% for x in () %}",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "\u2066name\u2069",
    "𠜎𠜱🧨",
    "a\u0301\u0301\u0301",
    "x" * 300,
    "&lt;b&gt;",
    "';--",
    "%3Cscript%3E",
    "null",
    "{count} {money}",
    "<!--",
    "]]>",
    "\u0085line",
    "<script>window.__pwned=1</script>",
    "<svg><script>window.__pwned=1</script></svg>",
    '" autofocus onfocus="window.__pwned=1',
    "' onmouseover='window.__pwned=1",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
    "<details open ontoggle=window.__pwned=1>",
    "</bdi></a></th></table><img src=x onerror=window.__pwned=1>",
    "</select></form><video><source onerror=window.__pwned=1></video>",
    "</style></textarea><script>window.__pwned=1</script>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "${window.__pwned=1}",
    "\u2028\u2029\ufeff\x1b[31m",
)
"""Forty names that a page, a sheet, an address or a terminal could take for something else."""


@dataclasses.dataclass(frozen=True)
class Served:
    """The service as it runs: its application, address, and who is who in its world."""

    app: FastAPI
    site: Site
    newest: Newest
    address: str
    manager: str
    region: str
    password: str
    tokens: dict[str, str]
    clients: pd.DataFrame
    lost: tuple[str, ...]

    def own(self) -> list[str]:
        """Ids of the manager's clients."""
        return list(self.clients.loc[self.clients["manager"] == self.manager, "client_id"])

    def foreign(self) -> list[str]:
        """Ids of everybody else's."""
        return list(self.clients.loc[self.clients["manager"] != self.manager, "client_id"])


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The application behind a real server, in a thread; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="error", access_log=False, server_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def world(chain: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a copy of the chain's world, scored twice, with hostile names."""
    folder = tmp_path_factory.mktemp("served") / "world"
    shutil.copytree(chain.config.parent, folder)
    config = folder / chain.config.name
    segml.score(config, as_of=FORMER)
    now = folder / "out" / "as_of=2024-04-01"
    clients = read_table(now, "clients")
    clients["name"] = [
        f"{PAYLOADS[place % len(PAYLOADS)]} N{who}"
        for place, who in enumerate(clients["client_id"])
    ]
    clients.loc[clients.index[::9], "name"] = None
    clients.loc[clients.index[::4], "industry"] = "</p><script>window.__pwned=1</script>"
    write_frame(now / "clients.parquet", clients)
    return config


@pytest.fixture(scope="session")
def served(world: Path, chain: Any) -> Iterator[Served]:
    """The service with an account of every role; the manager has lost and living key clients."""
    site = site_of(world)
    newest = Newest(site.output, portfolio=site.portfolio)
    held = newest.held
    clients = held.scores.table("clients")
    assert clients is not None
    assert held.losses is not None
    losses = held.losses.table("losses")
    assert losses is not None
    lost = tuple(losses["client_id"])
    by_manager = clients[clients["client_id"].isin(lost)]["manager"].value_counts()
    manager = str(by_manager.index[0])
    mine = clients[clients["client_id"].isin(lost) & clients["manager"].eq(manager)]
    region = str(mine["region"].iloc[0])
    accounts = site.access.accounts
    tokens = {}
    for account in (
        Account(name="mia", role="manager", managers=(manager,)),
        Account(name="nora", role="manager", managers=("nobody's name",)),
        Account(name="hedda", role="head"),
        Account(name="rhea", role="head", regions=(region,)),
        Account(name="ana", role="analyst"),
        Account(name="ada", role="admin"),
    ):
        add_account(accounts, account, PASSWORD)
        tokens[account.name] = give_token(accounts, account.name)
    app = make_app(site, newest)
    with running(app) as address:
        yield Served(
            app=app,
            site=site,
            newest=newest,
            address=address,
            manager=manager,
            region=region,
            password=PASSWORD,
            tokens=tokens,
            clients=clients,
            lost=lost,
        )


@pytest.fixture(scope="session")
def payloads() -> tuple[str, ...]:
    """What the clients of the served world are called, by turns."""
    return PAYLOADS


Reader = Callable[[str | None], httpx.Client]


@pytest.fixture
def reader(served: Served) -> Iterator[Reader]:
    """A browser, signed in through the form as somebody or as nobody."""
    open_ones = []

    def sign_in(name: str | None) -> httpx.Client:
        browser = httpx.Client(base_url=served.address, timeout=60)
        open_ones.append(browser)
        if name is None:
            return browser
        found = browser.post(
            "/enter", data={**_form_of(browser), "name": name, "password": PASSWORD}
        )
        assert found.status_code == 303, found.text
        return browser

    yield sign_in
    for browser in open_ones:
        browser.close()


@pytest.fixture
def form_of() -> Callable[..., dict[str, str]]:
    """Gives the token of the form that a page holds."""
    return _form_of


def _form_of(browser: httpx.Client, path: str = "/enter") -> dict[str, str]:
    found = re.search(r'name="token" value="([0-9a-f]+)"', browser.get(path).text)
    assert found is not None
    return {"token": found[1]}
