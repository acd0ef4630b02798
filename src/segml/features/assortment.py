"""Assortment: the share of the client's earlier mix that seems to be withdrawn.

A product seems withdrawn if nobody bought it in the last 90 days, although in the year before
them at least three clients did, on at least twelve lines: at that rate about three lines were due
in 90 days, and a silence by chance is rarer than one in twenty (Poisson, exp(-3)).
"""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import fact, ratio
from segml.features.stages import SILENT_DAYS
from segml.features.windows import end
from segml.words.feature import Feature

_WITHDRAWN = f"last_age > {end(SILENT_DAYS)} and clients >= 3 and lines >= 12"

FAMILY = Family(
    name="assortment",
    needs=frozenset({"product"}),
    measures=(
        fact("assortment", "mix_earlier", "sum(earlier)"),
        fact(
            "assortment",
            "mix_withdrawn",
            f"coalesce(sum(earlier) filter (where {_WITHDRAWN}), 0)",
        ),
    ),
    columns=(
        Column(
            feature=Feature(
                name="withdrawn_share_90",
                family="assortment",
                unit="share",
                kind="driver",
                reason="assortment",
                label="share of its earlier purchases in products that nobody bought for 90 days",
            ),
            sql=ratio("mix_withdrawn", "mix_earlier"),
            blank="nothing bought in the year before the last 90 days",
        ),
    ),
)
