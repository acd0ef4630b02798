from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segml.simulate import RATES, World
from segml.simulate.block import Block, imagined
from segml.simulate.block import Plans as Planned
from segml.simulate.profit import acquisition_share, year_profit
from segml.simulate.scene import Scene

YEAR = pd.Timedelta(days=365)


def profit_of(world: World, client: str, start: pd.Timestamp) -> float:
    """The profit of one client in the year from a day, from the tables alone."""
    end = start + YEAR

    def seen(table: pd.DataFrame, column: str) -> pd.DataFrame:
        mine = table[table["client_id"] == client]
        return mine[(mine[column] >= start) & (mine[column] < end)]

    lines, contacts = seen(world.transactions, "date"), seen(world.interactions, "date")
    total = lines["amount"].sum() * (1 - RATES.commission_rate) - lines["cost"].sum()
    total -= RATES.order * lines.loc[~lines["is_return"], "order_id"].nunique()
    total -= RATES.return_ * lines.loc[lines["is_return"], "order_id"].nunique()
    for kind, minutes, cost in zip(
        contacts["kind"], contacts["minutes"], contacts["cost"], strict=True
    ):
        minute, contact = RATES.kinds.get(kind, (RATES.minute, 0.0))
        total -= minutes * minute + contact + cost
    bills = world.invoices[world.invoices["client_id"] == client]
    written = bills["due_on"] + pd.Timedelta(days=RATES.write_off_days)
    paid = bills["paid_on"].fillna(pd.Timestamp(2200, 1, 1))
    lost = (written >= start) & (written < end) & (paid > written)
    total -= bills.loc[lost, "amount"].sum()
    back = (paid >= start) & (paid < end) & (paid > written)
    total += bills.loc[back, "amount"].sum()
    until = pd.concat([paid, written], axis=1).min(axis=1).clip(upper=end)
    days = (until - bills["due_on"].clip(lower=start)).dt.days.clip(lower=0)
    total -= (bills["amount"] * days).sum() * RATES.overdue_yearly_rate / 365
    known = world.clients.set_index("client_id").loc[client]
    acquired = known["acquired_on"]
    last = acquired + pd.Timedelta(days=RATES.acquisition_days)
    shared = max(0, (min(end, last) - max(start, acquired)).days)
    return float(total - known["acquisition_cost"] * shared / RATES.acquisition_days)


def test_the_profit_of_the_year_after_is_what_the_tables_tell(world: World) -> None:
    whole = world.truth[world.truth["onset"] + YEAR <= pd.Timestamp(world.config.end)]
    some = pd.concat([whole.head(40), whole[whole["cause"] == "payment"].head(10)])
    for row in some.itertuples():
        found = profit_of(world, row.client_id, row.onset)
        assert found == pytest.approx(row.profit_year_after, abs=0.011)


def test_without_a_loss_both_years_are_the_same(scene: Scene, block: Block, plans: Planned) -> None:
    """The undisturbed year uses the same random numbers: before the onset nothing differs."""
    before = replace(block.onsets, day=np.maximum(0, block.onsets.day - 500))
    would = imagined(scene, block.life, plans, block.onsets)
    spans = np.where(block.onsets.cause >= 0, before.day, scene.config.all_days)
    young = (block.onsets.cause >= 0) & (block.onsets.day > 500)
    # the 300 days from 500 days before the onset; no bill of them is still open at the onset
    was = year_profit(block.history, spans, days=100)[young]
    thought = year_profit(would, spans, days=100)[young]
    np.testing.assert_allclose(was, thought, atol=1e-6)


def test_a_loss_costs_profit_on_average_and_most_of_it_where_clients_leave(block: Block) -> None:
    lost = block.onsets.lost
    gone = block.courses.takes("sudden", lost)
    undisturbed, actual = block.undisturbed[lost], block.actual[lost]
    assert (undisturbed - actual).mean() > 0
    earns = undisturbed[gone] > 200
    assert np.median(actual[gone][earns] / undisturbed[gone][earns]) < 0.05
    sour = block.courses.takes("unprofitable", lost)
    assert actual[sour].mean() < 0.5 * undisturbed[sour].mean()


def test_an_acquisition_is_shared_by_its_days() -> None:
    acquired = np.array([0, 100, -200, -1000])
    shared = acquisition_share(acquired, np.full(4, 365.0), np.zeros(4, dtype=np.int64))
    np.testing.assert_allclose(shared, [365.0, 265.0, 165.0, 0.0])
    assert RATES.acquisition_days == 365
