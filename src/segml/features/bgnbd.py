"""BG/NBD: how often a client buys while it is one, and when it stops, from order days alone.

A client buys at its own Poisson rate λ ~ Gamma(r, α) and leaves for good after each purchase with
its own probability p ~ Beta(a, b).

References
----------
Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24(2), equations (6) for the likelihood and (10) for the
conditional expectation. P(alive): Fader, Hardie, Lee (2008), "Computing P(alive) Using the BG/NBD
Model".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1

from segml.words.one_thread import one_thread

Array = npt.NDArray[np.float64]
Counted = tuple[Array, Array]
"""Each number of repeats that occurs and its number of clients: gamma functions see few values."""

FEWEST_CLIENTS = 30
FEWEST_REPEATERS = 10
"""Below these numbers four parameters are not fitted but assumed (see `assumed`)."""

_LOG_BOUND = 9.2  # parameters stay within 1e-4 and 1e4: beyond, the model is a degenerate one
_STARTS = ((0.5, 0.5, 1.5), (1.0, 1.0, 5.0), (2.0, 0.2, 5.0))
_NEAR_POLE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseHistory:
    """What BG/NBD needs of each client; arrays of one length, times in one unit.

    Parameters
    ----------
    repeats
        Purchases after the first (x).
    recency
        Time of the last purchase since the first (t_x), 0 if there is no repeat.
    age
        Time since the first purchase (T), at least `recency`.

    Raises
    ------
    ValueError
        If the lengths differ or a time is out of order.
    """

    repeats: Array
    recency: Array
    age: Array

    def __post_init__(self) -> None:
        if not len(self.repeats) == len(self.recency) == len(self.age):
            raise ValueError("repeats, recency and age have one length")
        if np.any(self.recency > self.age) or np.any(self.recency < 0):
            raise ValueError("0 <= recency <= age")


@dataclass(frozen=True, slots=True, kw_only=True)
class BgNbd:
    """The four parameters of a portfolio; `alpha` has the unit of time of the history."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, history: PurchaseHistory) -> float:
        """The log-likelihood of a history, summed over its clients."""
        logs = np.log([self.r, self.alpha, self.a, self.b])
        return -_loss(logs, history, _counted(history))[0]

    def alive(self, history: PurchaseHistory) -> Array:
        """The probability of still being a client, 1 for who never repeated."""
        return np.asarray(expit(-self._log_odds_gone(history)), dtype=np.float64)

    def expected(self, history: PurchaseHistory, time: float) -> Array:
        """The expected number of purchases in the next `time`, at least 0.

        Equation (10) after Euler's transformation of the hypergeometric function,
        ₂F₁(A, B; C; z) = (1 - z)^(C-A-B) ₂F₁(C-A, C-B; C; z): the large powers cancel, and what
        is left is as tame for x = 5,000 as for x = 0. At a = 1 and a + b + x = 1 the formula is
        0/0; there it is taken a millionth beside. Of clients that all but surely leave at their
        first purchase (a in the hundreds) a power falls below the least float: it counts as zero.

        Parameters
        ----------
        history
            Clients with at least one purchase.
        time
            Length of the horizon, in the history's unit.
        """
        a = _beside(np.asarray(self.a), 1.0)
        c = _beside(a + self.b + history.repeats - 1, 0.0)
        z = time / (self.alpha + history.age + time)
        power = np.exp((a - 1) * np.log1p(-z))
        series = hyp2f1(a + self.b - 1 - self.r, a - 1, c, z)
        tail = np.where(np.isfinite(series), power, 0.0) * np.nan_to_num(series)
        expected = c / (a - 1) * (1 - tail) * self.alive(history)
        # never more than a client would buy that is alive and never leaves
        rate = (self.r + history.repeats) / (self.alpha + history.age)
        return np.asarray(np.clip(expected, 0.0, rate * time), dtype=np.float64)

    def _log_odds_gone(self, history: PurchaseHistory) -> Array:
        return _log_odds_gone(self.r, self.alpha, self.a, self.b, history)


def assumed(history: PurchaseHistory) -> BgNbd:
    """The parameters used where a history is too small to fit four: rate pooled, spread assumed.

    Rates vary as widely as an exponential of half a purchase allows (r = 1/2), their mean is the
    pooled rate of all clients (half a purchase added, so that it is never 0), and a client leaves
    after one purchase in four on average (a = 1/2, b = 3/2).
    """
    total = float(history.age.sum())
    rate = (float(history.repeats.sum()) + 0.5) / max(total, 1.0)
    return BgNbd(r=0.5, alpha=0.5 / rate, a=0.5, b=1.5)


