"""What a client can be to us besides its tier: the names of the roles, in their fixed order."""

from __future__ import annotations

from typing import Literal

Role = Literal["anchor", "rising", "magnet", "advisor", "special"]

ROLES: tuple[Role, ...] = ("anchor", "rising", "magnet", "advisor", "special")
"""`anchor` is large and steady, `rising` small today and can be large, `magnet` brings others,
`advisor` has ideas that earn or save money, `special` was declared by a person."""
