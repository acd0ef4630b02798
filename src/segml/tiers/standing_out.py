"""Who does something far more often than comparable clients, told from small counts.

Two kinds of clients are looked for in the portfolio itself: ordinary ones, who do it θ₀ times as
often as is expected of comparable clients, and a few who do it θ₁ times as often. A count is
Poisson given its kind; the rates and the share of each kind are those of greatest likelihood
(EM; Dempster, Laird and Rubin 1977). A client stands out by its chance to be of the second kind,
given its count: small counts are pulled towards the share of the kind.

Where the counts need no second kind (Bayesian information criterion; Schwarz 1978), nobody does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_ROUNDS, _STILL = 1000, 1e-10
_SMALL = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class StandingOut:
    """How likely each client is of the kind that does it far more often.

    Parameters
    ----------
    chance
        Shape (n,), in [0, 1]; 0 for all where there is but one kind.
    usual
        How often an ordinary client does it, as a share of what was expected of comparable ones.
    often
        The same of the second kind; NaN where there is none.
    """

    chance: Array
    usual: float
    often: float


def standing_out(counts: Array, expected: Array) -> StandingOut:
    """The chance of each client to be of the kind that does something far more often.

    Parameters
    ----------
    counts
        Shape (n,), how often each did it, ≥ 0.
    expected
        Shape (n,), how often it would have if all comparable clients did it alike, ≥ 0; who has 0
        can show nothing and stands out in nothing.

    Examples
    --------
    >>> counts = np.array([0.0] * 80 + [1.0] * 15 + [9.0] * 5)
    >>> found = standing_out(counts, np.full(100, counts.mean()))
    >>> (found.chance > 0.5).sum()
    np.int64(5)
    """
    able = expected > 0
    chance = np.zeros(len(counts))
    pairs = np.column_stack([counts[able], expected[able]])
    if not len(pairs) or pairs[:, 0].sum() == 0:
        return StandingOut(chance, 0.0, float("nan"))
    # alike clients are one row: a million of them are few different pairs
    pairs[:, 1] = _three_figures(pairs[:, 1])
    rows, place, weight = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    done, due = rows[:, 0], rows[:, 1]
    one = float((weight * done).sum() / (weight * due).sum())
    share, rates, second = _two_kinds(done, due, weight.astype(np.float64), one)
    gain = _likelihood(done, due, weight, share, rates) - _likelihood(
        done, due, weight, 0.0, np.array([one, one])
    )
    if not (2.0 * gain > 2.0 * np.log(len(pairs)) and rates[1] > rates[0]):
        return StandingOut(chance, one, float("nan"))
    chance[able] = second[place]
    return StandingOut(chance, float(rates[0]), float(rates[1]))


def _two_kinds(done: Array, due: Array, weight: Array, one: float) -> tuple[float, Array, Array]:
    """The share of the second kind, both rates, and each row's chance to be of it.

    It starts from those who did it more often than a Poisson count of the common rate reaches in
    one client of a thousand.
    """
    second = np.where(done > one * due + 3.0 * np.sqrt(one * due) + 1.0, 0.99, 0.01)
    share, rates = 0.0, np.array([one, one])
    for _ in range(_ROUNDS):
        held = np.stack([weight * (1.0 - second), weight * second])
        before, share = share, float(held[1].sum() / weight.sum())
        rates = (held @ done + _SMALL) / (held @ due + _SMALL)
        if abs(share - before) < _STILL:
            break
        log_odds = (
            np.log(share + _SMALL)
            - np.log1p(_SMALL - share)
            + done * np.log(rates[1] / rates[0])
            - (rates[1] - rates[0]) * due
        )
        second = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -500.0, 500.0)))
    return share, rates, second


def _likelihood(
    done: Array, due: Array, weight: npt.NDArray[np.integer], share: float, rates: Array
) -> float:
    """The log-likelihood of the counts, less what does not depend on the rates."""
    parts = done * np.log(rates[:, None]) - rates[:, None] * due
    with np.errstate(divide="ignore"):
        told = np.logaddexp(np.log1p(-share) + parts[0], np.log(share) + parts[1])
    return float((weight * told).sum())


def _three_figures(values: Array) -> Array:
    """Positive values to three significant figures."""
    steps = 10.0 ** (np.floor(np.log10(values)) - 2)
    return np.asarray(np.rint(values / steps) * steps, dtype=np.float64)
