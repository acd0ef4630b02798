"""All losses together as plain values for the summary: the figures of the tables, cut short."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from segml.losses.books import Books
from segml.losses.compared import MORE
from segml.losses.fates import Fates
from segml.losses.trend import trend_of

SHOWN = 10
OTHERS = "(others)"
"""The row of all values that are not shown one by one."""
SAID = ("reason", "event", "quarter", "kind")
"""Dimensions that the summary tells. The others name staff, or what a single client may be alone
with: they stand in the table, and in no log."""
NAMES = ("manager", "product")
"""Sources of faults whose values are left out for that."""


def overall(
    books: Books,
    fates: Fates,
    tables: dict[str, pd.DataFrame],
) -> dict[str, Any]:
    """What `segml losses --json` says of all losses together.

    Parameters
    ----------
    books, fates
        The recorded ends, and what became of the key clients.
    tables
        `losses_by`, `loss_faults`, `loss_drivers`, `loss_trend`, `relief` and `recorded_reasons`.

    Returns
    -------
    dict
        JSON-able. Each of the dimensions `SAID` of `losses_by` sums to the profit lost: what is not
        among the first ten values is `(others)`.
    """
    by, faults, relief = tables["losses_by"], tables["loss_faults"], tables["relief"]
    drivers, trend = tables["loss_drivers"], tables["loss_trend"]
    towards = trend_of(trend)
    recorded = tables["recorded_reasons"]
    written = recorded.drop_duplicates("left_reason")
    lost_ends = [each for each in fates.lost if each in books.ends]
    unnamed = faults["value"].astype(object).mask(faults["source"].isin(NAMES), None)
    return {
        "losses_by": {
            str(dimension): shortened(rows.drop(columns="dimension"))
            for dimension, rows in by.groupby("dimension", sort=False)
            if dimension in SAID
        },
        "faults": _plain(faults.assign(value=unnamed).head(SHOWN)),
        "faults_money": math.fsum(faults["money"]),
        "drivers_compared": int((drivers["p_adjusted"].notna()).sum()),
        "drivers_more_often": _plain(drivers[drivers["verdict"] == MORE]),
        "trend": {"direction": towards.direction, "p": towards.p, "quarters": _plain(trend)},
        "relief": {
            "clients": len(relief),
            "care_minutes": math.fsum(relief["care_minutes"]),
            "cost_freed": math.fsum(relief["cost_freed"]),
            "profit_forgone": math.fsum(relief["profit_forgone"]),
        },
        "recorded_ends": len(lost_ends),
        "recorded_reasons": {
            "clients": int(written["clients"].sum()),
            "texts": len(written),
            "going_together": recorded.loc[recorded["goes_together"], "left_reason"].nunique(),
        },
    }


def contradicted_note(books: Books, key: tuple[str, ...]) -> list[str]:
    """What to say of key clients that are recorded as left and went on buying; empty for none."""
    count = sum(each in books.contradicted for each in key)
    if not count:
        return []
    who = "1 key client is" if count == 1 else f"{count} key clients are"
    return [f"{who} recorded as left (`left_on`) and went on buying: correct the record"]


def shortened(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The first ten rows, and one for all the others, so that their sums stay.

    Parameters
    ----------
    rows
        `value, clients, money, referral_money, share`, the greatest money first.

    Examples
    --------
    >>> rows = pd.DataFrame({"value": [f"v{i}" for i in range(12)], "clients": 1, "money": 2.0,
    ...                      "referral_money": 0.0, "share": 1 / 12})
    >>> [(row["value"], row["money"]) for row in shortened(rows)][-2:]
    [('v9', 2.0), ('(others)', 4.0)]
    """
    told, rest = _plain(rows.head(SHOWN)), rows.iloc[SHOWN:]
    if len(rest):
        whole = {name: math.fsum(rest[name]) for name in ("money", "referral_money", "share")}
        share = None if math.isnan(whole["share"]) else whole["share"]
        told.append({"value": OTHERS, "clients": None, **whole, "share": share})
    return told


def _plain(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _value(value) for name, value in row.items()}
        for row in rows.to_dict(orient="records")
    ]


def _value(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, (str, int, float)) else str(value)
