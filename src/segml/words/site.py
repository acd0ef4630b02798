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
class Site:
    """One portfolio to be served.

    Parameters
    ----------
    portfolio
        Its name.
    output, models
        The folders of its published runs and of its models.
    accounts, audit
        The files of the accounts and of the audit log.
    language
        The language of a reader who chose none.
    features
        Feature name to the feature: its label and its unit.
    hosts
        Names under which it may be reached, beside this machine's own; empty: any, where it
        listens to others.
    proxy
        Who may sign people in by a header.
    """

    portfolio: str
    output: Path
    models: Path
    accounts: Path
    audit: Path
    language: str = "en"
    features: Mapping[str, Feature] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    proxy: Proxy = field(default_factory=Proxy)
