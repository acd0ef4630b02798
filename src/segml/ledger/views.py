"""What every table shows at the start of a day, as SQL: later rows and later facts are not there.

A row is seen from its own day on. What is written into it afterwards (resolved, paid, left) is seen
from the day on that it names: until then a complaint is open, an invoice unpaid, a client here.
"""

from __future__ import annotations

from collections.abc import Mapping

from segml.ledger.books import CLIENT_BOOKS

_CLIENT_COLUMNS = (
    "client, client_id, name, industry, region, employees, annual_turnover, manager, acquired_day, "
    "acquisition_channel, acquisition_cost, wallet, role, role_note"
)

REFERRED = "client IN (SELECT client FROM clients WHERE referred_by IS NOT NULL)"
"""The condition of clients that another client brought."""


def known_by(
    day: int, first: int | None = None, only: str = "", lent: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the SQL of every table as it is known at the start of a day.

    Parameters
    ----------
    day
        Rows dated on it or later, and facts of that day or later, are not seen.
    first
        Lines and interactions dated before it are left out too; None: none are.
    only
        A condition on `client`: rows of other clients are left out; empty: none are.
    lent
        Further tables with `client` and `day`, by name; None: none.

    Returns
    -------
    dict
        `lines`, their books (`purchases`, `days`, `product_totals`), `clients`, `interactions`,
        `invoices` and `events` to a SELECT in brackets. Invoices are never cut at `first`: an old
        one may still be unpaid. The totals are of all clients always.
    """
    since = "" if first is None else f" AND day >= {first}"
    theirs = f" AND {only}" if only else ""
    dated = f"WHERE day < {day}{since}"
    further = {} if lent is None else lent
    return {
        **{name: f"(SELECT * FROM {name} {dated}{theirs})" for name in ("lines", *CLIENT_BOOKS)},
        **{name: f"(SELECT * FROM {at} {dated}{theirs})" for name, at in further.items()},
        "product_totals": f"(SELECT * FROM product_totals {dated})",
        "clients": _clients(day, theirs),
        "interactions": (
            "(SELECT client, day, kind, minutes, minutes_cost, contact_cost, "
            f"{_masked('resolved_day', 'resolved_day', day)}, "
            f"{_masked('outcome', 'resolved_day', day)} FROM interactions {dated}{theirs})"
        ),
        "invoices": (
            "(SELECT client, issued_day, due_day, amount, "
            f"{_masked('paid_day', 'paid_day', day)} FROM invoices "
            f"WHERE issued_day < {day}{theirs})"
        ),
        "events": f"(SELECT * FROM events WHERE day < {day})",
    }


def _masked(column: str, known_from: str, day: int) -> str:
    return f"CASE WHEN {known_from} < {day} THEN {column} END AS {column}"


def _clients(day: int, theirs: str) -> str:
    # a referrer that is only known later must not show, nor that there is one
    by = _masked("referred_by", "referrer_known_day", day)
    return (
        f"(SELECT {_CLIENT_COLUMNS}, {by}, "
        f"{_masked('first_day', 'first_day', day)}, {_masked('left_day', 'left_day', day)}, "
        f"{_masked('left_reason', 'left_day', day)}, acquisition_days FROM clients "
        f"WHERE known_day < {day}{theirs})"
    )
