"""The audit log: who looked at whose dossier and who took a list along; lines are only added."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from pathlib import Path

from segml.service.access import Viewer


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

    def note(
        self,
        viewer: Viewer,
        what: str,
        *,
        run: dt.date,
        client_id: str | None = None,
        count: int | None = None,
    ) -> None:
        """Add one line, written in one piece.

        Parameters
        ----------
        viewer
            Who looked.
        what
            `client`, `dossier` or `export`, with `api:` before it where the API was asked.
        run
            The as-of date of what was looked at.
        client_id, count
            Whose, or of how many clients.
        """
        told = {
            "at": dt.datetime.now(dt.UTC).isoformat("T", "seconds"),
            "who": viewer.name,
            "role": viewer.role,
            "what": what,
            "client_id": client_id,
            "count": count,
            "run": run.isoformat(),
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
