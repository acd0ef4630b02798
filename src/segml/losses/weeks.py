"""What clients bought, week by week: how many orders, how large, at what margin, and of what.

Weeks are counted back from the later date. An order is a client's day. What an order is worth is
told by three channels, each as its deviation from the client's own mean and from what all orders of
those weeks show (list prices and costs rise for everybody, and no client declines by it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from segml.losses.clock import Clock, Clocks
from segml.losses.courses import WEEK
from segml.losses.history import Days, Numbers
from segml.losses.order_channels import Cells, Channel

MOST_WEEKS = 156
"""Three years: two in which a decline may begin, and one before them."""
NO_CLOCKS: Mapping[str, Clock] = MappingProxyType({})
"""Every client keeps the portfolio's."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeeklyOrders:
    """What c clients bought in w weeks.

    Parameters
    ----------
    clients
        Their ids.
    starts
        (w,) first days of the weeks.
    ticks
        (c, w) how long each is by the season's clock of each client.
    count
        (c, w) order days.
    gaps
        (3, c) of the gaps between a client's orders, in ticks: number, sum, sum of logarithms.
    volume
        Logarithm of an order at list price.
    margin
        Its profit over list price, in units of the client's usual.
    held
        (c, w) order days with the client's favourite category in them.
    alone
        Of all order days with a favourite category, the share with nothing else.
    """

    clients: tuple[str, ...]
    starts: Days
    ticks: Numbers
    count: Numbers
    gaps: Numbers
    volume: Channel
    margin: Channel
    held: Numbers
    alone: float

    def of(self, rows: npt.NDArray[np.intp]) -> WeeklyOrders:
        """Those of some of the clients, by their places."""
        return replace(
            self,
            clients=tuple(self.clients[row] for row in rows),
            ticks=self.ticks[rows],
            count=self.count[rows],
            gaps=self.gaps[:, rows],
            volume=self.volume.of(rows),
            margin=self.margin.of(rows),
            held=self.held[rows],
        )

    def until(self, weeks: int) -> WeeklyOrders:
        """The first weeks of them; what is usual is what all weeks tell."""
        return replace(
            self,
            starts=self.starts[:weeks],
            ticks=self.ticks[:, :weeks],
            count=self.count[:, :weeks],
            volume=self.volume.until(weeks),
            margin=self.margin.until(weeks),
            held=self.held[:, :weeks],
        )


def weekly_orders(
    lines: pd.DataFrame,
    clients: Sequence[str],
    clock: Clock,
    *,
    first_day: int,
    end: int,
    own_clocks: Mapping[str, Clock] = NO_CLOCKS,
) -> WeeklyOrders:
    """The weeks of some clients up to a day.

    Parameters
    ----------
    lines
        As `Past.lines` has them; lines of other clients tell what all orders show.
    clients
        Ids, in the order of the result.
    clock
        Of the portfolio.
    first_day
        Of the ledger, in days.
    end
        The day after the last week; lines dated on it or later are not read.
    own_clocks
        Client id to its own clock, where it has another.
    """
    weeks = int(min(MOST_WEEKS, max(1, (end - first_day) // WEEK)))
    starts = end - WEEK * np.arange(weeks, 0, -1, dtype=np.int64)
    others = pd.Index(np.sort(lines["client_id"].unique().astype(object)))
    everybody = pd.Index(np.array(clients, dtype=object)).append(others).unique()
    orders = _orders(lines, everybody, int(starts[0]), end)
    place = orders["place"].to_numpy()
    week = (orders["day"].to_numpy(dtype=np.int64) - int(starts[0])) // WEEK
    held = (orders["favourite"] > 0.0).to_numpy()
    clocks = Clocks.of(clients, clock, own_clocks)
    cells = Cells(place, week, (len(everybody), weeks), len(clients))
    return WeeklyOrders(
        clients=tuple(clients),
        starts=starts,
        ticks=clocks.over(np.append(starts, end)),
        count=cells.sums(np.ones(len(orders))),
        gaps=cells.gaps(clocks.at(orders["day"].to_numpy(dtype=np.int64), place)),
        volume=cells.channel(np.log(orders["listed"].to_numpy()), cells.going_along),
        margin=cells.channel(_by_usual(orders["profit"] / orders["listed"], place), cells.wide),
        held=cells.sums(held.astype(np.float64)),
        alone=float((orders["favourite"] >= orders["listed"])[held].mean()) if held.any() else 1.0,
    )


def _orders(lines: pd.DataFrame, clients: pd.Index, start: int, end: int) -> pd.DataFrame:
    """One row an order day: place, day, its list value, profit, and favourite category's value."""
    place = clients.get_indexer(pd.Index(lines["client_id"]))
    day = lines["day"].to_numpy(dtype=np.int64)
    inside = (place >= 0) & (day >= start) & (day < end) & ~lines["is_return"].to_numpy(dtype=bool)
    bought = pd.DataFrame(
        {
            "place": place[inside].astype(np.int64),
            "day": day[inside],
            "category": lines["category"].to_numpy(dtype=object, na_value="")[inside],
            "listed": (lines["amount"] + lines["discount"].fillna(0.0)).to_numpy()[inside],
            "profit": lines["profit"].to_numpy(dtype=np.float64)[inside],
        }
    )
    # equal sums whatever the row order: floats are added in order of their size
    bought = bought.sort_values(["place", "day", "category", "listed", "profit"], kind="stable")
    worth = bought.groupby(["place", "category"], sort=True)["listed"].sum().reset_index()
    worth = worth.sort_values(["place", "listed"], ascending=[True, False], kind="stable")
    loved = worth.drop_duplicates("place").set_index("place")["category"]
    is_loved = bought["category"].to_numpy() == bought["place"].map(loved).to_numpy()
    bought["favourite"] = np.where(is_loved, bought["listed"], 0.0)
    sums = bought.groupby(["place", "day"], sort=True)[["listed", "profit", "favourite"]].sum()
    sums = sums.reset_index()
    return sums[sums["listed"] > 0.0].reset_index(drop=True)


def _by_usual(values: pd.Series, place: npt.NDArray[np.int64]) -> Numbers:
    """Values in units of what is usual for each client, at least a quarter of what is for all.

    The median of the better half of its orders, the earlier or the later: of all of them it would
    be that of the fall, where most came after it.
    """
    by_client = values.groupby(place)
    is_late = 2 * by_client.cumcount() >= by_client.transform("size")
    usual = values.groupby([place, is_late.to_numpy()]).median().groupby(level=0).max()
    typical = float(usual.median()) if len(usual) else 1.0
    least = typical / 4.0 if typical > 0.0 else 1.0
    return np.asarray(values / usual.clip(lower=least).reindex(place).to_numpy(), dtype=np.float64)
