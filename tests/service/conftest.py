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
from tests.canary import PAYLOADS

import segml
from segml.flows.site import site_of
from segml.service import Account, add_account, give_token, make_app
from segml.stores import Newest, publish, read_table, write_frame
from segml.words.site import Site

FORMER = dt.date(2024, 3, 1)
ORIGINS = ["2023-09-01", "2023-12-01"]
PASSWORD = "quite a long password"


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
    portfolio = site_of(config).portfolio
    publish(folder / "out" / "backtest", _backtest(), {"portfolio": portfolio, "origins": ORIGINS})
    return config


def _backtest() -> dict[str, pd.DataFrame]:
    """The tables of a backtest of two origins: the model, and a rule that ranks worse."""
    worth = {"segml": {"auc": 0.8, "brier": 0.1}, "recency_over_gap": {"auc": 0.7, "brier": 0.15}}
    rows = pd.DataFrame(
        [
            {"slice": "all", "model": model, "metric": metric, "mean": value, "clients": 300}
            for model, figures in worth.items()
            for metric, value in figures.items()
        ]
    )
    at = rows.rename(columns={"mean": "value"}).merge(
        pd.DataFrame({"origin": [dt.date.fromisoformat(day) for day in ORIGINS]}), how="cross"
    )
    return {"backtest": rows.assign(low=None, high=None, origins=2), "backtest_origins": at}


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
