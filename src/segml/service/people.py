"""The pages about accounts: a reader's own, and for who manages them everybody's and the audit log.

Every change is a form of ours, and a line of the audit log. What cannot be is told on the page it
was asked on, by a code: the words are the page's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from segml.service.access import ROLES
from segml.service.accounts import (
    LEAST_LETTERS,
    MOST_LETTERS,
    Account,
    Accounts,
    add_account,
    change_password,
    end_sessions,
    remove_account,
)
from segml.service.desk import Desk, Unseen
from segml.service.door import SESSION, asks, door_of, form
from segml.service.frame import show
from segml.words.errors import ConfigurationRefused

router = APIRouter(include_in_schema=False)
Own = Annotated[Desk, Depends(asks("own"))]
Administration = Annotated[Desk, Depends(asks("accounts"))]
Name = Annotated[str, Form(max_length=100)]
Password = Annotated[str, Form(max_length=MOST_LETTERS)]
Several = Annotated[str, Form(max_length=2_000)]
Change = Callable[[Path, str], Accounts]
LINES = 200
"""Lines of the audit log that are shown."""


@router.get("/account")
def own(request: Request, desk: Own) -> Response:
    """The reader's own account; who needs none to read has no such page."""
    return _own(request, desk)


@router.post("/account", dependencies=[Depends(form)])
def new_password(
    request: Request, desk: Own, password: Password = "", new: Password = "", again: Password = ""
) -> Response:
    """Another password for oneself; it ends all other sessions, and this one goes on."""
    door, name = door_of(request), _name(desk)
    address = request.client.host if request.client else ""
    if not door.attempts.begin(name, address):
        return _own(request, desk, fault="often", status=429)
    if _accounts(request).signed_in(name, password) is None:
        return _own(request, desk, fault="password", status=422)
    door.attempts.succeeded(name, address)
    if new != again:
        return _own(request, desk, fault="again", status=422)
    if len(new) < LEAST_LETTERS:
        return _own(request, desk, fault="short", status=422)
    account = change_password(door.site.access.accounts, name, new).by_name[name]
    door.audit.note(desk.viewer, "password-changed", account=name)
    answer = _own(request, desk, fault="none")
    session = door.signer.session(account)
    answer.set_cookie(SESSION, session, httponly=True, samesite="strict", secure=door.is_secure)
    return answer


@router.post("/account/end", dependencies=[Depends(form)])
def end(request: Request, desk: Own) -> Response:
    """Sign out everywhere, this browser and the API's tokens too."""
    door, name = door_of(request), _name(desk)
    end_sessions(door.site.access.accounts, name)
    door.audit.note(desk.viewer, "sessions-ended", account=name)
    return RedirectResponse("/enter", status_code=303)


@router.get("/accounts")
def accounts(request: Request, desk: Administration) -> Response:
    """Who has an account; without accounts there is no such page."""
    return _everybody(request, desk)


@router.post("/accounts", dependencies=[Depends(form)])
def add(  # noqa: PLR0917 - the form's fields
    request: Request,
    desk: Administration,
    name: Name = "",
    role: Annotated[str, Form(max_length=20)] = "",
    managers: Several = "",
    regions: Several = "",
    password: Password = "",
) -> Response:
    """Add an account or replace one, but not one's own: nobody locks the door behind them."""
    known = next((each for each in ROLES if each == role), None)
    if known is None or name == _name(desk):
        return _everybody(request, desk, fault="refused", status=422)
    account = Account(name=name, role=known, managers=_each(managers), regions=_each(regions))
    door = door_of(request)
    try:
        add_account(door.site.access.accounts, account, password)
    except ConfigurationRefused:
        return _everybody(request, desk, fault="refused", status=422)
    door.audit.note(desk.viewer, "account-added", account=name)
    return RedirectResponse("/accounts", status_code=303)


@router.post("/accounts/remove", dependencies=[Depends(form)])
def remove(request: Request, desk: Administration, name: Name = "") -> Response:
    """Take an account away, but not one's own."""
    return _changed(request, desk, name, remove_account, "account-removed")


@router.post("/accounts/end", dependencies=[Depends(form)])
def end_of(request: Request, desk: Administration, name: Name = "") -> Response:
    """End all sessions and tokens of an account."""
    return _changed(request, desk, name, end_sessions, "sessions-ended")


@router.get("/audit")
def audit(request: Request, desk: Administration) -> Response:
    """The newest lines of the audit log."""
    _name(desk)
    return show(request, "audit", here="accounts", lines=door_of(request).audit.last(LINES))


def _changed(request: Request, desk: Desk, name: str, change: Change, what: str) -> Response:
    if name == _name(desk) or name not in _accounts(request).by_name:
        return _everybody(request, desk, fault="refused", status=422)
    door = door_of(request)
    change(door.site.access.accounts, name)
    door.audit.note(desk.viewer, what, account=name)
    return RedirectResponse("/accounts", status_code=303)


def _own(request: Request, desk: Desk, *, fault: str = "", status: int = 200) -> Response:
    _name(desk)
    return show(request, "account", status=status, fault=fault, least=LEAST_LETTERS)


def _everybody(request: Request, desk: Desk, *, fault: str = "", status: int = 200) -> Response:
    _name(desk)
    known = _accounts(request).by_name
    return show(
        request,
        "accounts",
        here="accounts",
        status=status,
        fault=fault,
        accounts=[known[name] for name in sorted(known)],
        roles=ROLES,
        least=LEAST_LETTERS,
    )


def _accounts(request: Request) -> Accounts:
    found = door_of(request).accounts
    if found is None:
        raise Unseen
    return found


def _name(desk: Desk) -> str:
    """What the reader signs in with; without accounts there are no such pages."""
    if desk.viewer.name is None:
        raise Unseen
    return desk.viewer.name


def _each(told: str) -> tuple[str, ...]:
    """What was typed, one a line."""
    return tuple(line.strip() for line in told.splitlines() if line.strip())
