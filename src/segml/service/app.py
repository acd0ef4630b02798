"""The application: routes behind the door, refusals as pages, headers on every answer."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware

from segml.service import api, rooms, views
from segml.service.desk import Unseen
from segml.service.door import VISIT, Door, Forbidden, NotSignedIn
from segml.service.frame import show
from segml.service.shield import OWN_NAMES, Shield
from segml.stores import Newest
from segml.words.site import Site

LOG = logging.getLogger(__name__)
API = "/api/"
THREADS = 8
"""Requests that are answered at once; what each of them reads and makes is held meanwhile."""


def make_app(site: Site, newest: Newest, *, is_own: bool = True) -> FastAPI:
    """The application of one portfolio.

    Parameters
    ----------
    site
        What is served.
    newest
        The runs that are held.
    is_own
        Whether only this machine's own addresses reach it.
    """
    app = FastAPI(
        title=f"segml: {site.portfolio}",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_few_threads,
    )
    is_secure = not is_own or bool(site.access.hosts)
    for router in (views.router, rooms.router, api.router):
        app.include_router(router)
    app.state.door = Door(site, newest, is_secure=is_secure)
    _refusals(app)
    app.add_middleware(BaseHTTPMiddleware, dispatch=_visit(is_secure=is_secure))
    hosts = (*OWN_NAMES, *site.access.hosts) if is_own or site.access.hosts else ()
    app.add_middleware(Shield, hosts=hosts, is_secure=is_secure)
    return app


@asynccontextmanager
async def _few_threads(app: FastAPI) -> AsyncIterator[None]:
    """Answer no more requests at once than help each other: the others wait, and hold nothing."""
    del app
    current_default_thread_limiter().total_tokens = THREADS
    yield


def _visit(
    *, is_secure: bool
) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    """Give every browser a random word, to which the forms it gets are bound."""

    async def visit(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        word = request.cookies.get(VISIT, "")
        request.state.visit = word or secrets.token_urlsafe(16)
        found = await answer(request)
        if not word and not request.url.path.startswith(API):
            found.set_cookie(
                VISIT, request.state.visit, httponly=True, samesite="strict", secure=is_secure
            )
        return found

    return visit


def _refusals(app: FastAPI) -> None:
    """Every refusal as a page or, of the API, as JSON; a fault of ours has a number, no words."""

    def refuse(request: Request, status: int, number: str = "") -> Response:
        if request.url.path.startswith(API):
            told = {"error": _API_WORDS.get(status, "refused"), "number": number or None}
            headers = {"www-authenticate": "Bearer"} if status == 401 else None
            return JSONResponse(told, status_code=status, headers=headers)
        return show(request, "refused", here="", status=status, number=number)

    @app.exception_handler(NotSignedIn)
    def not_signed_in(request: Request, _: Exception) -> Response:
        if request.url.path.startswith(API):
            return refuse(request, 401)
        return RedirectResponse("/enter", status_code=303)

    @app.exception_handler(Forbidden)
    def forbidden(request: Request, _: Exception) -> Response:
        return refuse(request, 403)

    @app.exception_handler(Unseen)
    def unseen(request: Request, _: Exception) -> Response:
        return refuse(request, 404)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, _: Exception) -> Response:
        return refuse(request, 422 if request.url.path.startswith(API) else 404)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        answer = refuse(request, error.status_code)
        answer.headers.update(error.headers or {})  # which methods there are
        return answer

    @app.middleware("http")
    async def faults(
        request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        try:
            return await answer(request)
        except Exception as fault:
            number = secrets.token_hex(4)
            frames = traceback.extract_tb(fault.__traceback__)
            where = "".join(traceback.format_list([f for f in frames if "segml" in f.filename]))
            LOG.error("fault %s: %s at\n%s", number, type(fault).__name__, where)
            return refuse(request, 500, number)


_API_WORDS = {
    401: "sign in: pass `Authorization: Bearer TOKEN`",
    403: "your role has no such right",
    404: "no such address, or no such client among those you see",
    405: "this address takes other methods",
    422: "a parameter has a value that it cannot have",
    500: "a fault of ours",
}
