"""One block of clients: everything they do, as if nobody were lost and as it happened.

A block draws from its own streams alone, so it is the same whatever other blocks there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.aftermath import after_losses
from segml.simulate.arrays import BLOCK, Floats, Ints, streams
from segml.simulate.clients import Clients
from segml.simulate.contacts import Contacts, discount_path
from segml.simulate.courses import Courses, draw_courses
from segml.simulate.exposures import exposures
from segml.simulate.hazards import Onsets, draw_onsets, monthly_hazards, sensitivities
from segml.simulate.invoices import Invoices, Payments, bill, draw_payments
from segml.simulate.lines import Lines, Sold, draw_lines, is_bought, sell, take_back
from segml.simulate.orders import Orders, monthly_pace, undisturbed_orders
from segml.simulate.profit import History, acquisition_share, year_profit
from segml.simulate.rates import ACQUISITION_COST, ACQUISITION_SIGMA
from segml.simulate.records import Records, draw_records
from segml.simulate.referrals import draw_referrers
from segml.simulate.scene import Life, Scene, draw_life
from segml.simulate.sources import Sources, blame

_STREAMS = 14
_YEAR = 365


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The clients of a block and what became of them.

    Parameters
    ----------
    number, first
        The block's number, and how many clients stand before it in the world.
    pace
        float64 (n, all months): orders a year, undisturbed.
    acquisition_cost
        float64 (n,): what it cost to win each client.
    referrer
        int64 (n,): who brought it, -1 where nobody did.
    history
        What happened; of those lost near the end also in the year after the window.
    undisturbed, actual
        float64 (n,): the profit of the year after the onset had the client not been lost, with
        the same random numbers, and as it was; 0 where it stays.
    """

    number: int
    first: int
    life: Life
    pace: Floats
    onsets: Onsets
    courses: Courses
    sources: Sources
    acquisition_cost: Floats
    referrer: Ints
    records: Records
    history: History
    undisturbed: Floats
    actual: Floats

    @property
    def clients(self) -> Clients:
        """The block's clients."""
        return self.life.clients


@dataclass(frozen=True, slots=True, eq=False)
class Plans:
    """What clients would do if nobody were lost."""

    orders: Orders
    lines: Lines
    payments: Payments
    contacts: Contacts


def draw_block(scene: Scene, *, number: int, first: int, buyers: int, prospects: int) -> Block:
    """The block of this number: `buyers` clients and some prospects after them."""
    config = scene.config
    own = streams(config.seed, BLOCK, number, count=_STREAMS)
    life = draw_life(scene, own[:3], buyers=buyers, prospects=prospects)
    clients = life.clients
    found = exposures(config, clients, life.spells, life.contacts, scene.events)
    weight = sensitivities(own[3], config, len(clients)) * scene.scales
    hazards = monthly_hazards(config, clients, found, weight)
    onsets = draw_onsets(own[4], config, hazards)
    courses = draw_courses(own[5], config, scene.market, clients, onsets)
    sources = blame(own[6], config, found, hazards, onsets, events=len(scene.events))
    pace = monthly_pace(own[7], config, clients)
    plans = draw_plans(own[8:11], scene, life, pace, onsets)
    history = happened(own[11], scene, life, plans, courses)
    cost = _acquisition_costs(own[12], clients)
    undisturbed = imagined(scene, life, plans, onsets)
    shared = acquisition_share(clients.acquired, cost, onsets.day)
    return Block(
        number=number,
        first=first,
        life=life,
        pace=pace,
        onsets=onsets,
        courses=courses,
        sources=sources,
        acquisition_cost=cost,
        referrer=draw_referrers(own[12], clients),
        records=draw_records(own[13], config, clients, courses),
        history=history,
        undisturbed=year_profit(undisturbed, onsets.day) - shared,
        actual=year_profit(history, onsets.day) - shared,
    )


def draw_plans(
    own: list[np.random.Generator], scene: Scene, life: Life, pace: Floats, onsets: Onsets
) -> Plans:
    """Orders, lines and payments as if nobody were lost, from three streams."""
    config, clients = scene.config, life.clients
    near_end = onsets.day[onsets.lost] > config.days - _YEAR
    orders = undisturbed_orders(
        own[0], config, scene.market, clients, pace=pace, late=onsets.lost[near_end]
    )
    discounts = discount_path(config, clients, life.contacts)
    return Plans(
        orders=orders,
        lines=draw_lines(own[1], config, scene.market, clients, orders=orders, discounts=discounts),
        payments=draw_payments(own[2], config, clients, orders),
        contacts=life.contacts,
    )


def happened(
    rng: np.random.Generator, scene: Scene, life: Life, plans: Plans, courses: Courses
) -> History:
    """The history with the losses in it."""
    market, orders = scene.market, plans.orders
    chosen = np.flatnonzero(is_bought(plans.lines, market, courses, orders))
    sold = sell(market, plans.lines, chosen, courses)
    return History(
        sold=sold,
        returned=take_back(plans.lines, chosen, sold),
        invoices=_billed(life, plans, sold, courses),
        contacts=after_losses(rng, plans.contacts, courses),
    )


def imagined(scene: Scene, life: Life, plans: Plans, onsets: Onsets) -> History:
    """The history of the lost had they not been lost, with the same random numbers."""
    is_lost = onsets.cause >= 0
    chosen = np.flatnonzero(is_lost[plans.lines.client])
    sold = sell(scene.market, plans.lines, chosen, None)
    return History(
        sold=sold,
        returned=take_back(plans.lines, chosen, sold),
        invoices=_billed(life, plans, sold, None),
        contacts=plans.contacts.where(is_lost[plans.contacts.client]),
    )


def _billed(life: Life, plans: Plans, sold: Sold, courses: Courses | None) -> Invoices:
    orders = len(plans.orders.client)
    amount = np.bincount(sold.order, sold.amount, orders).astype(np.float64)
    return bill(
        life.clients, life.spells, plans.orders, plans.payments, amount=amount, courses=courses
    )


def _acquisition_costs(rng: np.random.Generator, clients: Clients) -> Floats:
    usual = np.array(ACQUISITION_COST)[clients.channel]
    return np.round(usual * np.exp(rng.normal(0, ACQUISITION_SIGMA, len(clients))), 2)
