"""A source's rows while they are read: asked and kept at once by DuckDB, or part by part elsewhere.

Whoever asks adds the answers of the parts up, so a count means the same either way, and every
question, expression and rule is one text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb

from segml.ledger.distinct import count_distinct


class Rows(Protocol):
    """The rows of one source."""

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The scratch database; what is kept can be asked there by its name."""
        ...

    @property
    def in_parts(self) -> bool:
        """Whether a question sees one part at a time, so that no row sees all others."""
        ...

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that answer a question, of every part.

        Raises
        ------
        duckdb.Error
            If the question fails on a row.
        """
        ...

    def keep(self, name: str, sql: str) -> None:
        """Keep the rows that answer a question under a name; fails as `ask` does."""
        ...

    def mark(self, name: str, condition: str, bit: int) -> None:
        """Set a bit of `problems` in kept rows that meet a condition, which may see all others."""
        ...

    def distinct(self, columns: str, source: str) -> tuple[int, int]:
        """How many kept rows there are, and how many different values some columns have in them.

        Parameters
        ----------
        columns
            Never null; separated by commas.
        source
            What stands after FROM, in words that every engine reads.
        """
        ...

    def show_broken(self, table: str) -> None:
        """See to it that the source's rows which broke a rule can be asked in the database."""
        ...

    def drop(self, name: str) -> None:
        """Let go what was kept, if it was."""
        ...


@dataclass(frozen=True, slots=True)
class RowsHere:
    """Rows that the scratch database reads itself: there is one part."""

    connection: duckdb.DuckDBPyConnection
    in_parts: bool = False

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that answer a question."""
        answer: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return answer

    def keep(self, name: str, sql: str) -> None:
        """Make a table of the answer."""
        self.connection.execute(f"CREATE TABLE {name} AS {sql}")

    def mark(self, name: str, condition: str, bit: int) -> None:
        """Set the bit in the table."""
        self.connection.execute(
            f"UPDATE {name} SET problems = problems | {bit} WHERE segml_row IN (SELECT segml_row "
            f"FROM (SELECT segml_row, {condition} AS broken FROM {name}) WHERE broken)"
        )

    def distinct(self, columns: str, source: str) -> tuple[int, int]:
        """Counted by their hashes."""
        return count_distinct(self.connection, hash_of(columns), source)

    def show_broken(self, table: str) -> None:
        """They all can be."""

    def drop(self, name: str) -> None:
        """Drop the table."""
        self.connection.execute(f"DROP TABLE IF EXISTS {name}")


def totals(answers: Iterable[tuple[Any, ...]], width: int) -> list[int]:
    """The counts of all parts added up, of so many columns; zeros where there is no part.

    Examples
    --------
    >>> totals([(1, 2), (3, None)], 2), totals([], 1)
    ([4, 2], [0])
    """
    return summed(answers).get((), [0] * width)


def hash_of(columns: str) -> str:
    """The SQL of the hash of some columns; `copy` is one."""
    return columns if columns == "copy" else f"hash({columns})"


def summed(
    answers: Iterable[tuple[Any, ...]], *, keys: int = 0
) -> dict[tuple[Any, ...], list[int]]:
    """The counts of all parts added up.

    Parameters
    ----------
    answers
        Rows of parts: values of keys, then counts.
    keys
        How many keys a row begins with.

    Examples
    --------
    >>> summed([("EUR", 2), ("USD", 1), ("EUR", 3)], keys=1)
    {('EUR',): [5], ('USD',): [1]}
    """
    found: dict[tuple[Any, ...], list[int]] = {}
    for answer in answers:
        counts = [int(count or 0) for count in answer[keys:]]
        before = found.get(answer[:keys], [0] * len(counts))
        found[answer[:keys]] = [one + other for one, other in zip(before, counts, strict=True)]
    return found
