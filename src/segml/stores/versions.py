"""The registry as a frozen value: trained versions, which is champion, and how that came about.

Nothing here touches a disk. Each step gives a new value; `registry` writes it.

A version is `champion` (scores), `challenger` (trained, waiting for a promotion) or `archived`
(was champion once). The first version becomes champion by itself.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from segml.words.errors import ConfigurationRefused, NoModel

Status = Literal["champion", "challenger", "archived"]
Action = Literal["registered", "promoted", "refused", "rolled_back"]

VERSION_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{10}")
"""``<as-of>-<first ten hex of the manifest's digest>``; nothing else becomes a folder's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One trained bundle as the registry knows it.

    Parameters
    ----------
    version
        Its name, also its folder's.
    as_of
        The day its training saw nothing of.
    manifest_digest
        sha256 of its manifest, 64 hex, kept here apart from the files.
    created
        When it was registered, ISO 8601.
    status
        `champion`, `challenger` or `archived`.
    metrics
        A summary for people (validation figures by name); None where undefined.
    """

    version: str
    as_of: dt.date
    manifest_digest: str
    created: str
    status: Status = "challenger"
    metrics: Mapping[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not VERSION_NAME.fullmatch(self.version):
            raise ValueError(f"version `{self.version}` is not <as-of>-<ten hex>")
        if not re.fullmatch(r"[0-9a-f]{64}", self.manifest_digest):
            raise ValueError(f"version {self.version}: the manifest's digest is not 64 hex")
        if self.version != f"{self.as_of.isoformat()}-{self.manifest_digest[:10]}":
            raise ValueError(f"version {self.version} disagrees with its date or its digest")
        if self.status not in get_args(Status):
            raise ValueError(f"version {self.version} has status `{self.status}`")
        if not all(value is None or math.isfinite(value) for value in self.metrics.values()):
            raise ValueError(f"version {self.version} has a metric that is no finite number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the audit trail: what was done when, to which version, which was champion."""

    at: str
    action: Action
    version: str
    before: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        dt.datetime.fromisoformat(self.at)
        if not VERSION_NAME.fullmatch(self.version):
            raise ValueError(f"a change of `{self.version}`, which is not <as-of>-<ten hex>")
        if self.action not in get_args(Action) or not isinstance(self.note, str):
            raise ValueError(f"a change of {self.version} that nothing of ours makes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Every version of one portfolio, in the order of registration, and the audit trail.

    `line` is the succession of champions, the present one last; `roll_back` walks it back.
    """

    portfolio: str
    versions: tuple[Version, ...] = ()
    line: tuple[str, ...] = ()
    history: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        names = [version.version for version in self.versions]
        champions = [v.version for v in self.versions if v.status == "champion"]
        if len(set(names)) != len(names):
            raise ValueError("a version is listed twice")
        if champions != list(self.line[-1:]) or not set(self.line) <= set(names):
            raise ValueError("the champion and the line of champions disagree")

    def get(self, name: str) -> Version:
        """The version of that name.

        Raises
        ------
        ConfigurationRefused
            If there is none.
        """
        for version in self.versions:
            if version.version == name:
                return version
        known = ", ".join(version.version for version in self.versions) or "none yet"
        raise ConfigurationRefused(
            f"no version `{name}` in portfolio `{self.portfolio}`",
            allowed=f"its versions: {known}",
            next_step="name one of them (`segml models` lists them)",
        )

    def champion(self) -> Version:
        """The version that scores.

        Raises
        ------
        NoModel
            If nothing was trained yet.
        """
        if self.line:
            return self.get(self.line[-1])
        raise NoModel(
            f"portfolio `{self.portfolio}` has no trained version",
            allowed="a portfolio with a champion",
            next_step="run `segml train`",
        )

    def newest_at_or_before(self, day: dt.date) -> Version:
        """The newest version trained at or before `day`; the champion wins a tie of dates.

        Raises
        ------
        NoModel
            If every version saw later days, naming the earliest.
        """
        fitting = [version for version in self.versions if version.as_of <= day]
        if fitting:
            places = {version.version: place for place, version in enumerate(self.versions)}
            return max(fitting, key=lambda v: (v.as_of, v.status == "champion", places[v.version]))
        earliest = min((version.as_of for version in self.versions), default=None)
        found = f"the earliest is of {earliest}" if earliest else "nothing was trained yet"
        raise NoModel(
            f"portfolio `{self.portfolio}` has no version trained at or before {day}: {found}",
            allowed="a version that saw nothing of the days after",
            next_step=f"run `segml train --as-of {day}`",
        )

    def champion_at_or_before(self, day: dt.date) -> Version:
        """The champion if it was trained at or before `day`, else the newest former one that was.

        A challenger that nobody promoted is passed over.

        Raises
        ------
        NoModel
            If no champion, past or present, saw nothing of the days after `day`.
        """
        if self.line and self.champion().as_of <= day:
            return self.champion()
        tried = tuple(version for version in self.versions if version.status != "challenger")
        return replace(self, versions=tried).newest_at_or_before(day)

    def registered(self, version: Version, *, at: str) -> Versions:
        """The registry with one version more: champion if it is the first, else challenger.

        The same version again changes nothing.
        """
        if any(known.version == version.version for known in self.versions):
            return self
        first = not self.versions
        entry = replace(version, status="champion" if first else "challenger")
        note = "the first version becomes champion" if first else ""
        return replace(
            self,
            versions=(*self.versions, entry),
            line=(version.version,) if first else self.line,
            history=(
                *self.history,
                Change(at=at, action="registered", version=version.version, note=note),
            ),
        )

    def promoted(self, name: str, *, at: str, note: str = "") -> Versions:
        """The registry with `name` as champion, the former one archived; no change if it is.

        Raises
        ------
        ConfigurationRefused
            If there is no such version.
        """
        self.get(name)
        before = self.champion().version
        if before == name:
            return self
        change = Change(at=at, action="promoted", version=name, before=before, note=note)
        return self._with_line((*self.line, name), change)

    def refused(self, name: str, *, at: str, note: str) -> Versions:
        """The registry with a line more in its trail: the gate kept `name` from being champion.

        Raises
        ------
        ConfigurationRefused
            If there is no such version.
        """
        self.get(name)
        before = self.champion().version
        change = Change(at=at, action="refused", version=name, before=before, note=note)
        return replace(self, history=(*self.history, change))

    def rolled_back(self, *, at: str, note: str = "") -> Versions:
        """The registry with the champion before this one back, this one archived.

        Raises
        ------
        ConfigurationRefused
            If no champion came before.
        """
        if len(self.line) < 2:
            raise ConfigurationRefused(
                f"portfolio `{self.portfolio}` had no champion before the present one",
                allowed="a rollback after a promotion",
                next_step="promote another version (`segml promote`)",
            )
        before, after = self.line[-1], self.line[-2]
        change = Change(at=at, action="rolled_back", version=after, before=before, note=note)
        return self._with_line(self.line[:-1], change)

    def _with_line(self, line: tuple[str, ...], change: Change) -> Versions:
        statuses: dict[str, Status] = {str(change.before): "archived", line[-1]: "champion"}
        return replace(
            self,
            versions=tuple(
                replace(v, status=statuses.get(v.version, v.status)) for v in self.versions
            ),
            line=line,
            history=(*self.history, change),
        )
