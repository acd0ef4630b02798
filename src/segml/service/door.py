"""Who is reading, and which desk they get: every route comes through here.

A reader is known by a session's cookie, by a token of the API, or by the header of a trusted proxy.
Where there are no accounts the machine's own user is alone and sees everything.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

from fastapi import Form, Request

from segml.service.access import ALONE, Right, Viewer
from segml.service.accounts import Account, Accounts, read_accounts
from segml.service.asking import Trained
from segml.service.attempts import Attempts
from segml.service.audit import Audit
from segml.service.desk import Desk
from segml.service.listing import Words
from segml.service.printing import Printer, find_browser
from segml.service.sessions import Signer
from segml.stores import Held, Memory, Newest
from segml.words.errors import ConfigurationRefused
from segml.words.site import Site

_LOG = logging.getLogger(__name__)
SESSION, VISIT, LANGUAGE = "segml_session", "segml_visit", "segml_language"
"""The cookies: who signed in, which visit a form belongs to, the language chosen."""


_KEPT, _READERS, _LEFT = 256, 8, 100_000
"""Facts, and parts of pages, kept for the next reader; scopes of readers that are known; sessions
that were left."""


class NotSignedIn(Exception):  # noqa: N818 - no fault
    """Nobody is signed in, and somebody has to be."""


class Forbidden(Exception):  # noqa: N818 - no fault
    """The reader's role has no such right, or a form is not one of ours."""


class Door:
    """Lets readers in.

    Parameters
    ----------
    site
        What is served.
    newest
        The runs that are held.
    is_secure
        Whether cookies go by HTTPS alone.
    """

    def __init__(self, site: Site, newest: Newest, *, is_secure: bool) -> None:
        self.site, self.newest, self.is_secure = site, newest, is_secure
        self.memory, self.words, self.attempts = Memory(_KEPT), Words(), Attempts()
        self.audit = Audit(site.access.audit)
        self.trained = Trained()
        self.printer = Printer(find_browser())
        self.readers, self.parts = Memory(_READERS), Memory(_KEPT)
        self._left = Memory(_LEFT)
        self._own_secret = secrets.token_hex(32)
        self._lock = threading.Lock()
        self._is_alone = not is_secure and not site.access.proxy.addresses
        self._read: tuple[tuple[int, int] | None, Accounts | None] = (None, self._nobodys)

    @property
    def accounts(self) -> Accounts | None:
        """The accounts as the file has them now; None where nobody has to sign in.

        Where others come by, and once there was a file, no file and a broken one let nobody in.
        """
        stamp = _stamp(self.site.access.accounts)
        with self._lock:
            if stamp != self._read[0]:
                self._is_alone &= stamp is None
                self._read = (stamp, self._found() or self._nobodys)
            return self._read[1]

    @property
    def _nobodys(self) -> Accounts | None:
        return None if self._is_alone else Accounts(self._own_secret, {})

    def _found(self) -> Accounts | None:
        try:
            return read_accounts(self.site.access.accounts)
        except (ConfigurationRefused, OSError) as error:
            _LOG.error("nobody can sign in: %s: %s", type(error).__name__, error)
            return None

    @property
    def signer(self) -> Signer:
        """Signs with the accounts' secret, or with this process's own."""
        accounts = self.accounts
        return Signer(self._own_secret if accounts is None else accounts.secret)

    def viewer(self, request: Request) -> Viewer | None:
        """Who is reading; None where nobody is signed in and somebody has to be."""
        accounts = self.accounts
        if accounts is None:
            return ALONE
        account = self._account(request, accounts)
        return None if account is None else account.viewer

    def desk(self, request: Request, right: Right) -> Desk:
        """The desk of whoever reads, if they have a right.

        Raises
        ------
        NotSignedIn
            If nobody is signed in, and somebody has to be.
        Forbidden
            If the reader's role has no such right.
        """
        viewer = self.viewer(request)
        if viewer is None:
            raise NotSignedIn
        if not viewer.may(right):
            raise Forbidden
        self.readers.keep(viewer.scope, viewer)
        request.state.held = self.newest.held  # of this run alone the whole answer tells
        return self.desk_of(viewer, request.state.held)

    def desk_of(self, viewer: Viewer, held: Held) -> Desk:
        """A reader's desk before some runs."""
        return Desk(viewer, held, self.site, self.memory)

    def _account(self, request: Request, accounts: Accounts) -> Account | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return accounts.of_token(token.strip())
        proxy = self.site.access.proxy
        if request.client is not None and request.client.host in proxy.addresses:
            named = request.headers.getlist(proxy.header)  # two: one of them is not the proxy's
            return accounts.by_name.get(named[0]) if len(named) == 1 else None
        cookie = request.cookies.get(SESSION, "")
        if self._left.get(_digest(cookie)):
            return None
        return self.signer.account(cookie, accounts)

    def sign_out(self, request: Request) -> None:
        """End the session of a request; others of the same account go on."""
        if cookie := request.cookies.get(SESSION):
            self._left.keep(_digest(cookie), value=True)


def door_of(request: Request) -> Door:
    """The door of the application that was asked."""
    door: Door = request.app.state.door
    return door


def asks(right: Right) -> Callable[[Request], Awaitable[Desk]]:
    """What a route depends on: the desk of a reader with this right.

    Parameters
    ----------
    right
        What the route shows.
    """

    async def desk(request: Request) -> Desk:  # a look at a cookie is no work for another thread
        return door_of(request).desk(request, right)

    desk.right = right  # type: ignore[attr-defined]  # read by the test of the routes
    return desk


async def form(request: Request, token: Annotated[str, Form()] = "") -> None:
    """Let a form pass that this visit was given.

    Raises
    ------
    Forbidden
        If it is another's, or none of ours.
    """
    door = door_of(request)
    viewer = door.viewer(request)
    name = None if viewer is None else viewer.name
    if not door.signer.is_ours(token, request.cookies.get(VISIT, ""), name):
        raise Forbidden


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        told = path.stat()
    except FileNotFoundError:
        return None
    return told.st_ino, told.st_mtime_ns
