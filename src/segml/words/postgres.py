"""The URL of a PostgreSQL database: which it is, as libpq takes it, and what of it may be said."""

from __future__ import annotations

import re

from segml.words.errors import ConfigurationRefused
from segml.words.masking import masked

_SCHEME = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://")


def is_postgres(url: str) -> bool:
    """Whether a URL is one that psycopg, and no other driver by name, is asked for.

    Examples
    --------
    >>> is_postgres("postgresql+psycopg://db/shop"), is_postgres("postgresql+psycopg2://db/shop")
    (True, False)
    """
    return _SCHEME.match(url) is not None


def conninfo_of(url: str, *, key: str) -> str:
    """The URL as libpq takes it, without the name of a Python driver.

    libpq ends user and password at their first ``@`` or ``/`` and takes what follows for the host,
    which messages name: a URL that it would read so is refused, since nobody could mask it.

    Parameters
    ----------
    url
        As configured.
    key
        The configuration's key that holds it, for the refusal.

    Raises
    ------
    ConfigurationRefused
        If the URL is no PostgreSQL database's, or can be read in two ways.

    Examples
    --------
    >>> conninfo_of("postgresql+psycopg://me:a%40b@db/shop", key="publish.connection")
    'postgresql://me:a%40b@db/shop'
    """
    matched = _SCHEME.match(url)
    if matched is None:
        raise ConfigurationRefused(
            f"`{key}` is no URL of a PostgreSQL database",
            allowed="postgresql://user:password@host:port/database, or env:NAME",
            next_step="correct it",
        )
    rest = url[matched.end() :]
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if rest.count("@") > 1 or "@" in rest[len(authority) :]:
        raise ConfigurationRefused(
            f"`{key}` has a user or a password with a sign that ends it",
            allowed="in user and password, %40 for @, %2F for /, %3F for ?, %23 for #",
            next_step="write these signs so",
        )
    return f"postgresql://{rest}"


def said_of(said: str, *, url: str) -> str:
    r"""What a server or a driver said, in one line of at most 300 characters, without secrets.

    Examples
    --------
    >>> said_of("no host 'hunter2'\n  at all", url="postgresql://me:hunter2@db/x")
    "no host '…' at all"
    """
    return masked(" ".join(said.split())[:300], uri=url)
