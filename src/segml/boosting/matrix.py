"""The check of a feature matrix before LightGBM sees it.

LightGBM takes swapped, missing, infinite and wrongly typed inputs in silence (its issues 1936 and
2396), so everything that can be known about a matrix is checked here, once, with names.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from segml.words.errors import DataRefused

Matrix = npt.NDArray[np.float32]
"""Features of n rows as float32 of shape (n, p); NaN is missing."""


def checked(X: Matrix, columns: Sequence[str]) -> Matrix:
    """The same matrix in row order in memory, known to be float32, 2-D, finite or missing.

    Parameters
    ----------
    X
        float32 of shape (n, p); NaN means missing; n may be zero.
    columns
        The p feature names, in the order of the columns.

    Raises
    ------
    TypeError
        If the matrix is not a float32 array: rounding happens once, in `features`.
    ValueError
        If it is not 2-D or its width is not the number of names.
    DataRefused
        If it holds an infinity; the features and first rows are named.

    Examples
    --------
    >>> checked(np.float32([[1, 2]]), ["orders_90", "silence_days"]).shape
    (1, 2)
    """
    if not isinstance(X, np.ndarray) or X.dtype != np.float32:
        found = getattr(X, "dtype", type(X).__name__)
        raise TypeError(f"a feature matrix is a float32 array, this one is {found}")
    if X.ndim != 2 or X.shape[1] != len(columns):
        raise ValueError(f"a matrix of shape (n, {len(columns)}) was expected, found {X.shape}")
    _refuse_infinite(X, columns)
    return np.ascontiguousarray(X)


def _refuse_infinite(X: Matrix, columns: Sequence[str]) -> None:
    infinite = np.isinf(X)
    if not infinite.any():
        return
    where = [
        f"`{columns[j]}` ({int(infinite[:, j].sum())} rows, first {int(infinite[:, j].argmax())})"
        for j in map(int, np.flatnonzero(infinite.any(axis=0)))
    ]
    raise DataRefused(
        f"infinite values in {', '.join(where)}",
        allowed="finite numbers, and NaN for missing",
        next_step="look for a division by zero or an overflow in the feature or its source column",
    )


def checked_categories(X: Matrix, columns: Sequence[str], categorical: Sequence[int]) -> None:
    """Nothing, if every categorical column holds whole codes from 0, or NaN.

    LightGBM would cut 1.5 to 1 and read a negative code as missing without a word.

    Raises
    ------
    ValueError
        If a categorical index does not exist, or its column holds anything but codes.
    """
    for j in categorical:
        if not 0 <= j < len(columns):
            raise ValueError(f"categorical column {j} does not exist among {len(columns)}")
        codes = X[:, j][~np.isnan(X[:, j])]
        if ((codes < 0) | (codes != np.floor(codes)) | (codes >= 2**24)).any():
            raise ValueError(f"categorical `{columns[j]}` holds something else than codes 0, 1, …")
