"""How much of every cause reaches a client in a month: what the ledger shows, noisily."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import MONTH_DAYS, Floats, Ints, month_of
from segml.simulate.clients import Clients
from segml.simulate.contacts import SLOW_DAYS, Contacts
from segml.simulate.draws import CAUSES, WorldConfig
from segml.simulate.events import CAUSE_OF, Event
from segml.simulate.reach import decay, reach
from segml.simulate.spells import Spells, recent

COMPLAINT_WEIGHT, NEGLECT_WEIGHT = 0.35, 0.8
"""What a complaint above normal, and full neglect, weigh against an outage and a handover."""

USUAL_BADNESS = 1.15
"""Mean weight of a complaint (1, or 2 if slow) where service does not fail."""


@dataclass(frozen=True, slots=True, eq=False)
class Exposures:
    """Exposures of n clients by cause and month.

    Parameters
    ----------
    own
        float64 (n, causes, months): what comes from the client's own spells and complaints.
    events, touched, felt
        By cause: the harmful events (int64, indices of the world's), how much each touches a
        client (n, events), and how strongly it is felt in a month (events, months).
    """

    own: Floats
    events: Mapping[str, Ints]
    touched: Mapping[str, Floats]
    felt: Mapping[str, Floats]

    def total(self) -> Floats:
        """All of it: float64 (n, causes, months)."""
        found = self.own.copy()
        for cause, touched in self.touched.items():
            found[:, CAUSES.index(cause)] += touched @ self.felt[cause]
        return found


def exposures(
    config: WorldConfig,
    clients: Clients,
    spells: Spells,
    contacts: Contacts,
    events: tuple[Event, ...],
) -> Exposures:
    """What has happened to a client before each month's start."""
    own = np.zeros((len(clients), len(CAUSES), config.months))
    kept = slice(0, config.months)
    bargaining = np.exp(0.3 * clients.size)[:, None]
    own[:, CAUSES.index("service")] = COMPLAINT_WEIGHT * failures(config, clients, contacts)
    own[:, CAUSES.index("manager")] = NEGLECT_WEIGHT * recent(spells.neglect)[:, kept]
    own[:, CAUSES.index("payment")] = recent(spells.stress)[:, kept]
    own[:, CAUSES.index("margin")] = recent(spells.pressure)[:, kept] * bargaining
    own[:, CAUSES.index("unknown")] = 1.0
    of_cause: dict[str, list[int]] = {cause: [] for cause in CAUSE_OF.values()}
    for place, event in enumerate(events):
        if not event.is_decoy:
            of_cause[CAUSE_OF[event.kind]].append(place)
    harmful = {cause: tuple(events[k] for k in places) for cause, places in of_cause.items()}
    return Exposures(
        own=own,
        events={cause: np.array(places, dtype=np.int64) for cause, places in of_cause.items()},
        touched={cause: touched(clients, lot) for cause, lot in harmful.items()},
        felt={cause: decay(config, lot) for cause, lot in harmful.items()},
    )


def touched(clients: Clients, events: tuple[Event, ...]) -> Floats:
    """How much every event touches a client that it found there: float64 (n, events)."""
    days = np.array([event.day for event in events], dtype=np.int64)
    return np.asarray(reach(clients, events) * (clients.acquired[:, None] <= days[None, :]))


def failures(config: WorldConfig, clients: Clients, contacts: Contacts) -> Floats:
    """Complaints before each month's start above the client's own normal: float64 (n, months).

    x(m) = q (x(m - 1) + bad(m - 1)), q = exp(-month / memory), where a complaint counts 1, and 2
    if its answer takes longer than `SLOW_DAYS`; less the mean that this has without failures.
    """
    complaints = contacts.of_kind("complaint")
    bad = np.zeros((len(clients), config.all_months + 1))
    weight = 1.0 + (complaints.wait > SLOW_DAYS)
    np.add.at(bad, (complaints.client, month_of(complaints.day)), weight)
    keep = float(np.exp(-MONTH_DAYS / config["memory_days"]))
    level = np.zeros((len(clients), config.months))
    for month in range(1, config.months):
        level[:, month] = keep * (level[:, month - 1] + bad[:, month - 1])
    usual = config["complaint_share"] * clients.rate / 12 * USUAL_BADNESS
    return np.maximum(0.0, level - (usual * keep / (1 - keep))[:, None])
