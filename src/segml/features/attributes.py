"""Attributes: what the client table says about a client, and the room its wallet leaves."""

from __future__ import annotations

from segml.features.family import Column, Family
from segml.features.measures import money
from segml.words.feature import Feature, Unit

_UNKNOWN = "the clients table does not say"


def _stated(name: str, source: str, unit: Unit, label: str) -> Column:
    return Column(
        feature=Feature(name=name, family="attributes", unit=unit, kind="context", label=label),
        sql=source,
        blank=_UNKNOWN,
        needs=frozenset({f"clients.{source}"}),
    )


FAMILY = Family(
    name="attributes",
    measures=(money("daily", "spend_365", "amount", last=365),),
    columns=(
        _stated("industry", "industry", "category", "industry"),
        _stated("region", "region", "category", "region"),
        _stated("acquisition_channel", "acquisition_channel", "category", "acquisition channel"),
        _stated("size_employees", "employees", "count", "number of employees"),
        _stated("annual_turnover", "annual_turnover", "money", "the client's own yearly turnover"),
        _stated(
            "wallet",
            "wallet",
            "money",
            "its yearly spend on our kind of goods, all suppliers together",
        ),
        Column(
            feature=Feature(
                name="wallet_headroom",
                family="attributes",
                unit="share",
                kind="context",
                label="share of its spend on our kind of goods that goes to other suppliers",
            ),
            sql="case when wallet > 0 then greatest(1 - spend_365 / wallet, 0) end",
            blank="the wallet is unknown or empty",
            needs=frozenset({"clients.wallet"}),
        ),
    ),
)
