"""What events reached, worked out once for all days of a panel.

How much of a client an event reaches is of the year before the event: it is the same seen from any
later day. So the last day's past works it out for every event that any of the days looks at, keeps
it, and lends it to the others, each of which sees the rows dated before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from segml.features.catalogue import supported
from segml.features.expressions import expressions, stages_for
from segml.features.query import measures_read, words_read
from segml.features.record_stages import REACH_DAYS, TOUCHED
from segml.ledger import Past


@contextmanager
def sharing_reach(pasts: Sequence[Past], columns: Collection[str] | None) -> Iterator[list[Past]]:
    """The same pasts, with what events reached kept for all of them until the context is left.

    Parameters
    ----------
    pasts
        Of one ledger; a past alone, or one whose features another engine computes, keeps nothing.
    columns
        Names of the features to make; None: all. Where none asks for events, nothing is kept.
    """
    last = max(pasts, key=lambda past: past.as_of, default=None)
    if last is None or len(pasts) < 2 or last.engine is not None:
        yield list(pasts)
        return
    families = supported(last, columns)
    measures = measures_read(families, words_read(families))
    if not any(measure.stage == TOUCHED.name for measure in measures):
        yield list(pasts)
        return
    span = last.as_of - min(past.as_of for past in pasts)
    parts = expressions(stages_for({TOUCHED.name}, last), last, reach=REACH_DAYS + span)
    sql = (
        f"with {', '.join(parts)} select client, kind, {{as_of}} - age as day, share, weighed "
        f"from {TOUCHED.name} order by client"
    )
    with last.keeping("touched", sql) as later:
        yield [past.lent("touched", later) for past in pasts]
