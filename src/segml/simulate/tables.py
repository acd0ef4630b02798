"""The five tables of the ledger, with the contract's columns, as a company would have them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segml.simulate.block import Block
from segml.simulate.clients import yearly_spend
from segml.simulate.columns import client_ids, days, numbers, padded, words
from segml.simulate.names import CHANNELS, INDUSTRIES, REGIONS, client_names
from segml.simulate.rates import KINDS
from segml.simulate.scene import Scene

ANSWERED = ("complaint", "discount_request", "return_request")
"""Kinds of contact that ask for an answer."""

OUTCOMES = ("rejected", "upheld")
_ORDERS_A_BLOCK = 10_000_000


def transactions(scene: Scene, block: Block) -> pa.Table:
    """Lines and returns of the window, sorted by day; within a day sales before returns."""
    config, lots = scene.config, (block.history.sold, block.history.returned)
    joined = {
        name: np.concatenate([getattr(lot, name) for lot in lots])
        for name in ("order", "client", "day", "product", "quantity", "amount", "cost", "discount")
    }
    joined["back"] = np.repeat([False, True], [len(lot.day) for lot in lots])
    seen = np.flatnonzero(joined["day"] < config.days)
    seen = seen[np.argsort(joined["day"][seen].astype(np.int16), kind="stable")]
    column = {name: values[seen] for name, values in joined.items()}
    new = np.ones(len(seen), dtype=np.bool_)
    new[1:] = (np.diff(column["order"]) != 0) | (np.diff(column["back"].astype(np.int8)) != 0)
    number = new.cumsum() - 1
    head = np.flatnonzero(new)
    prefix = words(("A", "R"), column["back"][head].astype(np.int64)).cast(pa.string())
    digits = padded("", block.number * _ORDERS_A_BLOCK + np.arange(1, len(head) + 1), 10)
    orders = pc.binary_join_element_wise(prefix, digits, "")
    place = np.arange(len(seen)) - head[number]
    places = pa.array([str(k + 1) for k in range(int(place.max(initial=0)) + 1)])
    order_id = words(orders, number)
    market = scene.market
    line_id = pc.binary_join_element_wise(
        orders.take(pa.array(number)), places.take(pa.array(place)), "-"
    )
    return pa.table({
        "client_id": words(client_ids(block.first, len(block.clients)), column["client"]),
        "date": days(config.start, column["day"]),
        "amount": column["amount"],
        "order_id": order_id,
        "line_id": line_id,
        "product": words(market.goods.products, column["product"]),
        "category": words(market.goods.categories, market.goods.category[column["product"]]),
        "quantity": column["quantity"],
        "cost": column["cost"],
        "discount": column["discount"],
        "is_return": column["back"],
    })  # fmt: skip


def clients(rng: np.random.Generator, scene: Scene, block: Block) -> pa.Table:
    """Buyers, and after them prospects, who were never acquired."""
    config, known = scene.config, block.clients
    n = len(known)
    spend = yearly_spend(known, config)
    bought = np.arange(n) < known.buyers
    wallet = np.round(spend / rng.beta(2.5, 2.5, n).clip(0.05), -2)
    told = rng.random(n) >= 0.2
    ids = client_ids(block.first, n)
    left = block.records.left
    return pa.table({
        "client_id": ids,
        "name": client_names(rng, np.where(bought, spend, 0.0)),
        "industry": words(INDUSTRIES, known.industry),
        "region": words(REGIONS, known.region),
        "employees": numbers(known.employees),
        "annual_turnover": numbers(known.turnover),
        "manager": words(scene.desks.managers, known.desk),
        "acquired_on": days(config.start, known.acquired, bought),
        "acquisition_channel": words(CHANNELS, known.channel),
        "acquisition_cost": numbers(np.where(bought, block.acquisition_cost, np.nan)),
        "referred_by": words(ids, block.referrer),
        "wallet": numbers(np.where(told, wallet, np.nan)),
        "role": words(("special",), np.where(known.special, 0, -1)),
        "role_note": pa.array(block.records.note, type=pa.string()),
        "left_on": days(config.start, left, left < config.days),
        "left_reason": pa.array(block.records.reason, type=pa.string()),
    })  # fmt: skip


def interactions(scene: Scene, block: Block) -> pa.Table:
    """Contacts of the window by day; an answer is known only if it was given in the window."""
    config, contacts = scene.config, block.history.contacts
    order = np.lexsort((contacts.kind, contacts.client, contacts.day))
    seen = contacts.where(order[contacts.day[order] < config.days])
    asks = np.isin(seen.kind, [KINDS.index(kind) for kind in ANSWERED])
    resolved = seen.day + seen.wait
    answered = asks & (resolved < config.days)
    return pa.table({
        "client_id": words(client_ids(block.first, len(block.clients)), seen.client),
        "date": days(config.start, seen.day),
        "kind": words(KINDS, seen.kind),
        "minutes": seen.minutes,
        "cost": seen.cost,
        "resolved_on": days(config.start, np.where(answered, resolved, 0), answered),
        "outcome": words(OUTCOMES, np.where(answered, seen.upheld.astype(np.int64), -1)),
    })  # fmt: skip


def invoices(scene: Scene, block: Block) -> pa.Table:
    """Bills of the window by day; a payment is known only if it was made in the window."""
    config, bills = scene.config, block.history.invoices
    seen = np.flatnonzero(bills.issued < config.days)
    paid = bills.paid[seen]
    return pa.table({
        "client_id": words(client_ids(block.first, len(block.clients)), bills.client[seen]),
        "issued_on": days(config.start, bills.issued[seen]),
        "due_on": days(config.start, bills.due[seen]),
        "amount": bills.amount[seen],
        "paid_on": days(config.start, np.where(paid < config.days, paid, 0), paid < config.days),
    })  # fmt: skip


def events(scene: Scene, *, described: bool = True) -> pa.Table:
    """What the company and its market did, by day; decoys look like the others.

    Not `described`, nothing is written of them: who reads names them by kind and scope.
    """
    drawn = scene.events
    written = [e.description if described else None for e in drawn]
    return pa.table({
        "event_id": event_ids(len(drawn)),
        "date": days(scene.config.start, np.array([e.day for e in drawn], dtype=np.int64)),
        "kind": pa.array([e.kind for e in drawn], type=pa.string()),
        "scope": pa.array([e.scope for e in drawn], type=pa.string()),
        "scope_value": pa.array([e.scope_value for e in drawn], type=pa.string()),
        "magnitude": numbers(np.array([e.magnitude for e in drawn], dtype=np.float64)),
        "description": pa.array(written, type=pa.string()),
    })  # fmt: skip


def event_ids(count: int) -> pa.Array:
    """`E0001`, `E0002`, … by day."""
    return padded("E", np.arange(1, count + 1), 4)
