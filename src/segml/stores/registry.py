"""``models/<portfolio>/registry.json``: the authority for scoring, replaced atomically.

The file format has a number. Raise `PROTOCOL` when a reader of the old number would misread the
new file, and keep reading the old one. A bundle's folder is put in place before its entry is
written, so an entry without files cannot come from a kill; a folder without an entry can, and the
next training of the same bundle takes its place.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segml.stores.folder import put_in_place, replace_file, staging, sweep
from segml.stores.portfolios import REGISTRY_FILE
from segml.stores.versions import Change, Version, Versions
from segml.words.errors import BundleRefused, ConfigurationRefused

if TYPE_CHECKING:
    from segml.bundle import Bundle

FORMAT = "segml registry"
PROTOCOL = 1


class Registry:
    """The versions of one portfolio on disk. Change it under the portfolio's `lock` alone.

    Parameters
    ----------
    models
        The folder of all portfolios (`models:` of the configuration).
    portfolio
        Its name, also the folder's.

    Raises
    ------
    ConfigurationRefused
        If the name cannot be one folder, or the file belongs to another portfolio.
    BundleRefused
        If the file is broken, or of a newer segml.
    """

    def __init__(self, models: Path, portfolio: str) -> None:
        if portfolio in ("", ".", "..") or {"/", "\\", "\0"} & set(portfolio):
            raise ConfigurationRefused(
                f"portfolio `{portfolio}`",
                allowed="a name that can be one folder",
                next_step="rename the portfolio in the configuration",
            )
        self.folder = models / portfolio
        self.versions = _read(self.folder / REGISTRY_FILE, portfolio)

    @property
    def exists(self) -> bool:
        """Whether the portfolio was ever trained: its registry stands on disk."""
        return (self.folder / REGISTRY_FILE).is_file()

    def champion(self) -> Version:
        """The version that scores; see `Versions.champion`."""
        return self.versions.champion()

    def get(self, name: str) -> Version:
        """The version of that name; see `Versions.get`."""
        return self.versions.get(name)

    def newest_at_or_before(self, day: dt.date) -> Version:
        """The version `backfill` uses for a day; see `Versions.newest_at_or_before`."""
        return self.versions.newest_at_or_before(day)

    def champion_at_or_before(self, day: dt.date) -> Version:
        """The version `losses` uses for its `--from`; see `Versions.champion_at_or_before`."""
        return self.versions.champion_at_or_before(day)

    def path_of(self, version: Version) -> Path:
        """The folder of a version's files.

        Raises
        ------
        BundleRefused
            If it is missing: somebody removed it, a kill cannot.
        """
        path = self.folder / version.version
        if path.is_dir():
            return path
        raise BundleRefused(
            f"version {version.version} is registered, its folder {path} is missing",
            allowed="a registered version with its files",
            next_step="restore the folder from a copy, or promote another version",
        )

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty folder for `bundle.save` to write into, on the disk `add` moves it on."""
        with staging(self.folder / "bundle") as aside:
            yield aside

    def add(
        self,
        staged: Path,
        *,
        as_of: dt.date,
        manifest_digest: str,
        at: dt.datetime,
        metrics: Mapping[str, float | None] | None = None,
    ) -> Version:
        """The version whose files are now in place and whose entry is written, files first.

        The first one becomes champion. The same bundle again replaces its own files and changes
        no entry.

        Parameters
        ----------
        staged
            The folder of `staging`, filled by `bundle.save`.
        as_of
            The training's as-of date.
        manifest_digest
            The digest of its manifest, 64 hex; with the date it is the version's name.
        at
            When, with its zone.
        metrics
            A summary for people.

        Raises
        ------
        ValueError
            If the digest or a metric is none.
        """
        version = Version(
            version=f"{as_of.isoformat()}-{manifest_digest[:10]}",
            as_of=as_of,
            manifest_digest=manifest_digest,
            created=_stamp(at),
            metrics=dict(metrics or {}),
        )
        put_in_place(staged, self.folder / version.version)
        self._become(self.versions.registered(version, at=_stamp(at)))
        return self.get(version.version)

    def promote(self, name: str, *, at: dt.datetime, note: str = "") -> Version:
        """The named version, now champion; its files must stand.

        Raises
        ------
        ConfigurationRefused
            If there is no such version.
        BundleRefused
            If its folder is missing.
        """
        self.path_of(self.get(name))
        self._become(self.versions.promoted(name, at=_stamp(at), note=note))
        return self.champion()

    def refuse(self, name: str, *, at: dt.datetime, note: str) -> None:
        """Write down that the gate kept a version from being champion, and why.

        Raises
        ------
        ConfigurationRefused
            If there is no such version.
        """
        self._become(self.versions.refused(name, at=_stamp(at), note=note))

    def rollback(self, *, at: dt.datetime, note: str = "") -> Version:
        """The champion before this one, champion again; its files must stand.

        Raises
        ------
        ConfigurationRefused
            If no champion came before.
        BundleRefused
            If its folder is missing.
        """
        after = self.versions.rolled_back(at=_stamp(at), note=note)
        self.path_of(after.champion())
        self._become(after)
        return self.champion()

    def repair(self) -> tuple[str, ...]:
        """Names of what a dead run left in the portfolio's folder, now restored or removed."""
        return sweep(self.folder)

    def _become(self, after: Versions) -> None:
        if after != self.versions:
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(self.folder / REGISTRY_FILE, _to_bytes(after))
            self.versions = after


