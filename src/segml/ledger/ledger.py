"""A ledger that was read and checked: the ground that every number of segml stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pandas as pd

from segml.ledger.counting import Counts
from segml.ledger.cutoff import Past
from segml.ledger.days import as_day, date_of
from segml.ledger.engines import Engine
from segml.ledger.findings import Findings
from segml.ledger.fingerprint import fingerprint_of
from segml.ledger.horizon import Future
from segml.ledger.lines import Maker, build_tables
from segml.ledger.memory import Memory
from segml.ledger.quarantine import quarantine_of
from segml.ledger.reading import Reading, read_ledger
from segml.ledger.scratch import Scratch, settle
from segml.words.errors import HistoryTooShort
from segml.words.plan import Economics, LedgerPlan


@dataclass(slots=True, kw_only=True)
class Ledger:
    """A checked ledger in its scratch database; a context manager that removes it.

    Parameters
    ----------
    findings
        What the check found; no errors.
    counts
        Rows read, kept, quarantined and filtered, by table.
    notes
        What was left out or filled, in sentences.
    first_day, last_day
        The days of the first and the last kept line. A line that stands alone, years from the
        rest, counts too: the finding `isolated_dates` names it. A line dated after the `today`
        that `open_ledger` was told is quarantined and does not.
    currency
        ISO 4217 code of all money, None where neither ledger nor configuration names one.
    economics
        The money that is not in the ledger.
    fingerprint
        SHA-256 of the kept rows, the same for any order of rows and files.
    has
        Which optional columns and tables there are.
    stale_after_days
        Days after the last row within which "today" makes sense.
    engine
        What computes features in DuckDB's place (see `segml.ledger.on_spark`); None: nothing does.
    memory
        Keeps what is made of its pasts; None: nothing does.
    """

    findings: Findings
    counts: Mapping[str, Counts]
    notes: tuple[str, ...]
    first_day: int
    last_day: int
    currency: str | None
    economics: Economics
    fingerprint: str
    has: frozenset[str]
    stale_after_days: int
    _scratch: Scratch
    engine: Engine | None = None
    memory: Memory | None = None

    def past(self, as_of: dt.date | int) -> Past:
        """Return what was known at the start of a day.

        Parameters
        ----------
        as_of
            A date or a day number; rows dated before it are seen.

        Returns
        -------
        Past
            The rows and clients before the day.
        """
        return Past(
            as_of=as_day(as_of),
            has=self.has,
            economics=self.economics,
            engine=self.engine,
            memory=self.memory,
            _connection=self._scratch.connection,
        )

    def future(self, as_of: dt.date | int, *, gap_days: int, horizon_days: int) -> Future:
        """Return what happened in the horizon of a cut-off.

        Parameters
        ----------
        as_of
            The cut-off, a date or a day number.
        gap_days
            Days between the cut-off and the horizon, not negative.
        horizon_days
            The horizon's length, positive.

        Returns
        -------
        Future
            The rows of [as_of + gap, as_of + gap + horizon).

        Raises
        ------
        HistoryTooShort
            If the horizon ends after the day that follows the last row.
        ValueError
            If the gap is negative or the horizon not positive.
        """
        if gap_days < 0 or horizon_days < 1:
            raise ValueError("gap_days is not negative and horizon_days is positive")
        day = as_day(as_of)
        end = day + gap_days + horizon_days
        if end > self.last_day + 1:
            raise HistoryTooShort(
                f"a horizon of {horizon_days} days after {date_of(day)} (gap {gap_days}) ends on "
                f"{date_of(end)}, the last row is of {date_of(self.last_day)}",
                allowed=f"cut-offs up to {date_of(self.last_day + 1 - gap_days - horizon_days)}",
                next_step="take an earlier cut-off or a shorter horizon",
            )
        return Future(
            as_of=day,
            gap_days=gap_days,
            horizon_days=horizon_days,
            has=self.has,
            economics=self.economics,
            _connection=self._scratch.connection,
        )

    def quarantine(self) -> pd.DataFrame:
        """Return every row that broke a rule, as its source has it.

        Returns
        -------
        DataFrame
            Columns table, code, row (counted from 1 in its source), then the source's columns as
            text.
        """
        return quarantine_of(self._scratch, tuple(self.counts))

    def close(self) -> None:
        """Remove the scratch database."""
        self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What `segml check` shows: findings (errors too), counts, notes and the quarantined rows."""

    findings: Findings
    counts: Mapping[str, Counts]
    notes: tuple[str, ...]
    quarantine: pd.DataFrame


def check_ledger(
    plan: LedgerPlan,
    economics: Economics,
    *,
    today: int | None = None,
    scratch: Path | None = None,
) -> Check:
    """Return what the check of a ledger finds, without refusing its errors.

    Parameters
    ----------
    plan
        The tables and their rules.
    economics
        For the currency and the margin rate.
    today
        As for `open_ledger`.
    scratch
        The folder to work in; None is the system's temporary folder.

    Returns
    -------
    Check
        All findings, with the rows that broke a rule.

    Raises
    ------
    ConfigurationRefused
        If a path, column or expression of the configuration does not exist or is wrong.
    DataRefused
        If a file cannot be read at all.
    """
    return checked(read_ledger(plan, economics, today=today, scratch=scratch))


def checked(reading: Reading) -> Check:
    """What was found in a reading, which is closed."""
    try:
        return Check(
            findings=reading.findings,
            counts=reading.counts,
            notes=reading.notes,
            quarantine=quarantine_of(reading.scratch, tuple(reading.counts)),
        )
    finally:
        reading.scratch.close()


def open_ledger(
    plan: LedgerPlan,
    economics: Economics,
    *,
    today: int | None = None,
    scratch: Path | None = None,
) -> Ledger:
    """Return the ledger that a plan names, read and checked.

    Parameters
    ----------
    plan
        The tables and their rules.
    economics
        The money that is not in the ledger.
    today
        The day number of today in the ledger's zone: lines dated after the day that follows it
        are quarantined (`date_in_future`). None: no line is held to be in the future.
    scratch
        The folder to work in; None is the system's temporary folder.

    Returns
    -------
    Ledger
        To be closed, or used in a `with` statement.

    Raises
    ------
    ConfigurationRefused
        If a path, column or expression of the configuration does not exist or is wrong.
    DataRefused
        If a file cannot be read at all.
    ContractBroken
        If a finding is an error; the message lists them all.
    """
    reading = read_ledger(plan, economics, today=today, scratch=scratch)
    try:
        reading.findings.refuse_errors()
        return built(reading, plan, economics)
    except BaseException:
        reading.scratch.close()
        raise


def built(
    reading: Reading, plan: LedgerPlan, economics: Economics, *, maker: Maker | None = None
) -> Ledger:
    """The ledger of a reading without errors; its lines are the maker's, or DuckDB's."""
    connection = reading.scratch.connection
    fingerprint = fingerprint_of(connection, tuple(reading.counts))
    build_tables(
        connection, plan, economics, currency=reading.currency, has=reading.has, maker=maker
    )
    first, last = connection.execute("SELECT min(day), max(day) FROM lines").fetchone() or (0, 0)
    settle(reading.scratch)
    return Ledger(
        findings=reading.findings,
        counts=reading.counts,
        notes=reading.notes,
        first_day=int(first),
        last_day=int(last),
        currency=reading.currency,
        economics=economics,
        fingerprint=fingerprint,
        has=reading.has,
        stale_after_days=plan.stale_after_days,
        _scratch=reading.scratch,
    )
