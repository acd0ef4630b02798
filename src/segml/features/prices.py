"""Prices: what the client pays a unit of its own basket, against its own past and the others.

The rise is a Paasche index: the money paid in the last 180 days over what the same quantities
of the same products would have cost at the client's own mean prices of the year before, less 1.
Only products bought in both windows count, so a change of the basket is no change of price.
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import fact, ratio
from segml.words.feature import Feature

_BOTH = "paid_recent > 0 and paid_before > 0"
# Rounded to integer millionths before the sum: exact in any order of rows.
_AT_OLD_PRICES = (
    "cast(round(cast(quantity_recent as double) * paid_before"
    " / nullif(quantity_before, 0)) as bigint)"
)
_AT_OTHERS_PRICES = (
    "cast(round(cast(quantity_recent as double) * (all_paid - paid_recent)"
    " / nullif(all_quantity - quantity_recent, 0)) as bigint)"
)
_OTHERS_TOO = "paid_recent > 0 and all_paid > paid_recent"

FAMILY = Family(
    name="prices",
    needs=frozenset({"product", "quantity"}),
    measures=(
        fact("priced", "paid_recent", f"sum(paid_recent) filter (where {_BOTH})"),
        fact("priced", "paid_at_old_prices", f"sum({_AT_OLD_PRICES}) filter (where {_BOTH})"),
        fact("priced", "paid_like_others", f"sum(paid_recent) filter (where {_OTHERS_TOO})"),
        fact(
            "priced",
            "paid_at_others_prices",
            f"sum({_AT_OTHERS_PRICES}) filter (where {_OTHERS_TOO})",
        ),
    ),
    columns=(
        Column(
            feature=Feature(
                name="price_rise_180",
                family="prices",
                unit="share",
                kind="driver",
                reason="price",
                label="rise in the prices it pays, last 180 days against the year before",
            ),
            sql=f"({ratio('paid_recent', 'paid_at_old_prices')}) - 1",
            blank="no product bought in both windows",
        ),
        Column(
            feature=Feature(
                name="price_over_others_180",
                family="prices",
                unit="share",
                kind="driver",
                reason="price",
                label="how much more it pays than others for the same products, last 180 days",
            ),
            sql=f"({ratio('paid_like_others', 'paid_at_others_prices')}) - 1",
            blank="no product bought in the last 180 days that others bought too",
        ),
    ),
)
