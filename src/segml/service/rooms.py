"""The pages about models, and the way in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from segml.report.pages import icon, style
from segml.service.accounts import MOST_LETTERS
from segml.service.desk import Desk, Unseen
from segml.service.door import SESSION, Door, asks, door_of, form
from segml.service.frame import ROOMS, show
from segml.service.judged import backtest_of, drift_of, realised_of, trail_of, versions_of
from segml.stores import read_card

router = APIRouter(include_in_schema=False)
Models = Annotated[Desk, Depends(asks("models"))]


@router.get("/models")
def versions(request: Request, desk: Models) -> Response:
    """The versions, what was done with them, drift, the last backtest."""
    registry = versions_of(desk.site)
    return show(
        request,
        "versions",
        here="models",
        versions=registry.versions.versions[::-1],
        trail=trail_of(registry),
        drift=drift_of(desk.held),
        backtest=backtest_of(desk.site),
        features=desk.site.features,
    )


@router.get("/models/drift")
def moved(request: Request, desk: Models) -> Response:
    """All that was looked at before the newest scores were published, and how earlier ones held."""
    return show(
        request,
        "drift",
        here="models",
        drift=drift_of(desk.held),
        realised=realised_of(desk.site),
        features=desk.site.features,
    )


@router.get("/models/card")
def card(desk: Models, version: str = "") -> Response:
    """A version's card, as the training wrote it."""
    registry = versions_of(desk.site)
    known = {each.version: each for each in registry.versions.versions}
    if version not in known:
        raise Unseen(version)
    return PlainTextResponse(read_card(registry, known[version]))


@router.get("/enter")
def way_in(request: Request) -> Response:
    """The form to sign in with, or on to the first page."""
    door = door_of(request)
    if door.viewer(request) is not None:
        return RedirectResponse(_first(door, request), status_code=303)
    return show(request, "enter", refused=False)


@router.post("/enter", dependencies=[Depends(form)])
def enter(
    request: Request,
    name: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=MOST_LETTERS)] = "",
) -> Response:
    """Sign in; a name that there is not and a wrong password answer alike, and as late."""
    door = door_of(request)
    accounts = door.accounts
    address = request.client.host if request.client else ""
    if accounts is None:
        raise Unseen
    if not door.attempts.begin(name, address):
        return show(request, "enter", status=429, refused=True)
    account = accounts.signed_in(name, password)
    if account is None:
        if known := accounts.by_name.get(name):  # else it may be a password in the wrong field
            door.audit.note(known.viewer, "sign-in-refused")
        return show(request, "enter", status=401, refused=True)
    door.attempts.succeeded(name, address)
    door.audit.note(account.viewer, "signed-in")
    answer = RedirectResponse("/enter", status_code=303)
    session = door.signer.session(account)
    answer.set_cookie(SESSION, session, httponly=True, samesite="strict", secure=door.is_secure)
    return answer


@router.post("/leave", dependencies=[Depends(form)])
def leave(request: Request) -> Response:
    """Sign out: the session ends, in whatever browser its cookie is."""
    door = door_of(request)
    if (viewer := door.viewer(request)) is not None:
        door.audit.note(viewer, "signed-out")
    door.sign_out(request)
    answer = RedirectResponse("/enter", status_code=303)
    secure = door.is_secure
    answer.delete_cookie(SESSION, httponly=True, samesite="strict", secure=secure)
    return answer


@router.get("/style.css")
def sheet() -> Response:
    """The one style sheet."""
    headers = {"cache-control": "public, max-age=3600"}
    return Response(style(), media_type="text/css; charset=utf-8", headers=headers)


@router.get("/icon.svg")
def sign() -> Response:
    """What stands beside the title in a browser."""
    headers = {"cache-control": "public, max-age=86400"}
    return Response(icon(), media_type="image/svg+xml", headers=headers)


@router.get("/alive")
def alive() -> Response:
    """Whether the service lives, for whoever watches it."""
    return PlainTextResponse("alive\n")


def _first(door: Door, request: Request) -> str:
    """The first page that a reader may see."""
    viewer = door.viewer(request)
    for address, right in ROOMS.values():
        if viewer is not None and viewer.may(right):
            return address
    return "/"
