"""What may answer the questions of a snapshot in DuckDB's place, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self

import pandas as pd

Work = Callable[[Any, pd.DataFrame], pd.DataFrame]
"""What is made of a chunk of rows and of what all chunks share."""


class Asked(Protocol):
    """The past of a day, as far as the questions of a snapshot go.

    `segml.ledger.Past` is one and says what its members mean; an engine gives others, which show
    the same rows.
    """

    @property
    def as_of(self) -> int:
        """The day; rows dated before it are seen."""
        ...

    @property
    def referred(self) -> Self:
        """The same past of those clients alone that another client brought."""
        ...

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the answer to a question, written in the text that every engine reads alike.

        Raises
        ------
        duckdb.ConversionException, OverflowError
            If a sum is beyond what integers of millionths hold, by DuckDB or by another engine.
        """
        ...

    def parts(self, clients: int, *, at_once: int = 1) -> tuple[Self, ...]:
        """Return the same past in parts, all of them once; one part is allowed."""
        ...

    def keeping(
        self, name: str, sql: str, *, of: Self | None = None
    ) -> AbstractContextManager[Self]:
        """Keep the answer to a question, for later questions of this past."""
        ...


class Engine(Protocol):
    """A database beside DuckDB that holds the rows of one ledger, and hands that work on chunks."""

    def past(self, as_of: int) -> Asked:
        """Return what was known at the start of a day."""
        ...

    def each(
        self, work: Work, shared: Any, chunks: Iterable[pd.DataFrame]
    ) -> Iterator[pd.DataFrame]:
        """Return what the work makes of each chunk, in their order."""
        ...
