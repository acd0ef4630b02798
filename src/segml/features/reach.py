"""How far events reached a client: sums over the stage `touch`, a measure a kind and window.

A share is how much of the client an event reaches (see `record_stages`); weighed, it is multiplied
by the event's magnitude.
"""

from __future__ import annotations

from segml.features.family import Measure
from segml.features.measures import MICRO
from segml.features.windows import window


def reach(kind: str, name: str, *, last: int, after: int = 0, column: str = "share") -> Measure:
    """The sum of the shares of a client that events of a kind reached, aged in (after, last].

    Parameters
    ----------
    kind
        The kind of event.
    name
        The measure's name.
    last, after
        The window's ages in days.
    column
        `share`, or `weighed` by the magnitude.

    Examples
    --------
    >>> reach("service_outage", "outages_90", last=90).stage
    'touch'
    """
    when = f"kind = '{kind}' and age > 0 and {window(last, after)}"
    sql = f"cast(sum({column}) filter (where {when}) as double) / {MICRO}"
    return Measure(stage="touch", name=name, sql=sql)
