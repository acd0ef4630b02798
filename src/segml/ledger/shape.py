"""Findings about a table as a whole: columns that are missing or unknown, no rows, broken lines."""

from __future__ import annotations

import difflib
from collections import Counter

from segml.ledger.contract import Table
from segml.ledger.counting import Counts
from segml.ledger.csv_files import AS_UTF8
from segml.ledger.findings import Finding
from segml.ledger.mapping import Mapping
from segml.ledger.quarantine import UNREADABLE
from segml.ledger.sources import Source
from segml.ledger.verdicts import FIRST_ROWS, TEXT_SHOWN


def shape_findings(
    table: Table, source: Source, mapping: Mapping, counts: Counts, max_bad_share: float
) -> tuple[Finding, ...]:
    """Return what is wrong with a table before its values are looked at.

    Parameters
    ----------
    table
        The contract's table.
    source
        The table as it was read.
    mapping
        How its columns come from the source.
    counts
        Its rows.
    max_bad_share
        The share of unreadable lines up to which they are a warning.

    Returns
    -------
    tuple of Finding
        Missing columns and an empty ledger are errors.
    """
    return (
        *_missing(table, source, mapping),
        *_empty(table, mapping, counts),
        *_unreadable(table, source, counts, max_bad_share),
        *_unknown(table, mapping),
    )


def _missing(table: Table, source: Source, mapping: Mapping) -> list[Finding]:
    found = []
    for name in mapping.absent:
        near = difflib.get_close_matches(name, list(source.columns), n=1, cutoff=0.5)
        example = near[0] if near else "<source column>"
        there = ", ".join(f"`{column}`" for column in source.columns) or "none"
        found.append(
            Finding(
                code="missing_column",
                severity="error",
                table=table.name,
                column=name,
                message=(
                    f"`{table.name}.{name}` is required and not there (columns: {there}). "
                    f"Next: map it in `ledger.{table.name}.columns`, e.g. `{name}: {example}`."
                ),
            )
        )
    return found


def _empty(table: Table, mapping: Mapping, counts: Counts) -> list[Finding]:
    if counts.kept:
        return []
    if not counts.read:
        why = "the source has no rows"
    elif counts.filtered == counts.read:
        why = f"`where` leaves out all {counts.read:,} rows"
    else:
        why = f"none of {counts.read:,} rows keeps the rules"
    is_ledger = table.name == "transactions"
    return [
        Finding(
            code="empty_ledger" if is_ledger else "empty_table",
            severity="error" if is_ledger else "warning",
            table=table.name,
            count=counts.read,
            total=counts.read,
            message=(
                f"`{table.name}` is empty: {why}. Allowed: at least one row. "
                f"Next: check `ledger.{table.name}`."
            ),
        )
    ]


def _unreadable(
    table: Table, source: Source, counts: Counts, max_bad_share: float
) -> list[Finding]:
    lost = len(source.unreadable)
    if not lost:
        return []
    first = tuple(
        f"{broken.file} line {broken.line}: {broken.text[:TEXT_SHOWN]!r}"
        for broken in source.unreadable[:FIRST_ROWS]
    )
    foreign = sum(broken.is_foreign for broken in source.unreadable)
    told = f", {foreign:,} of them not UTF-8" if foreign else ""
    return [
        Finding(
            code=UNREADABLE,
            severity="error" if lost > max_bad_share * counts.read else "warning",
            table=table.name,
            count=lost,
            total=counts.read,
            first=first,
            message=(
                f"`{table.name}` has {lost:,} lines that are no rows (of {counts.read:,}){told}, "
                f"in {_places(source)}: too many or too few fields, broken quotes, or not UTF-8. "
                "Allowed: CSV in UTF-8 with as many fields as its header. Next: "
                f"{AS_UTF8 if foreign else 'mend them, or save the file again'}."
            ),
        )
    ]


def _places(source: Source) -> str:
    """The files with lines that are no rows, the worst first, with how many each has."""
    counted = Counter(broken.file for broken in source.unreadable).most_common()
    named = ", ".join(f"{file} ({count:,})" for file, count in counted[:FIRST_ROWS])
    others = len(counted) - FIRST_ROWS
    return f"{named} and {others:,} more files" if others > 0 else named


def _unknown(table: Table, mapping: Mapping) -> list[Finding]:
    if not mapping.unknown:
        return []
    names = ", ".join(f"`{name}`" for name in mapping.unknown)
    return [
        Finding(
            code="unknown_columns",
            severity="warning",
            table=table.name,
            count=len(mapping.unknown),
            total=len(mapping.unknown),
            message=(
                f"`{table.name}` has columns that nothing uses, kept out: {names}. "
                f"Allowed: {', '.join(table.names)}. "
                f"Next: map them in `ledger.{table.name}.columns` if they mean one of these."
            ),
        )
    ]
