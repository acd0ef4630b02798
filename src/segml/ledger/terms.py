"""What became of clients whose discount was cut: how many still bought, beside those left alone."""

from __future__ import annotations

from dataclasses import dataclass

from segml.ledger.cutoff import Past

WATCHED_DAYS = 180
"""The last days, in which an order shows that a client stayed."""
TRIED_DAYS = 365
"""The days before those, back to here, hold the new terms; the 365 days before them the old."""
LEAST_ORDERS = 3
"""Days with an order a client needs in the old year: its rate is known then."""
LEAST_CUT = 0.02
"""A discount counts as cut when its rate fell by two points of the list value: less than that is
within what a change of the basket does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChanged:
    """How many clients met harder terms, how many did not, and how many of each still buy.

    Parameters
    ----------
    cut, cut_stayed
        Clients whose discount rate was cut, and how many of them ordered in the watched days.
    others, others_stayed
        The same of the clients whose rate was not.
    """

    cut: int
    cut_stayed: int
    others: int
    others_stayed: int


def terms_changed(past: Past) -> TermsChanged:
    """What became of clients whose discount was cut half a year to a year ago.

    Parameters
    ----------
    past
        The rows before its day.

    Returns
    -------
    TermsChanged
        All zero where the ledger has no discounts.
    """
    if "discount" not in past.has:
        return TermsChanged(cut=0, cut_stayed=0, others=0, others_stayed=0)
    tried, watched = past.as_of - TRIED_DAYS, past.as_of - WATCHED_DAYS
    spans = {"old": f"day < {tried}", "new": f"day >= {tried} AND day < {watched}"}
    sums = ", ".join(
        f"sum({value}) FILTER (WHERE {when}) AS {value}_{name}"
        for name, when in spans.items()
        for value in ("discount", "bought")
    )
    cut = (
        "discount_old / (discount_old + bought_old) - discount_new / (discount_new + bought_new) "
        f">= {LEAST_CUT}"
    )
    rows = past.frame(
        f"WITH each AS (SELECT client, {sums}, "
        f"count(*) FILTER (WHERE orders > 0 AND {spans['old']}) AS orders_old, "
        f"coalesce(bool_or(orders > 0) FILTER (WHERE day >= {watched}), false) AS stayed "
        f"FROM {{days}} WHERE day >= {tried - TRIED_DAYS} GROUP BY client), "
        f"judged AS (SELECT stayed, {cut} AS cut FROM each WHERE orders_old >= {LEAST_ORDERS} "
        "AND discount_old + bought_old > 0 AND discount_new + bought_new > 0) "
        "SELECT count(*) FILTER (WHERE cut) AS cut, count(*) FILTER (WHERE cut AND stayed) AS "
        "cut_stayed, count(*) FILTER (WHERE NOT cut) AS others, count(*) FILTER (WHERE NOT cut "
        "AND stayed) AS others_stayed FROM judged"
    )
    found = rows.iloc[0]
    return TermsChanged(
        cut=int(found["cut"]),
        cut_stayed=int(found["cut_stayed"]),
        others=int(found["others"]),
        others_stayed=int(found["others_stayed"]),
    )
