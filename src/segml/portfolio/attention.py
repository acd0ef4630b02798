"""Attention: what key clients got of their playbook's contacts, and who got more than theirs.

A contact is due when the rhythm's days have passed since the one before (or since the window, or
the client, began). One that comes after that, but before the next is due, is late and not missed:
between two contacts all that fell due but the last were missed, and since the latest contact all
that fell due. Being early makes nothing due sooner.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.ledger import contact_costs, contact_days, date_of, discounts, starts
from segml.portfolio.scene import YEAR, Flags, Places, Scene, Values, spread_out


def attention(scene: Scene) -> pd.DataFrame:
    """Contacts due, made and missed of each key client, and the others that got too much.

    Parameters
    ----------
    scene
        The scored date.

    Returns
    -------
    DataFrame
        Sorted by client_id: every key client, and each other client that got more contacts than its
        playbook plans (a prospect is to be won: none are too many) or a discount above its limit.
        Contacts are null where the ledger tells no visit or call at all (whoever writes none down
        has not missed them all), discounts where it tells none.
    """
    book, as_of = scene.book, scene.past.as_of
    begun = _begun(scene)
    rhythm = scene.contact_days
    due = np.where(np.isnan(rhythm) | ~(begun < as_of), 0.0, _fallen_due(as_of - begun, rhythm))
    seen = contact_days(scene.past, days=YEAR)
    told = len(seen) > 0 or len(contact_days(scene.past, days=as_of)) > 0
    place, day = (seen[name].to_numpy(dtype=np.int64) for name in ("place", "day"))
    theirs = day >= begun[place]
    place, day = place[theirs], day[theirs]
    made = np.bincount(place, minlength=len(book)).astype(np.float64)
    missed = _missed(place, day, begun, rhythm, as_of)
    cost = spread_out(contact_costs(scene.past, days=YEAR), "cost", len(book))
    bought = ~book["status"].eq("prospect").to_numpy(dtype=bool)
    extra = np.where(bought, np.maximum(made - due, 0.0), 0.0)
    key = book["is_key"].to_numpy(dtype=bool)
    rate, over = _discounts(scene)
    shown = key | (over > 0) | (~key & (extra > 0))
    contacts = {
        "due": due,
        "made": made,
        "missed": missed,
        "extra": np.where(key, 0.0, extra),
        "extra_cost": np.where(~key & (made > 0), cost * extra / np.maximum(made, 1.0), 0.0),
    }
    table = pd.DataFrame(
        {
            "client_id": book["client_id"],
            "manager": book["manager"],
            "tier": book["tier"],
            "is_key": key,
            "team": book["tier"].map({tier: each.team for tier, each in scene.by_tier.items()}),
            "contact_days": rhythm,
            **(contacts if told else dict.fromkeys(contacts, np.nan)),
            "last_contact": _last(place, day, len(book)),
            "discount_rate": rate,
            "discount_limit": scene.discount_limit,
            "discount_over": over,
            "profit_365": book["profit_365"],
        }
    )
    return table[shown].reset_index(drop=True)


def _begun(scene: Scene) -> Values:
    """The first day that counts for each client: of the window, or the day it first bought."""
    first = starts(scene.past)["first_day"].to_numpy(dtype=np.float64)
    return np.asarray(np.fmax(first, float(scene.past.as_of - YEAR)))


def _fallen_due(days: Values, rhythm: Values) -> Values:
    """How many contacts fall due within days in which none happens, the last day left out.

    Examples
    --------
    >>> _fallen_due(np.array([30.0, 31.0, 61.0]), np.array([30.0, 30.0, 30.0]))
    array([0., 1., 2.])
    """
    with np.errstate(invalid="ignore"):
        return np.maximum(np.ceil(days / rhythm) - 1.0, 0.0)


def _missed(place: Places, day: Places, begun: Values, rhythm: Values, as_of: int) -> Values:
    """Contacts that fell due and did not happen; the one that ends a gap stands for the last."""
    planned = np.flatnonzero(~np.isnan(rhythm) & (begun < as_of))
    where = np.concatenate([planned, place, planned])
    when = np.concatenate([begun[planned], day, np.full(len(planned), float(as_of))])
    order = np.lexsort((when, where))
    where, when = where[order], when[order]
    within = where[1:] == where[:-1]
    gaps = np.where(within, np.diff(when), 0.0)
    lapses = np.nan_to_num(_fallen_due(gaps, rhythm[where[1:]]))
    ended = when[1:] < as_of
    lapses = np.maximum(lapses - ended, 0.0)
    counts = np.bincount(where[1:], weights=lapses, minlength=len(begun))
    return counts.astype(np.float64)


def _discounts(scene: Scene) -> tuple[Values, Values]:
    """Each client's discount as a share of its list value (NaN: bought nothing), and the excess.

    Both are NaN where the ledger tells no discounts.
    """
    count = len(scene.book)
    if "discount" not in scene.past.has:
        return np.full(count, np.nan), np.full(count, np.nan)
    rows = discounts(scene.past, days=YEAR)
    discount = spread_out(rows, "discount", count)
    value = spread_out(rows, "bought", count) + discount
    bought: Flags = value > 0
    rate = np.where(bought, discount / np.where(bought, value, 1.0), np.nan)
    return rate, np.where(bought, np.maximum(discount - scene.discount_limit * value, 0.0), 0.0)


def _last(place: Places, day: Places, count: int) -> pd.Series:
    """The date of each client's last contact; null where there is none."""
    last = np.full(count, -1, dtype=np.int64)
    np.maximum.at(last, place, day)
    dates = {int(each): date_of(int(each)) for each in np.unique(day)}
    return pd.Series(last).map(dates).astype(object)
