"""Portfolios of four sizes of clients, drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd


def drawn_clients(rng: np.random.Generator, number: int) -> pd.DataFrame:
    """What tiers by value read of each client, by id."""
    size = rng.choice([0.0, 1.5, 3.0, 4.5], number) + rng.normal(0, 0.5, number)
    spend = np.exp(6 + size)
    return pd.DataFrame(
        {
            "profit_365": spend * rng.normal(0.25, 0.15, number),
            "spend_365": spend,
            "orders_365": rng.poisson(np.exp(1 + size / 3)).astype(float) + 1,
            "tenure_days": rng.uniform(100, 2000, number),
            "continuity_365": rng.integers(1, 13, number) / 12,
            "cost_to_serve_365": spend * 0.05 * rng.lognormal(0, 0.4, number),
        },
        index=pd.Index([f"c{n:04}" for n in range(number)], name="client_id"),
    ).astype(np.float32)
