"""Who looks after clients: desks, the people who sat at them, and the managers of today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import Ints
from segml.simulate.draws import WorldConfig
from segml.simulate.names import REGIONS, people

_CLIENTS_A_DESK = 60
_MOST_DESKS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Desks:
    """D desks; desk d serves region d modulo the number of regions.

    Parameters
    ----------
    handovers
        For every desk the days on which it changed hands, rising.
    people
        For every desk the names in the order in which they sat there, one more than handovers.
    """

    handovers: tuple[tuple[int, ...], ...]
    people: tuple[tuple[str, ...], ...]

    @property
    def managers(self) -> tuple[str, ...]:
        """Today's manager of every desk: what `clients.manager` says."""
        return tuple(names[-1] for names in self.people)

    def of_region(self, rng: np.random.Generator, region: Ints) -> Ints:
        """One of the region's desks for every client."""
        rounds = len(self.people) // len(REGIONS)
        return np.asarray(region + len(REGIONS) * rng.integers(rounds, size=len(region)))


def draw_desks(rng: np.random.Generator, config: WorldConfig) -> Desks:
    """Desks for about sixty clients each (at least one a region, at most 400), with handovers.

    Handovers come at HANDOVERS_A_YEAR a desk, on uniform days after the first sixth of the window.
    """
    wanted = min(_MOST_DESKS, max(2 * len(REGIONS), config.clients // _CLIENTS_A_DESK))
    count = wanted // len(REGIONS) * len(REGIONS)
    first = config.days // 6
    mean = config["handovers_a_year"] * (config.days - first) / 365.25
    changes = [
        tuple(sorted(int(day) for day in rng.integers(first, config.days, number)))
        for number in rng.poisson(mean, count)
    ]
    names = iter(people(rng, count + sum(map(len, changes))))
    sat = [tuple(next(names) for _ in range(len(days) + 1)) for days in changes]
    return Desks(handovers=tuple(changes), people=tuple(sat))
