"""The `profitability` scheme: who makes the profit, the routine bulk, and who takes most for least.

Care weighs four tenths, so that `problem` is care against profit and not size alone: a small quiet
client is `regular`, a large one that brings nothing and asks for much is `problem`.
"""

from __future__ import annotations

from segml.tiers.criteria import RuleCriterion
from segml.tiers.rules import RuleTiers


class ProfitabilityTiers(RuleTiers):
    """Tiers vip, regular, problem, by profit and by the care it took (see `RuleTiers`).

    Profit stands at 1/3 where it is zero and at 2/3 where it is that of a vip: of the least of
    the clients who, largest first, make half of all profit. A loss weighs as a gain of its size:
    at 0 stands one as large as a vip's profit. Care is a falling criterion: none
    stands at 1, the portfolio's median at 1/2, its worst twentieth at 0. A client of typical
    care and no profit has 40 points; with the worst care it has 20. Below 100/3 is `problem`,
    from 200/3 on `vip`.

    Examples
    --------
    >>> import numpy as np
    >>> profit = np.linspace(-50, 1000, 60)
    >>> care = np.where(profit < 100, 0.9, 0.1)
    >>> tiers = ProfitabilityTiers().fit(np.column_stack([profit, care]))
    >>> [tiers.names_[rank] for rank in tiers.predict([[990, 0.1], [90, 0.0], [-50, 0.9]])]
    ['vip', 'regular', 'problem']
    """

    scheme = "profitability"
    tier_names = ("vip", "regular", "problem")
    edges = (200 / 3, 100 / 3)
    criteria = (
        RuleCriterion(features=("profit_365",), weight=0.6, scale="balance"),
        RuleCriterion(
            features=("care_share_365", "cost_to_serve_365"),
            weight=0.16,
            scale="care",
            falling=True,
        ),
        RuleCriterion(features=("minutes_365",), weight=0.08, scale="care", falling=True),
        RuleCriterion(features=("discount_rate_365",), weight=0.08, scale="care", falling=True),
        RuleCriterion(features=("demands_180",), weight=0.08, scale="care", falling=True),
    )
