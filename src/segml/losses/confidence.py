"""How sure it is that a client's orders sum to less than nothing."""

from __future__ import annotations

import hashlib

import numpy as np

from segml.losses.history import History, Numbers

DRAWS = 2000


def chance_below_zero(profits: Numbers, *, seed: int, key: str) -> float:
    """The share of resampled sets of these profits whose sum is below zero (bootstrap).

    Parameters
    ----------
    profits
        (n,) profit of each order day, in money.
    seed, key
        The draws depend on these two alone: the same client always gets the same ones.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

    Examples
    --------
    >>> chance_below_zero(np.array([-5.0, -4.0, -6.0]), seed=0, key="a")
    1.0
    """
    if not len(profits):
        return 0.0
    digest = hashlib.sha256(f"{seed}\n{key}".encode()).digest()
    draws = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    picked = draws.integers(0, len(profits), size=(DRAWS, len(profits)))
    return float(np.mean(np.sort(profits)[picked].sum(axis=1) < 0.0))


def chance_at_a_loss(own: History, *, since: int, seed: int, key: str) -> float:
    """How sure it is that what a client bought since a day brought less than serving it cost.

    Where it bought nothing that is not asked: whoever is visited and does not buy costs money for
    certain, and has fallen silent, not become unprofitable.

    Parameters
    ----------
    own
        Its orders and money, up to the day that is asked on.
    since
        A day.
    seed, key
        As in `chance_below_zero`.
    """
    if not (own.days >= since).any():
        return 0.0
    return chance_below_zero(own.profit[own.money_days >= since], seed=seed, key=key)
