"""Which company events are behind a loss, as probabilities.

Every event has a column of its own in the hazard, so its part of a loss is the probability that it
was the reason. Most losses have several events about them, none of which is likelier than not: as
*evidence* an event is shown only where it is (`cited`), while *money* by event is what is expected
of each (`together`): summed over those cited alone, hardly any loss would be by an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from segml.losses.exposed_columns import Column
from segml.losses.exposed_events import LEAST_SHARE
from segml.losses.history import Numbers
from segml.words.feature import Reason

CITED = 0.5
"""An event is evidence if it is more likely than not behind a loss: many events harm nobody."""
LIKELY = 0.05
"""A smaller part of a loss is told of no event: of hundreds each has a little by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Events that are behind a loss with some probability.

    Parameters
    ----------
    event_ids
        One happening: a single event, or those of one kind, day and scope.
    reason
        The reason it is one of.
    share
        The probability that it was the reason of the loss, in [`LIKELY`, 1].
    """

    event_ids: tuple[str, ...]
    reason: Reason
    share: float


def events_behind(columns: Sequence[Column], by_column: Numbers) -> list[tuple[Behind, ...]]:
    """What is behind each loss.

    Parameters
    ----------
    columns
        p columns of the hazard.
    by_column
        (n, p) the share of each in each loss.

    Returns
    -------
    list
        n entries, each in the order of the columns.
    """
    shares: dict[tuple[tuple[str, ...], Reason], Numbers] = {}
    for number, column in enumerate(columns):
        if column.event_ids:
            of = column.event_ids, column.reason
            shares[of] = shares.get(of, np.zeros(len(by_column))) + by_column[:, number]
    return [
        tuple(
            Behind(event_ids=ids, reason=reason, share=float(share[row]))
            for (ids, reason), share in shares.items()
            if share[row] >= LIKELY
        )
        for row in range(len(by_column))
    ]


def that_reached(behind: Iterable[Behind], events: pd.DataFrame) -> tuple[Behind, ...]:
    """What is behind a loss, without the events that touched a trifle of what the client buys.

    Withdrawals of a day are one happening: who bought one of the goods is told of no other.

    Parameters
    ----------
    behind
        Of one client.
    events
        Its events: `event_id, share`.

    Examples
    --------
    >>> seen = Behind(event_ids=("e1", "e2"), reason="assortment", share=0.6)
    >>> told = pd.DataFrame({"event_id": ["e1", "e2"], "share": [0.3, 0.0]})
    >>> [each.event_ids for each in that_reached([seen], told)]
    [('e1',)]
    """
    reached = {*events.loc[events["share"].astype("float64") > LEAST_SHARE, "event_id"]}
    kept = (
        replace(each, event_ids=tuple(one for one in each.event_ids if one in reached))
        for each in behind
    )
    return tuple(each for each in kept if each.event_ids)


def cited(behind: Iterable[Behind]) -> frozenset[str]:
    """The events that are evidence of a loss.

    Examples
    --------
    >>> seen = Behind(event_ids=("e1", "e2"), reason="price", share=0.6)
    >>> sorted(cited([seen, Behind(event_ids=("e3",), reason="service", share=0.3)]))
    ['e1', 'e2']
    """
    return frozenset(one for each in behind if each.share >= CITED for one in each.event_ids)
