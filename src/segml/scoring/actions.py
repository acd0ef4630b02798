"""What the scores suggest to do with each client: one rule code a row.

Every threshold is relative to the portfolio scored, so that no currency or size is built in.

=========  ==================================================================================
contact    a prospect; where its first year is foretold, the recommendation of it instead
           (`contact_now`, `contact`, `low_touch`, `decline`: see `scoring.prospects`)
win_back   gone; the profit of the year before the last one is in the top quarter of the profits of
           today's active clients
remind     gone, any other: a reminder, no personal care
await      active; by its own rhythm its next order is due when the horizon of the risk is over,
           as of a yearly contract or of a season of its own: that it does not order until then is
           no sign
retain     active and key, and it or those it brought earn us something, last year or by what is
           expected of it; its risk of churn is in the top quarter of its group, such clients of
           the key tiers or those that are key by their role alone (they are small, and small
           clients leave more often), and no less than their mean: where few are at risk, a
           quarter is not
keep       active and key, any other
watch      active, not key; its risk is in the top quarter of its group and no less than its mean,
           and the profit of its last year, which is what is at stake, above its group's median
           (little is expected of a client because it is likely lost: that is no reason to leave
           it alone)
grow       active, not key; its expected profit is in the top quarter of its group and above
           the profit of its last year, brought to the same number of days
maintain   active, any other
=========  ==================================================================================

A client is gone that is lapsed, or recorded as gone, or as good as gone: an order of it was due, it
has been silent for longer than the horizon of the risk, so that it has churned already as the model
means it, and by the model's estimate nine in ten like it will not order in the next one either.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

ACTIONS = (
    "contact_now",
    "contact",
    "low_touch",
    "decline",
    "win_back",
    "remind",
    "await",
    "retain",
    "keep",
    "watch",
    "grow",
    "maintain",
)
"""Every action code."""

GONE = ("win_back", "remind")
"""The codes of clients that are gone, by their silence or by record."""
UNASKED = (*GONE, "await")
"""The codes of clients with whom nothing is at stake by their not ordering: they are gone, or not
due."""
AS_GOOD_AS_GONE = 0.9
"""The risk from which on a client that has been silent for a horizon is not expected back."""
MEDIAN_GAPS = 3.0
"""A pause of so many usual times between orders is none of its rhythm's."""
YEAR = 365
TOP = 0.75
"""The quantile above which a client is in the top quarter of its group."""


def actions(
    scores: pd.DataFrame,
    profit_before: pd.Series,
    *,
    horizon_days: int,
    ended: Collection[str] = (),
    awaiting: Collection[str] = (),
    silent: Collection[str] = (),
) -> pd.Series:
    """The action code of each client.

    Parameters
    ----------
    scores
        `status`, `tier`, `is_key`, `p_churn`, `expected_profit`, `profit_365`, `value_365`, by
        client; `recommendation` where prospects have one, null for all others.
    profit_before
        The profit of the year before the last 365 days, same index, in money.
    horizon_days
        The days `expected_profit` is over.
    ended
        Clients that are recorded as gone: whatever their silence, nobody retains them.
    awaiting
        Clients whose next order is due when the horizon of `p_churn` is over (`undue`).
    silent
        Clients whose last order is longer ago than that horizon (`silent_for`).

    Returns
    -------
    pandas.Series
        Codes out of `ACTIONS`, same index.
    """
    ordered = scores["status"].ne("prospect")
    active = scores["status"].eq("active") & ~scores.index.isin(list(ended))
    awaited = active & scores.index.isin(list(awaiting))
    active &= awaited | ~(scores.index.isin(list(silent)) & (scores["p_churn"] > AS_GOOD_AS_GONE))
    gone = ordered & ~active
    asked = active & ~awaited
    key, other = asked & scores["is_key"], asked & ~scores["is_key"]
    earning = key & (scores[["value_365", "expected_profit"]].max(axis=1) > 0)
    of_key_tier = scores["is_key"].groupby(scores["tier"], dropna=False).transform("all")
    by_tier, by_role = earning & of_key_tier, earning & ~of_key_tier
    risk, expected = scores["p_churn"], scores["expected_profit"]
    last_year = scores["profit_365"] * (horizon_days / 365)
    rules = {
        "contact": scores["status"].eq("prospect"),
        "win_back": gone & (profit_before > max(_level(scores["profit_365"], active), 0.0)),
        "remind": gone,
        "await": awaited,
        "retain": (by_tier & (risk >= _risky(risk, by_tier)))
        | (by_role & (risk >= _risky(risk, by_role))),
        "keep": key,
        "watch": other
        & (risk >= _risky(risk, other))
        & (last_year > _level(last_year, other, at=0.5)),
        "grow": other & (expected >= _level(expected, other)) & (expected > last_year),
    }
    codes = np.select([rule.to_numpy() for rule in rules.values()], list(rules), default="maintain")
    told = pd.Series(codes, index=scores.index, dtype="str", name="action")
    if "recommendation" not in scores:
        return told
    return scores["recommendation"].astype("str").where(scores["recommendation"].notna(), told)


def undue(frame: pd.DataFrame, horizon_days: int) -> frozenset[str]:
    """Ids of those of which no order is due within a horizon, by their own rhythm or season.

    Either the usual time between orders, from the last one on, ends after the horizon; or three or
    more fit into the horizon, and yet the client, which had bought before, ordered nothing in the
    same days a year ago: what it buys it buys in another season.

    Parameters
    ----------
    frame
        Features, one row a client; nobody is where those that a rule reads are absent.
    horizon_days
        Of the risk.
    """
    if not {"median_gap_days", "silence_days"} <= {*frame.columns}:
        return frozenset()
    gap = frame["median_gap_days"]
    waits = gap - frame["silence_days"] > horizon_days
    bought = frame.get("first_order_days", frame.get("tenure_days"))
    if bought is not None and "orders_same_season" in frame:
        paused = frame["orders_same_season"].eq(0) & (MEDIAN_GAPS * gap <= horizon_days)
        waits |= (bought > YEAR) & paused
    return frozenset(frame.index[waits].astype("str"))


def silent_for(frame: pd.DataFrame, horizon_days: int) -> frozenset[str]:
    """Ids of those whose last order is longer ago than a horizon; nobody's where it is not told."""
    if "silence_days" not in frame:
        return frozenset()
    return frozenset(frame.index[frame["silence_days"] > horizon_days].astype("str"))


def _risky(risk: pd.Series, group: pd.Series) -> float:
    """The risk from which a client of a group is at risk; infinite for an empty group."""
    return max(_level(risk, group), float(risk[group].mean()))


def _level(values: pd.Series, group: pd.Series, at: float = TOP) -> float:
    """The quantile of a group's values; infinite for an empty group, so that no rule fires."""
    inside = values[group].dropna()
    return float(inside.quantile(at)) if len(inside) else float("inf")
