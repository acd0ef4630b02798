"""Traps that a single line shows, as data: what they are, how grave, what can be done."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from segml.ledger.findings import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """One kind of line that breaks no rule and may mislead.

    Parameters
    ----------
    code
        Its name in findings.
    column
        The contract's column.
    condition
        SQL over the profiled lines.
    severity
        Of a line that is kept; lines that `where` leaves out are no more than info.
    text
        What they are, after "<count> of <total> lines (<share>) ".
    """

    code: str
    column: str
    condition: str
    text: str
    severity: Severity = "warning"


TRAPS = (
    Trap(
        code="left_out_by_where",
        column="",
        condition="NOT wanted",
        text="are left out by `where`.",
        severity="info",
    ),
    Trap(
        code="lines_without_client",
        column="client_id",
        condition="client_id IS NULL",
        text="are without a client: their money belongs to nobody here.",
    ),
    Trap(
        code="returns",
        column="amount",
        condition="coalesce(is_return, amount < 0)",
        text="are returns or cancellations (negative amount, or marked so).",
        severity="info",
    ),
    Trap(
        code="adjustments",
        column="amount",
        condition="amount < 0 AND quantity > 0",
        text=(
            "have a negative amount with a positive quantity: adjustments (discounts, bad debt), "
            "not goods that came back. Next: leave them out with `where`."
        ),
    ),
    Trap(
        code="zero_amount",
        column="amount",
        condition="amount = 0",
        text=(
            "have an amount of 0 (free goods, corrections of stock); such a line still makes an "
            "order. Next: leave them out with `where`."
        ),
    ),
    Trap(
        code="negative_cost",
        column="cost",
        condition="amount > 0 AND NOT coalesce(is_return, false) AND cost < 0",
        text=(
            "are sales with a negative cost, which counts as profit. Next: if costs are written "
            "with a minus, turn their sign in `columns.cost`."
        ),
    ),
    Trap(
        code="cost_of_returns",
        column="cost",
        condition="coalesce(is_return, amount < 0) AND cost > 0",
        text=(
            "are returns with a positive cost, so their goods count as lost. Next: if the goods "
            "came back, turn the cost's sign in `columns.cost`."
        ),
    ),
)
"""To add a trap: one here, with a test that meets it."""


def share_text(part: float, whole: float) -> str:
    """Return a share in per cent that says 0 % and 100 % only where they are exact.

    Parameters
    ----------
    part, whole
        Counts.

    Returns
    -------
    str
        For people.

    Examples
    --------
    >>> share_text(999_999, 1_000_000)
    'over 99.9%'
    """
    share = part / whole if whole else 0.0
    if 0 < share < 0.001:
        return "under 0.1%"
    return "over 99.9%" if 0.999 < share < 1 else f"{share:.1%}"


def noted(
    code: str,
    column: str,
    message: str,
    *,
    count: int,
    total: int,
    severity: Severity = "info",
) -> Finding:
    """Return a finding about the transactions that is no error.

    Parameters
    ----------
    code, column, message, count, total, severity
        As in `Finding`.

    Returns
    -------
    Finding
        About the table `transactions`.
    """
    return Finding(
        code=code,
        severity=severity,
        table="transactions",
        column=column,
        count=count,
        total=total,
        message=message,
    )


def left_out_text(count: int, left: int) -> str:
    """Return how many of some lines `where` leaves out, as a sentence after another.

    Parameters
    ----------
    count
        Lines.
    left
        Those of them that are left out.

    Returns
    -------
    str
        Empty if none is.
    """
    if not left:
        return ""
    return " All are left out by `where`." if left == count else f" `where` leaves out {left:,}."


def trap_findings(connection: duckdb.DuckDBPyConnection, lines: str) -> tuple[Finding, ...]:
    """Return a finding for every trap that at least one line shows.

    Parameters
    ----------
    connection
        The scratch database.
    lines
        The view of the profiled lines, with `wanted` false where `where` leaves one out.

    Returns
    -------
    tuple of Finding
        In the order of `TRAPS`.
    """
    counts = "".join(
        f", count(*) FILTER (WHERE {trap.condition})"
        f", count(*) FILTER (WHERE ({trap.condition}) AND NOT wanted)"
        for trap in TRAPS
    )
    row = connection.execute(f"SELECT count(*){counts} FROM {lines}").fetchone() or (0,)
    total = int(row[0])
    found = []
    for place, trap in enumerate(TRAPS):
        count, left = (int(value) for value in row[2 * place + 1 : 2 * place + 3])
        if not count:
            continue
        about_where = trap.condition == "NOT wanted"
        text = f"{count:,} of {total:,} lines ({share_text(count, total)}) {trap.text}"
        text += "" if about_where else left_out_text(count, left)
        severity: Severity = trap.severity if left < count else "info"
        found.append(
            noted(trap.code, trap.column, text, count=count, total=total, severity=severity)
        )
    return tuple(found)
