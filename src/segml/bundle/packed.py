"""A bundle as bytes for who scores elsewhere, held to its digest before a parser sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segml.bundle.manifest import manifest_of
from segml.bundle.parts import decode, encode
from segml.bundle.protocol import PROTOCOL
from segml.bundle.value import Bundle
from segml.ledger import date_of
from segml.words.errors import BundleRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The files of a bundle, name to bytes, and what else its manifest says."""

    portfolio: str
    as_of: str
    files: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """The digest of the manifest of these files, which covers every byte; sent apart."""
        return manifest_of(self.files, portfolio=self.portfolio, as_of=self.as_of).digest


def pack(bundle: Bundle) -> Packed:
    """The bundle as `save` would write it.

    Parameters
    ----------
    bundle
        A fitted bundle, or one that was verified when it was read.
    """
    as_of = date_of(bundle.as_of).isoformat()
    return Packed(portfolio=bundle.portfolio, as_of=as_of, files=encode(bundle))


def unpack(packed: Packed, *, digest: str) -> Bundle:
    """The bundle of bytes that came from elsewhere, parsed after they were compared.

    Parameters
    ----------
    packed
        The bytes.
    digest
        What `Packed.digest` was where the bundle was packed.

    Raises
    ------
    BundleRefused
        If they are others.
    """
    if packed.digest != digest:
        raise BundleRefused(
            f"a bundle with digest {packed.digest[:10]}…",
            allowed=f"the one that was packed, {digest[:10]}…",
            next_step="run again: its bytes changed between two machines",
        )
    return decode(packed.files, protocol=PROTOCOL)
