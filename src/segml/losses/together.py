"""All losses together: the money lost by every dimension a manager asks for, and our own faults.

Each lost client's money is shared over the values of a dimension, whole: what cannot be attributed
goes to a rest with a name. So every dimension sums to the total.

::

    reason    its shares             event     what is expected of each; the rest is `(no event)`
    product   what it carried        manager, industry, region   as known at the earlier date
    category  the same               quarter   of the onset             kind   of the loss
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from segml.features import CATALOGUE
from segml.ledger import date_of, described_events
from segml.losses.behind import EVENT_FAMILIES, Thing, things_behind
from segml.losses.dossiers import Dossiers
from segml.losses.events_behind import Behind
from segml.losses.mix import NOT_RECORDED, carried
from segml.losses.scene import Scene
from segml.losses.tables import LOSS_EVENTS, LOSS_FAULTS, LOSSES_BY, framed
from segml.losses.trail import Trail
from segml.words.feature import Feature

DIMENSIONS = (
    "reason",
    "event",
    "manager",
    "product",
    "category",
    "industry",
    "region",
    "quarter",
    "kind",
)
"""Every dimension, in the order in which they are told."""
OUR_FAULTS: tuple[str, ...] = ("service", "assortment", "manager", "price")
"""Reasons in our own hand. `payment` is the client's ability to pay, `competitor` a rival's doing;
`margin` is what a client pressed for: a line to hold with it, no fault to mend."""
NO_EVENT = "(no event)"
Key = TypeVar("Key", bound=Hashable)
LEAST_PART = 0.05
"""A client is counted where at least so much of its loss lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """One lost client's money, and where it lies.

    Parameters
    ----------
    client_id
        Its id.
    money, referral_money
        Profit lost a year, its own and that of the clients it brought.
    shares
        Dimension to value to share; those of a dimension sum to one.
    faults
        Reason in our hand and the thing behind it, to its share of the loss.
    """

    client_id: str
    money: float
    referral_money: float
    shares: Mapping[str, Mapping[str, float]]
    faults: Mapping[tuple[str, Thing], float]


def lost_clients(scene: Scene, found: Dossiers) -> list[Lost]:
    """Every lost client's money by dimension, by client id.

    Parameters
    ----------
    scene
        Where managers, industries and regions are read: at the earlier date.
    found
        The lost clients' frames, and what they were made of.
    """
    facts = scene.snapshot(scene.start).clients
    reasons = {str(who): rows for who, rows in found.loss_reasons.groupby("client_id")}
    told = []
    for client_id, case in sorted(found.cases.items()):
        own = {name: _text(facts[name][client_id]) for name in ("manager", "industry", "region")}
        rows, trail = reasons[client_id], found.trails[client_id]
        parts = _parts(rows, trail, own)
        told.append(
            Lost(
                client_id=client_id,
                money=case.money.profit_lost,
                referral_money=case.money.referral_profit_lost,
                shares={
                    "reason": _summed(zip(rows["reason"], rows["share"], strict=True)),
                    "event": _by_event(parts),
                    "product": carried(trail.lines, case.money, "product"),
                    "category": carried(trail.lines, case.money, "category"),
                    "quarter": {quarter_of(case.loss.onset.day): 1.0},
                    "kind": {case.loss.kind: 1.0},
                    **{name: {value or NOT_RECORDED: 1.0} for name, value in own.items()},
                },
                faults={each: share for each, share in parts.items() if each[0] in OUR_FAULTS},
            )
        )
    return told


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _parts(
    rows: pd.DataFrame, trail: Trail, own: Mapping[str, str | None]
) -> dict[tuple[str, Thing], float]:
    """The share of every reason of a driver and the thing behind it, of one client's loss."""
    features = {feature.name: feature for feature in CATALOGUE}
    told = [
        (features[name], float(share))
        for name, share in zip(rows["feature"], rows["share"], strict=True)
        if name in features and share > 0.0
    ]
    events = _of_events(told, trail.behind)
    pairs = []
    for feature, share in told:
        things = things_behind(
            trail, feature, events=events.get(feature.reason, {}), manager=own["manager"]
        )
        pairs += [((feature.reason, each), share * part) for each, part in things.items()]
    return _summed(pairs)


