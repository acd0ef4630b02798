"""The manifest of a bundle: the name, size and digest of each of its files.

Reading goes digest first: a LightGBM text or a pickle that was tampered with can kill or take
over the process that parses it, so no parser is called before every byte is known to be ours.
Each file is read once; what was compared is what is parsed.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segml.bundle.protocol import PROTOCOL, READABLE
from segml.words.errors import BundleRefused

MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1_000_000
_RETRAIN = "train again with `segml train`, or restore the version's folder from a copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a bundle: its name, its size in bytes and its sha256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle's folder must hold, no more and no less.

    Parameters
    ----------
    protocol
        The number of the file format (see `protocol`).
    portfolio
        The portfolio's name.
    as_of
        The training's as-of date, ISO 8601.
    parts
        The files, sorted by name.
    """

    protocol: int
    portfolio: str
    as_of: str
    parts: tuple[Part, ...]

    @property
    def digest(self) -> str:
        """The sha256 of the manifest's own bytes, in hex; registries keep it apart."""
        return _sha256(self.to_bytes())

    @property
    def version(self) -> str:
        """The version's name: ``<as-of>-<first ten hex of the digest>``."""
        return f"{self.as_of}-{self.digest[:10]}"

    def to_bytes(self) -> bytes:
        """The manifest as JSON, the same bytes for the same manifest."""
        value = {
            "protocol": self.protocol,
            "portfolio": self.portfolio,
            "as_of": self.as_of,
            "parts": {part.name: {"size": part.size, "sha256": part.sha256} for part in self.parts},
        }
        return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def manifest_of(files: Mapping[str, bytes], *, portfolio: str, as_of: str) -> Manifest:
    """The manifest of files held in memory.

    Parameters
    ----------
    files
        Name to bytes.
    portfolio, as_of
        The portfolio's name and the training's as-of date, ISO 8601.
    """
    parts = tuple(
        Part(name=name, size=len(files[name]), sha256=_sha256(files[name]))
        for name in sorted(files)
    )
    return Manifest(protocol=PROTOCOL, portfolio=portfolio, as_of=as_of, parts=parts)


def read_verified(folder: Path, manifest_digest: str) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the bytes of every part, all of them compared with their digests.

    Parameters
    ----------
    folder
        The version's folder.
    manifest_digest
        The digest the registry holds, in hex.

    Raises
    ------
    BundleRefused
        If the manifest is missing or changed, of a newer protocol, or a part is missing,
        foreign, no plain file, or changed.
    """
    manifest = _read_manifest(folder, manifest_digest)
    _refuse_other_files(folder, manifest)
    return manifest, {part.name: _read_part(folder, part) for part in manifest.parts}


def read_verified_part(folder: Path, manifest_digest: str, name: str) -> bytes:
    """The bytes of one part, compared with its digest; the other files are not read.

    Raises
    ------
    BundleRefused
        As `read_verified`, of this part; if the manifest names no such part.
    """
    for part in _read_manifest(folder, manifest_digest).parts:
        if part.name == name:
            return _read_part(folder, part)
    raise BundleRefused(
        f"`{folder.name}` has no `{name}`",
        allowed="a version that was trained with one",
        next_step=_RETRAIN,
    )


def _read_manifest(folder: Path, manifest_digest: str) -> Manifest:
    raw = _read_plain(folder / MANIFEST, _LARGEST_MANIFEST)
    found = _sha256(raw)
    if found != manifest_digest:
        raise BundleRefused(
            f"`{folder.name}/{MANIFEST}` with sha256 {found[:10]}…",
            allowed=f"the manifest the registry names, sha256 {manifest_digest[:10]}…",
            next_step=_RETRAIN,
        )
    value: dict[str, Any] = json.loads(raw)
    if value["protocol"] not in READABLE:
        raise BundleRefused(
            f"`{folder.name}` of bundle protocol {value['protocol']}",
            allowed=f"protocol {', '.join(map(str, sorted(READABLE)))}",
            next_step="update segml, or choose a version trained with this one",
        )
    parts = tuple(Part(name=name, **entry) for name, entry in sorted(value["parts"].items()))
    return Manifest(
        protocol=value["protocol"],
        portfolio=value["portfolio"],
        as_of=value["as_of"],
        parts=parts,
    )


def _refuse_other_files(folder: Path, manifest: Manifest) -> None:
    expected = {part.name for part in manifest.parts} | {MANIFEST}
    found = {entry.name for entry in os.scandir(folder)}
    missing, foreign = sorted(expected - found), sorted(found - expected)
    if missing or foreign:
        what = [f"missing {name}" for name in missing] + [f"foreign {name}" for name in foreign]
        raise BundleRefused(
            f"`{folder.name}`: {', '.join(what)}",
            allowed="exactly the files of its manifest",
            next_step=_RETRAIN,
        )


def _read_part(folder: Path, part: Part) -> bytes:
    raw = _read_plain(folder / part.name, part.size)
    if len(raw) != part.size or _sha256(raw) != part.sha256:
        raise BundleRefused(
            f"`{folder.name}/{part.name}` changed: {len(raw)} bytes, sha256 {_sha256(raw)[:10]}…",
            allowed=f"{part.size} bytes, sha256 {part.sha256[:10]}…",
            next_step=_RETRAIN,
        )
    return raw


def _read_plain(path: Path, at_most: int) -> bytes:
    """The bytes of a plain file, one more than `at_most` at the most; links are not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise BundleRefused(
            f"`{path.parent.name}/{path.name}` cannot be opened ({error.strerror})",
            allowed="a plain file that can be read",
            next_step=_RETRAIN,
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BundleRefused(
            f"`{path.parent.name}/{path.name}` is no plain file",
            allowed="plain files only",
            next_step=_RETRAIN,
        )
    with os.fdopen(descriptor, "rb") as file:
        return file.read(at_most + 1)


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
