"""Keep, reprice or release: what a client below zero is worth either way, and what must be true.

All values are of the year after the date, against a year without the client:

    keep      E + R           E: its expected profit, R: that of the clients it brought, weighted
    reprice   a (E + G + R)   a: it accepts; G: what new terms bring; if it refuses it is gone
    release   0               its costs fall away, and the clients that it brought

G is the discount and the contacts beyond its playbook and, where that does not fill what the last
year lacked to zero, a rise of prices towards it, up to the greatest rise on record: more than that
nobody has been asked yet. The chance a is counted, not assumed: of clients whose discount was cut
before, the share that still bought, over that share of clients left alone. It is not known where
fewer than `LEAST_CUT` were cut; reprice is then a condition, not a value.

Of a client that is as good as gone nothing new is asked: G is what it would bring on the sales of a
year in which it still bought.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.ledger import Past, TermsChanged, terms_changed
from segml.portfolio.scene import Scene, Values
from segml.scoring import AS_GOOD_AS_GONE

LEAST_CUT = 30
"""Clients whose discount was cut that it takes to speak of a share of them."""

CONDITIONS = {
    "recovers": "keep is best if it earns what the model expects, though last year it did not",
    "referrals_stay": "keep is best only as long as the clients it brought go on buying",
    "accepts": "reprice is best if it accepts with at least the chance `break_even`",
    "nothing_to_lose": "reprice is best whatever the chance: if it refuses it is let go",
    "may_accept": "how likely it accepts is not known: reprice is better from `break_even` on",
    "costs_end": "release is best if its cost to serve really ends",
    "as_good_as_gone": "release is best, and as good as done: it will hardly buy again",
}
"""What must be true for the option named, with its meaning."""


def acceptance(changed: TermsChanged) -> float | None:
    """The chance that a client accepts harder terms; None where too few were tried.

    Parameters
    ----------
    changed
        What became of clients whose discount was cut, and of those left alone.

    Examples
    --------
    >>> acceptance(TermsChanged(cut=40, cut_stayed=30, others=1000, others_stayed=900))
    0.8333...
    """
    if changed.cut < LEAST_CUT or not changed.others_stayed:
        return None
    alone = changed.others_stayed / changed.others
    return min(1.0, changed.cut_stayed / changed.cut / alone)


def decisions(scene: Scene, attended: pd.DataFrame) -> pd.DataFrame:
    """Every active client whose last year is below zero: the options, the best, its condition.

    Parameters
    ----------
    scene
        The scored date.
    attended
        The table of `attention`: discounts and contacts beyond the playbook.

    Returns
    -------
    DataFrame
        One row a client, sorted by client_id; the columns of the published table.
    """
    book = scene.book
    rows = book[(book["status"] == "active") & (book["profit_365"] < 0)].reset_index(drop=True)
    changed = terms_changed(scene.past)
    chance = acceptance(changed)
    expected = rows["year"].to_numpy(dtype=np.float64)
    referral = rows["referral_profit_365"].to_numpy(dtype=np.float64)
    gone = (rows["p_churn"] > AS_GOOD_AS_GONE) & rows["action"].ne("await")
    parts = {
        name: np.where(gone, 0.0, gain) for name, gain in _gains(scene.past, rows, attended).items()
    }
    gain = parts["gain_discount"] + parts["gain_care"] + parts["gain_prices"]
    keep, accepted = expected + referral, expected + gain + referral
    reprice = np.full(len(rows), np.nan) if chance is None else chance * accepted
    best, condition = choose(keep, reprice, expected=expected, accepted=accepted)
    condition = np.where(gone & (best == "release"), "as_good_as_gone", condition)
    revenue = rows["revenue_365"].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "client_id": rows["client_id"],
            "manager": rows["manager"],
            "tier": rows["tier"],
            "is_key": rows["is_key"],
            "profit_365": rows["profit_365"],
            "expected": expected,
            "referral": referral,
            "gain": gain,
            **parts,
            "rise": np.where(revenue > 0, gain / np.where(revenue > 0, revenue, 1.0), np.nan),
            "keep": keep,
            "reprice": reprice,
            "release": 0.0,
            "best": best,
            "condition": condition,
            "acceptance": np.nan if chance is None else chance,
            "break_even": _break_even(keep, accepted),
            "tried": changed.cut,
        }
    )


def choose(
    keep: Values, reprice: Values, *, expected: Values, accepted: Values
) -> tuple[np.ndarray, np.ndarray]:
    """The option with the greatest value of each client, and what must be true for it.

    Parameters
    ----------
    keep, reprice
        The values; release is worth nothing. NaN where reprice has no value.
    expected
        The expected profit, without referrals.
    accepted
        What reprice is worth if the client accepts.

    Returns
    -------
    tuple
        Options and codes of `CONDITIONS`; a tie goes to the milder option.

    Examples
    --------
    >>> options, conditions = choose(np.array([5.0, -5.0]), np.array([2.0, 3.0]),
    ...     expected=np.array([-1.0, -5.0]), accepted=np.array([6.0, 6.0]))
    >>> options.tolist(), conditions.tolist()
    (['keep', 'reprice'], ['referrals_stay', 'accepts'])
    """
    known = ~np.isnan(reprice)
    free = ~known & (keep < 0) & (accepted > 0)
    repriced = free | (known & (reprice > np.maximum(keep, 0.0)))
    kept = ~repriced & (keep >= 0)
    best = np.select([repriced, kept], ["reprice", "keep"], "release")
    open_ = ~known & (accepted > np.maximum(keep, 0.0))
    condition = np.select(
        [free, repriced, open_, kept & (expected < 0), kept],
        ["nothing_to_lose", "accepts", "may_accept", "referrals_stay", "recovers"],
        "costs_end",
    )
    return best, condition


def _break_even(keep: Values, accepted: Values) -> Values:
    """The chance from which on reprice is worth more than the better of the two others."""
    need = np.maximum(keep, 0.0)
    pays = (accepted > 0) & (accepted > need)
    return np.where(pays, need / np.where(pays, accepted, 1.0), np.nan)


def _gains(past: Past, rows: pd.DataFrame, attended: pd.DataFrame) -> dict[str, Values]:
    """What new terms bring a year: back to the playbook, then prices, as far as ever asked."""
    events = past.company_events()
    rises = events.loc[events["kind"] == "price_change", "magnitude"].clip(0.0, 1.0)
    greatest = float(rises.max()) if rises.notna().any() else 0.0
    lacked = -rows["profit_365"].to_numpy(dtype=np.float64)
    discount, care = (_beyond(rows, attended, each) for each in ("discount_over", "extra_cost"))
    dearer = greatest * np.maximum(rows["revenue_365"].to_numpy(dtype=np.float64), 0.0)
    prices = np.clip(lacked - (discount + care), 0.0, dearer)
    return {"gain_discount": discount, "gain_care": care, "gain_prices": prices}


def _beyond(rows: pd.DataFrame, attended: pd.DataFrame, column: str) -> Values:
    """Money of the last year beyond the playbook: of discounts, or of contacts where known."""
    money = attended.set_index("client_id")[column]
    return money.reindex(rows["client_id"]).fillna(0.0).to_numpy(dtype=np.float64)
