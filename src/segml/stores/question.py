"""What a list of clients is asked for, and by whom: as the rows of a register that are meant.

Whoever asks says whose clients they may see: `Scope` is part of every question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from segml.stores.columns import Mask
from segml.stores.register import Register

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
FILTERED_BY = ("tier", "status", "manager", "region")
"""The columns of which a list may hold one value alone."""


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

    @property
    def filters(self) -> tuple[object, ...]:
        """What the list is to hold, without its order and its part."""
        return (self.text.strip(), self.only_key, *(getattr(self, name) for name in FILTERED_BY))


def seen(register: Register, scope: Scope) -> Mask:
    """The one condition of who may see whom."""
    mask = np.ones(len(register), dtype=np.bool_)
    for column, allowed in (("manager", scope.managers), ("region", scope.regions)):
        if allowed is not None:
            mask &= register.coded(column).equals(*allowed)
    return mask


def asked(register: Register, wanted: Wanted, scope: Scope) -> Mask:
    """The clients of a list: of those that may be seen, those that it is to hold."""
    mask = seen(register, scope)
    for column in FILTERED_BY:
        value = getattr(wanted, column)
        if value is not None:
            mask &= register.coded(column).equals(value)
    if wanted.only_key:
        mask &= register.flags("is_key")
    if text := wanted.text.strip():
        mask &= register.named(text)
    return mask
