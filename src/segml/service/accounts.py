"""Accounts in one small file: names, roles, argon2 hashes; never a password.

The file is replaced in one step and readable by its owner alone. It also holds the secret that
signs sessions, so that taking the file away ends all of them.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from segml.service.access import ROLES, Role, Viewer
from segml.words.errors import ConfigurationRefused

FORMAT, PROTOCOL = "segml accounts", 1
LEAST_LETTERS, MOST_LETTERS = 12, 200
"""Letters of a password at least and at most."""
_HASHER = PasswordHasher()
_CHANGING = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One reader: what it sees, the hash of its password, the digests of its API tokens.

    `ended` is how often all its sessions were ended.
    """

    name: str
    role: Role
    managers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    password: str = ""
    tokens: tuple[str, ...] = ()
    ended: int = 0

    @property
    def viewer(self) -> Viewer:
        """Who this account is when it reads."""
        return Viewer(name=self.name, role=self.role, managers=self.managers, regions=self.regions)

    @property
    def edition(self) -> str:
        """Changes with its password, with what it sees, when its sessions are ended."""
        told = json.dumps([self.role, self.managers, self.regions, self.password, self.ended])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts of a file, by name, and the secret of its sessions."""

    secret: str
    by_name: Mapping[str, Account]

    def signed_in(self, name: str, password: str) -> Account | None:
        """The account of a name with this password; takes as long where there is none."""
        account = self.by_name.get(name)
        known = account.password if account is not None and account.password else _nobody()
        try:
            _HASHER.verify(known, password)
        except (VerificationError, InvalidHashError):
            return None
        return account

    def of_token(self, token: str) -> Account | None:
        """The account that a token of the API was given to."""
        digest = digest_of(token)
        for account in self.by_name.values():
            if any(secrets.compare_digest(digest, each) for each in account.tokens):
                return account
        return None


@cache
def _nobody() -> str:
    """The hash of a password that nobody has."""
    return _HASHER.hash(secrets.token_hex(32))


def read_accounts(path: Path) -> Accounts | None:
    """The accounts of a file; None where there is no file.

    Raises
    ------
    ConfigurationRefused
        If the file is none of ours, or broken.
    """
    try:
        told = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):
        told = None
    try:
        if not isinstance(told, dict) or told["format"] != FORMAT or told["protocol"] != PROTOCOL:
            raise ValueError("not our format")
        accounts = [_account(each) for each in told["accounts"]]
        return Accounts(str(told["secret"]), {each.name: each for each in accounts})
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationRefused(
            f"{path} is no file of accounts ({type(error).__name__})",
            allowed="a file that `segml accounts add` wrote",
            next_step="restore it from a copy, or move it away and add the accounts again",
        ) from None


def add_account(path: Path, account: Account, password: str) -> Accounts:
    """The accounts with this one among them; one of the same name is replaced.

    Raises
    ------
    ConfigurationRefused
        If the name, the role, what it sees or the password cannot be.
    """
    _require(account, password)
    with _changing(path):
        before = read_accounts(path) or Accounts(secrets.token_hex(32), {})
        made = replace(account, password=_HASHER.hash(password))
        return _write(path, replace_one(before, made))


def change_password(path: Path, name: str, password: str) -> Accounts:
    """The accounts, one of them with another password; its sessions of before have ended.

    Raises
    ------
    ConfigurationRefused
        If there is no such account, or the password cannot be.
    """
    with _changing(path):
        before = require_account(path, name)
        account = before.by_name[name]
        _require(account, password)
        return _write(path, replace_one(before, replace(account, password=_HASHER.hash(password))))


def end_sessions(path: Path, name: str) -> Accounts:
    """The accounts, all sessions and tokens of one of them ended.

    Raises
    ------
    ConfigurationRefused
        If there is no such account.
    """
    with _changing(path):
        before = require_account(path, name)
        account = before.by_name[name]
        return _write(
            path, replace_one(before, replace(account, ended=account.ended + 1, tokens=()))
        )


def remove_account(path: Path, name: str) -> Accounts:
    """The accounts without the one of this name.

    Raises
    ------
    ConfigurationRefused
        If there is none.
    """
    with _changing(path):
        before = require_account(path, name)
        kept = {each: account for each, account in before.by_name.items() if each != name}
        return _write(path, Accounts(before.secret, kept))


def give_token(path: Path, name: str) -> str:
    """A new token of the API for an account; only its digest is kept, so it is told once.

    Raises
    ------
    ConfigurationRefused
        If there is no such account.
    """
    token = secrets.token_urlsafe(32)
    with _changing(path):
        before = require_account(path, name)
        account = before.by_name[name]
        made = replace(account, tokens=(*account.tokens, digest_of(token)))
        _write(path, replace_one(before, made))
    return token


def require_account(path: Path, name: str) -> Accounts:
    """All accounts, among them the one of this name.

    Raises
    ------
    ConfigurationRefused
        If there is none of this name.
    """
    found = read_accounts(path)
    if found is not None and name in found.by_name:
        return found
    known = ", ".join(sorted(found.by_name)) if found and found.by_name else "none yet"
    raise ConfigurationRefused(
        f"no account `{name}`",
        allowed=f"the accounts there are: {known}",
        next_step="`segml accounts add` makes one",
    )


def replace_one(before: Accounts, account: Account) -> Accounts:
    """The same accounts, with this one in its place."""
    return Accounts(before.secret, {**before.by_name, account.name: account})


def digest_of(token: str) -> str:
    """What is kept of a token; it is long and random, so a plain digest is safe."""
    return hashlib.sha256(token.encode()).hexdigest()


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """Alone with the file while it is read and replaced, among all threads and processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _CHANGING:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # until it is closed, or the process ends
            yield
        finally:
            os.close(folder)


def _account(told: Mapping[str, Any]) -> Account:
    if told["role"] not in ROLES:
        raise ValueError("no such role")
    return Account(
        name=str(told["name"]),
        role=told["role"],
        managers=tuple(map(str, told["managers"])),
        regions=tuple(map(str, told["regions"])),
        password=str(told["password"]),
        tokens=tuple(map(str, told["tokens"])),
        ended=int(told.get("ended", 0)),  # files of before have none
    )


def _require(account: Account, password: str) -> None:
    name = account.name
    if not name.strip() or name != name.strip() or len(name) > 100 or not name.isprintable():
        raise ConfigurationRefused(
            "a name that cannot sign in",
            allowed="up to 100 letters, no blank at its ends",
            next_step="choose another name",
        )
    if account.role == "manager" and not account.managers:
        raise ConfigurationRefused(
            f"account `{name}` is a manager of nobody",
            allowed="a manager with at least one `--of`, as the ledger's `clients.manager` says",
            next_step="pass `--of NAME`, or another role",
        )
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise ConfigurationRefused(
            f"a password of {len(password)} letters",
            allowed=f"{LEAST_LETTERS} to {MOST_LETTERS}",
            next_step="choose another one; several words are easy to keep",
        )


def _write(path: Path, accounts: Accounts) -> Accounts:
    told = {
        "format": FORMAT,
        "protocol": PROTOCOL,
        "secret": accounts.secret,
        "accounts": [asdict(accounts.by_name[name]) for name in sorted(accounts.by_name)],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(told, stream, ensure_ascii=False, indent=2)
            stream.flush()
            os.fsync(stream.fileno())
        Path(aside).replace(path)
    finally:
        Path(aside).unlink(missing_ok=True)
    return accounts
