"""Sentences of the pages about accounts: what cannot be changed, what the audit log says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segml.report.figures import MISSING, counted
from segml.report.language import Phrases, _

AUDITED = Phrases(
    {
        "client": "client seen",
        "dossier": "dossier seen",
        "dossier.pdf": "dossier taken along as PDF",
        "what-if": "what if asked",
        "export": "list taken along",
        "signed-in": "signed in",
        "signed-out": "signed out",
        "sign-in-refused": "wrong password",
        "password-changed": "password changed",
        "sessions-ended": "sessions ended",
        "account-added": "account added",
        "account-removed": "account taken away",
    }
)
"""What a line of the audit log notes, by its code."""


def fault_sentence(fault: str, least: int) -> str:
    """Why a password was not changed, by its code."""
    if fault == "short":
        return _short(least)
    if fault == "again":
        return _("The new password was typed in two ways. Type it twice alike.")
    if fault == "often":
        return _("There were too many tries. Wait a minute and try again.")
    return _("The password of today is not right. Nothing was changed.")


def account_refused(least: int) -> str:
    """Why an account was not added or changed."""
    told = _(
        "That cannot be done. An account has a name without blanks at its ends, a role and a "
        "password; a manager has at least one manager of the ledger; nobody changes their own here."
    )
    return f"{told} {_short(least)}"


def audited(what: str) -> str:
    """What a line of the audit log notes."""
    asked = what.removeprefix("api:")
    told = AUDITED.get(asked, asked)
    return _("{what} (API)", what=told) if asked != what else told


def audited_of(line: Mapping[str, Any]) -> str:
    """Whom a line of the audit log is about: a client's id, an account, or how many clients."""
    if "count" in line:
        return counted("{count} client", "{count} clients", int(line["count"]))
    return str(line.get("client_id") or line.get("account") or MISSING)


def _short(least: int) -> str:
    return counted(
        "A password has {count} letter or more.", "A password has {count} letters or more.", least
    )
