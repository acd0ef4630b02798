"""A tiny made world of rows whose churn truly depends on what the features say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segml.outcomes import ChurnModel, PotentialModel, Rows, fit_churn, fit_potential

COLUMNS = ("expected_orders_own", "silence_over_gap", "profit_365", "region")


def make_rows(clients: int, cutoffs: int, *, seed: int = 0, step: int = 30) -> Rows:
    rng = np.random.default_rng(seed)
    who = np.tile([f"c{i:04d}" for i in range(clients)], cutoffs).astype(object)
    orders = np.tile(rng.gamma(0.8, 2.0, clients), cutoffs) * rng.uniform(0.8, 1.2, len(who))
    silence = rng.gamma(1.0, 1.5, len(who))
    silence[rng.random(len(who)) < 0.2] = np.nan
    profit = 300 * orders * rng.normal(1.0, 0.3, len(who))
    region = rng.integers(0, 3, len(who)).astype(float)
    risk = 0.4 - 1.2 * np.log(orders + 0.05) + 0.3 * np.nan_to_num(silence) + 0.5 * (region == 1)
    return Rows(
        X=np.column_stack([orders, silence, profit, region]).astype(np.float32),
        y=(rng.random(len(who)) < 1 / (1 + np.exp(-risk))).astype(float),
        cutoff=np.repeat(1000 + step * np.arange(cutoffs), clients).astype(np.int64),
        client=who,
        columns=COLUMNS,
        categorical=(3,),
        monotone=(-1, 1, -1, 0),
    )


@pytest.fixture(scope="session")
def made() -> Callable[..., Rows]:
    """A maker of rows: clients, cut-offs, seed, step in days."""
    return make_rows


@pytest.fixture(scope="session")
def rows() -> Rows:
    return make_rows(150, 6)


@pytest.fixture(scope="session")
def model(rows: Rows) -> ChurnModel:
    return fit_churn(rows, horizon_days=60, gap_days=0, seed=1, threads=1)


@pytest.fixture(scope="session")
def profit(rows: Rows) -> np.ndarray:
    """Money for every row: heavy-tailed for buyers, now and then negative, small otherwise."""
    rng = np.random.default_rng(5)
    bought = 1 - rows.y
    noise = rng.lognormal(0.0, 0.5, len(rows)) - 0.2
    return np.where(bought == 1, 300 * (0.2 + rows.X[:, 0]) * noise, -rng.exponential(1, len(rows)))


@pytest.fixture(scope="session")
def worth(rows: Rows, profit: np.ndarray) -> PotentialModel:
    bought = rows.labelled(1 - rows.y)
    return fit_potential(bought, profit, horizon_days=60, gap_days=0, seed=1, threads=1)
