"""A made ledger in which the cause of every loss is known.

The model, for client i, day t, category c, product p (all numbers in capitals are drawn per seed
from `segml.simulate.draws.RANGES`):

- **Size** s_i ~ N(0, 1). Employees exp(3.4 + s + N(0, 0.3)); turnover per head log-normal about
  100,000. Order rate r_i = ORDERS_PER_YEAR exp(ORDERS_SIGMA (0.35 s + sqrt(1 - 0.35^2) N)). Baskets
  exp(0.6 s + N(0, 0.5)). Negotiated discount 0.03 + 0.025 s + N(0, 0.02), within [0, 0.2].
- **Mix** over categories: gamma about the industry's Dirichlet mix; **taste** within a category:
  popularity times a client's own log-normal liking.
- **Orders**: a renewal process with gamma gaps in operational time, intensity
  r_i / 365.25 x season(industry, t) x growth x monthly wander x course (see `orders`).
- **Lines**: 1 + Poisson(LINES_PER_ORDER - 1) an order; quantity log-normal, at least 1; amount =
  quantity x list price x (1 - discount); list prices rise by INFLATION a year and by the price
  rises of their category; costs by INFLATION alone.
- **Happenings**: price rises, withdrawals of products, rivals in a region and category (Poisson).
- **Loss**: five competing hazards (see `hazards`),
  h_k(i, month) = scale_k x sensitivity_ik x exposure_k(i, month), where scale_k makes the mean over
  client-months at risk equal -log(1 - YEARLY_LOSS) / 12 x CAUSE_MIX_k, capped at 0.3 a month.
  At most one loss a client; then a course (see `courses`) that orders, baskets, categories or
  discounts follow.
- **Returns**: RETURN_SHARE x gamma(2, 1/2) of a client's lines, 3 to 40 days later.

Everything comes from one seed through independent streams, one a step: the same arguments give the
same bytes on the same versions of the libraries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from segml.simulate.clients import Clients, client_ids, clients_frame, draw_clients
from segml.simulate.courses import Courses, draw_courses, truth_frame
from segml.simulate.draws import WorldConfig, draw_config
from segml.simulate.goods import draw_goods
from segml.simulate.happenings import Happenings, draw_happenings
from segml.simulate.hazards import draw_onsets, monthly_hazards
from segml.simulate.lines import draw_lines, draw_returns
from segml.simulate.market import Market, draw_market
from segml.simulate.names import REGIONS
from segml.simulate.orders import draw_orders, intensity

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A ledger and the truth behind it.

    Parameters
    ----------
    transactions
        `client_id, date, amount, order_id, line_id, product, category, quantity, cost, discount,
        is_return`, sorted by date and order; dates in [config.start, config.end).
    clients
        `client_id, name, industry, region, employees, annual_turnover, manager, acquired_on,
        acquisition_channel, acquisition_cost, wallet`: buyers, and after them one prospect for
        every twenty, who never bought.
    truth
        One row a lost client, as `segml.simulate.courses.truth_frame` says. Never a feature.
    happenings
        What the company and its market did, in days from the start.
    config
        The numbers the world was made with.
    """

    transactions: pd.DataFrame
    clients: pd.DataFrame
    truth: pd.DataFrame
    happenings: Happenings
    config: WorldConfig


def make_world(*, clients: int, months: int, seed: int, start: date = date(2022, 1, 1)) -> World:
    """A world of its own for every seed.

    Parameters
    ----------
    clients
        How many clients buy at some time (a few prospects come on top).
    months
        Calendar months of history from `start`, 6 to 600.
    seed
        Not negative; decides everything.
    start
        The first day of the window.

    Raises
    ------
    ConfigurationRefused
        If the size is no world.

    Examples
    --------
    >>> world = make_world(clients=30, months=12, seed=1)
    >>> world.transactions["client_id"].nunique() <= 30 < len(world.clients)
    True
    """
    streams = np.random.default_rng(seed).spawn(10)
    config = draw_config(streams[0], clients=clients, months=months, seed=seed, start=start)
    goods = draw_goods(streams[1], config)
    happenings = draw_happenings(streams[2], config, goods, regions=len(REGIONS))
    known = draw_clients(streams[3], config, goods, count=clients + max(1, clients // 20))
    hazards = monthly_hazards(streams[4], config, goods, happenings, known)
    hazards[clients:] = 0.0  # a prospect has nothing to lose
    onsets = draw_onsets(streams[5], config, hazards)
    market = draw_market(streams[6], config, goods, happenings)
    courses = draw_courses(streams[7], market, known, onsets)
    lines = _all_lines(streams[8], market, known, courses)
    return World(
        transactions=_transactions(market, lines),
        clients=clients_frame(streams[9], config, known, buyers=clients),
        truth=truth_frame(config, onsets, courses),
        happenings=happenings,
        config=config,
    )


def _all_lines(
    rng: np.random.Generator, market: Market, known: Clients, courses: Courses
) -> pd.DataFrame:
    """Lines and returns of all buyers, some clients at a time so that memory stays bounded."""
    config = market.config
    parts = []
    for first in range(0, config.clients, _AT_ONCE):
        chosen = np.arange(first, min(first + _AT_ONCE, config.clients))
        daily = intensity(rng, market, known, courses, chosen)
        orders = draw_orders(rng, known, chosen, daily)
        lines = draw_lines(rng, market, known, courses, orders)
        returns = draw_returns(rng, config, known, lines)
        parts += [lines.assign(is_return=False), returns.assign(is_return=True)]
    return pd.concat(parts, ignore_index=True)


def _transactions(market: Market, lines: pd.DataFrame) -> pd.DataFrame:
    """The table of the contract, sorted by day; ids follow the order of rows."""
    keys = ["day", "client", "is_return", "order"]
    lines = lines.sort_values(keys, kind="stable", ignore_index=True)
    head = (lines[keys] != lines[keys].shift()).any(axis=1)
    number = head.cumsum()
    place = lines.groupby(number).cumcount() + 1
    letter = pd.Series(np.where(lines["is_return"], "R", "A"), dtype="str")
    order_id = letter.str.cat(number.astype("str").str.zfill(8))
    goods, product = market.goods, lines["product"].to_numpy()
    start = np.datetime64(market.config.start, "s")
    return pd.DataFrame({
        "client_id": np.array(client_ids(market.config.clients))[lines["client"]],
        "date": start + lines["day"].to_numpy().astype("timedelta64[D]"),
        "amount": lines["amount"],
        "order_id": order_id,
        "line_id": order_id.str.cat(place.astype("str"), sep="-"),
        "product": np.array(goods.products)[product],
        "category": np.array(goods.categories)[goods.category[product]],
        "quantity": lines["quantity"],
        "cost": lines["cost"],
        "discount": lines["discount"],
        "is_return": lines["is_return"],
    })  # fmt: skip
