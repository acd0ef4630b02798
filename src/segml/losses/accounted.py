"""Shares of reasons where the account tells what happened: for clients that stayed and earn less.

Of the profit that a client stopped bringing while it went on buying, the account knows the parts
(`profit_parts`). A part that improved explains no loss; the others share the loss by their money.
Where the client itself brings no less, and only those it brought do, there is no loss to share: the
drivers speak alone.

- Discount is `margin`, and so is care as far as it grew in money: what the client pressed for until
  it stopped paying for itself. Care that weighs more only because less is bought is the fall's.
- Unpaid bills are `payment`.
- Volume, and goods sent back, are the client's demand: its share follows the drivers of the scores,
  and is `unknown` where they say nothing (see `shares`).
- Goods: our costs rose, or it bought what leaves less. Neither is its doing, nor a reason of the
  catalogue: `unknown`.

For a client that left there is no account of what happened, and the drivers speak alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from segml.features import CATALOGUE
from segml.losses.attribution import Decomposition
from segml.losses.history import Numbers
from segml.losses.profit_parts import Change, Part
from segml.losses.shares import Weights
from segml.words.feature import REASONS, Reason

CARRIERS: Mapping[Part, tuple[str, ...]] = MappingProxyType(
    {
        "discount": ("discount_rate_90", "discount_rate_365", "discount_ratchet_180"),
        "care": ("care_share_365", "care_rise_180"),
        "unpaid": tuple(feature.name for feature in CATALOGUE if feature.reason == "payment"),
    }
)
"""Part to the features that show it, best first: the one that moved for a client carries its share.
A part that no feature of the model shows stays `unknown`."""
REASON_OF: Mapping[Part, Reason] = MappingProxyType(
    {"discount": "margin", "care": "margin", "unpaid": "payment"}
)
"""The reason that each of these parts is."""
STAND_INS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "attention_drop_180": ("contact_silence_over_gap",),
        "complaints_rise_180": ("complaints_180", "complaint_open_days"),
        "resolution_rise_180": ("complaint_open_days", "resolution_days_365", "complaints_180"),
        "returns_rise_180": ("returns_share_365", "returns_365"),
        "days_late_rise_180": ("days_late_180", "overdue_days"),
        "discount_ratchet_180": ("discount_rate_90", "discount_rate_365"),
        "demands_rise_180": ("demands_180",),
        "withdrawals_180": ("withdrawals_365",),
        "rivals_180": ("rivals_365",),
    }
)
"""Driver to those of its reason that tell of it where it is not known, as of a client without a
year to be held against, or did not harm on either day: what leads to declines is remembered for
longer than a change shows, or than an event's window lasts. Whoever reads that a third of a loss is
its doing has to see something.
"""
_FEATURES = MappingProxyType({each.name: each for each in CATALOGUE})
_UNKNOWN = REASONS.index("unknown")


@dataclass(frozen=True, slots=True)
class Shares:
    """Each lost client's loss, shared out.

    Parameters
    ----------
    reasons
        (n, 8) in the order of `REASONS`; rows sum to one.
    features
        (n, p) the same by feature; with the share of `unknown` they sum to one.
    """

    reasons: Numbers
    features: Numbers


def shared(weights: Weights, lost: Decomposition, changes: Sequence[Change | None]) -> Shares:
    """The shares of every lost client.

    Parameters
    ----------
    weights
        What the drivers say, of n clients.
    lost
        Of the same clients: which features there are, and how they moved.
    changes
        The account of each of them; None for a client that left.
    """
    reasons, features = weights.reason_shares.copy(), weights.feature_shares.copy()
    for place, change in enumerate(changes):
        if change is None:
            continue
        money = _told(change)
        driven = money["volume"] + money["returned"]
        reasons[place] *= driven
        features[place] *= driven
        reasons[place, _UNKNOWN] += money["goods"]
        for part in CARRIERS:
            carrier = _carrier(lost, place, part)
            reason = "unknown" if carrier is None else REASON_OF[part]
            reasons[place, REASONS.index(reason)] += money[part]
            if carrier is not None:
                features[place, carrier] += money[part]
    return Shares(reasons, features)


def told_by_seen(shares: Shares, lost: Decomposition) -> Shares:
    """The shares, those of a driver that shows nothing on either day told by one beside it.

    Of a driver and its stand-ins the first takes the share that harmed on either day, its value
    beyond zero (a ratio's beyond one); where none did, the first that is known on either.

    Parameters
    ----------
    shares
        Of n clients.
    lost
        Of the same clients.
    """
    names, features = list(lost.churn.features), shares.features.copy()
    for name, others in STAND_INS.items():
        if name not in names:
            continue
        known = [name, *(each for each in others if each in names)]
        tells = np.array([_tells(lost, each) for each in known])
        columns = np.array([names.index(each) for each in known])[tells.argmax(axis=0)]
        share = features[:, names.index(name)].copy()
        features[:, names.index(name)] = 0.0
        features[np.arange(len(share)), columns] += share
    return Shares(shares.reasons, features)


def _tells(lost: Decomposition, name: str) -> Numbers:
    """(n,) 2 where a driver harmed on either day, 1 where it is known on one, else 0."""
    days = np.stack([frame[name].to_numpy(np.float64) for frame in (lost.before, lost.after)])
    feature = _FEATURES[name]
    harmed = (feature.harm * (days - (feature.unit == "ratio")) > 0.0).any(axis=0)
    known = (~np.isnan(days)).any(axis=0)
    return np.asarray(np.add(known, harmed, dtype=np.float64))


def _told(change: Change) -> dict[Part, float]:
    """The share of each part in what was lost; they sum to one."""
    lost = {part: max(money, 0.0) for part, money in change.parts.items()}
    grown = min(lost["care"], max(change.after.care - change.before.care, 0.0))
    lost |= {"volume": lost["volume"] + lost["care"] - grown, "care": grown}
    whole = sum(lost.values())
    if whole <= 0.0 or sum(change.parts.values()) <= 0.0:
        return dict.fromkeys(lost, 0.0) | {"volume": 1.0}
    return {part: money / whole for part, money in lost.items()}


def _carrier(lost: Decomposition, place: int, part: Part) -> int | None:
    known = [name for name in CARRIERS[part] if name in lost.churn.features]
    risen = [name for name in known if _rose(lost, place, name)]
    return lost.churn.features.index((risen or known)[0]) if known else None


def _rose(lost: Decomposition, place: int, name: str) -> bool:
    then, now = (np.float64(frame[name].iloc[place]) for frame in (lost.before, lost.after))
    return bool(now > then)
