"""Small forests of every kind the room knows, for whoever explains them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from segml.boosting import Forest, fit_forest
from segml.boosting.trees import Trees, TreeTable

COLUMNS = tuple("abcdef")
ODD = np.float32(
    [0, -0.0, -0.5, -1, -7, 0.9, 1.5, 6.99, 31, 32, 33.2, 1e9, 3e9, 3e38, -3e38, 1e-36, -1e-36,
     1e-35, -1e-35, 1.1e-35, -1.1e-35, np.nan, 2, 3, 4, 5]
)  # fmt: skip


def training(seed: int, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.round(rng.normal(size=(n, 6)) * 2, int(rng.integers(0, 3))).astype(np.float32)
    X[:, 2] = rng.integers(0, 45, n)
    X[:, 3] = rng.integers(0, 3, n)
    X[rng.random((n, 6)) < rng.choice([0.0, 0.2])] = np.nan
    z = np.nan_to_num(X)
    y = z[:, 0] * z[:, 1] + np.sin(z[:, 2] * 2) * 3 + z[:, 3] * (z[:, 4] > 0) - z[:, 5]
    return X, y + rng.normal(size=n)


def fitted(seed: int, *, categorical: tuple[int, ...] = (), **params: Any) -> Forest:
    X, y = training(seed)
    asked = {"min_data_in_leaf": 2, "min_data_per_group": 2, "cat_smooth": 1.0}
    return fit_forest(
        X, y, columns=COLUMNS, objective="regression", rounds=6, seed=seed, threads=1,
        categorical=categorical, params=asked | params,
    )  # fmt: skip


def chain(length: int) -> Trees:
    """One tree: its last leaf, of value 3, asks that each feature be positive; the rest are 0."""
    splits = np.arange(length)
    counts = 2.0 ** (length - splits)
    tree = TreeTable(
        feature=splits, left=~splits, right=np.append(splits[1:], ~length),
        threshold=np.zeros(length), categorical=np.zeros(length, bool),
        default_left=np.zeros(length, bool), missing=np.full(length, 2), categories={},
        value=np.append(np.zeros(length), 3.0), split_count=counts,
        leaf_count=np.append(counts / 2, 1.0),
    )  # fmt: skip
    return Trees(columns=tuple(f"f{j}" for j in splits), tables=(tree,))


@pytest.fixture(scope="session")
def forests() -> SimpleNamespace:
    """Rows to train on, forests fitted on them, odd values to ask them about, one deep tree."""
    return SimpleNamespace(columns=COLUMNS, odd=ODD, training=training, fitted=fitted, chain=chain)
