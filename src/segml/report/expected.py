"""What a scheme expects of its tiers' shares, beside what was found, as facts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segml.report.records import Rows

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFact:
    """One tier, or several together: shares of active clients and of their profit, found and due.

    `profit_found` is None where active clients bring no profit together, `profit` (what is
    expected) where the scheme says nothing of it.
    """

    tiers: tuple[str, ...]
    clients_found: float
    clients: Range
    profit_found: float | None
    profit: Range | None


def expected_facts(told: Sequence[Mapping[str, Any]], parts: Rows) -> tuple[ExpectedFact, ...]:
    """The scheme's expectations in its order; empty for a scheme that has none.

    Parameters
    ----------
    told
        `expected_shares` of a run.json: `tiers`, the ranges of `clients` and of `profit` (or None).
    parts
        Clients and their `profit_365`, summed by `tier` and `status` (among others).

    Examples
    --------
    >>> vip = {"tier": "vip", "status": "active", "count": 1, "profit_365": 6.0}
    >>> [found] = expected_facts(
    ...     [{"tiers": ["vip"], "clients": [0.05, 0.1], "profit": None}],
    ...     [vip, vip | {"tier": "small", "count": 3, "profit_365": 2.0}],
    ... )
    >>> found.tiers, found.clients_found, found.profit_found
    (('vip',), 0.25, 0.75)
    """
    active = [row for row in parts if row["status"] == "active"]
    clients = sum(row["count"] for row in active)
    profit = math.fsum(row["profit_365"] for row in active)
    found = []
    for each in told:
        tiers, clients_due, due = tuple(each["tiers"]), each["clients"], each["profit"]
        inside = [row for row in active if row["tier"] in tiers]
        brought = math.fsum(row["profit_365"] for row in inside)
        found.append(
            ExpectedFact(
                tiers=tiers,
                clients_found=sum(row["count"] for row in inside) / max(clients, 1),
                clients=(clients_due[0], clients_due[1]),
                profit_found=brought / profit if profit > 0 else None,
                profit=None if due is None else (due[0], due[1]),
            )
        )
    return tuple(found)
