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
from scipy.optimize import brentq

from segml.losses.clock import Clock, Clocks
from segml.losses.courses import WEEK
from segml.losses.history import Days, Numbers

MOST_WEEKS = 156
"""Three years: two in which a decline may begin, and one before them."""
SMOOTH_WEEKS = 9
"""What all orders show is their median over about two months: a few declines do not move it."""
CREDIT_ORDERS = 6.0
"""Orders that the portfolio's spread is worth beside the client's own."""
LEAST_ORDERS = 10
"""A client with fewer has no spread to speak of."""
WIDE = 0.8
"""A margin wanders: at least the spread of all but the widest fifth of clients is assumed."""
LEAST_VARIANCE = 0.05
"""Of one order: equal orders must not make a cent an onset."""
QUARTER = 13
"""Weeks whose orders go along in size, if any do."""
HALF_OF_SQUARES = 0.4549
"""Median of the square of a standard Gaussian."""
NO_CLOCKS: Mapping[str, Clock] = MappingProxyType({})
"""Every client keeps the portfolio's."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Channel:
    """One figure of an order, of c clients over w weeks.

    Parameters
    ----------
    sums
        (c, w) deviations of the orders of a week, added up.
    variance
        (c,) of one order.
    """

    sums: Numbers
    variance: Numbers

    def of(self, rows: npt.NDArray[np.intp]) -> Channel:
        """Of some of the clients, by their places."""
        return Channel(sums=self.sums[rows], variance=self.variance[rows])

    def until(self, weeks: int) -> Channel:
        """Its first weeks."""
        return Channel(sums=self.sums[:, :weeks], variance=self.variance)


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
    cells = _Cells(place, week, (len(everybody), weeks), len(clients))
    return WeeklyOrders(
        clients=tuple(clients),
        starts=starts,
        ticks=clocks.over(np.append(starts, end)),
        count=cells.sums(np.ones(len(orders))),
        gaps=cells.gaps(clocks.at(orders["day"].to_numpy(dtype=np.int64), place)),
        volume=cells.channel(np.log(orders["listed"].to_numpy()), wanders=True),
        margin=cells.channel(_by_usual(orders["profit"] / orders["listed"], place), WIDE),
        held=cells.sums(held.astype(np.float64)),
        alone=float((orders["favourite"] >= orders["listed"])[held].mean()) if held.any() else 1.0,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Where each order lies: its client and its week; the first `asked` clients are asked for."""

    place: npt.NDArray[np.int64]
    week: npt.NDArray[np.int64]
    shape: tuple[int, int]
    asked: int

    def sums(self, values: Numbers) -> Numbers:
        flat = np.bincount(
            self.place * self.shape[1] + self.week,
            weights=values,
            minlength=self.shape[0] * self.shape[1],
        )
        return np.asarray(flat.reshape(self.shape)[: self.asked], dtype=np.float64)

    def gaps(self, ticks: Numbers) -> Numbers:
        """Number, sum and sum of logarithms of each client's gaps; its orders stand by day."""
        same = self.place[1:] == self.place[:-1]
        gap, place = np.diff(ticks)[same], self.place[1:][same]
        sums = [
            np.bincount(place, weights=of, minlength=self.shape[0])[: self.asked]
            for of in (np.ones(len(gap)), gap, np.log(gap))
        ]
        return np.stack(sums).astype(np.float64)

    def channel(
        self, values: Numbers, least_of: float | None = None, *, wanders: bool = False
    ) -> Channel:
        """The channel of one figure an order; its orders stand by client and day."""
        count = np.bincount(self.place, minlength=self.shape[0])
        values = self._own(values, count)
        values = self._own(values - self._common(values), count)
        step = np.diff(values)
        same = self.place[1:] == self.place[:-1]
        pairs = np.bincount(self.place[1:][same], minlength=self.shape[0])
        # successive differences do not see a fall that comes between them
        squares = 0.5 * np.bincount(
            self.place[1:][same], weights=step[same] ** 2, minlength=self.shape[0]
        )
        known = pairs >= LEAST_ORDERS
        usual = float(np.median((squares / np.maximum(pairs, 1))[known])) if known.any() else 1.0
        variance = (squares + CREDIT_ORDERS * usual) / (pairs + CREDIT_ORDERS)
        if least_of is not None and known.any():
            whole = np.bincount(self.place, weights=values**2, minlength=self.shape[0])
            least = float(np.quantile((whole / np.maximum(count, 1))[known], least_of))
            variance = np.maximum(variance, least)
        if wanders:
            variance = variance + self._wandering(values, variance)
        return Channel(
            sums=self.sums(values), variance=np.maximum(variance, LEAST_VARIANCE)[: self.asked]
        )

    def _wandering(self, values: Numbers, variance: Numbers) -> Numbers:
        """(c,) what each order of a client adds to its variance, since those of a quarter go along.

        Sizes wander, have seasons, and come by projects: means of quarters that follow one another
        lie further apart than orders by themselves would have them. By how much is what half of
        all pairs of quarters show (the median of a squared Gaussian), so that falls do not count.
        As many orders as a client has in a quarter share it.
        """
        quarters = -(-self.shape[1] // QUARTER)
        cell = self.place * quarters + (self.shape[1] - 1 - self.week) // QUARTER
        size = self.shape[0] * quarters
        count = np.bincount(cell, minlength=size).reshape(-1, quarters).astype(np.float64)
        total = np.bincount(cell, weights=values, minlength=size).reshape(-1, quarters)
        mean = total / np.maximum(count, 1.0)
        both = (count[:, 1:] > 0) & (count[:, :-1] > 0)
        if not both.any():
            return np.zeros(self.shape[0])
        apart = (np.diff(mean, axis=1) ** 2)[both]
        by_chance = np.maximum(variance, LEAST_VARIANCE)[:, None] / np.maximum(count, 1.0)
        by_chance = (by_chance[:, 1:] + by_chance[:, :-1])[both]

        def beyond(common: float) -> float:
            return float(np.median(apart / (by_chance + 2.0 * common))) - HALF_OF_SQUARES

        most = float(apart.max())
        common = float(brentq(beyond, 0.0, most)) if beyond(0.0) > 0.0 and most > 0.0 else 0.0
        in_quarter = count.sum(axis=1) / np.maximum((count > 0).sum(axis=1), 1)
        return np.asarray(in_quarter * common, dtype=np.float64)

    def _own(self, values: Numbers, count: npt.NDArray[np.int64]) -> Numbers:
        """Deviations from each client's own mean."""
        total = np.bincount(self.place, weights=values, minlength=self.shape[0])
        return np.asarray(values - (total / np.maximum(count, 1))[self.place], dtype=np.float64)

    def _common(self, values: Numbers) -> Numbers:
        """What most orders of the weeks about each order show."""
        half, order = SMOOTH_WEEKS // 2, np.argsort(self.week, kind="stable")
        weeks = np.arange(self.shape[1])
        first = np.searchsorted(self.week[order], weeks - half)
        last = np.searchsorted(self.week[order], weeks + half, side="right")
        middle = [
            float(np.median(values[order[start:stop]])) if stop > start else 0.0
            for start, stop in zip(first, last, strict=True)
        ]
        return np.array(middle)[self.week]


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
