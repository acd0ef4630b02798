"""The gap expected before a client's next order, learnt from its own and comparable clients.

A client's gaps (in ticks of the clock) are Gamma(shape k, rate k·r): k says how regular it is
(1 a Poisson process, 16 a clock), r how often it buys. Over comparable clients r is Gamma(a, b)
and k falls on a grid with learnt weights: both are estimated from all their gaps by marginal
likelihood (empirical Bayes). Given n gaps of sum S, k times the next gap over (b + kS) is
BetaPrime(k, a + nk), so few gaps give a wide answer and many give the client's own.

Clients change their pace, so long gaps are commoner than any gamma says. How much commoner is read
from the gaps that ended: of all of them, asked for as the next one after those before, one in a
hundred is to be longer than its 0.99 quantile. The chance that makes it so replaces 0.01, and its
like 0.001 (the tail is calibrated as in split conformal prediction, by rank).

References
----------
Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value (the same conjugate step);
Platzer and Reutterer (2016), Ticking Away the Moments (regularity by the gamma shape).
Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World, chapter 2 (calibration).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.special import betainc, gammaln, logsumexp

from segml.losses.history import Numbers

SHAPES: Numbers = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
RECENT_GAPS = 24
"""A rhythm is read from a client's last gaps, so an old habit does not outvote the present one."""
EXACT_TICKS = 1e-9
"""A quantile is found to so many ticks."""
FAR = 0.01
"""The chance at which long gaps are calibrated."""
LEAST_EARLIER = 4
"""Gaps before one, for it to be asked how likely it was."""
MOST_ASKED = 50_000
"""Gaps that are asked; of more, as many that lie evenly among them."""
RAREST = 1e-6
"""The least chance that takes the place of `FAR`: of clockwork that pauses once in a while any gap
is impossible, and no silence would ever count."""
LOG_RATES = ((-6.0, 6.0), (-6.0, 18.0))
"""Of a and b: clients that all buy as often are told to differ by a twentieth, and b, which is a
times the usual gap, has room for any gap beside that."""
IMAGINED = 1_000
"""Gaps that were imagined beside them, told exactly right: few change nothing much."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known about the gaps of comparable clients.

    Parameters
    ----------
    a, b
        Rates are Gamma(a, b) a priori, b in ticks.
    weight
        (7,) prior weight of each shape of `SHAPES`, summing to one.
    reach
        The power to which a small chance is raised: of the gaps that ended, as many as the chance
        says were as long as this model gives that power of it. 1: the model is right; more: long
        gaps are commoner than it says.
    """

    a: float
    b: float
    weight: Numbers
    reach: float = 1.0

    def log_evidence(self, n: Numbers, total: Numbers, log_total: Numbers) -> Numbers:
        """(…, 7) log likelihood of n gaps of sum `total` and log-sum `log_total`, a shape each."""
        count, total, log_total = (np.asarray(x)[..., None] for x in (n, total, log_total))
        after = self.a + count * SHAPES
        return np.asarray(
            count * (SHAPES * np.log(SHAPES) - gammaln(SHAPES))
            + (SHAPES - 1.0) * log_total
            + (self.a * np.log(self.b) - gammaln(self.a))
            + gammaln(after)
            - after * np.log(self.b + SHAPES * total),
        )

    def survival(self, gap: Numbers, n: Numbers, total: Numbers) -> Numbers:
        """(…, 7) chance that the next gap is longer than `gap`, a shape each."""
        gap, count, total = (np.asarray(x)[..., None] for x in (gap, n, total))
        scaled = SHAPES * np.maximum(gap, 0.0)
        share = scaled / (scaled + self.b + SHAPES * total)
        return np.asarray(1.0 - betainc(SHAPES, self.a + count * SHAPES, share))

    def quantile(self, level: float, gaps: Numbers) -> float:
        """The gap, in ticks, that the next one stays below with chance `level`.

        Parameters
        ----------
        level
            In (0, 1).
        gaps
            (n,) earlier gaps in ticks, oldest first; only the last `RECENT_GAPS` are read.
        """
        chance = self._chance_of_longer(gaps)
        high = 2.0 * (self.b + float(gaps[-RECENT_GAPS:].sum())) + 1.0
        while chance(high) > 1.0 - level:
            high *= 2.0
        return float(brentq(lambda gap: chance(gap) - (1.0 - level), 0.0, high, xtol=EXACT_TICKS))

    def far_quantile(self, level: float, gaps: Numbers) -> float:
        """As `quantile`, of a level near 1, by how long the gaps that ended were."""
        return self.quantile(1.0 - (1.0 - level) ** self.reach, gaps)

    def is_longer(self, gap: float, level: float, gaps: Numbers) -> bool:
        """Whether a gap is longer than the far quantile of a level: one look, that takes many."""
        return bool(self._chance_of_longer(gaps)(gap) <= (1.0 - level) ** self.reach)

    def chances(self, sums: tuple[Numbers, Numbers, Numbers], gap: Numbers) -> Numbers:
        """(m,) chance of a gap as long as each of (m,), after gaps of such sums (`gap_sums`)."""
        n, total, _ = sums
        return np.asarray((self._posterior(*sums) * self.survival(gap, n, total)).sum(axis=-1))

    def _chance_of_longer(self, gaps: Numbers) -> Callable[[float], float]:
        """The chance, after earlier gaps, that the next one is longer than so many ticks."""
        n, total, log_total = gap_sums(gaps)
        posterior = self._posterior(n, total, log_total)
        return lambda gap: float(posterior @ self.survival(np.asarray(gap), n, total))

    def _posterior(self, n: Numbers, total: Numbers, log_total: Numbers) -> Numbers:
        """(…, 7) chance of each shape, after such gaps."""
        evidence = np.log(self.weight) + self.log_evidence(n, total, log_total)
        return np.asarray(np.exp(evidence - np.logaddexp.reduce(evidence, axis=-1)[..., None]))


