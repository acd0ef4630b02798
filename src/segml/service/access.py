"""Who may see what: the roles, the rights of each, and whose clients a reader sees.

To add a right: name it here, give it to roles, and ask for it in a route with `Door.asks`; the
matrix of `tests/service/test_access.py` then wants a row for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from segml.stores import Scope

Role = Literal["manager", "head", "analyst", "admin"]
Right = Literal["clients", "models", "accounts", "own"]

ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        "manager": frozenset({"clients", "own"}),
        "head": frozenset({"clients", "models", "own"}),
        "analyst": frozenset({"models", "own"}),
        "admin": frozenset({"accounts", "own"}),
    }
)
"""What each role may see: clients (of its own scope), models, accounts; its own account, all do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is reading.

    Parameters
    ----------
    name
        What it signs in with; None: nobody has to sign in here.
    role
        One of `ROLES`.
    managers
        For a manager: whose clients it sees, as the ledger names managers.
    regions
        For a head: the regions it sees; empty: all.
    """

    name: str | None
    role: Role
    managers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    def may(self, right: Right) -> bool:
        """Whether this reader has a right."""
        return self.name is None or right in RIGHTS[self.role]

    @property
    def scope(self) -> Scope:
        """Whose clients this reader sees; nobody's without the right to see clients."""
        if self.name is None:
            return Scope()
        if not self.may("clients"):
            return Scope(managers=())
        if self.role == "manager":
            return Scope(managers=self.managers)
        return Scope(regions=self.regions or None)


ALONE = Viewer(name=None, role="head")
"""The one reader of a machine's own address where there are no accounts: sees everything."""
