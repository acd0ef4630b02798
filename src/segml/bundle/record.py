"""The training record: what was learnt on, how well it held, and with what it was made."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

_LIBRARIES = ("lightgbm", "numpy", "pandas", "scikit-learn", "segml")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRecord:
    """What one outcome was learnt on and how it held on rows it had not seen.

    Parameters
    ----------
    cutoffs
        Days since 1970-01-01, earliest first.
    horizon_days
        The days over which the label was observed.
    rows
        Rows (client x cut-off) learnt on.
    label_rate
        The share of rows whose label is 1 (churn: lost; potential: bought).
    metrics
        Metrics by name of validating rows, each foretold from other clients and, where
        `details` says so, from labels that had ended by its cut-off; None where undefined.
    details
        What the outcome's own room recorded (folds, rounds, weights, level errors), as plain
        values.
    """

    cutoffs: tuple[int, ...]
    horizon_days: int
    rows: int
    label_rate: float
    metrics: Mapping[str, float | None]
    details: Mapping[str, Any]


ROWS = " rows"
"""Ends the name of a count that is of a table's rows."""
DATED = ("transactions", "interactions", "invoices", "events")
"""Tables whose rows of the past stay as many: clients may be added to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecord:
    """Everything about a training that is not needed to score, and is needed to judge it.

    Parameters
    ----------
    churn, potential
        The two outcomes' records.
    notes
        What was left out or done in another way, one sentence each.
    counts
        Clients by status at the as-of date, and rows of the ledger's tables seen before it.
    tiers
        One entry a tier, top first: name, clients, profit_365, share of profit.
    first_day, last_day
        The days of the first and the last row seen.
    fingerprint
        Of the rows seen (independent of row order and of later rows).
    state
        Parameters estimated on the past at the as-of date (BG/NBD).
    versions
        Python's and the libraries' versions.
    """

    churn: OutcomeRecord
    potential: OutcomeRecord
    notes: tuple[str, ...]
    counts: Mapping[str, int]
    tiers: tuple[Mapping[str, Any], ...]
    first_day: int
    last_day: int
    fingerprint: str
    state: Mapping[str, float]
    versions: Mapping[str, str]

    def changed(self, rows: Mapping[str, int]) -> dict[str, tuple[int, int]]:
        """Of each dated table how many rows were seen, and how many there are of the same days now.

        Parameters
        ----------
        rows
            Rows by table before the same day, as they are now.
        """
        return {
            table: (count, rows.get(table, 0))
            for table, count in self.rows.items()
            if count and table in DATED
        }

    @property
    def rows(self) -> dict[str, int]:
        """How many rows of each of the ledger's tables were seen, by table."""
        return {
            name.removesuffix(ROWS): count
            for name, count in self.counts.items()
            if name.endswith(ROWS)
        }


def library_versions() -> dict[str, str]:
    """The versions of Python and of the libraries a fit depends on."""
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in _LIBRARIES},
    }


def record_to_json(record: TrainingRecord) -> dict[str, Any]:
    """The record as plain values, numbers that are not finite as null."""
    return {
        **{name: plain(getattr(record, name)) for name in _PLAIN_FIELDS},
        "churn": _outcome_to_json(record.churn),
        "potential": _outcome_to_json(record.potential),
    }


def record_from_json(value: Mapping[str, Any]) -> TrainingRecord:
    """The record read back; equal to the one that was written when its numbers were plain."""
    rest = {name: value[name] for name in _PLAIN_FIELDS}
    rest["notes"] = tuple(rest["notes"])
    rest["tiers"] = tuple(rest["tiers"])
    return TrainingRecord(
        churn=_outcome_from_json(value["churn"]),
        potential=_outcome_from_json(value["potential"]),
        **rest,
    )


def plain(value: Any) -> Any:
    """A value as JSON knows it: tuples become lists, NumPy scalars numbers, NaN null."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


_PLAIN_FIELDS = (
    "notes",
    "counts",
    "tiers",
    "first_day",
    "last_day",
    "fingerprint",
    "state",
    "versions",
)
_OUTCOME_FIELDS = ("cutoffs", "horizon_days", "rows", "label_rate", "metrics", "details")


def _outcome_to_json(outcome: OutcomeRecord) -> dict[str, Any]:
    return {name: plain(getattr(outcome, name)) for name in _OUTCOME_FIELDS}


def _outcome_from_json(value: Mapping[str, Any]) -> OutcomeRecord:
    return OutcomeRecord(**{**value, "cutoffs": tuple(value["cutoffs"])})
