"""What a flow gives back: values for programs, a summary for machines, lines for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, the steps done and the steps in all."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The end of a flow.

    Parameters
    ----------
    summary
        Plain JSON values: what `--json` prints.
    told
        The same for a person at a terminal, a line each.
    exit_code
        0, unless the flow ran to its end and still has to warn the scheduler.
    """

    summary: dict[str, Any]
    told: tuple[str, ...] = ()
    exit_code: int = field(default=0)

    def lines(self) -> list[str]:
        """The lines for a terminal."""
        return list(self.told)


def silent(stage: str, done: int, total: int) -> None:
    """Show no progress."""
    del stage, done, total


def rows_of(table: pd.DataFrame) -> list[dict[str, object]]:
    """The rows of a table as plain values for a summary; None for what is missing."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]
