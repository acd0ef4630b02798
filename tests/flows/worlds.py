"""Copies of the chain's world to be harmed, and what their published runs hold."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from tests.conftest import Chain


def copied(chain: Chain, folder: Path, *, without: tuple[str, ...] = ("out",)) -> Path:
    """The configuration of a copy of the chain's world with its models."""
    ignored = shutil.ignore_patterns("truth", *without)
    shutil.copytree(chain.config.parent, folder, ignore=ignored, dirs_exist_ok=True)
    return folder / chain.config.name


def digest(folder: Path) -> str:
    """Of every Parquet file of a published run, by name."""
    found = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()
