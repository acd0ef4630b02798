"""The reasons of each loss as rows: what moved, whose share, how much money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from segml.losses.accounted import Shares
from segml.losses.attribution import Decomposition
from segml.losses.tables import LOSS_REASONS, MARGINS, framed
from segml.scoring import Parts
from segml.words.feature import REASONS, Feature

UNKNOWN = "(unknown)"
"""The row that carries what no driver explains."""
NAMED = 3


def loss_reasons(
    lost: Decomposition,
    shares: Shares,
    profit_lost: Mapping[str, float],
    features: Mapping[str, Feature],
) -> pd.DataFrame:
    """Every feature that moved a lost client's raw churn score, with its share of the loss.

    Parameters
    ----------
    lost
        The lost clients' decomposition.
    shares
        Of the same clients in the same order.
    profit_lost
        Client id to profit lost a year, in money.
    features
        Every feature by name.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.LOSS_REASONS`. A client's contributions sum to the change of its raw
        score, its shares to one, its money to the profit it lost. Symptoms and context have the
        reason `unknown` and no share: the row `(unknown)` has it.
    """
    rows: list[dict[str, Any]] = []
    by_feature, parts = shares.features, lost.churn
    for place, client_id in enumerate(parts.clients):
        money = profit_lost[client_id]
        mine = [
            {
                **row,
                "reason": features[row["feature"]].reason,
                "share": float(by_feature[place, column]),
                "money": float(by_feature[place, column]) * money,
            }
            for column, row in _moved(lost, parts, place, by_feature)
        ]
        rest = {"value_before": np.nan, "value_after": np.nan, "contribution": 0.0}
        unknown = {
            "client_id": client_id,
            "feature": UNKNOWN,
            "reason": "unknown",
            **rest,
            "share": 1.0 - sum(row["share"] for row in mine),
            "money": money - sum(row["money"] for row in mine),
        }
        rows += [*mine, unknown]
    # what it was earlier is told later, from other days (`earlier`)
    frame = framed([{"value_earlier": np.nan, **row} for row in rows], LOSS_REASONS)
    return frame.sort_values(["client_id", "reason", "feature"], kind="stable", ignore_index=True)


def margin_rows(lost: Decomposition) -> pd.DataFrame:
    """Every value coordinate that moved a lost client's tier margin.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.MARGINS`; a client's contributions sum to the change of its margin.
    """
    nothing = np.zeros(lost.margin.values.shape)
    rows = [
        row
        for place in range(len(lost.margin.clients))
        for _, row in _moved(lost, lost.margin, place, nothing)
    ]
    return framed(rows, MARGINS)


def _moved(
    lost: Decomposition, parts: Parts, place: int, shares: np.ndarray
) -> list[tuple[int, dict[str, Any]]]:
    """The columns that speak for one client, each with its row."""
    found = []
    for column, name in enumerate(parts.features):
        contribution = float(parts.values[place, column])
        if contribution != 0.0 or shares[place, column] > 0.0:
            found.append(
                (
                    column,
                    {
                        "client_id": parts.clients[place],
                        "feature": name,
                        "value_before": _number(lost.before[name].iloc[place]),
                        "value_after": _number(lost.after[name].iloc[place]),
                        "contribution": contribution,
                    },
                )
            )
    return found


def _number(value: Any) -> float:
    """The value, or NaN for a missing one and for text."""
    return float("nan") if value is None or isinstance(value, str) else float(value)


def named_reasons(shares: Shares, place: int) -> list[tuple[str, float]]:
    """A client's reasons with a share, greatest first, at most three; ties in `REASONS` order.

    Parameters
    ----------
    shares
        Of all lost clients.
    place
        The client's row.
    """
    own = shares.reasons[place]
    order = sorted(range(len(REASONS)), key=lambda each: (-own[each], each))
    return [(REASONS[each], float(own[each])) for each in order[:NAMED] if own[each] > 0]
