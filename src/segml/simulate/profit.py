"""Profit of a history, as the ledger and its economics tell it: postings of money on days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segml.simulate.arrays import Floats, Ints
from segml.simulate.contacts import Contacts
from segml.simulate.invoices import Invoices
from segml.simulate.lines import Sold
from segml.simulate.rates import RATES


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What happens to clients: goods sold and sent back, bills, contacts."""

    sold: Sold
    returned: Sold
    invoices: Invoices
    contacts: Contacts


def first_of(order: Ints) -> Ints:
    """The place of one line of every order."""
    return np.asarray(np.unique(order, return_index=True)[1])


def year_profit(history: History, start: Ints, days: int = 365) -> Floats:
    """Every client's profit over [start, start + days), before acquisition: float64 (n,).

    amount - cost - commission - handling of orders and returns - care - overdue money - bad debt,
    by `RATES`. Overdue money costs interest from the day after the due day to its payment or its
    write-off; what is still open WRITE_OFF_DAYS after it was due is lost on that day, and won
    back if it is paid later.

    Parameters
    ----------
    start
        int64 (n,): the first day, by client.
    """
    n = len(start)
    total = np.zeros(n)

    def post(client: Ints, day: Ints, money: Floats) -> None:
        inside = (day >= start[client]) & (day < start[client] + days)
        total[:] += np.bincount(client[inside], weights=money[inside], minlength=n)

    for goods, handling in ((history.sold, RATES.order), (history.returned, RATES.return_)):
        margin = goods.amount * (1 - RATES.commission_rate) - goods.cost
        post(goods.client, goods.day, margin)
        one = first_of(goods.order)
        post(goods.client[one], goods.day[one], np.full(len(one), -handling))
    contacts, bills = history.contacts, history.invoices
    post(contacts.client, contacts.day, -care(contacts))
    written = bills.due + RATES.write_off_days
    lost = bills.paid > written
    post(bills.client[lost], written[lost], -bills.amount[lost])
    post(bills.client[lost], bills.paid[lost], bills.amount[lost])
    begin = np.maximum(bills.due, start[bills.client])
    end = np.minimum(np.minimum(bills.paid, written), start[bills.client] + days)
    interest = bills.amount * RATES.overdue_yearly_rate / 365 * np.maximum(0, end - begin)
    total -= np.bincount(bills.client, weights=interest, minlength=n)
    return total


def care(contacts: Contacts) -> Floats:
    """What every contact costs: minutes x rate, money a contact, its own cost."""
    minute, contact = np.array(RATES.per_minute()), np.array(RATES.per_contact())
    return np.asarray(
        contacts.minutes * minute[contacts.kind] + contact[contacts.kind] + contacts.cost
    )


def acquisition_share(acquired: Ints, cost: Floats, start: Ints, days: int = 365) -> Floats:
    """The part of the acquisition cost that falls into [start, start + days)."""
    spread = RATES.acquisition_days
    begin, end = np.maximum(start, acquired), np.minimum(start + days, acquired + spread)
    return np.asarray(cost * np.maximum(0, end - begin) / spread)
