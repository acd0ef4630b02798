"""Spreads: how far discounts and care differ between tiers within a category, and who could learn.

A client can learn what a key client gets from whom it knows: the client that brought it, or that it
brought. So a spread is a danger where clients of a tier are linked by a referral with a key client
that buys the same category, and the key clients' rate is above this tier's by more than the
playbooks grant.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.ledger import Baskets, baskets, contact_costs, referrals
from segml.portfolio.scene import YEAR, Scene, Values, spread_out


def spreads(scene: Scene) -> pd.DataFrame:
    """Discount and care of each tier in each category, beside those of the key clients there.

    Parameters
    ----------
    scene
        The scored date.

    Returns
    -------
    DataFrame
        One row a category and tier that bought it, sorted; the columns of the published table.
        Empty where the ledger has no categories.
    """
    book = scene.book
    bought = baskets(scene.past, "category", days=YEAR)
    key = book["is_key"].to_numpy(dtype=bool)[bought.place]
    rows = pd.DataFrame(
        {
            "item": bought.item,
            "tier_rank": book["tier_rank"].to_numpy(dtype=np.int64)[bought.place],
            "list_value": bought.bought + bought.discount,
            "discount": bought.discount,
            "care": _care(scene, bought),
            "linked": ~key & _knows_a_key_client(scene, bought, key),
        }
    )
    summed = ["list_value", "discount", "care"]
    both = rows.groupby(["item", "tier_rank"], as_index=False)
    table = both[summed].sum().merge(both.agg(clients=("linked", "size"), linked=("linked", "sum")))
    ours = rows[key].groupby("item")[summed].sum().reindex(table["item"])
    limits = pd.Series(scene.discount_limit).groupby(book["tier_rank"].to_numpy()).first()
    top = scene.discount_limit[book["is_key"].to_numpy(dtype=bool)]
    granted = np.maximum(top.max(initial=0.0) - limits.reindex(table["tier_rank"]).to_numpy(), 0.0)
    names = book.drop_duplicates("tier_rank").set_index("tier_rank")["tier"]
    rate, key_rate = _rate(table["discount"], table), _rate(ours["discount"], ours)
    linked = table["linked"].to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "category": np.array(bought.items, dtype=object)[table["item"].to_numpy(dtype=int)],
            "tier_rank": table["tier_rank"].to_numpy(dtype=np.int64),
            "tier": names.reindex(table["tier_rank"]).to_numpy(dtype=object),
            "clients": table["clients"].to_numpy(dtype=np.int64),
            "list_value": table["list_value"].to_numpy(dtype=np.float64),
            "discount_rate": rate,
            "key_discount_rate": key_rate,
            "care_rate": _rate(table["care"], table),
            "key_care_rate": _rate(ours["care"], ours),
            "granted": granted,
            "linked": linked,
            "could_be_learnt": (linked > 0) & (np.nan_to_num(key_rate - rate) > granted),
        }
    )


def _rate(values: pd.Series, of: pd.DataFrame) -> Values:
    """Values as a share of the list value; NaN where nothing was bought."""
    whole = of["list_value"].to_numpy(dtype=np.float64)
    return np.where(
        whole > 0, values.to_numpy(dtype=np.float64) / np.where(whole > 0, whole, 1.0), np.nan
    )


def _care(scene: Scene, bought: Baskets) -> Values:
    """The cost of our visits and calls, shared out over what the client buys."""
    count = len(scene.book)
    cost = spread_out(contact_costs(scene.past, days=YEAR), "cost", count)
    value = bought.bought + bought.discount
    whole = np.bincount(bought.place, weights=value, minlength=count)[bought.place]
    share = np.where(whole > 0, value / np.where(whole > 0, whole, 1.0), 0.0)
    return np.asarray(cost[bought.place] * share)


def _knows_a_key_client(scene: Scene, bought: Baskets, key: np.ndarray) -> np.ndarray:
    """Whether each client is linked by a referral with a key client that buys the same item."""
    items = max(len(bought.items), 1)
    pairs = referrals(scene.past)
    one, other = (pairs[name].to_numpy(dtype=np.int64) for name in ("place", "by"))
    knows = pd.DataFrame(
        {"own": np.concatenate([one, other]), "buyer": np.concatenate([other, one])}
    )
    buys = pd.DataFrame({"buyer": bought.place[key], "item": bought.item[key]})
    found = knows.merge(buys, on="buyer")
    reached = (found["own"] * items + found["item"]).unique()
    return np.asarray(np.isin(bought.place * items + bought.item, reached))
