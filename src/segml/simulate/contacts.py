"""Contacts as they would be if nobody were lost: visits, calls, complaints, demands, ideas."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from segml.simulate.arrays import MONTH_DAYS, Bools, Floats, Ints, month_of
from segml.simulate.clients import Clients
from segml.simulate.desks import Desks
from segml.simulate.draws import WorldConfig
from segml.simulate.events import Event
from segml.simulate.rates import KINDS, MINUTES, OUTLAY
from segml.simulate.reach import reach
from segml.simulate.spells import Spells, at

NEVER = 1 << 20
"""Days to an answer that is never given."""

SLOW_DAYS = 14
"""A complaint that is open for longer counts twice."""

NEGLECTED, HANDOVER_DIP, DIP_MONTHS = 0.85, 0.5, 2
FAILING, PRESSING = 8.0, 6.0
RETURNS_ASKED, PRESSED_RETURNS = 0.6, 2.0
IDEAS, ADVISOR_IDEAS = 0.05, 3.0
BURST, DECOY_BURST = 0.4, 0.15
GRANTED = 0.5
STEP = (0.005, 0.02)
MOST_RATCHET = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Contacts as arrays of length k: whose, when, of what kind (index into `KINDS`).

    Parameters
    ----------
    minutes, cost
        What a contact takes.
    wait
        Days to the answer, `NEVER` where none comes; without meaning where a kind asks nothing.
    upheld
        Whether the answer is yes.
    step
        By how much a granted discount request raises the discount.
    chance
        Uniform: whether it still happens when the client goes.
    """

    client: Ints
    day: Ints
    kind: Ints
    minutes: Floats
    cost: Floats
    wait: Ints
    upheld: Bools
    step: Floats
    chance: Floats

    def where(self, kept: npt.NDArray[Any]) -> Contacts:
        """These contacts alone."""
        return Contacts(**{f.name: getattr(self, f.name)[kept] for f in fields(self)})

    def of_kind(self, kind: str) -> Contacts:
        """The contacts of one kind."""
        return self.where(self.kind == KINDS.index(kind))


def joined(parts: list[Contacts]) -> Contacts:
    """Several lots of contacts as one."""
    names = [f.name for f in fields(Contacts)]
    return Contacts(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})


def contact_rates(
    config: WorldConfig,
    clients: Clients,
    spells: Spells,
    *,
    desks: Desks,
    events: tuple[Event, ...],
) -> list[Floats]:
    """Expected contacts a year of every client and month, one float64 (n, all months) a kind."""
    ones = np.ones((len(clients), config.all_months))
    level = contact_level(config, clients, spells, desks)
    power = np.exp(0.3 * clients.size)[:, None]
    rate = clients.rate[:, None]
    lines = rate * config["lines_per_order"] * clients.returning[:, None]
    return [
        config["visits_a_year"] * np.exp(0.6 * clients.size)[:, None] * level,
        config["calls_a_year"] * power * level,
        config["support_share"] * rate * ones,
        config["complaint_share"] * rate * (1 + FAILING * spells.failures)
        + 12 * bursts(config, clients, events),
        config["requests_a_year"] * power * (1 + PRESSING * spells.pressure),
        RETURNS_ASKED * lines + PRESSED_RETURNS * spells.pressure,
        (IDEAS + ADVISOR_IDEAS * clients.advisor)[:, None] * ones,
    ]


def contact_level(config: WorldConfig, clients: Clients, spells: Spells, desks: Desks) -> Floats:
    """How much of the usual contact a client gets: less when neglected or just handed over."""
    level = 1 - NEGLECTED * spells.neglect
    dip = np.ones((len(desks.people), config.all_months))
    for desk, days in enumerate(desks.handovers):
        for day in days:
            month = int(day / MONTH_DAYS)
            dip[desk, month : month + DIP_MONTHS] = HANDOVER_DIP
    return np.asarray(level * dip[clients.desk])


def bursts(config: WorldConfig, clients: Clients, events: tuple[Event, ...]) -> Floats:
    """Expected complaints in the month after an outage of whom it touched, decoys fewer."""
    found = np.zeros((len(clients), config.all_months))
    for event in events:
        if event.kind == "service_outage":
            size = DECOY_BURST if event.is_decoy else BURST * event.strength
            found[:, int(event.day / MONTH_DAYS) + 1] += size * reach(clients, (event,))[:, 0]
    return found


def draw_contacts(
    rng: np.random.Generator,
    config: WorldConfig,
    clients: Clients,
    spells: Spells,
    *,
    desks: Desks,
    events: tuple[Event, ...],
) -> Contacts:
    """Contacts with Poisson counts a month on uniform days of it, none before the acquisition."""
    rates = contact_rates(config, clients, spells, desks=desks, events=events)
    parts = []
    for kind, (own, rate) in enumerate(zip(rng.spawn(len(KINDS)), rates, strict=True)):
        count = own.poisson(rate / 12)
        client, month = np.nonzero(count)
        again = count[client, month]
        client, month = np.repeat(client, again), np.repeat(month, again)
        day = np.floor((month + own.random(len(month))) * MONTH_DAYS).astype(np.int64)
        drawn = described(own, client, day, kind)
        known = day >= clients.acquired[client]
        parts.append(drawn.where(known))
    contacts = joined(parts)
    return replace(contacts, wait=_waits(rng.spawn(1)[0], contacts, spells))


def described(rng: np.random.Generator, client: Ints, day: Ints, kind: int) -> Contacts:
    """Contacts of one kind with minutes, cost, answer; answered after a few days."""
    n = len(client)
    minutes = np.rint(MINUTES[kind] * np.exp(rng.normal(-0.08, 0.4, n)))
    return Contacts(
        client=client,
        day=day,
        kind=np.full(n, kind),
        minutes=np.maximum(1.0, minutes),
        cost=np.round(OUTLAY[kind] * np.exp(rng.normal(-0.125, 0.5, n)), 2),
        wait=1 + rng.poisson(3.0, n),
        upheld=rng.random(n) < GRANTED,
        step=rng.uniform(*STEP, n),
        chance=rng.random(n),
    )


def _waits(rng: np.random.Generator, contacts: Contacts, spells: Spells) -> Ints:
    """Complaints wait a log-normal time about 5 days, longer where service fails, some for ever."""
    n = len(contacts.client)
    failing = at(spells.failures, contacts.client, contacts.day)
    days = np.ceil(5 * np.exp(rng.normal(0, 0.6, n)) * (1 + 3 * failing)).astype(np.int64)
    open_still = rng.random(n) < 0.05 + 0.25 * failing
    waits = np.where(open_still, NEVER, days)
    return np.where(contacts.kind == KINDS.index("complaint"), waits, contacts.wait)


def discount_path(config: WorldConfig, clients: Clients, contacts: Contacts) -> Floats:
    """Every client's discount by month: its own, and what was granted, at most 0.1 more."""
    asked = contacts.of_kind("discount_request")
    granted = asked.where(asked.upheld)
    steps = np.zeros((len(clients), config.all_months + 1))
    answered = month_of(granted.day + granted.wait) + 1
    place = np.minimum(answered, config.all_months)
    np.add.at(steps, (granted.client, place), granted.step)
    risen = np.minimum(MOST_RATCHET, steps[:, :-1].cumsum(axis=1))
    return np.asarray((clients.discount[:, None] + risen).round(4))
