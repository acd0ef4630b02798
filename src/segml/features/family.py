"""What a family of features is: measures taken on named stages, and columns declared over them.

To add a family: write ``features/<name>.py`` with one `FAMILY` (measures and columns; the stages
it may use stand in `stages` and `record_stages`), and add its line to `catalogue`. Siblings never
import each other.

The SQL is portable on purpose: integer ages, sums and counts with a filter, lag, row numbers,
median. Every sum runs over integers (money in millionths), so that neither the order of the rows
nor the number of threads can change a digit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from segml.features.plan import FeaturePlan
from segml.words.feature import Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One aggregate a client, taken on one stage.

    Parameters
    ----------
    stage
        The stage's name (see `stages` and `record_stages`).
    name
        The column that columns refer to; two families may share one if its SQL is the same.
    sql
        An aggregate over the stage's columns.
    empty
        Its value for a client without rows in the stage: 0 for sums and counts, else null.
    """

    stage: str
    name: str
    sql: str
    empty: Literal["0", "null"] = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One feature and how its value follows from measures and client attributes.

    Parameters
    ----------
    feature
        Name, unit, kind, reason code, label, sign.
    sql
        An expression over measures and client columns; empty if the family estimates it.
    blank
        When the value is missing (NaN, or None for text); empty if it never is.
    needs
        Optional parts of the ledger it needs besides its family's.
    """

    feature: Feature
    sql: str
    blank: str = ""
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Columns a family estimated from the past of all clients, and what it learnt on the way."""

    columns: Mapping[str, pd.Series]
    state: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A file of features: what it needs, what it measures, what it declares.

    Parameters
    ----------
    name
        The file's name.
    columns
        The features, in catalogue order.
    measures
        What is aggregated for them.
    needs
        Optional parts of the ledger without which the whole family is left out: a column of
        transactions (``category``), a table (``interactions``), a column of another table
        (``clients.region``), ``serve`` (some care costs), or ``mix`` (category or product).
    estimate
        For state that must be learnt from the past alone: takes a frame with one row a client
        and the columns of `inputs`, and the plan.
    inputs
        Name and SQL of what the estimate reads.
    """

    name: str
    columns: tuple[Column, ...]
    measures: tuple[Measure, ...] = ()
    needs: frozenset[str] = frozenset()
    estimate: Callable[[pd.DataFrame, FeaturePlan], Estimate] | None = None
    inputs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.feature.family != self.name:
                raise ValueError(f"{column.feature.name} is not of the family {self.name}")
