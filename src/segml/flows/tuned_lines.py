"""What a search found, in lines for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from segml.flows.searching import Searched
from segml.ledger import date_of

LOSSES = {"churn": "log loss", "potential": "pinball loss over the mean size of a profit"}
SHOWN = 4
"""Parameters that are named as what mattered."""


def search_lines(found: Searched) -> list[str]:
    """What one outcome's search found: its extent, its losses, what mattered, the verdict.

    Parameters
    ----------
    found
        Of one outcome.
    """
    kind = "cut-off and part of the clients" if found.by_time else "part of the clients alone"
    extent = (
        f"{found.outcome.capitalize()}: {found.count('complete')} trials judged to the end, "
        f"{found.count('pruned')} given up early, on {found.folds} folds by {kind}; every label "
        f"had ended by {date_of(found.until)}. Study {found.study}."
    )
    losses = (
        f"  {LOSSES[found.outcome]}, less is better: {found.present_loss:.4f} as configured, "
        f"{found.best.loss:.4f} at best (trial {found.best.number})"
    )
    lines = [extent, losses]
    if not found.by_time:
        lines.append("  History is too short to search by time: expect less of what was found.")
    if found.importances:
        shares = list(found.importances.items())[:SHOWN]
        told = ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares)
        lines.append(f"  What mattered: {told}")
    return [*lines, f"  {_verdict(found)}"]


def _verdict(found: Searched) -> str:
    compared = found.compared
    if compared is None:
        return "No trial was better than the configuration: nothing is proposed."
    by = ", ".join(
        f"{name} {gap:+.4f}" for name, gap in zip(compared.names, compared.differences, strict=True)
    )
    figures = (
        f"On {compared.clients:,} clients that no trial saw: {compared.difference:+.4f} "
        f"[{compared.low:+.4f}, {compared.high:+.4f}] ({by})"
    )
    if not found.changes:
        return f"{figures}: not surely better, nothing is proposed."
    told = ", ".join(f"{name} {str(value).lower()}" for name, value in found.changes.items())
    return f"{figures}: surely better. Proposed: {told}."


def search_page(day: dt.date, lines: Sequence[str]) -> bytes:
    """The same as a page of Markdown.

    Parameters
    ----------
    day
        The date of the trainings to come.
    lines
        Those of every outcome, and the notes.
    """
    text = "\n".join(f"- {line}" if line[0] != " " else f"  - {line.strip()}" for line in lines)
    return f"# Tuning, as of {day}\n\n{text}\n".encode()
