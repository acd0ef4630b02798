"""What the check of a ledger found, as data: codes, severities, counts, first rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from segml.words.errors import ContractBroken

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Every severity, the gravest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the check found.

    Parameters
    ----------
    code
        The rule's or the trap's name, as in the quarantine file.
    severity
        `error` stops the run, `warning` asks to be looked at, `info` is worth knowing.
    table
        The contract's table.
    column
        The contract's column, or "" if it is about the table.
    count
        Rows (or values) it is about.
    total
        Rows (or values) it was looked for in.
    first
        Up to three of them in short, for the eyes of whoever runs the check; never for a log.
    message
        What was found, what is allowed, what to do next; names codes (products, currencies) but
        no client and no free text of a row.
    """

    code: str
    severity: Severity
    table: str
    message: str
    column: str = ""
    count: int = 0
    total: int = 0
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of one check, errors first, in an order that does not depend on the rows."""

    items: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        order = {severity: place for place, severity in enumerate(SEVERITIES)}
        ranked = sorted(self.items, key=lambda item: order[item.severity])
        object.__setattr__(self, "items", tuple(ranked))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.items + other.items)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a run."""
        return tuple(item for item in self.items if item.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that ask to be looked at."""
        return tuple(item for item in self.items if item.severity == "warning")

    def of(self, code: str) -> tuple[Finding, ...]:
        """Return the findings with this code.

        Parameters
        ----------
        code
            A rule's or a trap's name.

        Returns
        -------
        tuple of Finding
            As many as there are tables and columns it was found in.
        """
        return tuple(item for item in self.items if item.code == code)

    def text(self) -> str:
        """Return all findings as lines for a terminal, first rows included.

        Returns
        -------
        str
            One paragraph a finding.
        """
        lines: list[str] = []
        for item in self.items:
            lines.append(f"{item.severity}  {item.code}: {item.message}")
            if item.first:
                lines.append("    first: " + "; ".join(item.first))
        return "\n".join(lines) if lines else "nothing to report"

    def to_frame(self) -> pd.DataFrame:
        """Return all findings as a frame.

        Returns
        -------
        DataFrame
            Columns severity, code, table, column, count, total, first, message.
        """
        rows = [
            (
                item.severity,
                item.code,
                item.table,
                item.column,
                item.count,
                item.total,
                "; ".join(item.first),
                item.message,
            )
            for item in self.items
        ]
        columns = ["severity", "code", "table", "column", "count", "total", "first", "message"]
        return pd.DataFrame(rows, columns=columns)

    def refuse_errors(self) -> None:
        """Do nothing if no finding is an error.

        Raises
        ------
        ContractBroken
            If one is; its message lists them all, without values of rows.
        """
        if not self.errors:
            return
        listed = "\n".join(f"  {item.code}: {item.message}" for item in self.errors)
        raise ContractBroken(
            f"{len(self.errors)} broken rule(s) of the ledger's contract:\n{listed}\n"
            "The run ended before it wrote anything",
            allowed="a ledger without findings of severity error",
            next_step="mend the rows or the mapping, or see all of it with `segml check`",
        )
