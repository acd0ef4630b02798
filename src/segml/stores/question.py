"""What a list of clients is asked for, and by whom: as conditions of one query.

Whoever asks says whose clients they may see: `Scope` is part of every question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

SORTED_BY: Mapping[str, str] = MappingProxyType(
    {
        "name": "called",
        "tier": "tier_rank",
        "risk": "p_churn",
        "stake": "stake",
        "profit": "profit_365",
        "sales": "revenue_365",
        "expected": "expected_profit",
        "cost": "cost_to_serve_365",
    }
)
"""What a list may be sorted by, to its column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose clients may be seen: those of these managers, or of these regions; None: no limit.

    Where both are named a client has to be of both. An empty tuple names nobody.
    """

    managers: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None

    @property
    def is_all(self) -> bool:
        """Whether every client may be seen."""
        return self.managers is None and self.regions is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is to hold, in which order, and which part of it.

    `text` is looked for in names and ids, as letters of either case; None or empty: no filter.
    """

    text: str = ""
    tier: str | None = None
    status: str | None = None
    manager: str | None = None
    region: str | None = None
    only_key: bool = False
    sort: str = "stake"
    descending: bool = True
    offset: int = 0
    limit: int | None = 50

    def __post_init__(self) -> None:
        if self.sort not in SORTED_BY:
            raise ValueError(f"sorted by {self.sort!r}; allowed: {', '.join(SORTED_BY)}")
        if self.offset < 0 or (self.limit is not None and self.limit < 1):
            raise ValueError("an offset from 0 and a limit from 1")


def seen(scope: Scope) -> tuple[str, list[Any]]:
    """The one condition of who may see whom, and its values."""
    parts, values = ["true"], list[Any]()
    for column, allowed in (("manager", scope.managers), ("region", scope.regions)):
        if allowed is not None:
            marks = ", ".join("?" * len(allowed))
            parts.append(f"{column} in ({marks})" if allowed else "false")
            values += allowed
    return " and ".join(parts), values


def order_of(wanted: Wanted) -> str:
    """The order of a list: nulls last, ties by id."""
    direction = "desc" if wanted.descending else "asc"
    return f"{SORTED_BY[wanted.sort]} {direction} nulls last, client_id"


def asked(wanted: Wanted, scope: Scope) -> tuple[str, list[Any]]:
    """The condition of a list, and its values."""
    where, values = seen(scope)
    parts: list[str] = [where]
    for column in ("tier", "status", "manager", "region"):
        value = getattr(wanted, column)
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(value)
    if wanted.only_key:
        parts.append("is_key")
    if text := wanted.text.strip():
        parts.append("(contains(lower(called), lower(?)) or starts_with(client_id, ?))")
        values += [text, text]
    return " and ".join(parts), values
