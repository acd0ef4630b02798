"""What the pages and the API are served from, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from segml.words.feature import Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy that signs people in: the addresses it comes from, the header that names them."""

    addresses: tuple[str, ...] = ()
    header: str = "x-forwarded-user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How readers get in.

    Parameters
    ----------
    accounts, audit
        The files of the accounts and of the audit log.
    hosts
        Names under which it may be reached, beside this machine's own; empty: any, where it
        listens to others.
    proxy
        Who may sign people in by a header.
    """

    accounts: Path
    audit: Path
    hosts: tuple[str, ...] = ()
    proxy: Proxy = field(default_factory=Proxy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One portfolio to be served.

    Parameters
    ----------
    portfolio
        Its name.
    output, models
        The folders of its published runs and of its models.
    access
        How readers get in.
    language
        The language of a reader who chose none.
    features
        Feature name to the feature: its label and its unit.
    """

    portfolio: str
    output: Path
    models: Path
    access: Access
    language: str = "en"
    features: Mapping[str, Feature] = field(default_factory=dict)
