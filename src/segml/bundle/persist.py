"""A bundle on disk: written part by part, read back only after every byte was compared."""

from __future__ import annotations

import os
from pathlib import Path

from segml.bundle.manifest import (
    MANIFEST,
    Manifest,
    manifest_of,
    read_verified,
    read_verified_part,
)
from segml.bundle.parts import CARD, decode, encode
from segml.bundle.value import Bundle
from segml.ledger import date_of


def save(bundle: Bundle, folder: Path) -> Manifest:
    """The manifest of the bundle that was written into a folder.

    Parameters
    ----------
    bundle
        A fitted bundle.
    folder
        Made if absent; must be empty. Renaming it into place is the store's business.

    Raises
    ------
    FileExistsError
        If the folder holds anything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder.name} is not empty")
    files = encode(bundle)
    manifest = _manifest(bundle, files)
    for name, raw in files.items():
        _write(folder / name, raw)
    _write(folder / MANIFEST, manifest.to_bytes())
    return manifest


def load(folder: Path, *, manifest_digest: str) -> Bundle:
    """The bundle of a folder, parsed after all digests were compared.

    Parameters
    ----------
    folder
        The version's folder.
    manifest_digest
        The manifest's sha256 in hex, kept apart from the folder (in the registry).

    Raises
    ------
    BundleRefused
        If a file is missing, foreign, changed or no plain file, or the protocol is newer.
    """
    manifest, files = read_verified(folder, manifest_digest)
    return decode(files, protocol=manifest.protocol)


def read_card(folder: Path, *, manifest_digest: str) -> str:
    """The card of a folder's bundle, compared with its digest; no other part is read.

    Raises
    ------
    BundleRefused
        If the manifest or the card is missing, foreign, changed or no plain file.
    """
    return read_verified_part(folder, manifest_digest, CARD).decode()


def version_name(bundle: Bundle) -> str:
    """The version's name, ``<as-of>-<first ten hex of the manifest's digest>``."""
    return _manifest(bundle, encode(bundle)).version


def _manifest(bundle: Bundle, files: dict[str, bytes]) -> Manifest:
    return manifest_of(files, portfolio=bundle.portfolio, as_of=date_of(bundle.as_of).isoformat())


def _write(path: Path, raw: bytes) -> None:
    with path.open("xb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
