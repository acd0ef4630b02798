"""The `levels` scheme: lifetime clients that expand, clients that come back, clients that cost."""

from __future__ import annotations

from segml.tiers.criteria import RuleCriterion
from segml.tiers.rules import RuleTiers

THIRDS = (0.0, 1 / 3, 2 / 3, 1.0)


class LevelTiers(RuleTiers):
    """Tiers level 3, level 2, level 1, by profit, loyalty, expansion and trouble.

    Each criterion stands at 1/3 where level 2 begins and at 2/3 where level 3 does: no profit
    and a vip's (as in `profitability`); two orders a year and one a month; orders in three months
    of twelve and in eight; one year and five; spend at three quarters of its own earlier rate and
    at five quarters (growth that is not known yet stands where level 2 begins: nothing was shown to
    expand). Complaints, requests that were not upheld and returned goods are falling criteria: none
    stands at 1, the worst at 0, and at 0 who bought nothing that could have been returned.

    Examples
    --------
    >>> import numpy as np
    >>> profit = np.linspace(-50, 1000, 60)
    >>> rows = np.column_stack([profit, profit / 50, profit / 1000, 2 * profit])
    >>> tiers = LevelTiers(columns=["profit_365", "orders_365", "continuity_365", "tenure_days"])
    >>> found = tiers.fit(rows).predict(rows[[59, 20, 0]])
    >>> [tiers.names_[rank] for rank in found]
    ['level 3', 'level 2', 'level 1']
    """

    scheme = "levels"
    tier_names = ("level 3", "level 2", "level 1")
    edges = (200 / 3, 100 / 3)
    criteria = (
        RuleCriterion(features=("profit_365",), weight=0.35, scale="profit"),
        RuleCriterion(
            features=("orders_365",), weight=0.12, at=(0.0, 2.0, 12.0, 24.0), heights=THIRDS
        ),
        RuleCriterion(
            features=("continuity_365",),
            weight=0.13,
            at=(0.0, 0.25, 2 / 3, 1.0),
            heights=THIRDS,
        ),
        RuleCriterion(
            features=("tenure_days",), weight=0.1, at=(0.0, 365.0, 1825.0, 3650.0), heights=THIRDS
        ),
        RuleCriterion(
            features=("spend_growth_365", "spend_trend_180"),
            weight=0.15,
            at=(0.25, 0.75, 1.25, 2.0),
            heights=THIRDS,
            fill=0.75,
        ),
        RuleCriterion(features=("complaints_180",), weight=0.05, scale="care", falling=True),
        RuleCriterion(
            features=("demands_rejected_365",),
            weight=0.05,
            at=(0.0, 1.0),
            heights=(1.0, 0.0),
            falling=True,
        ),
        RuleCriterion(
            features=("returns_share_365",), weight=0.05, scale="care", fill=1.0, falling=True
        ),
    )
