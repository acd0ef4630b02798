"""Whether foretold probabilities beat the common rate, and how sure that is.

Few clients make every metric a matter of luck: the same client stands at several cut-offs, so the
interval draws whole clients, not rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from segml.outcomes.rows import Rows, Values
from segml.outcomes.trials import Trial

DRAWS = 1000
LEVELS = (0.05, 0.95)
"""The interval holds nine in ten draws; its lower end is the one-sided 95 % bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """The share of the common rate's squared error that the probabilities save.

    Parameters
    ----------
    value
        1 - Brier / Brier of the common rate; 1 is perfect, 0 no better, below 0 worse.
    low, high
        Of nine in ten draws of the clients.
    clients
        Different clients among the validating rows.
    """

    value: float
    low: float
    high: float
    clients: int

    def to_json(self) -> dict[str, Any]:
        """The skill as plain values."""
        return asdict(self)


def common_rates(rows: Rows, trials: Sequence[Trial]) -> Values:
    """The rate each trial would have told everybody: its known rows' mean, shape (m,).

    Parameters
    ----------
    rows
        The rows that the trials index.
    trials
        In the order in which their asked rows are put together.
    """
    told = [np.zeros(0)]
    for trial in trials:
        known = rows.y[trial.known]
        rate = float(known.mean()) if len(known) else float(rows.y.mean())
        told.append(np.full(len(trial.asked), rate))
    return np.concatenate(told)


def brier_skill(validated: Rows, p: Values, rate: Values, *, seed: int) -> Skill | None:
    """The Brier skill of probabilities against a common rate; None where it is undefined.

    Parameters
    ----------
    validated
        The validating rows.
    p, rate
        Probabilities and common rates, shape (m,).
    seed
        Of the draws of clients.

    References
    ----------
    Murphy (1973), Hedging and skill scores for probability forecasts, J. Applied Meteorology 12.
    """
    codes, clients = pd.factorize(validated.client)
    if not len(clients):
        return None
    ours = np.bincount(codes, weights=(p - validated.y) ** 2)
    theirs = np.bincount(codes, weights=(rate - validated.y) ** 2)
    if theirs.sum() <= 0:
        return None
    number = len(clients)
    drawn = np.random.default_rng(seed).multinomial(number, np.full(number, 1 / number), DRAWS)
    base = drawn @ theirs
    skills = 1 - (drawn @ ours)[base > 0] / base[base > 0]
    low, high = np.quantile(skills, LEVELS)
    return Skill(
        value=float(1 - ours.sum() / theirs.sum()),
        low=float(low),
        high=float(high),
        clients=number,
    )
