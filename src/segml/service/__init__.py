"""The pages and the API for managers, from what is published: never fits, never reads the ledger.

`door` knows who reads and gives them a `desk`, the only way to a client's row; `views`, `rooms` and
`api` show what the desk gives, `asking` has "what if" answered. `serve` runs it all.

The application loads when it is first asked for: meanwhile `serve` opens the runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segml.service.access import ROLES, Role
from segml.service.accounts import (
    Account,
    add_account,
    give_token,
    read_accounts,
    remove_account,
)
from segml.service.serve import is_own_address, serve

if TYPE_CHECKING:
    from segml.service.app import make_app

__all__ = [
    "ROLES",
    "Account",
    "Role",
    "add_account",
    "give_token",
    "is_own_address",
    "make_app",
    "read_accounts",
    "remove_account",
    "serve",
]


def __getattr__(name: str) -> Any:
    if name != "make_app":
        raise AttributeError(f"module 'segml.service' has no attribute {name!r}")
    from segml.service.app import make_app

    return make_app
