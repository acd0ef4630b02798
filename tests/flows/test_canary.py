"""Personal data in every text field of a ledger stays in the tables and pages it is meant for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pandas as pd
import pytest
from tests.canary import CANARY, FOUND, PROSPECT, overheard, sung
from tests.conftest import SCORED, TRAINED, Chain
from tests.flows.worlds import copied
from tests.service.conftest import running
from typer.testing import CliRunner

import segml
from segml.cli.app import app
from segml.flows.site import site_of
from segml.service import make_app
from segml.stores import Newest


def told_to_machines(config: Path) -> list[Path]:
    """Where no row of a client belongs: models, MLflow, run.json, figures, heartbeats, records."""
    here, output = config.parent, config.parent / "out"
    return [
        *(here / "models", here / "mlruns", output / "metrics"),
        *here.glob("mlruns.db*"),
        *output.rglob("run.json"),
        *output.glob("heartbeat-*"),
    ]


@pytest.fixture
def config(chain: Chain, tmp_path: Path) -> Path:
    """A copy of the whole chain."""
    return copied(chain, tmp_path / "world", without=("mlruns*",))


def spoilt(config: Path, share: float) -> None:
    """Write the canary into dates and amounts of some order lines."""
    (path,) = (config.parent / "ledger" / "transactions").iterdir()
    lines = pd.read_parquet(path)
    count = int(len(lines) * share)
    lines["amount"], lines["date"] = lines["amount"].astype(str), lines["date"].astype(str)
    lines.loc[lines.index[:count], "amount"] = CANARY
    lines.loc[lines.index[-count:], "date"] = CANARY
    lines.to_parquet(path)


def test_a_whole_chain_tells_it_to_no_machine(chain: Chain) -> None:
    places = told_to_machines(chain.config)
    names = {file.name for place in places for file in [place, *place.rglob("*")]}
    assert {"mlruns.db", "MLmodel", "run.json", "registry.json", "encoder.json"} <= names
    assert sung(places) == {}
    assert "The log is heard." in chain.log
    assert not FOUND.search(chain.log)
    told = {Path(name).name for name in sung([chain.config.parent / "out"])}
    assert {"clients.parquet", "scores.parquet", chain.page.name} <= told, (
        "the search finds nothing"
    )


def test_neither_a_check_nor_a_run_that_fails_logs_it(config: Path) -> None:
    spoilt(config, 0.01)
    with overheard() as log:
        segml.check(config)
    assert sung([config.parent / "out" / "check" / "quarantine.parquet"])
    assert not FOUND.search(log.getvalue())
    spoilt(config, 0.3)
    for command in (
        ("score", str(config), "--as-of", str(SCORED), "-v"),
        ("train", str(config), "--as-of", str(TRAINED), "-v", "--json"),
        ("losses", str(config), "--from", str(TRAINED), "--to", str(SCORED), "-v"),
    ):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 3
        assert "amount" in done.output
        assert not FOUND.search(done.output)
    assert sung(told_to_machines(config)) == {}


def test_forgetting_somebody_records_and_logs_nothing_of_them(config: Path) -> None:
    with overheard() as log:
        done = segml.forget(config, PROSPECT)
    assert not FOUND.search(log.getvalue())
    assert not FOUND.search(json.dumps(done.summary, ensure_ascii=False))
    assert sung(told_to_machines(config)) == {}


@pytest.fixture
def broken(config: Path) -> Iterator[httpx.Client]:
    """A service whose files went bad under it, in a way that quotes them."""
    site = site_of(config)
    served = make_app(site, Newest(site.output, portfolio=site.portfolio))
    with running(served) as address, httpx.Client(base_url=address) as browser:
        for table in ("clients", "reasons", "prospects", "scores", "boundaries", "attention"):
            path = config.parent / "out" / f"as_of={SCORED}" / f"{table}.parquet"
            path.write_bytes(f"PAR1 {CANARY} PAR1".encode())
        yield browser


def test_a_page_that_fails_shows_and_logs_none_of_it(broken: httpx.Client) -> None:
    faults = 0
    with overheard() as log:
        for address in ("/", "/portfolio", "/clients", "/losses", "/clients.csv", "/api/v1/run"):
            found = broken.get(address)
            faults += found.status_code >= 500
            assert found.status_code < 400 or not FOUND.search(found.text), address
        for address in ("/client", "/dossier", "/what-if", "/api/v1/client", "/api/v1/path"):
            found = broken.get(address, params={"id": PROSPECT})
            faults += found.status_code >= 500
            told = re.sub('href="[^"]*"', "", found.text)  # links that ask the same again
            assert found.status_code < 400 or not FOUND.search(told), address

    assert faults > 3
    assert not FOUND.search(log.getvalue())
    assert "TableRefused" in log.getvalue()
