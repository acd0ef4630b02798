"""Lines that stand alone, years before or after all others: most likely a mistyped date."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import duckdb

from segml.ledger.days import date_of
from segml.ledger.findings import Finding
from segml.ledger.traps import noted

GAP_DAYS = 365
"""A shorter gap is no sign of a mistake."""
TIMES_USUAL = 10
"""How many times the longest gap among the rest makes a gap absurd."""
FEW = 0.001
"""The share of lines (but one line always) up to which a group may be a mistake."""
RHYTHM_DAYS = 10
"""Days with lines that it takes to have a rhythm at all."""

Days = Sequence[tuple[int, int]]
"""Days with lines, in order, each with its number of lines."""


def isolated_dates(connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """Return a finding for the first lines, and one for the last, if the rest is years away.

    They are reported and kept: only the reader knows whether such a date is true.

    Parameters
    ----------
    connection
        The scratch database with `checked_transactions`.

    Returns
    -------
    tuple of Finding
        None, one or two, the earlier first.
    """
    days = _days(connection)
    total = sum(lines for _, lines in days)
    return tuple(_finding(group, side, total) for side, group in cut_off(days).items())


def last_believed(connection: duckdb.DuckDBPyConnection) -> int | None:
    """The day of the last line, those that stand years after all others left out.

    Parameters
    ----------
    connection
        The scratch database with `checked_transactions`; None if that holds no good line.
    """
    days = _days(connection)
    kept = days[: len(days) - len(cut_off(days).get("after", ()))]
    return kept[-1][0] if kept else None


def _days(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    found = connection.execute(
        "SELECT date, count(*) FROM checked_transactions "
        "WHERE problems = 0 AND date IS NOT NULL GROUP BY date ORDER BY date"
    ).fetchall()
    return [(int(day), int(lines)) for day, lines in found]


def cut_off(days: Days) -> dict[str, Days]:
    """Return the days that are cut off from the rest by an absurd gap, by the side they stand on.

    The rest is the run of days, without a gap of more than a year, that holds most lines.

    Parameters
    ----------
    days
        Days with lines, in order.

    Returns
    -------
    dict
        "before" and "after" to days; a side without any is left out.

    Examples
    --------
    >>> usual = [(15_000 + day, 5) for day in range(300)]
    >>> cut_off([(1, 1), *usual, (47_000, 1)])
    {'before': [(1, 1)], 'after': [(47000, 1)]}
    """
    start, end = _rest(days)
    rest = days[start:end]
    if len(rest) < RHYTHM_DAYS:
        return {}
    longest = max(later - day for (day, _), (later, _) in pairwise(rest))
    absurd = max(GAP_DAYS, TIMES_USUAL * longest)
    few = max(1.0, FEW * sum(lines for _, lines in days))
    found: dict[str, Days] = {}
    before, after = days[:start], days[end:]
    if before and rest[0][0] - before[-1][0] > absurd and _lines(before) <= few:
        found["before"] = before
    if after and after[0][0] - rest[-1][0] > absurd and _lines(after) <= few:
        found["after"] = after
    return found


def _rest(days: Days) -> tuple[int, int]:
    """The places [start, end) of the run of days that holds most lines."""
    gaps = enumerate(pairwise(days), start=1)
    edges = [place for place, ((day, _), (later, _)) in gaps if later - day > GAP_DAYS]
    runs = pairwise([0, *edges, len(days)])
    return max(runs, key=lambda run: _lines(days[run[0] : run[1]]))


def _lines(days: Days) -> int:
    return sum(lines for _, lines in days)


def _finding(group: Days, side: str, total: int) -> Finding:
    first, last = date_of(group[0][0]), date_of(group[-1][0])
    dated = f"dated {first}" if first == last else f"dated {first} to {last}"
    moved = "the ledger's first day" if side == "before" else "the ledger's last day"
    text = (
        f"{_lines(group):,} of {total:,} lines, {dated}, stand years {side} all others and set "
        f"{moved}. Next: mend them, or leave them out with `where`, unless they are true."
    )
    count = _lines(group)
    return noted("isolated_dates", "date", text, count=count, total=total, severity="warning")
