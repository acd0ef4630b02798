"""How many rows of a table were read, kept, quarantined and left out."""

from __future__ import annotations

from dataclasses import dataclass

from segml.ledger.contract import Table
from segml.ledger.mapping import Mapping
from segml.ledger.rows import Rows, totals
from segml.ledger.sources import Source
from segml.words.errors import ConfigurationRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows of one table: read = kept + quarantined + filtered, always.

    Parameters
    ----------
    read
        Rows in the source, unreadable lines included.
    kept
        Rows that every later number is made of.
    quarantined
        Rows that broke a rule.
    filtered
        Rows that `where` left out.
    """

    read: int
    kept: int
    quarantined: int
    filtered: int

    def __post_init__(self) -> None:
        if self.read != self.kept + self.quarantined + self.filtered:
            raise ValueError("read = kept + quarantined + filtered does not hold")


def count_rows(rows: Rows, table: Table, source: Source, mapping: Mapping) -> Counts:
    """Return the counts of a checked table.

    Parameters
    ----------
    rows
        The source's, with `checked_<table>` kept.
    table
        The contract's table.
    source
        The table as it was read.
    mapping
        With the condition of the rows that are wanted.

    Returns
    -------
    Counts
        Read, kept, quarantined, filtered.

    Raises
    ------
    ConfigurationRefused
        If an expression made more or fewer rows than the source has.
    """
    query = f"SELECT count(*), count(*) FILTER (WHERE problems = 0) FROM checked_{table.name}"
    checked, kept = rows.connection.execute(query).fetchone() or (0, 0)
    passed = source.rows
    if mapping.where != "true":
        wanted = f"SELECT count(*) FILTER (WHERE {mapping.where}) FROM {mapping.view} AS s"
        (passed,) = totals(rows.ask(wanted), 1)
    if checked != passed:
        raise ConfigurationRefused(
            f"an expression of `ledger.{table.name}.columns` makes {checked} rows out of {passed}",
            allowed="expressions that give one value a row",
            next_step="remove unnest and the like, or use `query`",
        )
    lost = len(source.unreadable)
    return Counts(
        read=source.rows + lost,
        kept=kept,
        quarantined=checked - kept + lost,
        filtered=source.rows - checked,
    )
