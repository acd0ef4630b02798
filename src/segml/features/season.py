"""Season: the window of the horizon's length that began a year ago, own and everybody's.

On a seasonal ledger the coming horizon is best compared with the same days of last year:
[as-of - 365, as-of - 365 + horizon), which ends at the as-of date at the latest.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import count, fact, money, ratio
from segml.features.windows import SEASON_AFTER
from segml.words.feature import Feature

_YEAR_KNOWN = "portfolio_first_age >= 365"
_TWO_SEASONS_KNOWN = "portfolio_first_age >= 455"
_SHORT = "the ledger holds less than a year before the as-of date"

# Order days, not money: one large client must not make the season of all.
_SEASON_INDEX = (
    f"case when {_YEAR_KNOWN} and portfolio_days_365 > 0 then "
    "(cast(portfolio_days_season as double) / portfolio_days_365) * 365 / {season_days} end"
)

FAMILY = Family(
    name="season",
    measures=(
        money("daily", "spend_same_season", "amount", last=365, after=SEASON_AFTER),
        count("daily", "orders_same_season", "orders", last=365, after=SEASON_AFTER),
        count("daily", "orders_365", "orders", last=365),
        money("daily", "spend_90", "amount", last=90),
        money("daily", "spend_90_year_ago", "amount", last=455, after=365),
        fact("portfolio", "portfolio_first_age", "max(age)"),
        count("portfolio", "portfolio_days_season", "order_day", last=365, after=SEASON_AFTER),
        count("portfolio", "portfolio_days_365", "order_day", last=365),
        count("portfolio", "portfolio_days_90", "order_day", last=90),
        count("portfolio", "portfolio_days_year_ago", "order_day", last=455, after=365),
    ),
    columns=(
        Column(
            feature=Feature(
                name="spend_same_season",
                family="season",
                unit="money",
                kind="context",
                label="spend in the same season a year ago",
            ),
            sql="spend_same_season",
        ),
        Column(
            feature=Feature(
                name="orders_same_season",
                family="season",
                unit="count",
                kind="context",
                label="orders in the same season a year ago",
            ),
            sql="orders_same_season",
        ),
        Column(
            feature=Feature(
                name="season_share",
                family="season",
                unit="share",
                kind="context",
                label="share of its last year's orders that fell into the season now coming",
            ),
            sql=ratio("orders_same_season", "orders_365"),
            blank="no order in the last 365 days",
        ),
        Column(
            feature=Feature(
                name="spend_90_over_year_ago",
                family="season",
                unit="ratio",
                kind="symptom",
                label="spend in the last 90 days, against the same days a year ago",
            ),
            sql=ratio("spend_90", "spend_90_year_ago"),
            blank="nothing bought in the same days a year ago",
        ),
        Column(
            feature=Feature(
                name="portfolio_season",
                family="season",
                unit="ratio",
                kind="context",
                label="orders of all clients in the season now coming, against an average season",
            ),
            sql=_SEASON_INDEX,
            blank=_SHORT,
        ),
        Column(
            feature=Feature(
                name="portfolio_growth_90",
                family="season",
                unit="ratio",
                kind="context",
                label="orders of all clients in the last 90 days, against the same days a year ago",
            ),
            sql=f"case when {_TWO_SEASONS_KNOWN} then "
            + ratio("portfolio_days_90", "portfolio_days_year_ago")
            + " end",
            blank="the ledger holds less than 455 days before the as-of date",
        ),
    ),
)
