"""The exact parts of one raw score for many clients, as arrays.

Rows are clients, columns are features; a client's parts and its base sum to its raw score. Kept
apart from `shap.Explanation`, which costs two seconds to import, so that scoring never does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.boosting import Leading

Subject = Literal["tier", "churn", "buys", "spends"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
"""What is explained: the tier margin, the churn score, and the two halves of potential."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One subject's raw scores, taken apart.

    Parameters
    ----------
    subject
        What is explained.
    clients
        n client ids.
    features
        p feature names.
    values
        Contributions, shape (n, p), in the raw score's unit.
    base
        Shape (n,): what the score is before any feature speaks (between two dates: the score
        at the earlier one).
    raw
        Shape (n,): the raw score itself.
    data
        The features' values, one row a client, columns as `features`.
    """

    subject: Subject
    clients: pd.Index
    features: tuple[str, ...]
    values: Values
    base: Values
    raw: Values
    data: pd.DataFrame

    def __post_init__(self) -> None:
        shape = (len(self.clients), len(self.features))
        if self.values.shape != shape or self.data.shape != shape:
            raise ValueError(f"parts of shape {self.values.shape}, expected {shape}")

    @property
    def error(self) -> float:
        """The greatest distance of base + parts from the raw score."""
        if not len(self.raw):
            return 0.0
        return float(np.abs(self.base + self.values.sum(axis=1) - self.raw).max())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeadingParts:
    """One subject's raw scores with their largest parts alone; the others are in their sum.

    Parameters
    ----------
    subject, clients, features, base, raw, data
        As in `Parts`.
    leading
        The largest contributions of each client; columns are places in `features`.
    """

    subject: Subject
    clients: pd.Index
    features: tuple[str, ...]
    leading: Leading
    base: Values
    raw: Values
    data: pd.DataFrame

    def __post_init__(self) -> None:
        shape = (len(self.clients), len(self.features))
        if self.data.shape != shape or len(self.leading.told) != shape[0]:
            raise ValueError(f"parts of shape {self.data.shape}, expected {shape}")

    @property
    def error(self) -> float:
        """The greatest distance of base + all parts from the raw score."""
        if not len(self.raw):
            return 0.0
        return float(np.abs(self.base + self.leading.told - self.raw).max())
