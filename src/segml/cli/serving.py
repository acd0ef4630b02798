"""`segml serve`, and `segml accounts` for those who may read what it serves."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from segml.cli.options import Config, Json, Verbose
from segml.cli.outcome import Shown, deliver, say, say_json

accounts = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Who may read the pages and the API."
)
Name = Annotated[str, typer.Argument(help="What it signs in with.", show_default=False)]


def join(app: typer.Typer) -> None:
    """Give an application these commands."""
    app.command()(serve)
    app.add_typer(accounts, name="accounts")


def serve(
    config: Config,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8080,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Serve the pages and the API from what is published; stop it with Ctrl-C."""

    def ready(address: str) -> None:
        told = {"ok": True, "address": address}
        if json:
            say_json(told)
        else:
            say(f"Open {address} (Ctrl-C stops it).")

    def run(_shown: Shown) -> object:
        gc.disable()  # until it serves: to look through what is imported takes a fifth of that time
        try:
            from segml.flows.result import Result
            from segml.flows.site import site_of
            from segml.service import serve as service

            gc.freeze()  # nor is what was imported so far ever looked through again
            service(site_of(config), host=host, port=port, ready=ready)
        finally:
            gc.unfreeze()
            gc.enable()
        return Result(summary={"ok": True, "stopped": True}, told=("Stopped.",))

    deliver(run, json=json, verbose=verbose)


@accounts.command("list")
def listed(config: Config, json: Json = False, verbose: Verbose = False) -> None:
    """List the accounts of a portfolio."""

    def run(_shown: Shown) -> object:
        from segml.service import read_accounts

        return _told(read_accounts(_file(config)))

    deliver(run, json=json, verbose=verbose)


@accounts.command("add")
def add(
    config: Config,
    name: Name,
    role: Annotated[
        Literal["manager", "head", "analyst", "admin"],
        typer.Option(help="What it may see.", show_default=False),
    ],
    of: Annotated[
        list[str] | None, typer.Option(help="A manager whose clients it sees; may be repeated.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="A region that a head sees [all]; may be repeated.")
    ] = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Add an account or replace one; its password is asked for, or the first line of stdin."""

    def run(_shown: Shown) -> object:
        from segml.service import Account, add_account

        account = Account(
            name=name, role=role, managers=tuple(of or ()), regions=tuple(region or ())
        )
        return _told(add_account(_file(config), account, _password()))

    deliver(run, json=json, verbose=verbose)


@accounts.command("remove")
def remove(config: Config, name: Name, json: Json = False, verbose: Verbose = False) -> None:
    """Take an account away; its sessions and tokens end at once."""

    def run(_shown: Shown) -> object:
        from segml.service import remove_account

        return _told(remove_account(_file(config), name))

    deliver(run, json=json, verbose=verbose)


@accounts.command("token")
def token(config: Config, name: Name, json: Json = False, verbose: Verbose = False) -> None:
    """Give an account a token for the API; it is told once."""

    def run(_shown: Shown) -> object:
        from segml.flows.result import Result
        from segml.service import give_token

        made = give_token(_file(config), name)
        return Result(summary={"ok": True, "name": name, "token": made}, told=(made,))

    deliver(run, json=json, verbose=verbose)


def _password() -> str:
    """What is typed twice at a terminal, else the first line of stdin."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _file(config: Path) -> Path:
    from segml.flows.site import site_of

    return site_of(config).access.accounts


def _told(found: object) -> object:
    from segml.flows.result import Result
    from segml.service.accounts import Accounts

    known = found.by_name if isinstance(found, Accounts) else {}
    told = [known[name] for name in sorted(known)]
    rows = [
        {"name": a.name, "role": a.role, "of": list(a.managers), "regions": list(a.regions)}
        for a in told
    ]
    lines = [
        f"{a.name}: {a.role}" + "".join(f", {each}" for each in (*a.managers, *a.regions))
        for a in told
    ]
    return Result(summary={"ok": True, "accounts": rows}, told=tuple(lines or ["No accounts."]))
