"""Who is most at risk: active clients by the profit that is at stake with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from segml.report.records import records
from segml.report.silence import RiskFacts

AT_RISK_SHOWN = 12
"""Clients in the table of those most at risk."""
KEY_AT_RISK = 8
"""How many of them are key clients, where there are as many."""


def most_at_risk(scores: pd.DataFrame, *, gone: Collection[str] = ()) -> pd.DataFrame:
    """Active clients by profit at stake: key clients, and the best of the others.

    Parameters
    ----------
    scores
        One row a client.
    gone
        Ids already counted as lost.
    """
    paying = (scores["status"] == "active") & (scores["profit_365"] > 0)
    active = scores[paying & scores["p_churn"].notna() & ~scores["client_id"].isin(gone)]
    stake = active["p_churn"] * active["profit_365"]
    ranked = active.assign(stake=-stake).sort_values(["stake", "client_id"])
    key = ranked[ranked["is_key"]].head(KEY_AT_RISK)
    others = ranked[~ranked["is_key"]].head(AT_RISK_SHOWN - len(key))
    return pd.concat([key, others]).sort_values(["stake", "client_id"])


def risk_facts(
    shown: pd.DataFrame, reasons: pd.DataFrame, names: Mapping[str, str]
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
    told = reasons[(reasons["subject"] == "churn") & reasons["client_id"].isin(shown["client_id"])]
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
        for row in records(shown)
    )


def _raising(rows: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """The two features that raise the score most, each with its value in words."""
    named = rows[~rows["feature"].str.startswith("(") & (rows["contribution"] > 0)]
    top = named.sort_values(["contribution", "feature"], ascending=[False, True]).head(2)
    return tuple((row["feature"], row["value_text"]) for row in records(top))
