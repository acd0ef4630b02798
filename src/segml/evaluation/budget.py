"""A budget of contacts: who stands among the riskiest tenth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SHARE = 10
"""One client in so many can be contacted."""


def in_budget(risk: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far each client is among the riskiest tenth: 1, 0, or a share where the edge is tied.

    Parameters
    ----------
    risk
        Scores of shape (n,), higher for more risk, in any unit; n is at least one.

    Returns
    -------
    array
        Shape (n,); it sums to a tenth of the clients, rounded up.

    Examples
    --------
    >>> in_budget(np.array([0.2, 0.9, 0.9, 0.1])).tolist()
    [0.0, 0.5, 0.5, 0.0]
    """
    top = -(-len(risk) // SHARE)
    edge = np.partition(risk, len(risk) - top)[len(risk) - top]
    above, level = risk > edge, risk == edge
    return np.asarray(above + level * (top - above.sum()) / level.sum(), dtype=np.float64)
