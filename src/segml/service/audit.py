"""The audit log: who looked at whose dossier and who took a list along; lines are only added."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from pathlib import Path
from typing import Any

from segml.service.access import Viewer

_LINE = 1_000
"""Bytes that a line has at most, as a rule: so far from its end a file is read."""


class Audit:
    """An append-only file of JSON lines; ids, never names of clients.

    Parameters
    ----------
    path
        The file; its folder is made when the first line is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def last(self, most: int) -> list[dict[str, Any]]:
        """The newest lines, the last first; one that is none of ours is passed over."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(self._path.stat().st_size - most * _LINE, 0))
                lines = file.read().splitlines()
        except FileNotFoundError:
            return []
        found = (_told(line) for line in reversed(lines))
        return [line for line in found if line is not None][:most]

    def note(
        self,
        viewer: Viewer,
        what: str,
        *,
        run: dt.date | None = None,
        client_id: str | None = None,
        count: int | None = None,
        account: str | None = None,
    ) -> None:
        """Add one line, written in one piece.

        Parameters
        ----------
        viewer
            Who looked.
        what
            `client`, `dossier`, `dossier.pdf`, `what-if` or `export`, `api:` before it of the API;
            `signed-in`, `signed-out`, `sign-in-refused`, or what was done with an account.
        run
            The as-of date of what was looked at.
        client_id, count
            Whose, or of how many clients.
        account
            Whose account was changed.
        """
        told = {
            "at": dt.datetime.now(dt.UTC).isoformat("T", "seconds"),
            "who": viewer.name,
            "role": viewer.role,
            "what": what,
            "client_id": client_id,
            "count": count,
            "account": account,
            "run": None if run is None else run.isoformat(),
        }
        line = json.dumps({k: v for k, v in told.items() if v is not None}, ensure_ascii=False)
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            handle = os.open(self._path, flags, 0o600)
            try:
                os.write(handle, f"{line}\n".encode())
            finally:
                os.close(handle)


def _told(line: bytes) -> dict[str, Any] | None:
    """A line of the log; None for half of one."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) and "at" in told else None
