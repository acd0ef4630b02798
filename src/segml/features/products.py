"""Products: how broad the basket is, in distinct products."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import ratio, rows_where
from segml.features.windows import window
from segml.words.feature import Feature

FAMILY = Family(
    name="products",
    needs=frozenset({"product"}),
    measures=(
        rows_where("basket", "products_365", "last_age <= 365"),
        rows_where("basket", "products_90", window(90, age="last_age")),
        rows_where("basket", "products_ever", "last_age > 0"),
        rows_where("basket", "products_repeated", "last_age < first_age"),
    ),
    columns=(
        Column(
            feature=Feature(
                name="products_365",
                family="products",
                unit="count",
                kind="symptom",
                label="products bought in the last 365 days",
                churn_sign=-1,
            ),
            sql="products_365",
        ),
        Column(
            feature=Feature(
                name="products_90",
                family="products",
                unit="count",
                kind="symptom",
                label="products bought in the last 90 days",
                churn_sign=-1,
            ),
            sql="products_90",
        ),
        Column(
            feature=Feature(
                name="repeated_products_share",
                family="products",
                unit="share",
                kind="context",
                label="share of its products that it bought on more than one day",
            ),
            sql=ratio("products_repeated", "products_ever"),
            blank="no known product ever bought",
        ),
    ),
)
