"""A client's true yearly value: what its last 365 days were to be expected to bring.

The world's latent state is drawn again (who buys how often, how much, who is lost when), and what
happened in it, orders, goods, payments, is drawn anew several times over: the mean is the yearly
value without the chance of single orders. Contacts stay as they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from segml.ledger.days import as_day
from segml.simulate import draw_scene
from segml.simulate.arrays import BLOCK, MONTH_DAYS, Floats, streams
from segml.simulate.block import _STREAMS, _acquisition_costs, draw_plans, happened
from segml.simulate.columns import client_ids
from segml.simulate.courses import draw_courses
from segml.simulate.exposures import exposures
from segml.simulate.hazards import draw_onsets, monthly_hazards, sensitivities
from segml.simulate.orders import monthly_pace
from segml.simulate.profit import History, acquisition_share, first_of, year_profit
from segml.simulate.scene import Scene, draw_life
from segml.simulate.world import BLOCK_CLIENTS, START

YEAR, DRAWS = 365, 12
COLUMNS = ("profit_365", "spend_365", "orders_365")
FIRST = as_day(START)


def true_years(
    days: Sequence[int], *, clients: int, months: int, seed: int
) -> dict[int, pd.DataFrame]:
    """`COLUMNS` as they were to be expected, by client, on each day (since 1970-01-01)."""
    scene = draw_scene(clients=clients, months=months, seed=seed, start=START, overrides={})
    ends = [day - FIRST for day in days]
    parts: list[tuple[list[str], Floats]] = []
    left, first = clients, 0
    for number in range(-(-clients // BLOCK_CLIENTS)):
        buyers = min(BLOCK_CLIENTS, left)
        people = (buyers, max(1, buyers // 20))
        names = client_ids(first, sum(people)).to_pylist()
        parts.append((names, _block(scene, ends, number=number, people=people)))
        left, first = left - buyers, first + sum(people)
    names = [name for some, _ in parts for name in some]
    found = np.concatenate([values for _, values in parts], axis=1)
    return {
        day: pd.DataFrame(found[place], index=names, columns=list(COLUMNS))
        for place, day in enumerate(days)
    }


def true_trade(folder: Path, days: Sequence[int]) -> pd.DataFrame:
    """Orders times basket of the 365 days before each day, latent, by client (rows) and day."""
    known = pd.read_parquet(folder / "truth" / "clients.parquet").set_index("client_id")
    ledger = pd.concat(map(pd.read_parquet, sorted((folder / "ledger/clients").glob("*.parquet"))))
    acquired = pd.to_datetime(ledger.set_index("client_id")["acquired_on"]).reindex(known.index)
    begun = (acquired - pd.Timestamp(START)).dt.days.to_numpy()[:, None]
    daily = np.stack(known["rate"]) * np.stack(known["basket"]) / 365.25
    edges = np.arange(daily.shape[1] + 1) * MONTH_DAYS
    low = np.fmax(edges[:-1][None, :], begun)

    def until(day: int) -> Floats:
        inside = np.clip(np.minimum(edges[1:], day)[None, :] - low, 0, None)
        return np.asarray((daily * inside).sum(axis=1))

    found = {day: until(day - FIRST) - until(day - FIRST - YEAR) for day in days}
    return pd.DataFrame(found, index=known.index)


def _block(scene: Scene, ends: list[int], *, number: int, people: tuple[int, int]) -> Floats:
    """One block's expected columns, shape (days, clients, columns)."""
    config = scene.config
    own = streams(config.seed, BLOCK, number, count=_STREAMS)
    life = draw_life(scene, own[:3], buyers=people[0], prospects=people[1])
    found = exposures(config, life.clients, life.spells, life.contacts, scene.events)
    weight = sensitivities(own[3], config, len(life.clients)) * scene.scales
    onsets = draw_onsets(own[4], config, monthly_hazards(config, life.clients, found, weight))
    courses = draw_courses(own[5], config, scene.market, life.clients, onsets)
    pace = monthly_pace(own[7], config, life.clients)
    cost = _acquisition_costs(own[12], life.clients)
    total = np.zeros((len(ends), sum(people), len(COLUMNS)))
    for draw in range(DRAWS):
        anew = np.random.default_rng([config.seed, number, draw]).spawn(4)
        plans = draw_plans(anew[:3], scene, life, pace, onsets)
        history = happened(anew[3], scene, life, plans, courses)
        for place, end in enumerate(ends):
            total[place] += _year(history, end, sum(people))
    total /= DRAWS
    for place, end in enumerate(ends):
        begin = np.full(sum(people), end - YEAR)
        total[place, :, 0] -= acquisition_share(life.clients.acquired, cost, begin)
    return total


def _year(history: History, end: int, count: int) -> Floats:
    """Profit before acquisition, spend and orders of the year before a day, (clients, columns)."""
    begin = end - YEAR
    spend = np.zeros(count)
    for goods in (history.sold, history.returned):
        inside = (goods.day >= begin) & (goods.day < end)
        spend += np.bincount(goods.client[inside], goods.amount[inside], count)
    one = first_of(history.sold.order)
    one = one[(history.sold.day[one] >= begin) & (history.sold.day[one] < end)]
    orders = np.bincount(history.sold.client[one], minlength=count)
    return np.column_stack([year_profit(history, np.full(count, begin)), spend, orders])


def month_starts(end: dt.date, count: int) -> list[int]:
    """The last month starts before a date, earliest first."""
    last = pd.Timestamp(end) - pd.Timedelta(1, "D")
    return [as_day(day.date()) for day in pd.date_range(end=last, periods=count, freq="MS")]
