"""Sessions and forms: signed cookies, and tokens that prove a form was given out by us."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

from segml.service.accounts import Account, Accounts

HOURS = 12
"""How long a session lasts."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs what comes back from a browser.

    Parameters
    ----------
    secret
        Of the accounts' file, or of this process where there are no accounts.
    """

    secret: str

    def session(self, account: Account) -> str:
        """A session's cookie; no two are the same."""
        return self._serializer().dumps([account.name, account.edition, secrets.token_hex(8)])

    def account(self, cookie: str, accounts: Accounts) -> Account | None:
        """Whose session a cookie is; None for one that is old, forged, or of before a change."""
        try:
            name, edition, _ = self._serializer().loads(cookie, max_age=HOURS * 3600)
        except (BadData, ValueError, TypeError):
            return None
        found = accounts.by_name.get(name) if isinstance(name, str) else None
        return found if found is not None and found.edition == edition else None

    def form(self, visit: str, name: str | None) -> str:
        """The token of the forms of one visit by one reader."""
        told = f"form\n{visit}\n{name or ''}".encode()
        return hmac.new(self.secret.encode(), told, hashlib.sha256).hexdigest()

    def is_ours(self, token: str, visit: str, name: str | None) -> bool:
        """Whether a form's token is of this visit and this reader."""
        return bool(visit) and secrets.compare_digest(
            token.encode(), self.form(visit, name).encode()
        )

    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt="segml session")
