"""Who is most at risk: active clients by the profit that is at stake with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from segml.report.records import Rows, records
from segml.report.silence import RiskFacts
from segml.report.table import Table, as_table
from segml.scoring import UNASKED

AT_RISK_SHOWN = 12
"""Clients in the table of those most at risk."""
COLUMNS = (
    *("client_id", "tier", "is_key", "p_churn", "p_churn_low", "p_churn_high", "profit_365"),
    *("action", "stake"),
)
"""What is told of them."""
OF_EVERYBODY = ("portfolio_season", "portfolio_growth_90")
"""Features with the same value for every client: no sign of one."""
KEY_AT_RISK = 8
"""How many of them are key clients, where there are as many."""


def scores_table(scores: pd.DataFrame | Table) -> Table:
    """The scores as a table with each client's `stake`: the risk times the profit, if positive.

    Nothing is at stake with clients that are gone, by their silence or by record, nor with those
    whose next order is not due before the horizon is over.
    """
    if not isinstance(scores, pd.DataFrame):
        return scores
    stake = scores["p_churn"].fillna(0.0) * scores["profit_365"].clip(lower=0)
    return as_table(scores.assign(stake=stake.mask(scores["action"].isin(UNASKED), 0.0)))


def most_at_risk(scores: pd.DataFrame | Table, *, gone: Collection[str] = ()) -> Rows:
    """Active clients by profit at stake: key clients, and the best of the others.

    Parameters
    ----------
    scores
        One row a client.
    gone
        Ids already counted as lost.
    """
    asked = scores_table(scores)
    order = (("stake", True), ("client_id", False))
    where = (
        ("status", "=", "active"),
        ("profit_365", ">", 0),
        ("p_churn", "is", True),
        ("stake", ">", 0),
        ("client_id", "not in", list(gone)),
    )
    key = asked.rows(*where, ("is_key", "=", True), order=order, most=KEY_AT_RISK, columns=COLUMNS)
    left = AT_RISK_SHOWN - len(key)
    others = asked.rows(*where, ("is_key", "=", False), order=order, most=left, columns=COLUMNS)
    return sorted((*key, *others), key=lambda row: (-row["stake"], row["client_id"]))


def risk_facts(
    shown: Rows, reasons: pd.DataFrame, names: Mapping[str, str]
) -> tuple[RiskFacts, ...]:
    """The facts of clients at risk, in the order given.

    Parameters
    ----------
    shown
        Their rows of `scores`.
    reasons
        Their rows of `reasons`, at least.
    names
        Client id to name.
    """
    ids = [row["client_id"] for row in shown]
    told = reasons[(reasons["subject"] == "churn") & reasons["client_id"].isin(ids)]
    return tuple(
        RiskFacts(
            client_id=row["client_id"],
            name=names.get(row["client_id"], row["client_id"]),
            tier=row["tier"],
            is_key=row["is_key"],
            p_churn=row["p_churn"],
            p_churn_low=row["p_churn_low"],
            p_churn_high=row["p_churn_high"],
            profit_365=row["profit_365"],
            action=row["action"],
            reasons=_raising(told[told["client_id"] == row["client_id"]]),
        )
        for row in shown
    )


def _raising(rows: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """The two features of its own that raise the score most, each with its value in words."""
    own = ~rows["feature"].str.startswith("(") & ~rows["feature"].isin(OF_EVERYBODY)
    named = rows[own & (rows["contribution"] > 0)]
    top = named.sort_values(["contribution", "feature"], ascending=[False, True]).head(2)
    return tuple((row["feature"], row["value_text"]) for row in records(top))
