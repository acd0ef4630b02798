"""What every answer carries, and which requests are turned away before anything else."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""No script at all: there is none on these pages."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-frame-options": "DENY",
}
LARGEST_FORM = 1 << 16
"""Bytes that a form may have."""


class Shield:
    """Sets the headers, holds the name that was asked for against those we answer to.

    A page of a stranger can make a browser ask this machine under the stranger's own name (DNS
    rebinding); such a request has that name in its Host header.

    Parameters
    ----------
    app
        What answers.
    hosts
        The names we answer to; empty: any.
    is_secure
        Whether browsers are told to come back by HTTPS alone.
    """

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str], is_secure: bool) -> None:
        self._app, self._hosts = app, frozenset(hosts)
        self._headers = dict(HEADERS)
        if is_secure:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        only_headers = scope["method"] == "HEAD"
        if only_headers:  # what GET would answer, without the body: monitors ask so
            scope = {**scope, "method": "GET"}

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("cache-control", "private, no-store")
            elif only_headers:
                message = {**message, "body": b""}
            await send(message)

        headers = Headers(scope=scope)
        if self._hosts and _name(headers.get("host", "")) not in self._hosts:
            await _refuse(guarded, 421)
        elif _is_too_long(headers):
            await _refuse(guarded, 413)
        else:
            await self._app(scope, receive, guarded)


def _name(host: str) -> str:
    """A Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def _is_too_long(headers: Headers) -> bool:
    length = headers.get("content-length", "0")
    return "transfer-encoding" in headers or not length.isdigit() or int(length) > LARGEST_FORM


async def _refuse(send: Send, status: int) -> None:
    start = {"type": "http.response.start", "status": status, "headers": []}
    await send(start)
    await send({"type": "http.response.body", "body": b""})
