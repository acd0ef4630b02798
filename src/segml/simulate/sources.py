"""Through what a loss came: how many each event was to be blamed for, and which it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import MONTH_DAYS, Floats, Ints
from segml.simulate.draws import CAUSES, WorldConfig
from segml.simulate.exposures import Exposures
from segml.simulate.hazards import Onsets


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What events did to the clients of a block.

    Parameters
    ----------
    event
        int64 (n,): the event through which a client was lost, -1 where it was none.
    added
        float64 (events,): losses to be expected through each event.
    """

    event: Ints
    added: Floats


def blame(
    rng: np.random.Generator,
    config: WorldConfig,
    found: Exposures,
    hazards: Floats,
    onsets: Onsets,
    *,
    events: int,
) -> Sources:
    """Every event's share of the hazards that were lived through, and the event of every loss.

    An event's part of a hazard is its part of the exposure. Its expected losses are the sum of
    those parts over the client-months lived; the event of a loss is drawn in proportion.
    """
    month = np.arange(config.months)
    lived = np.clip(onsets.day[:, None] / MONTH_DAYS - month, 0.0, 1.0)
    total = found.total()
    event = np.full(len(onsets.cause), -1, dtype=np.int64)
    added = np.zeros(events)
    for cause, places in found.events.items():
        k = CAUSES.index(cause)
        whole = total[:, k]
        per_exposure = np.divide(hazards[:, k], whole, out=np.zeros_like(whole), where=whole > 0)
        touched, felt = found.touched[cause], found.felt[cause]
        added[places] += (touched * ((per_exposure * lived) @ felt.T)).sum(axis=0)
        lost = np.flatnonzero(onsets.cause == k)
        then = np.minimum((onsets.day[lost] / MONTH_DAYS).astype(np.int64), config.months - 1)
        ladder = (touched[lost] * felt[:, then].T).cumsum(axis=1)
        asked = rng.random(len(lost)) * whole[lost, then]
        chosen = (ladder <= asked[:, None]).sum(axis=1)
        event[lost] = np.append(places, -1)[chosen]
    return Sources(event=event, added=added)