def fit_bgnbd(history: PurchaseHistory) -> tuple[BgNbd, dict[str, float]]:
    """The maximum-likelihood parameters of a history, and the record of the fit.

    Parameters
    ----------
    history
        One entry a client with at least one purchase; may be empty.

    Returns
    -------
    tuple
        The model, and a record with `bgnbd_r`, `bgnbd_alpha`, `bgnbd_a`, `bgnbd_b`,
        `bgnbd_fitted` (0.0 where the parameters were assumed: fewer than 30 clients or fewer than
        10 that repeated, or no optimum was found), `bgnbd_clients`, `bgnbd_repeaters` and
        `bgnbd_log_likelihood`.
    """
    repeaters = int(np.count_nonzero(history.repeats))
    model = None
    if len(history.repeats) >= FEWEST_CLIENTS and repeaters >= FEWEST_REPEATERS:
        model = _maximum(history)
    fitted = model is not None
    model = model or assumed(history)
    record = {
        "bgnbd_r": model.r,
        "bgnbd_alpha": model.alpha,
        "bgnbd_a": model.a,
        "bgnbd_b": model.b,
        "bgnbd_fitted": float(fitted),
        "bgnbd_clients": float(len(history.repeats)),
        "bgnbd_repeaters": float(repeaters),
        "bgnbd_log_likelihood": model.log_likelihood(history),
    }
    return model, record


def _maximum(history: PurchaseHistory) -> BgNbd | None:
    # time is scaled to a mean age of one: the optimiser then meets like sizes in any unit
    scale = float(history.age.mean())
    scaled = PurchaseHistory(
        repeats=history.repeats, recency=history.recency / scale, age=history.age / scale
    )
    counted = _counted(history)
    rate = float(history.repeats.mean())
    best = None
    for r, a, b in _STARTS:
        # products of four numbers: a second thread would only spin, and could change last bits
        with one_thread():
            found = minimize(
                _loss,
                np.log([r, r / rate, a, b]),
                args=(scaled, counted),
                jac=True,
                method="L-BFGS-B",
                bounds=[(-_LOG_BOUND, _LOG_BOUND)] * 4,
                options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7},
            )
        if np.isfinite(found.fun) and (best is None or found.fun < best.fun - 1e-9):
            best = found
    if best is None:
        return None
    r, alpha, a, b = (float(value) for value in np.exp(best.x))
    return BgNbd(r=r, alpha=alpha * scale, a=a, b=b)


def _log_odds_gone(r: float, alpha: float, a: float, b: float, history: PurchaseHistory) -> Array:
    x = history.repeats
    silence = np.log(alpha + history.age) - np.log(alpha + history.recency)
    repeated = x > 0
    odds = np.log(a) - np.log(b + np.where(repeated, x, 1.0) - 1) + (r + x) * silence
    return np.where(repeated, odds, -np.inf)


def _loss(logs: Array, history: PurchaseHistory, counted: Counted) -> tuple[float, Array]:
    """The negative log-likelihood and its gradient, both in the logarithms of r, α, a, b."""
    r, alpha, a, b = np.exp(logs)
    x, recency, age = history.repeats, history.recency, history.age
    values, clients = counted
    odds = _log_odds_gone(r, alpha, a, b, history)
    gone = expit(odds)
    of_values = gammaln(r + values) - gammaln(r) + betaln(a, b + values) - betaln(a, b)
    of_times = r * np.log(alpha) - (r + x) * np.log(alpha + age) + np.logaddexp(0.0, odds)
    both = digamma(a + b) - digamma(a + b + values)
    longer = np.log(alpha + age) - np.log(alpha + recency)
    slopes = (
        clients @ (digamma(r + values) - digamma(r))
        + (np.log(alpha) - np.log(alpha + age) + gone * longer).sum(),
        (
            r / alpha
            - (r + x) / (alpha + age)
            + gone * (r + x) * (1 / (alpha + age) - 1 / (alpha + recency))
        ).sum(),
        clients @ both + gone.sum() / a,
        clients @ (both + digamma(b + values) - digamma(b))
        - (gone / np.where(x > 0, b + x - 1, 1.0)).sum(),
    )
    log_likelihood = clients @ of_values + of_times.sum()
    return -float(log_likelihood), -np.array(slopes) * np.exp(logs)


def _counted(history: PurchaseHistory) -> Counted:
    values, clients = np.unique(history.repeats, return_counts=True)
    return values, clients.astype(np.float64)


def _beside(value: Array, pole: float) -> Array:
    near = np.abs(value - pole) < _NEAR_POLE
    return np.where(near, pole + _NEAR_POLE, value)
