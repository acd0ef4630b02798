"""`segml serve` as a process, and the accounts at the command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from segml.cli.app import app

PASSWORD = "quite a long password"


def run(*words: str, typed: str = "") -> tuple[int, dict[str, Any]]:
    found = CliRunner().invoke(app, [*words, "--json"], input=typed)
    return found.exit_code, json.loads(found.stdout)


@pytest.fixture
def config(chain: Any, tmp_path: Path) -> Path:
    """The chain's configuration with accounts of its own."""
    text = chain.config.read_text("utf-8")
    path: Path = chain.config.with_name(f"{tmp_path.name}.yaml")
    service = f"service: {{accounts: {tmp_path}/accounts.json, audit: {tmp_path}/audit.jsonl}}\n"
    path.write_text(text + service, "utf-8")
    return path


def test_accounts_are_added_listed_and_removed(config: Path) -> None:
    assert run("accounts", "list", str(config)) == (0, {"ok": True, "accounts": []})
    words = ("accounts", "add", str(config), "mia", "--role", "manager", "--of", "Mia Berg")
    code, told = run(*words, typed=f"{PASSWORD}\n")
    assert code == 0
    mia = {"name": "mia", "role": "manager", "of": ["Mia Berg"], "regions": []}
    assert told["accounts"] == [mia]
    code, told = run("accounts", "token", str(config), "mia")
    assert code == 0
    assert len(told["token"]) > 30
    assert run("accounts", "remove", str(config), "mia")[1]["accounts"] == []
    code, told = run("accounts", "remove", str(config), "mia")
    assert code == 2
    assert "no account `mia`" in told["message"]


def test_a_short_password_is_refused(config: Path) -> None:
    words = ("accounts", "add", str(config), "mia", "--role", "head")
    code, told = run(*words, typed="short\n")
    assert code == 2
    assert "a password of 5 letters" in told["message"]


def test_others_are_not_served_without_accounts(config: Path) -> None:
    code, told = run("serve", str(config), "--host", "0.0.0.0")
    assert code == 2
    assert "there are no accounts" in told["message"]


def test_the_service_says_where_it_is_answers_and_ends(config: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "segml", "serve", str(config), "--port", str(port), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert told == {"ok": True, "address": f"http://127.0.0.1:{port}/"}
        with httpx.Client(
            base_url=told["address"], transport=httpx.HTTPTransport(retries=8)
        ) as web:
            assert web.get("/alive").text == "alive\n"
            assert web.get("/").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) in (0, 130, -signal.SIGINT)
