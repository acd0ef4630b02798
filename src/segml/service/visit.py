"""What every request goes through within the shield: its visit, and where our own faults end."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segml.service.door import VISIT

LOG = logging.getLogger(__name__)
API = "/api/"


class Visit:
    """Gives every browser a random word, to which the forms it gets are bound.

    Parameters
    ----------
    app
        What answers.
    is_secure
        Whether the cookie goes by HTTPS alone.
    """

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self._app, self._is_secure = app, is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        known = request.cookies.get(VISIT, "")
        word = known or secrets.token_urlsafe(16)
        request.state.visit = word

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", self._cookie(word))
            await send(message)

        is_new = not known and not request.url.path.startswith(API)
        await self._app(scope, receive, marked if is_new else send)

    def _cookie(self, word: str) -> str:
        made = Response()
        made.set_cookie(VISIT, word, httponly=True, samesite="strict", secure=self._is_secure)
        return made.headers["set-cookie"]


class Faults:
    """Answers a fault of ours with a number; the log says under it where, and no value.

    Parameters
    ----------
    app
        What answers.
    refuse
        Makes the answer from the request, the status and the number.
    """

    def __init__(self, app: ASGIApp, *, refuse: Callable[[Request, int, str], Response]) -> None:
        self._app, self._refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as fault:
            number = secrets.token_hex(4)
            frames = traceback.extract_tb(fault.__traceback__)
            where = "".join(traceback.format_list([f for f in frames if "segml" in f.filename]))
            LOG.error("fault %s: %s at\n%s", number, type(fault).__name__, where)
            if begun or scope["type"] != "http":
                # half an answer is sent: only the connection can say that it failed
                raise ConnectionAbortedError(number) from None
            answer = await run_in_threadpool(self._refuse, Request(scope), 500, number)
            await answer(scope, receive, send)