def gap_sums(gaps: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Count, sum and sum of logarithms of the recent gaps: all that the model reads."""
    recent = gaps[-RECENT_GAPS:]
    return (
        np.asarray(float(len(recent))),
        np.asarray(recent.sum()),
        np.asarray(np.log(recent).sum()),
    )


def learn_rhythm(gaps: Sequence[Numbers]) -> Rhythm:
    """The rhythm of comparable clients by maximum marginal likelihood.

    Parameters
    ----------
    gaps
        One array of positive gaps (ticks) a client; clients without gaps say nothing.

    Returns
    -------
    Rhythm
        With weights kept off zero by one imagined client a shape; its reach learnt.
    """
    sums = np.array([gap_sums(each) for each in gaps if len(each)], dtype=np.float64)
    if not len(sums):
        return Rhythm(1.0, 30.0, np.full(len(SHAPES), 1.0 / len(SHAPES)))
    n, total, log_total = sums[np.lexsort(sums.T)].T
    typical = float(np.median(total / n))
    rhythm = Rhythm(1.0, typical, np.full(len(SHAPES), 1.0 / len(SHAPES)))
    for _ in range(4):
        rhythm = _with_weights(rhythm, n, total, log_total)
        rhythm = _with_rates(rhythm, n, total, log_total)
    return _with_reach(_with_weights(rhythm, n, total, log_total), gaps)


def _with_reach(rhythm: Rhythm, gaps: Sequence[Numbers]) -> Rhythm:
    asked = [_sums_before(each) for each in gaps if len(each) > LEAST_EARLIER]
    known = np.concatenate([np.empty((0, 4)), *asked])
    known = known[np.lexsort(known.T)]
    if len(known) > MOST_ASKED:
        known = known[np.linspace(0, len(known) - 1, MOST_ASKED).astype(np.int64)]
    n, total, log_total, gap = known.T
    imagined = (np.arange(IMAGINED) + 0.5) / IMAGINED
    found = np.concatenate([rhythm.chances((n, total, log_total), gap), imagined])
    told = max(float(np.quantile(found, FAR)), RAREST)
    return replace(rhythm, reach=float(np.log(told) / np.log(FAR)))


def _sums_before(gaps: Numbers) -> Numbers:
    """(m, 4) for each of the recent gaps what `gap_sums` says of those before it, and itself."""
    ends = np.arange(max(LEAST_EARLIER, len(gaps) - RECENT_GAPS), len(gaps))
    begins = np.maximum(0, ends - RECENT_GAPS)
    whole, logs = (np.concatenate([[0.0], np.cumsum(each)]) for each in (gaps, np.log(gaps)))
    sums = (whole[ends] - whole[begins], logs[ends] - logs[begins])
    return np.stack([(ends - begins).astype(np.float64), *sums, gaps[ends]], axis=1)


def _with_weights(rhythm: Rhythm, n: Numbers, total: Numbers, log_total: Numbers) -> Rhythm:
    evidence = rhythm.log_evidence(n, total, log_total)
    weight = rhythm.weight
    for _ in range(15):
        joint = np.log(weight) + evidence
        claims = np.exp(joint - logsumexp(joint, axis=1, keepdims=True)).sum(axis=0) + 1.0
        weight = claims / claims.sum()
    return replace(rhythm, weight=weight)


def _with_rates(rhythm: Rhythm, n: Numbers, total: Numbers, log_total: Numbers) -> Rhythm:
    def cost(logs: Numbers) -> float:
        trial = Rhythm(float(np.exp(logs[0])), float(np.exp(logs[1])), rhythm.weight)
        joint = np.log(trial.weight) + trial.log_evidence(n, total, log_total)
        # a weak pull towards a = 1 keeps a handful of equal clients from a spike
        return -float(logsumexp(joint, axis=1).sum()) + 0.5 * float(logs[0]) ** 2

    found = minimize(cost, np.log([rhythm.a, rhythm.b]), method="L-BFGS-B", bounds=LOG_RATES)
    a, b = np.exp(found.x)
    return replace(rhythm, a=float(a), b=float(b))
