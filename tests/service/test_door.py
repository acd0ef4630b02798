"""Who is let in: by which proxy, and where the accounts are gone, broken or were never made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from segml.service import Account, add_account, serve
from segml.service.access import ALONE
from segml.service.door import SESSION, Door
from segml.service.sessions import Signer
from segml.words.errors import ConfigurationRefused
from segml.words.site import Access, Proxy, Site

PASSWORD = "quite a long password"
MIA = Account(name="mia", role="manager", managers=("Anna",))


@pytest.mark.parametrize(
    ("address", "named", "who"),
    [
        ("10.0.0.9", ("mia",), "mia"),
        ("10.0.0.9", ("nobody",), None),
        ("10.0.0.9", ("",), None),
        ("10.0.0.9", (), None),
        ("10.0.0.9", ("mia", "hedda"), None),
        ("10.0.0.9", ("hedda", "mia"), None),
        ("10.0.0.8", ("mia",), None),
        ("127.0.0.1", ("mia",), None),
    ],
)
def test_the_proxys_header_counts_from_its_addresses_alone(
    tmp_path: Path, address: str, named: tuple[str, ...], who: str | None
) -> None:
    site = _site(tmp_path, proxy=Proxy(addresses=("10.0.0.9",)))
    add_account(site.access.accounts, MIA, PASSWORD)
    add_account(site.access.accounts, Account(name="hedda", role="head"), PASSWORD)
    headers = {"x-forwarded-user": named}
    viewer = _door(site).viewer(_request(address, headers))
    assert (None if viewer is None else viewer.name) == who


@pytest.mark.parametrize("text", [None, "", "{}", '{"format": "segml accounts", "protocol": 2}'])
def test_accounts_that_are_gone_or_broken_let_nobody_in(tmp_path: Path, text: str | None) -> None:
    site = _site(tmp_path)
    path, door = site.access.accounts, _door(site)
    assert door.viewer(_request()) == ALONE
    made = add_account(path, MIA, PASSWORD)
    cookie = f"{SESSION}={Signer(made.secret).session(made.by_name['mia'])}"
    mine = _request(headers={"cookie": (cookie,)})
    assert door.viewer(_request()) is None
    assert door.viewer(mine) == made.by_name["mia"].viewer
    kept = path.read_bytes()
    path.unlink()
    if text is not None:
        path.write_text(text, "utf-8")
    for door_now in (door, *([_door(site)] if text is not None else ())):
        assert door_now.viewer(_request()) is None
        assert door_now.viewer(mine) is None
    path.with_suffix(".copy").write_bytes(kept)
    path.with_suffix(".copy").replace(path)
    assert door.viewer(mine) == made.by_name["mia"].viewer


@pytest.mark.parametrize(
    ("told", "is_secure"),
    [
        ({}, True),
        ({"hosts": ("segml.example",)}, True),
        ({"proxy": Proxy(addresses=("127.0.0.1",))}, False),
    ],
)
def test_without_accounts_nobody_reads_where_others_come_by(
    tmp_path: Path, told: dict[str, Any], is_secure: bool
) -> None:
    site = _site(tmp_path, **told)
    assert _door(site, is_secure=is_secure).viewer(_request()) is None
    host = "127.0.0.1" if told else "0.0.0.0"
    with pytest.raises(ConfigurationRefused, match="there are no accounts"):
        serve(site, host=host, port=0, ready=lambda _: None)


def _site(folder: Path, **told: Any) -> Site:
    access = Access(accounts=folder / "accounts.json", audit=folder / "audit.jsonl", **told)
    return Site(portfolio="demo", output=folder, models=folder, access=access)


def _door(site: Site, *, is_secure: bool = False) -> Door:
    newest: Any = None  # who reads is asked before what there is to read
    return Door(site, newest, is_secure=is_secure)


def _request(
    address: str = "127.0.0.1", headers: Mapping[str, Sequence[str]] | None = None
) -> Request:
    raw = [(n.encode(), v.encode()) for n, values in (headers or {}).items() for v in values]
    return Request({"type": "http", "client": (address, 1), "headers": raw})
