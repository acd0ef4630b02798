"""Bills and how they are paid: terms, habit, short cash, and what is never paid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import Floats, Ints
from segml.simulate.clients import Clients
from segml.simulate.courses import Courses
from segml.simulate.draws import WorldConfig
from segml.simulate.orders import Orders
from segml.simulate.spells import Spells, at

NEVER = 1 << 20
STRESS_DAYS = (15.0, 60.0)
"""How much later an invoice is paid at the height of short cash."""

STRESS_UNPAID = 0.04
"""How often an invoice is never paid at the height of short cash."""

LAST_DAYS, LAST_UNPAID, LEAST_FALL_DAYS = 60.0, 0.75, 45
"""The same at the end of a loss by payment, and the least days that its fall takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Invoices:
    """Bills as arrays of length b, one an order.

    Parameters
    ----------
    order, client, issued, due, paid
        int64: index of the order and of the client; days; `paid` is `NEVER` where it never is.
    amount
        What the order cost.
    """

    order: Ints
    client: Ints
    issued: Ints
    due: Ints
    paid: Ints
    amount: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Payments:
    """How every order would be paid, drawn whether or not it is placed: arrays of length m.

    `late` is days after the due day, `extra` the part of them that stress scales, `default` a
    uniform number.
    """

    late: Floats
    extra: Floats
    default: Floats


def draw_payments(
    rng: np.random.Generator, config: WorldConfig, clients: Clients, orders: Orders
) -> Payments:
    """Habit + N(0, LATE_SIGMA) days late, and what short cash adds."""
    n = len(orders.client)
    return Payments(
        late=clients.habit[orders.client] + config["late_sigma"] * rng.standard_normal(n),
        extra=rng.uniform(*STRESS_DAYS, n),
        default=rng.random(n),
    )


def bill(
    clients: Clients,
    spells: Spells,
    orders: Orders,
    payments: Payments,
    *,
    amount: Floats,
    courses: Courses | None,
) -> Invoices:
    """A bill for every order with an amount; paid as stress, and a loss by payment, let it.

    Parameters
    ----------
    amount
        float64 (m,): what each order cost, 0 where it was not placed.
    courses
        None for the history in which nobody is lost.
    """
    order = np.flatnonzero(amount > 0)
    client, issued = orders.client[order], orders.day[order]
    stress = at(spells.stress, client, issued)
    late = payments.late[order] + stress * payments.extra[order]
    due = issued + clients.terms[client]
    paid = np.maximum(issued + 1, due + np.rint(late).astype(np.int64))
    unpaid = STRESS_UNPAID * stress
    if courses is not None:
        far = _bankruptcy(courses, client, due, paid)
        paid = np.where(far > 0, paid + np.rint(LAST_DAYS * far).astype(np.int64), paid)
        unpaid = unpaid + LAST_UNPAID * far
    return Invoices(
        order=order,
        client=client,
        issued=issued,
        due=due,
        paid=np.where(payments.default[order] < unpaid, NEVER, paid),
        amount=np.round(amount[order], 2),
    )


def _bankruptcy(courses: Courses, client: Ints, due: Ints, paid: Ints) -> Floats:
    """How far a loss by payment has come by the day a bill is due, of bills paid after the onset.

    It takes as long as the course, at least `LEAST_FALL_DAYS`: who stops ordering at once still
    owes the last bills.
    """
    onset = courses.onset[client]
    span = np.maximum(LEAST_FALL_DAYS, courses.span[client])
    open_then = courses.is_lost_by("payment", client) & (paid > onset)
    return np.where(open_then, np.clip((due - onset) / span, 0.0, 1.0), 0.0)
