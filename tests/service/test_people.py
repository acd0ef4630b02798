"""Accounts on the page: one's own, and everybody's for who manages them."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.conftest import running

from segml.service import Account, add_account, make_app, read_accounts
from segml.service.access import ALONE
from segml.service.audit import Audit

NEW = "another long password"


def test_an_account_is_added_used_changed_and_taken_away(
    served: Any, reader: Any, form_of: Any
) -> None:
    ada = reader("ada")
    form = form_of(ada, "/accounts")
    told = {**form, "name": "tess", "role": "manager", "managers": f" {served.manager} \n\n"}
    assert ada.post("/accounts", data={**told, "password": "short"}).status_code == 422
    assert ada.post("/accounts", data={**told, "password": served.password}).status_code == 303
    assert "tess" in ada.get("/accounts").text
    one, other = reader("tess"), reader("tess")
    assert one.get("/api/v1/clients").json()["total"] == len(served.own())

    typed = {"password": served.password, "new": NEW, "again": NEW}
    form = form_of(one, "/account")
    for wrong in ({"password": NEW}, {"again": NEW + "x"}, {"new": "short", "again": "short"}):
        found = one.post("/account", data={**form, **typed, **wrong})
        assert (found.status_code, 'role="alert"' in found.text) == (422, True)
    assert one.post("/account", data=typed).status_code == 403
    assert other.get("/").status_code == 200
    assert one.post("/account", data={**form, **typed}).status_code == 200
    assert one.get("/").status_code == 200
    assert other.get("/").headers["location"] == "/enter"

    assert one.post("/account/end", data=form_of(one, "/account")).status_code == 303
    assert one.get("/").headers["location"] == "/enter"
    form = form_of(ada, "/accounts")
    assert ada.post("/accounts/remove", data={**form, "name": "tess"}).status_code == 303
    assert "tess" not in (read_accounts(served.site.access.accounts) or served).by_name
    log = ada.get("/audit?lang=en").text
    for what in ("account added", "password changed", "sessions ended", "account taken away"):
        assert what in log, what
    assert NEW not in log
    assert NEW not in served.site.access.audit.read_text("utf-8")


@pytest.mark.parametrize("address", ["/accounts/remove", "/accounts/end", "/accounts"])
def test_nobody_locks_the_door_behind_them(
    served: Any, reader: Any, form_of: Any, address: str
) -> None:
    ada = reader("ada")
    for name in ("ada", "nobody at all"):
        told = {**form_of(ada, "/accounts"), "name": name, "role": "none", "password": NEW}
        told |= {"role": "head"} if name == "ada" else {}
        assert ada.post(address, data=told).status_code == 422
    assert ada.get("/accounts").status_code == 200


def test_without_accounts_there_are_no_such_pages(served: Any, tmp_path: Path) -> None:
    access = dataclasses.replace(served.site.access, accounts=tmp_path / "none.json")
    app = make_app(dataclasses.replace(served.site, access=access), served.newest)

    async def asked() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            paths = ("/account", "/accounts", "/audit")
            return [(await browser.get(path)).status_code for path in paths]

    assert asyncio.run(asked()) == [404, 404, 404]


def test_a_file_of_before_is_read(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    add_account(path, Account(name="mia", role="head"), NEW)
    told = json.loads(path.read_text("utf-8"))
    del told["accounts"][0]["ended"]
    path.write_text(json.dumps(told), "utf-8")
    found = read_accounts(path)
    assert found is not None
    assert found.by_name["mia"].ended == 0


def test_the_newest_lines_are_told_and_no_half_of_one(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    assert Audit(path).last(3) == []
    lines = [json.dumps({"at": f"{n:04d}", "what": "client", "x": "y" * 900}) for n in range(50)]
    path.write_text("\n".join([*lines, '{"at": "half']), "utf-8")
    assert [line["at"] for line in Audit(path).last(3)] == ["0049", "0048", "0047"]


def test_the_audit_log_is_only_added_to(tmp_path: Path) -> None:
    path = tmp_path / "log" / "audit.jsonl"
    for number in range(3):
        before = path.read_bytes() if path.exists() else b""
        Audit(path).note(ALONE, "client", client_id=f'{number}\n{{"at": "2000"}}')
        after = path.read_bytes()
        assert after.startswith(before)
        assert after.count(b"\n") == number + 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_to_the_audit_log_is_not_told(served: Any, tmp_path: Path) -> None:
    access = dataclasses.replace(served.site.access, audit=tmp_path)  # no file, a folder
    site = dataclasses.replace(served.site, access=access)
    who, head = served.lost[0], {"authorization": f"Bearer {served.tokens['hedda']}"}
    with running(make_app(site, served.newest)) as address:
        for path in ("client", "dossier", "api/v1/client", "api/v1/dossier", "clients.csv"):
            found = httpx.get(f"{address}/{path}?id={who}", headers=head, timeout=60)
            assert found.status_code == 500, path
            assert served.manager not in found.text
