"""The application: routes behind the door, refusals as pages, headers on every answer."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from segml.service import api, lost, people, rooms, views
from segml.service.desk import Unseen
from segml.service.door import Door, Forbidden, NotSignedIn
from segml.service.frame import show
from segml.service.shield import OWN_NAMES, Shield
from segml.service.visit import API, Faults, Visit
from segml.stores import Newest
from segml.words.errors import Refusal, TableRefused
from segml.words.site import Site

_LOG = logging.getLogger(__name__)
THREADS = 2
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
    for router in (views.router, lost.router, people.router, rooms.router, api.router):
        app.include_router(router)
    app.state.door = Door(site, newest, is_secure=is_secure)
    _refusals(app)
    app.add_middleware(Faults, refuse=refuse)
    app.add_middleware(Visit, is_secure=is_secure)
    hosts = (*OWN_NAMES, *site.access.hosts) if is_own or site.access.hosts else ()
    app.add_middleware(Shield, hosts=hosts, is_secure=is_secure)
    return app


@asynccontextmanager
async def _few_threads(app: FastAPI) -> AsyncIterator[None]:
    """Answer no more requests at once than help each other: the others wait, and hold nothing."""
    del app
    current_default_thread_limiter().total_tokens = THREADS
    yield


def refuse(
    request: Request,
    status: int,
    number: str = "",
    *,
    kind: str = "",
    file: str = "",
    why: str = "",
) -> Response:
    """A refusal as a page or, of the API, as JSON.

    Parameters
    ----------
    request
        What was asked.
    status
        The answer's status.
    number
        Of a fault of ours, which has no words.
    kind
        Of a refusal that reading the files met: its type's name.
    file
        The published file that it is about, by its run's folder and its own name.
    why
        What else the API tells: which parameter, and what it may be.
    """
    if request.url.path.startswith(API):
        error = ": ".join(each for each in (_API_WORDS.get(status, "refused"), file, why) if each)
        told = {"error": f"{kind}: {error}" if kind else error, "number": number or None}
        headers = {"www-authenticate": "Bearer"} if status == 401 else None
        return JSONResponse(told, status_code=status, headers=headers)
    return show(request, "refused", here="", status=status, number=number, kind=kind, file=file)


def _refusals(app: FastAPI) -> None:
    """Each kind of refusal with its status."""

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

    @app.exception_handler(Refusal)
    def told_by_name(request: Request, refusal: Refusal) -> Response:
        kind = type(refusal).__name__
        _LOG.error("%s: %s", kind, refusal)
        file = refusal.file if isinstance(refusal, TableRefused) else ""
        return refuse(request, 503, kind=kind, file=file)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        status = 422 if request.url.path.startswith(API) else 404
        return refuse(request, status, why="; ".join(map(_told, error.errors())))

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        answer = refuse(request, error.status_code)
        answer.headers.update(error.headers or {})  # which methods there are
        return answer


def _told(fault: object) -> str:
    """Which parameter, and what it may be; never what it was, which may be a person's."""
    return f"`{fault['loc'][-1]}`: {fault['msg']}" if isinstance(fault, dict) else str(fault)


_API_WORDS = {
    401: "sign in: pass `Authorization: Bearer TOKEN`",
    403: "your role has no such right",
    404: "no such address, or no such client among those you see",
    405: "this address takes other methods",
    422: "a parameter has a value that it cannot have",
    500: "a fault of ours",
    503: "a file that is needed is not as segml wrote it; the log of the service names it",
}