def _of_events(
    told: Sequence[tuple[Feature, float]], behind: Sequence[Behind]
) -> dict[str, dict[str, float]]:
    """Reason to event to its part of what the reason's features that show events stand for."""
    shown = _summed((of.reason, share) for of, share in told if of.family in EVENT_FAMILIES)
    likely = _summed((each.reason, each.share) for each in behind)
    parts: dict[str, dict[str, float]] = {}
    for each in behind:
        whole = len(each.event_ids) * max(likely[each.reason], shown.get(each.reason, 0.0))
        own = parts.setdefault(each.reason, {})
        for one in each.event_ids:
            own[one] = own.get(one, 0.0) + each.share / whole
    return parts


def _by_event(parts: Mapping[tuple[str, Thing], float]) -> dict[str, float]:
    """The share of each event, and of none."""
    events = _summed((each.value, part) for (_, each), part in parts.items() if each.is_event)
    return {**events, NO_EVENT: 1.0 - sum(events.values())}


def _summed(pairs: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    found: dict[Key, float] = {}
    for key, part in pairs:
        found[key] = found.get(key, 0.0) + float(part)
    return found


def quarter_of(day: int) -> str:
    """The quarter of a day.

    Examples
    --------
    >>> quarter_of(19782), quarter_of(19813)
    ('2024-Q1', '2024-Q1')
    """
    when = date_of(day)
    return f"{when.year}-Q{(when.month + 2) // 3}"


def losses_by(told: Sequence[Lost]) -> pd.DataFrame:
    """The money lost by every dimension; each sums to the total.

    Parameters
    ----------
    told
        Of `lost_clients`.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.LOSSES_BY`; dimensions in order, the greatest money first. `share` is
        missing where no money was lost in total.

    Examples
    --------
    >>> one = Lost(client_id="a", money=8.0, referral_money=0.0, faults={},
    ...            shares={name: {"x": 0.25, "y": 0.75} for name in DIMENSIONS})
    >>> losses_by([one])["value"].iloc[:2].tolist()
    ['y', 'x']
    """
    whole = math.fsum(each.money for each in told)
    rows: list[dict[str, Any]] = []
    for dimension in DIMENSIONS:
        parts = [
            (value, each, part) for each in told for value, part in each.shares[dimension].items()
        ]
        rows += [
            {"dimension": dimension, "value": value, **_told(own, whole)}
            for value, own in _ranked(parts)
        ]
    return framed(rows, LOSSES_BY)


def loss_faults(told: Sequence[Lost]) -> pd.DataFrame:
    """What is in our own hand to mend, the dearest first.

    Parameters
    ----------
    told
        Of `lost_clients`.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.LOSS_FAULTS`. The money of a reason sums to its money in `losses_by`.
    """
    whole = math.fsum(each.money for each in told)
    parts = [(fault, each, part) for each in told for fault, part in each.faults.items()]
    rows = [
        {"reason": reason, "source": thing.source, "value": thing.value, **_told(own, whole)}
        for (reason, thing), own in _ranked(parts)
    ]
    return framed(rows, LOSS_FAULTS)


Part = tuple[Lost, float]


def _ranked(
    parts: Iterable[tuple[Key, Lost, float]],
) -> list[tuple[Key, list[Part]]]:
    """The parts of every key, the key with the most money first."""
    found: dict[Key, list[Part]] = {}
    for key, each, part in parts:
        if part != 0.0:
            found.setdefault(key, []).append((each, part))
    return sorted(found.items(), key=lambda item: (-_money(item[1]), str(item[0])))


def _money(parts: Sequence[Part]) -> float:
    return math.fsum(each.money * part for each, part in parts)


def _told(parts: Sequence[Part], whole: float) -> dict[str, Any]:
    money = _money(parts)
    return {
        "clients": sum(part >= LEAST_PART for _, part in parts),
        "money": money,
        "referral_money": math.fsum(each.referral_money * part for each, part in parts),
        "share": money / whole if whole > 0.0 else None,
    }


def loss_events(scene: Scene, told: Sequence[Lost]) -> pd.DataFrame:
    """What is written of every event that a part of the losses goes with.

    Parameters
    ----------
    scene
        The ledger, asked for what was known at the later date.
    told
        Of `lost_clients`.

    Returns
    -------
    pandas.DataFrame
        Columns of `tables.LOSS_EVENTS`.
    """
    ids = sorted({value for each in told for value in each.shares["event"]} - {NO_EVENT})
    facts = described_events(scene.ledger.past(scene.end), ids)
    rows = [
        {**{str(name): value for name, value in row.items()}, "date": date_of(int(row["day"]))}
        for row in facts.to_dict(orient="records")
    ]
    return framed(rows, LOSS_EVENTS)
