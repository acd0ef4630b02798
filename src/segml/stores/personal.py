"""The map of personal data: which published columns say who a client is, or may say so in words.

docs/privacy.md shows it to people; a test holds both against the schemas, so that a new column
without a line fails. To publish a new column: say here what it can name (nothing, if it is left
out), and add it to its table's line there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

Kind = Literal["client", "other", "text", "staff"]
"""What a column can name.

======  =====================================================================================
client  whom the row is about
other   another client
text    words of a person or of a source, which may name anybody
staff   somebody of the company's own
======  =====================================================================================
"""

_ABOUT: Mapping[str, Kind] = {"client_id": "client"}
_TENDED: Mapping[str, Kind] = {**_ABOUT, "manager": "staff"}
_EVENT: Mapping[str, Kind] = {"scope_value": "text", "description": "text"}

PERSONAL: Mapping[str, Mapping[str, Kind]] = {
    **dict.fromkeys(
        (
            *("scores", "reasons", "profit", "criteria", "outlook", "levers", "features"),
            *("prospect_reasons", "next_need", "concentration", "loss_reasons", "demoted"),
            *("course", "path", "margins", "profit_parts", "next_lost", "winback"),
        ),
        _ABOUT,
    ),
    **dict.fromkeys(("attention", "boundaries", "decisions"), _TENDED),
    "clients": {**_TENDED, "name": "text"},
    "roles": {**_ABOUT, "note": "text"},
    "prospects": {**_ABOUT, "like_1": "other", "like_2": "other", "like_3": "other"},
    "losses": {**_ABOUT, "left_reason": "text"},
    "relief": {**_ABOUT, "left_reason": "text"},
    "evidence": {**_ABOUT, "row_key": "text"},
    "lookalikes": {**_ABOUT, "like": "other"},
    "successors": {**_ABOUT, "successor": "other"},
    "losses_by": {"value": "staff"},
    "loss_faults": {"value": "staff"},
    "loss_events": _EVENT,
    "recorded_reasons": {"left_reason": "text"},
    "company_events": _EVENT,
    "findings": {"first": "text", "message": "text"},
}
"""Table to its columns that can name somebody; the other columns of a table with `client_id` say
what is true of that client, those of the others what is true of many."""

WHOLE_ROWS = ("quarantine",)
"""Tables whose every column is a source's own: a row goes where any of its cells names somebody."""


def kinds_of(name: str, columns: Iterable[str]) -> dict[str, Kind]:
    """What the columns of a published table can name; of a table unknown to us all may be words.

    Parameters
    ----------
    name
        The table's.
    columns
        Its columns of text.

    Examples
    --------
    >>> kinds_of("lookalikes", ["client_id", "like", "reason"])
    {'client_id': 'client', 'like': 'other'}
    >>> kinds_of("of_tomorrow", ["client_id", "said"])
    {'client_id': 'client', 'said': 'text'}
    """
    if name in PERSONAL:
        return {one: PERSONAL[name][one] for one in columns if one in PERSONAL[name]}
    return {one: "client" if one == "client_id" else "text" for one in columns}
