"""What may be shown of a URL and of the messages of those who were given it: no secret."""

from __future__ import annotations

import re
from urllib.parse import unquote

MASK = "…"
SHORTEST_SECRET = 4
"""A shorter password is none, and masking it everywhere would eat the message."""

# SQLAlchemy takes a password with `/`, `?` and `@` as it stands: up to the last `@` of the word.
_USERINFO = re.compile(r"(?<=://)\S*(?=@)")
_PARAMETER = re.compile(r"(?i)(?<=[?&;])(\w*(?:pass|pwd|token|secret|key)\w*)=[^&;\s'\"]+")


def masked(text: str, *, uri: str = "") -> str:
    """The text without the secrets of any URL in it, nor those of `uri`, wherever they stand.

    Parameters
    ----------
    text
        A URL or a message.
    uri
        The URL in use, whose user and password the message may repeat on their own.

    Examples
    --------
    >>> masked("no route to postgresql://me:hunter2@db/x")
    'no route to postgresql://…@db/x'
    >>> masked("bad port: 'hunter2@db'", uri="postgresql://me:hunter2@db/x")
    "bad port: '…@db'"
    """
    for secret in sorted(_secrets(uri), key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _USERINFO.sub(MASK, text)
    return _PARAMETER.sub(rf"\1={MASK}", text)


def _secrets(uri: str) -> set[str]:
    """User with password, and password, as written and as decoded."""
    found = {value.partition("=")[2] for value in _matches(_PARAMETER, uri)}
    for userinfo in _matches(_USERINFO, uri):
        found |= {userinfo, userinfo.partition(":")[2]}
    found |= {unquote(secret) for secret in found}
    return {secret for secret in found if len(secret) >= SHORTEST_SECRET}


def _matches(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match[0] for match in pattern.finditer(text)]