def _stamp(at: dt.datetime) -> str:
    return at.isoformat("T", "seconds")


def _to_bytes(versions: Versions) -> bytes:
    value = {
        "format": FORMAT,
        "protocol": PROTOCOL,
        "portfolio": versions.portfolio,
        "champion": versions.line[-1] if versions.line else None,
        "line": list(versions.line),
        "versions": [asdict(v) | {"as_of": v.as_of.isoformat()} for v in versions.versions],
        "history": [asdict(change) for change in versions.history],
    }
    return f"{json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)}\n".encode()


def _read(path: Path, portfolio: str) -> Versions:
    if not path.exists():
        return Versions(portfolio=portfolio)
    try:
        value: Mapping[str, Any] = json.loads(path.read_bytes())
        _refuse_foreign(path, value, portfolio)
        found = Versions(
            portfolio=portfolio,
            versions=tuple(
                Version(**entry | {"as_of": dt.date.fromisoformat(entry["as_of"])})
                for entry in value["versions"]
            ),
            line=tuple(value["line"]),
            history=tuple(Change(**entry) for entry in value["history"]),
        )
        _refuse_other_champion(value, found)
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
        raise BundleRefused(
            f"{path} cannot be read as a registry ({type(error).__name__}: {error})",
            allowed="the file as segml wrote it",
            next_step="restore it from a copy; the versions' folders beside it are untouched",
        ) from error
    return found


def _refuse_other_champion(value: Mapping[str, Any], found: Versions) -> None:
    if value["champion"] != (found.line[-1] if found.line else None):
        raise ValueError("its champion is not the last of its line")


def _refuse_foreign(path: Path, value: Mapping[str, Any], portfolio: str) -> None:
    if value["format"] != FORMAT:
        raise ValueError(f"format `{value['format']}`")
    if value["protocol"] != PROTOCOL:
        raise BundleRefused(
            f"{path} has registry protocol {value['protocol']}",
            allowed=f"protocol {PROTOCOL}",
            next_step="update segml",
        )
    if value["portfolio"] != portfolio:
        raise ConfigurationRefused(
            f"{path} belongs to portfolio `{value['portfolio']}`",
            allowed=f"a registry of `{portfolio}`",
            next_step="correct `portfolio` or `models` in the configuration",
        )


def load_version(registry: Registry, version: Version) -> Bundle:
    """The verified bundle of a registered version.

    Raises
    ------
    BundleRefused
        If a file is missing, foreign or changed.
    """
    from segml import bundle  # models are loaded by who asks for one, not by who reads their list

    return bundle.load(registry.path_of(version), manifest_digest=version.manifest_digest)


def read_card(registry: Registry, version: Version) -> str:
    """The card of a registered version, compared with its digest as what scores is.

    Raises
    ------
    BundleRefused
        If the version's folder, its manifest or its card is missing, foreign or changed.
    """
    from segml import bundle

    return bundle.read_card(registry.path_of(version), manifest_digest=version.manifest_digest)
