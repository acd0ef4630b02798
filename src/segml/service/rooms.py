"""The pages about models and accounts, and the way in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from segml.report.pages import style
from segml.service.attempts import Attempts
from segml.service.desk import Desk, Unseen
from segml.service.door import SESSION, Door
from segml.service.frame import ROOMS, show
from segml.service.judged import backtest_of, drift_of, trail_of, versions_of


def model_pages(door: Door) -> APIRouter:
    """The pages about models: versions, drift, backtest, what was done; their cards."""
    router = APIRouter(include_in_schema=False)
    needs = Depends(door.asks("models"))

    @router.get("/models")
    def versions(request: Request, desk: Desk = needs) -> Response:
        registry = versions_of(door.site)
        return show(
            door,
            request,
            "versions",
            here="models",
            versions=registry.versions.versions[::-1],
            trail=trail_of(registry),
            drift=drift_of(desk.held),
            backtest=backtest_of(door.site),
            features=door.site.features,
        )

    @router.get("/models/card")
    def card(desk: Desk = needs, version: str = "") -> Response:
        registry = versions_of(desk.site)
        known = {each.version: each for each in registry.versions.versions}
        if version not in known:
            raise Unseen(version)
        path = registry.path_of(known[version]) / "card.md"
        return PlainTextResponse(path.read_text("utf-8"))

    return router


def account_pages(door: Door) -> APIRouter:
    """Who has an account; without accounts there is no such page."""
    router = APIRouter(include_in_schema=False)
    needs = Depends(door.asks("accounts"))

    @router.get("/accounts")
    def accounts(request: Request, desk: Desk = needs) -> Response:
        found = door.accounts
        if found is None:
            raise Unseen
        told = [found.by_name[name] for name in sorted(found.by_name)]
        del desk  # the right was asked for
        return show(door, request, "accounts", here="accounts", accounts=told)

    return router


def ways_in(door: Door, *, is_secure: bool) -> APIRouter:
    """Sign in, sign out, the style sheet, and whether the service lives: open to everybody."""
    router = APIRouter(include_in_schema=False)
    attempts = Attempts()

    @router.get("/enter")
    def form(request: Request) -> Response:
        viewer = door.viewer(request)
        if viewer is not None:
            return RedirectResponse(_first(door, request), status_code=303)
        return show(door, request, "enter", refused=False)

    @router.post("/enter", dependencies=[Depends(door.form)])
    def enter(
        request: Request,
        name: Annotated[str, Form(max_length=100)] = "",
        password: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        accounts = door.accounts
        address = request.client.host if request.client else ""
        if accounts is None:
            raise Unseen
        if not attempts.begin(name, address):
            return show(door, request, "enter", status=429, refused=True)
        account = accounts.signed_in(name, password)
        if account is None:
            return show(door, request, "enter", status=401, refused=True)
        attempts.succeeded(name, address)
        answer = RedirectResponse("/enter", status_code=303)
        session = door.signer.session(account)
        answer.set_cookie(SESSION, session, httponly=True, samesite="strict", secure=is_secure)
        return answer

    @router.post("/leave", dependencies=[Depends(door.form)])
    def leave() -> Response:
        answer = RedirectResponse("/enter", status_code=303)
        answer.delete_cookie(SESSION, httponly=True, samesite="strict", secure=is_secure)
        return answer

    @router.get("/style.css")
    def sheet() -> Response:
        headers = {"cache-control": "public, max-age=3600"}
        return Response(style(), media_type="text/css; charset=utf-8", headers=headers)

    @router.get("/alive")
    def alive() -> Response:
        return PlainTextResponse("alive\n")

    return router


def _first(door: Door, request: Request) -> str:
    """The first page that a reader may see."""
    viewer = door.viewer(request)
    for address, right in ROOMS.values():
        if viewer is not None and viewer.may(right):
            return address
    return "/"
