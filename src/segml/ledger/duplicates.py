"""Exact duplicate lines: counted and kept, or quarantined where the configuration says so.

`copy` in `checked_transactions` is a 64-bit hash of all columns that a line has in its source.
"""

from __future__ import annotations

from segml.ledger.findings import Finding
from segml.ledger.rows import Rows
from segml.ledger.rules import Rule

CODE = "duplicate_line"


def duplicate_line_rule() -> Rule:
    """Return the rule that no line repeats another in every column; for `duplicates: drop`.

    Its condition is never true by itself: `mark_duplicates`, which sees other rows, sets its bit
    after all others are known.

    Returns
    -------
    Rule
        With the code `duplicate_line`.
    """
    return Rule(
        code=CODE,
        column="client_id",
        condition="false",
        what="lines that repeat an earlier one in every column",
        allowed="lines that differ, as `ledger.duplicates: drop` asks",
        next_step="nothing, or `duplicates: keep` if they are real",
    )


REPEATS = (
    "problems = 0 AND row_number() OVER (PARTITION BY problems = 0, copy, client_id, date, amount "
    "ORDER BY segml_row) > 1"
)
"""The condition of a kept line that an earlier kept one is a copy of."""

MANY = 0.2
"""From such a share of copies on they are rather a file that was read twice than equal lines."""


def mark_duplicates(rows: Rows, bit: int) -> None:
    """Set the bit of every kept line that repeats an earlier one in every source column.

    Parameters
    ----------
    rows
        The source's, with `checked_transactions` kept.
    bit
        The place of the rule in `problems`.
    """
    rows.mark("checked_transactions", REPEATS, 1 << bit)


def count_duplicates(rows: Rows) -> tuple[Finding, ...]:
    """Return the finding that some kept lines repeat another in every source column.

    Parameters
    ----------
    rows
        The source's, with `checked_transactions` kept.

    Returns
    -------
    tuple of Finding
        One, or none if no line repeats another.
    """
    total, distinct = rows.distinct("copy", "checked_transactions WHERE problems = 0")
    repeated = total - distinct
    if not repeated:
        return ()
    text = f"{repeated:,} of {total:,} lines repeat another one in every column; they are kept"
    if repeated > MANY * total:
        text += f", so that a line counts {total / distinct:.1f} times: is an export there twice?"
    else:
        text += "."
    text += " Next: `ledger.duplicates: drop` if they are mistakes."
    return (
        Finding(
            code="duplicate_lines",
            severity="warning",
            table="transactions",
            count=repeated,
            total=total,
            message=text,
        ),
    )
