"""A file of JSON lines to which lines are only added, each in one piece and on the disk at once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segml.words.errors import OutputRefused


def add_line(path: Path, told: Mapping[str, Any]) -> None:
    """Add one line; a new file is readable by its owner alone, and its folder is made.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    line = json.dumps(told, ensure_ascii=False, allow_nan=False, sort_keys=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Every line, oldest first; none where there is no file.

    Raises
    ------
    OutputRefused
        If a line is not ours.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
        found = [json.loads(line) for line in lines]
    except FileNotFoundError:
        return []
    except (ValueError, RecursionError) as error:
        raise OutputRefused(
            f"{path} holds a line that is no record ({type(error).__name__})",
            allowed="lines as segml adds them",
            next_step="restore the file from a copy, or move it away and keep it",
        ) from None
    return found
