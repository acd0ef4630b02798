"""The pages and the API for managers, from what is published: never fits, never reads the ledger.

`door` knows who reads and gives them a `desk`, the only way to a client's row; `views`, `rooms` and
`api` show what the desk gives. `serve` runs it all.
"""

from __future__ import annotations

from segml.service.access import ROLES, Role
from segml.service.accounts import (
    Account,
    add_account,
    give_token,
    read_accounts,
    remove_account,
)
from segml.service.app import make_app
from segml.service.serve import is_own_address, serve

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
