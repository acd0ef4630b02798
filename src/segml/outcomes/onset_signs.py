"""Signs: what was seen after an onset, and how much more likely each cause makes it.

A sign is a level, 0 and up, of each lost client; a greater level is more of what a cause would
bring. It speaks for a few causes; all others share one distribution of levels. Whatever a sign says
of a cause, it says in one direction: the likelihood ratio of a cause against the shared
distribution never falls with the level. An onset is known to some weeks alone: a sign may be seen
from several days, each as likely, and the likelihood is then the mean of what is seen from each.

Some signs last: who pays late did so before the onset, where the hazard told of it, and would have
without one. Such a sign is no second witness of what the hazard saw: what it says is told apart
among the half of the onsets whose hazard of its causes is greater, and among the rest.

A decline is also of a kind (a stop, ever fewer orders, …), known as a probability of each. Kinds
have no order, and each cause has a distribution of its own.

How likely a level, or a kind, is under a cause is learnt from what the hazard and the other signs
say of the onsets (never from what the sign itself said of an onset before: signs that teach
themselves soon know everything). Onsets counted by that alone mix the causes: where a half of those
counted for a cause came of others, so do half of the levels, and a sign that hardly errs seems to
say little. So the levels of a mixture are told apart, its shares held fast, by a few steps of
expectation and maximisation, where the onsets are likelier so by more than what is learnt costs.

References
----------
Dykstra, Kochar and Robertson (1995), Inference for likelihood ratio ordering in the two-sample
problem, Journal of the American Statistical Association 90: the ratio is the isotonic regression
of the counts' ratio, by pooling adjacent violators. Domingos and Pazzani (1997), On the optimality
of the simple Bayesian classifier under zero-one loss, Machine Learning 29: signs taken as
independent given the cause. Blum and Mitchell (1998), Combining labeled and unlabeled data with
co-training, COLT: two views of the same things teach each other. Dempster, Laird and Rubin (1977),
Maximum likelihood from incomplete data via the EM algorithm, JRSS B 39. Lucy (1974), An iterative
technique for the rectification of observed distributions, Astronomical Journal 79: the first steps
bring what there is, the later ones noise. Schwarz (1978), Estimating the dimension of a model,
Annals of Statistics 6: half the logarithm of the onsets for each number that is learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

Values = npt.NDArray[np.float64]
PRIOR_ONSETS = 20.0
"""How many onsets, spread as all onsets are, each distribution of levels is worth beforehand."""
PASSES = 3
"""How often each sign is learnt from the others, which are first taken to say nothing."""
STEPS = 2
"""In which the levels of a sign are told apart, after they were counted."""
_LEAST = 1e-300


@dataclass(frozen=True, kw_only=True, eq=False)
class Signs:
    """What was seen of one sign after the onsets.

    Parameters
    ----------
    level
        int of shape (n,), or (d, n) if seen from d days each: 0 and up, of each lost client;
        greater is more of what a cause brings.
    speaks_for
        The causes whose distribution of levels may differ from that of all others.
    has_unseen
        Whether level 0 means that nothing could be seen; it then speaks for no cause.
    lasts
        Whether what is seen may have begun before the onset, where the hazard tells of it too.

    Raises
    ------
    ValueError
        If levels are not whole numbers of at least 0, one a client, or one a day and client.
        If a cause is named twice.
    """

    level: npt.NDArray[np.int64]
    speaks_for: tuple[int, ...]
    has_unseen: bool = False
    lasts: bool = False

    def __post_init__(self) -> None:
        level = np.asarray(self.level)
        if level.ndim not in (1, 2) or level.dtype.kind not in "iu" or (level < 0).any():
            raise ValueError("levels are whole numbers of at least 0, one a client")
        if len(set(self.speaks_for)) < len(self.speaks_for):
            raise ValueError("a sign names a cause it speaks for once")

    @property
    def onsets(self) -> int:
        """Of how many onsets it is."""
        return int(self.level.shape[-1])

    def log_ratios(self, shares: Values) -> Values:
        """The log likelihood ratio of each cause against the shared distribution.

        Parameters
        ----------
        shares
            (n, causes) what is thought of the causes now; rows sum to one.

        Returns
        -------
        numpy.ndarray
            (n, causes), or (d, n, causes).
        """
        seen = self.level > 0 if self.has_unseen else np.ones(self.level.shape, dtype=bool)
        ratios = np.zeros((*self.level.shape, shares.shape[1]))
        levels, at = np.unique(self.level[seen], return_inverse=True)
        if len(levels) < 2:
            return ratios
        days = self.level.size / len(shares)
        shares = np.broadcast_to(shares, ratios.shape)[seen] / days
        ratios[seen] = np.log(self._apart(at, shares)[at])
        return ratios

    def _apart(self, at: npt.NDArray[np.intp], shares: Values) -> Values:
        """(levels, causes) likelihood ratios, of m levels seen and their (m, causes) shares."""
        counted = first = _Mixed.of(at, shares, self.speaks_for)
        for _ in range(STEPS):
            counted = _Mixed.of(at, counted.told(at, shares), self.speaks_for)
        weight = shares.sum(axis=1)
        gained = weight @ np.log(counted.likely(at, shares) / first.likely(at, shares))
        learnt = len(self.speaks_for) * (len(first.shared) - 1)
        surely = gained > 0.5 * learnt * np.log(max(float(weight.sum()), 1.0))
        return (counted if surely else first).ratios


@dataclass(frozen=True, kw_only=True, eq=False)
class Kinds:
    """What kind of decline each onset began, as far as that is known; it may speak for every cause.

    Parameters
    ----------
    chance
        (n, k) how likely each kind is; rows sum to one.
    """

    chance: Values
    speaks_for: ClassVar[tuple[int, ...]] = ()
    """No cause that there could not be: any of them."""

    @property
    def onsets(self) -> int:
        """Of how many onsets it is."""
        return len(self.chance)

    def log_ratios(self, shares: Values) -> Values:
        """(n, causes) the log likelihood of each cause against all of them together.

        Parameters
        ----------
        shares
            (n, causes) what is thought of the causes now; rows sum to one.
        """
        usual = self.chance.mean(axis=0)
        usual, chance = usual[usual > 0.0], self.chance[:, usual > 0.0]
        counts = shares.T @ chance + PRIOR_ONSETS * usual
        own = counts / counts.sum(axis=1, keepdims=True)
        return np.asarray(np.log(chance @ (own / usual).T), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Mixed:
    """How likely each level of a sign is, as a mixture over the causes.

    Parameters
    ----------
    shared
        (levels,) under every cause that the sign does not speak for.
    ratios
        (levels, causes) under each cause, over `shared`.
    """

    shared: Values
    ratios: Values

    @classmethod
    def of(cls, at: npt.NDArray[np.intp], counted: Values, speaks_for: Sequence[int]) -> _Mixed:
        """Of m levels, each counted (m, causes) for the causes."""
        usual = np.bincount(at) / len(at)
        rest = np.delete(counted, list(speaks_for), axis=1).sum(axis=1)
        shared = _distribution(at, rest, usual)
        ratios = np.ones((len(usual), counted.shape[1]))
        for cause in speaks_for:
            own = _distribution(at, counted[:, cause], usual)
            ratios[:, cause] = isotonic_regression(own / shared, weights=shared).x
        return cls(shared, ratios)

    def told(self, at: npt.NDArray[np.intp], shares: Values) -> Values:
        """(m, causes) what is thought of the causes once the levels are seen; sums are kept."""
        seen = shares * self.ratios[at]
        whole = np.maximum(seen.sum(axis=1, keepdims=True), _LEAST)
        return np.asarray(seen * (shares.sum(axis=1, keepdims=True) / whole))

    def likely(self, at: npt.NDArray[np.intp], shares: Values) -> Values:
        """(m,) how likely the levels are, in units of the shares."""
        return np.asarray(
            np.maximum(self.shared[at] * (shares * self.ratios[at]).sum(axis=1), _LEAST)
        )


def _distribution(at: npt.NDArray[np.intp], weight: Values, usual: Values) -> Values:
    """The share of each level, of onsets with weights, pulled to what is usual."""
    counts = np.bincount(at, weights=weight, minlength=len(usual)) + PRIOR_ONSETS * usual
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def likelihood_ratios(signs: Sequence[Signs | Kinds], hazards: Values) -> Values:
    """How likely all signs are under each cause, as a ratio to the likeliest, (n, causes).

    Parameters
    ----------
    signs
        Each of the same n clients, seen from the same days.
    hazards
        (n, causes) each cause's part of the hazard at the onsets.
    """
    nothing = np.zeros_like(hazards)[None]
    logs = [nothing] * len(signs)
    for _ in range(PASSES):
        others = [sum(logs[:place] + logs[place + 1 :], nothing) for place in range(len(signs))]
        logs = [
            _by_day(_log_ratios(sign, shared_by(hazards, _likely(other)), hazards))
            for sign, other in zip(signs, others, strict=True)
        ]
    return _likely(sum(logs, nothing))


def _log_ratios(sign: Signs | Kinds, shares: Values, hazards: Values) -> Values:
    """The log likelihood ratios of a sign; of one that lasts, among onsets exposed alike."""
    if isinstance(sign, Kinds) or not sign.lasts:
        return sign.log_ratios(shares)
    logs = np.zeros((*sign.level.shape, shares.shape[1]))
    exposed = np.argsort(hazards[:, sign.speaks_for].sum(axis=1), kind="stable")
    for half in np.array_split(exposed, 2):
        of_half = replace(sign, level=sign.level[..., half])
        logs[..., half, :] = of_half.log_ratios(shares[half])
    return logs


def shared_by(hazards: Values, ratios: Values) -> Values:
    """(n, causes) the shares of the causes, none for an onset without any hazard.

    Parameters
    ----------
    hazards
        (n, causes) each cause's part of the hazard.
    ratios
        (n, causes) how likely what was seen is under each.
    """
    return np.asarray(hazards * pull_of(hazards, ratios))


def pull_of(hazards: Values, ratios: Values) -> Values:
    """(n, causes) what a unit of each cause's hazard is worth in shares of each onset.

    Nothing for an onset that what was learnt from others gives no hazard at all.
    """
    whole = (hazards * ratios).sum(axis=1, keepdims=True)
    return np.asarray(np.divide(ratios, whole, out=np.zeros_like(ratios), where=whole > 0.0))


def _likely(logs: Values) -> Values:
    """(n, causes) the mean over the days of log likelihoods (days, n, causes); the greatest 1."""
    likely = np.exp(logs - logs.max(axis=(0, 2), keepdims=True)).mean(axis=0)
    return np.asarray(likely / likely.max(axis=1, keepdims=True), dtype=np.float64)


def _by_day(logs: Values) -> Values:
    """(days, n, causes), one day if none is said."""
    return logs if logs.ndim == 3 else logs[None]
