"""What every table shows at the start of a day, as SQL: later rows and later facts are not there.

A row is seen from its own day on. What is written into it afterwards (resolved, paid, left) is seen
from the day on that it names: until then a complaint is open, an invoice unpaid, a client here.
"""

from __future__ import annotations

_CLIENT_COLUMNS = (
    "client, client_id, name, industry, region, employees, annual_turnover, manager, acquired_day, "
    "acquisition_channel, acquisition_cost, wallet, role, role_note"
)


def known_by(day: int, first: int | None = None) -> dict[str, str]:
    """Return the SQL of every table as it is known at the start of a day.

    Parameters
    ----------
    day
        Rows dated on it or later, and facts of that day or later, are not seen.
    first
        Lines and interactions dated before it are left out too; None: none are.

    Returns
    -------
    dict
        `lines`, `clients`, `interactions`, `invoices` and `events` to a SELECT in brackets.
        Invoices are never cut at `first`: an old one may still be unpaid.
    """
    since = "" if first is None else f" AND day >= {first}"
    return {
        "lines": f"(SELECT * FROM lines WHERE day < {day}{since})",
        "clients": _clients(day),
        "interactions": (
            "(SELECT client, day, kind, minutes, minutes_cost, contact_cost, "
            f"{_masked('resolved_day', 'resolved_day', day)}, "
            f"{_masked('outcome', 'resolved_day', day)} FROM interactions WHERE day < {day}{since})"
        ),
        "invoices": (
            "(SELECT client, issued_day, due_day, amount, "
            f"{_masked('paid_day', 'paid_day', day)} FROM invoices WHERE issued_day < {day})"
        ),
        "events": f"(SELECT * FROM events WHERE day < {day})",
    }


def _masked(column: str, known_from: str, day: int) -> str:
    return f"CASE WHEN {known_from} < {day} THEN {column} END AS {column}"


def _clients(day: int) -> str:
    known = f"known_day < {day}"
    # a referrer that is only known later must not show, nor that there is one
    by = f"CASE WHEN referred_by IN (SELECT client FROM clients WHERE {known}) THEN referred_by END"
    return (
        f"(SELECT {_CLIENT_COLUMNS}, {by} AS referred_by, "
        f"{_masked('first_day', 'first_day', day)}, {_masked('left_day', 'left_day', day)}, "
        f"{_masked('left_reason', 'left_day', day)}, acquisition_days FROM clients WHERE {known})"
    )
