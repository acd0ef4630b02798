"""Every refusal of segml, as a tree of types; a refusal is not a bug.

::

    Refusal                     says found / allowed / next; knows its exit code
    ├── ConfigurationRefused    2  the YAML file or the command line is wrong
    ├── DataRefused             3  the ledger breaks its contract
    │   ├── ContractBroken      3    findings of severity error
    │   ├── HistoryTooShort     3    not enough days for the horizon asked for
    │   └── StaleLedger         3    the last row is too old for "today"
    ├── LockHeld                4  another run works on this portfolio
    ├── TrackingFailed          1  MLflow did not take or give what was asked
    ├── PublicationFailed       1  the database of `publish` did not take a run
    ├── OutputRefused           1  the output folder cannot be written, or went away
    │   └── TableRefused        1    a published table is not as segml wrote it
    └── GateRefused             5  a gate said no
        ├── BundleRefused       5    a model file is not what its manifest says
        ├── LeakSuspected       5    a feature seems to know the label
        ├── DriftRefused        5    something moved farther than it usually does
        ├── NoModel             5    no trained version fits the date asked for
        └── PromotionRefused    5    a version is not good enough to be champion

To add one: subclass the right branch, give it a docstring that names the cause, and raise it with
the three parts. The message is composed here, nowhere else.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is no error of ours, its name says so
    """Something was refused on purpose, with what was found, what is allowed, what to do next.

    Parameters
    ----------
    found
        What stands there now, with numbers ("`transactions.amount` has 312 values that are …").
    allowed
        What would have been accepted.
    next_step
        What the reader can do about it.

    Examples
    --------
    >>> print(ConfigurationRefused("key `teirs`", allowed="`tiers`", next_step="rename it"))
    Found: key `teirs`. Allowed: `tiers`. Next: rename it.
    >>> print(ConfigurationRefused("key `teirs`", allowed="`tiers`", next_step="a slip?"))
    Found: key `teirs`. Allowed: `tiers`. Next: a slip?
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, found: str, *, allowed: str, next_step: str) -> None:
        self.found = found.rstrip(".")
        self.allowed = allowed.rstrip(".")
        self.next_step = next_step.rstrip(".")
        super().__init__(
            f"Found: {self.found}. Allowed: {self.allowed}. Next: {self.next_step}"
            f"{'' if self.next_step.endswith('?') else '.'}",
        )


class ConfigurationRefused(Refusal):
    """The configuration or the command line asks for something that does not exist."""

    exit_code = 2


class DataRefused(Refusal):
    """The ledger broke its contract."""

    exit_code = 3


class ContractBroken(DataRefused):
    """One or more findings of severity error; they are listed in the message."""


class HistoryTooShort(DataRefused):
    """The ledger does not hold enough days for what was asked."""


class StaleLedger(DataRefused):
    """The last row of the ledger is older than the configuration allows for a run of today."""


class LockHeld(Refusal):
    """Another run holds the lock of this portfolio."""

    exit_code = 4


class TrackingFailed(Refusal):
    """MLflow did not take a run or give one back; what scoring needs does not depend on it."""


class PublicationFailed(Refusal):
    """The database that runs are published to did not take one; the output folder holds it."""


class OutputRefused(Refusal):
    """The output folder cannot be written to, or went away while a run wrote or was read there."""


class TableRefused(OutputRefused):
    """A published table cannot be read: it was cut off, changed, or is of another making.

    Parameters
    ----------
    path
        Where it lies.
    cause
        What reading it met; a type's name, since a message could quote the table.
    """

    def __init__(self, path: Path, cause: str) -> None:
        self.file = f"{path.parent.name}/{path.name}"
        super().__init__(
            f"{path} cannot be read ({cause})",
            allowed="a table as segml published it",
            next_step="restore the run's folder from a copy, or run what wrote it again",
        )


class GateRefused(Refusal):
    """A quality or safety gate refused to go on."""

    exit_code = 5


class BundleRefused(GateRefused):
    """A bundle's file is missing, foreign, changed, or of a newer protocol."""


class LeakSuspected(GateRefused):
    """A feature seems to know the label; the message names each, with its figures."""


class DriftRefused(GateRefused):
    """Something moved farther than it usually does; the message names each, with its figures."""


class NoModel(GateRefused):
    """No trained version exists for the date asked for."""


class PromotionRefused(GateRefused):
    """A version does not hold a reason of the gate before a champion; the message names each."""
