"""What serving clients costs beside their orders, day by day: care, overdue money, bad debt.

The same money as `economics.profit` counts over a window, but for overdue money of a slice that the
window's edge cuts: it is charged whole, at the slice's end.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from segml.ledger.economics import DAYS_A_YEAR
from segml.ledger.evidence import Asked
from segml.words.plan import Economics

SLICE_DAYS = 30
"""Overdue money is charged at the end of every such slice of days since it fell due."""

_CARE = "SELECT client, day, minutes_cost + contact_cost AS care, 0.0 AS unpaid FROM {interactions}"


def charges_of(
    ask: Asked, client_ids: Sequence[str], economics: Economics, as_of: int
) -> pd.DataFrame:
    """Return `Past.charges`.

    Parameters
    ----------
    ask
        Answers questions about the past.
    client_ids
        Clients; those that are unknown add nothing.
    economics
        With `overdue_yearly_rate` and `write_off_days`.
    as_of
        The past's day.
    """
    charged = " UNION ALL ".join((_CARE, _overdue(economics, as_of), *_bad_debt(economics, as_of)))
    return ask(
        "WITH chosen AS (SELECT client, client_id FROM {clients} "
        "WHERE client_id IN (SELECT unnest(CAST(? AS VARCHAR[])))), "
        f"bills AS (SELECT * FROM {{invoices}} WHERE amount > 0), charged AS ({charged}) "
        "SELECT client_id, CAST(day AS INTEGER) AS day, sum(care ORDER BY care) AS care, "
        "sum(unpaid ORDER BY unpaid) AS unpaid FROM charged JOIN chosen USING (client) "
        "GROUP BY client_id, day HAVING sum(care) <> 0 OR sum(unpaid) <> 0 "
        "ORDER BY client_id, day",
        [str(client) for client in client_ids],
    )


def _overdue(economics: Economics, as_of: int) -> str:
    life = economics.write_off_days
    rate = float(economics.overdue_yearly_rate) / DAYS_A_YEAR
    end = f"least(opened + {SLICE_DAYS}, due_day + {life}, coalesce(paid_day, {as_of}), {as_of})"
    slices = f"generate_series(0, {(life - 1) // SLICE_DAYS}) AS k(slice)"
    opened = f"SELECT bills.*, due_day + {SLICE_DAYS} * slice AS opened FROM bills, {slices}"
    return (
        f"SELECT client, {end} - 1, 0.0, amount * {rate!r} * ({end} - opened) "
        f"FROM ({opened}) WHERE {end} > opened"
    )


def _bad_debt(economics: Economics, as_of: int) -> tuple[str, str]:
    lost = f"due_day + {economics.write_off_days}"
    fell = f"{lost} < {as_of} AND coalesce(paid_day > {lost}, true)"
    return (
        f"SELECT client, {lost}, 0.0, amount FROM bills WHERE {fell}",
        f"SELECT client, paid_day, 0.0, -amount FROM bills WHERE paid_day > {lost}",
    )
