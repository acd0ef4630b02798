"""The rows an outcome is learnt on: one a client and cut-off, features beside the label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.boosting import Binned

Matrix = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Labelled rows of several cut-offs, in any order.

    Parameters
    ----------
    X
        float32 of shape (n, p), NaN for missing.
    y
        float64 of shape (n,), the label; its unit is the outcome's business.
    cutoff
        int64 of shape (n,), days since 1970-01-01.
    client
        str of shape (n,), the client ids; a client has at most one row a cut-off.
    columns
        The p feature names.
    categorical
        Indices of the columns that hold codes.
    monotone
        p signs of churn: +1 where more can only raise its risk, -1 where it can only lower it.
    binned
        X in bins, for fits of some of the rows; None: each fit sorts its own.

    Raises
    ------
    ValueError
        If the lengths do not fit together or a label is not finite.
    """

    X: Matrix
    y: Values
    cutoff: npt.NDArray[np.int64]
    client: npt.NDArray[np.object_]
    columns: tuple[str, ...]
    categorical: tuple[int, ...] = ()
    monotone: tuple[int, ...] = ()
    binned: Binned | None = None

    def __post_init__(self) -> None:
        n = len(self.X)
        if self.X.shape != (n, len(self.columns)):
            raise ValueError(f"X of shape {self.X.shape} for {len(self.columns)} columns")
        if not len(self.y) == len(self.cutoff) == len(self.client) == n:
            raise ValueError(
                f"{n} rows have {len(self.y)} labels, {len(self.cutoff)} cut-offs, "
                f"{len(self.client)} clients"
            )
        if self.monotone and len(self.monotone) != len(self.columns):
            raise ValueError(f"{len(self.monotone)} signs for {len(self.columns)} columns")
        if not np.isfinite(self.y).all():
            raise ValueError(f"{int((~np.isfinite(self.y)).sum())} labels are not finite")

    def __len__(self) -> int:
        return len(self.X)

    def take(self, chosen: npt.NDArray[np.int64]) -> Rows:
        """The rows at the indices `chosen`, in their order."""
        return replace(
            self,
            X=self.X[chosen],
            y=self.y[chosen],
            cutoff=self.cutoff[chosen],
            client=self.client[chosen],
            binned=None if self.binned is None else self.binned.take(chosen),
        )

    def in_bins(self, most: int) -> Rows:
        """The same rows with X in bins, at most so many a feature; parts of them keep them."""
        binned = Binned.of(self.X, columns=self.columns, categorical=self.categorical, max_bin=most)
        return replace(self, binned=binned)

    def labelled(self, y: npt.ArrayLike) -> Rows:
        """The same rows with other labels, of shape (n,)."""
        return replace(self, y=np.asarray(y, dtype=np.float64))

    def signed(self, monotone: Sequence[int]) -> Rows:
        """The same rows with other monotone signs, p of them or none."""
        return replace(self, monotone=tuple(monotone))

    @property
    def order(self) -> npt.NDArray[np.int64]:
        """The indices that order the rows by cut-off and client: the order given changes nothing.

        Raises
        ------
        ValueError
            If a client stands twice at one cut-off.
        """
        order = np.lexsort((self.client.astype(str), self.cutoff))
        when, who = self.cutoff[order], self.client[order]
        twice = int(((when[1:] == when[:-1]) & (who[1:] == who[:-1])).sum())
        if twice:
            raise ValueError(f"{twice} clients stand twice at one cut-off")
        return order

    @property
    def weight(self) -> Values:
        """What each row counts, shape (n,); see `weights_of`."""
        return weights_of(self.client)

    @property
    def signs(self) -> tuple[int, ...]:
        """The monotone signs with zero for categorical columns, which have no order."""
        given = self.monotone or (0,) * len(self.columns)
        return tuple(0 if j in self.categorical else sign for j, sign in enumerate(given))


def weights_of(client: npt.NDArray[np.object_]) -> Values:
    """What each row counts, shape (n,): all the same, and together as much as there are clients.

    A client's cut-offs overlap and say nearly the same, so twelve rows are not twelve facts. Yet
    each counts as much as a row of a client that is seen once: whoever is lost has fewer rows than
    who stays, and were each client to count once, more would be lost than are at any cut-off.

    Parameters
    ----------
    client
        Whose each row is, shape (n,).

    References
    ----------
    Williamson, Datta and Satten (2003), Marginal analyses of clustered data when cluster size is
    informative, Biometrics 59: by which weights the typical member is told, and the typical
    cluster.

    Examples
    --------
    >>> weights_of(np.array(["a", "a", "a", "b"], dtype=object)).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    count = len(client)
    return np.full(count, len(pd.unique(client)) / max(count, 1))
