"""The future of a cut-off, a type of its own: labels are made of it, and no feature takes it."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import pandas as pd

from segml.ledger.question import ask
from segml.ledger.views import known_by
from segml.words.plan import Economics


@dataclass(frozen=True, slots=True, kw_only=True)
class Future:
    """What happened in the horizon [as_of + gap, as_of + gap + horizon); labels are made of it.

    Parameters
    ----------
    as_of
        The cut-off day.
    gap_days
        Days between the cut-off and the horizon.
    horizon_days
        The horizon's length.
    has
        Which optional columns and tables the ledger has.
    economics
        The money that is not in the ledger.
    """

    as_of: int
    gap_days: int
    horizon_days: int
    has: frozenset[str]
    economics: Economics
    _connection: duckdb.DuckDBPyConnection = field(repr=False, compare=False)

    @property
    def start(self) -> int:
        """The first day of the horizon."""
        return self.as_of + self.gap_days

    @property
    def end(self) -> int:
        """The day after the horizon's last."""
        return self.start + self.horizon_days

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the answer to a question about the horizon.

        Parameters
        ----------
        sql
            DuckDB SQL in which `{lines}` and `{interactions}` stand for the rows of the horizon,
            `{clients}`, `{invoices}` and `{events}` for what was known before its end, `{start}`
            and `{end}` for its first day and its end.

        Returns
        -------
        DataFrame
            The answer's rows.
        """
        days = {"start": str(self.start), "end": str(self.end)}
        return ask(self._connection, sql, known_by(self.end, self.start) | days)
