"""Gamma-Gamma: what an order of a client is worth, from how many it gave and their mean.

The money of an order varies around the client's own mean; the means vary between clients by a law
of their own. A client with few orders is drawn towards the mean of all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import gammaln

from segml.words.one_thread import one_thread

Values = npt.NDArray[np.float64]
FEWEST_CLIENTS = 30
"""Below this number three parameters are not fitted."""
_BOUNDS = ((-4.0, 9.0), (0.01, 9.0), (-9.0, 9.0))  # of the logs; q above one, so that means exist


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaGamma:
    """The three parameters of a portfolio; `gamma` has the unit of money."""

    p: float
    q: float
    gamma: float

    def expected(self, orders: Values, mean: Values) -> Values:
        """The expected money of one more order of each client, shape (n,).

        Parameters
        ----------
        orders
            Orders seen, shape (n,); 0 gives the mean of all clients.
        mean
            Their mean money, shape (n,); anything where there are none.

        Examples
        --------
        >>> model = GammaGamma(p=6.0, q=4.0, gamma=15.0)
        >>> model.expected(np.array([0.0, 100.0]), np.array([0.0, 50.0])).round(1).tolist()
        [30.0, 49.9]
        """
        seen = np.where(orders > 0, orders * mean, 0.0)
        return np.asarray(
            self.p * (self.gamma + seen) / (self.p * orders + self.q - 1), dtype=np.float64
        )


def fit_gamma_gamma(orders: Values, mean: Values) -> GammaGamma | None:
    """The maximum-likelihood parameters; None where there are too few clients to fit them.

    Parameters
    ----------
    orders
        Orders of each client, shape (n,).
    mean
        Their mean money, shape (n,); clients without an order or without money are left out.

    References
    ----------
    Fader, Hardie, Lee (2005), RFM and CLV: using iso-value curves for customer base analysis,
    Journal of Marketing Research 42(4); Fader, Hardie (2013), The Gamma-Gamma model of monetary
    value, equations (1a) for the likelihood and (5) for the conditional mean.
    """
    known = (orders > 0) & (mean > 0)
    x, z = orders[known], mean[known]
    if len(x) < FEWEST_CLIENTS or np.ptp(z) == 0:
        return None
    scale = float(z.mean())
    # one thread, as BG/NBD's fit has: a second could change last bits
    with one_thread():
        found = minimize(
            _loss, np.array([1.0, 1.2, 0.5]), args=(x, z / scale), method="L-BFGS-B", bounds=_BOUNDS
        )
    if not np.isfinite(found.fun):
        return None
    p, q, gamma = (float(value) for value in np.exp(found.x))
    return GammaGamma(p=p, q=q, gamma=gamma * scale)


def _loss(logs: Values, x: Values, z: Values) -> float:
    p, q, gamma = np.exp(logs)
    likelihood = (
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(gamma)
        + (p * x - 1) * np.log(z)
        + p * x * np.log(x)
        - (p * x + q) * np.log(gamma + x * z)
    )
    return -float(likelihood.mean())
