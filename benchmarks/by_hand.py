"""Forty features in pandas, each defined as segml's, in two ways.

`PLAIN` is what most would write: texts as they are read, for every window the rows in it grouped
by client and summed, `nunique` for what is distinct. `CAREFUL` is what somebody writes who has
waited for that too often: texts as categories, lines sorted by client, one sum by client and
stretch of ages for all windows, pairs instead of `nunique`. Both read the columns they need alone,
and take for granted what made worlds keep to and segml does not: every value is valid, all lines
of an order are of one day, a return has an order number of its own, every client stands in
`clients`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

FEATURES = (
    "silence_days", "silence_over_gap", "median_gap_days", "longest_gap_days", "gap_variation",
    "orders_30", "orders_90", "orders_180", "orders_365", "orders_prev_365", "lines_per_order_365",
    "spend_30", "spend_90", "spend_180", "spend_365", "spend_prev_365", "spend_per_order_365",
    "spend_trend_90", "orders_trend_90", "profit_90", "profit_365", "profit_prev_365",
    "margin_rate_365", "margin_drop_180", "discount_rate_365", "discount_rate_90",
    "discount_ratchet_180", "returns_365", "returns_share_365", "returns_rise_180",
    "categories_365", "categories_90", "categories_prev_365", "top_category_share_365",
    "products_365", "products_90", "repeated_products_share", "tenure_days", "first_order_days",
    "active_months_6",
)  # fmt: skip
"""The forty, by their names in segml's catalogue."""

EDGES = (0, 30, 90, 180, 365, 455, 545, 730, np.inf)
"""Ages at which a window begins or ends; between two of them lies a stretch."""
SUMMED = ("amount", "bought", "cost", "discount", "profit", "is_sale", "is_order", "is_credit")
ACQUISITION_WINDOWS = {"90": (90, 0), "365": (365, 0), "prev_365": (730, 365)}


Total = Callable[..., pd.Series]
"""The sum of a column over the ages in (after, last], by client: asked with column, last, after."""


@dataclass(frozen=True)
class Way:
    """How the lines are read, how windows are summed, how distinct values are counted."""

    read: Callable[[Sequence[str], pd.Index], pd.DataFrame]
    totals: Callable[[pd.DataFrame], Total]
    distinct: Callable[[pd.DataFrame, str], pd.Series]


def read_clients(files: Sequence[str]) -> pd.DataFrame:
    """The day (NaN where not known) and the cost of acquisition, by client, sorted."""
    columns = ["client_id", "acquired_on", "acquisition_cost"]
    frame = pq.read_table(files, columns=columns).to_pandas()
    since = pd.to_datetime(frame.pop("acquired_on")) - pd.Timestamp(0)
    return frame.assign(acquired=since.dt.days).set_index("client_id").sort_index()


def read_lines(
    way: Way, files: Sequence[str], clients: pd.DataFrame, economics: dict[str, float]
) -> pd.DataFrame:
    """The lines with all that does not depend on a cut-off, in the order of their days."""
    lines = way.read(files, clients.index)
    begins = ~lines.pop("order_id").duplicated()
    lines["is_sale"] = ~lines.pop("is_return")
    lines["is_order"] = begins & lines["is_sale"]
    lines["is_credit"] = begins & ~lines["is_sale"]
    lines["bought"] = lines["amount"].where(lines["is_sale"], 0.0)
    lines["discount"] = lines["discount"].where(lines["is_sale"], 0.0)
    serve = lines["is_order"] * economics["order"] + lines["is_credit"] * economics["return_"]
    serve += lines["amount"] * economics["commission_rate"]
    lines["profit"] = lines["amount"] - lines["cost"] - serve
    return lines


def features(
    way: Way, lines: pd.DataFrame, clients: pd.DataFrame, as_of: int, acquisition_days: int
) -> pd.DataFrame:
    """The forty of every client known before a day, sorted by client."""
    past = lines[lines["day"] < as_of]
    past = past.assign(age=as_of - past["day"])
    made = pd.DataFrame(index=clients.index)
    made = made.join(_rhythm(past, as_of)).join(_breadth(way, past[past["is_sale"]]))
    counted = ["categories_365", "categories_90", "categories_prev_365", "products_365"]
    counted += ["products_90", "active_months_6"]
    made[counted] = made[counted].fillna(0)
    _windows(made, way.totals(past))
    first, acquired = made["first_order_days"], as_of - clients["acquired"]
    made["tenure_days"] = np.maximum(first.fillna(0), acquired.fillna(0))
    since = acquired.fillna(first)
    for name, (last, after) in ACQUISITION_WINDOWS.items():
        days = np.minimum(since, last) - np.maximum(since - acquisition_days, after)
        share = clients["acquisition_cost"] * days.clip(lower=0) / acquisition_days
        made[f"profit_{name}"] -= share.fillna(0)
    known = acquired.isna() | (acquired > 0) | first.notna()
    return made.loc[known, list(FEATURES)]


def _rhythm(past: pd.DataFrame, as_of: int) -> pd.DataFrame:
    """Silence and gaps between the days with an order."""
    ordered = past.loc[past["is_order"], ["client_id", "day"]].drop_duplicates()
    client = ordered["client_id"]
    days = ordered.groupby("client_id", observed=False)["day"]
    gaps = days.diff().groupby(client, observed=False)
    mean, deviation = gaps.mean(), gaps.std(ddof=0)
    silence, median = as_of - days.last(), gaps.median()
    months = ordered.assign(month=(as_of - 1 - ordered["day"]) // 30)
    return pd.DataFrame(
        {
            "silence_days": silence,
            "silence_over_gap": _ratio(silence, median),
            "median_gap_days": median,
            "longest_gap_days": gaps.max(),
            "gap_variation": (deviation / mean).where(gaps.count() >= 2),
            "first_order_days": as_of - days.first(),
            "active_months_6": _pairs(months[months["month"] < 6], "month"),
        }
    )


def _breadth(way: Way, sales: pd.DataFrame) -> pd.DataFrame:
    """Distinct categories and products, and how much of the year the top category is."""
    year = sales[sales["age"] <= 365]
    before = sales[(sales["age"] > 365) & (sales["age"] <= 730)]
    shelf = _sums(year, ["amount"], "category")["amount"]
    paid = sales[sales["amount"] > 0]
    basket = paid.groupby(["client_id", "product"], observed=True)["age"].agg(["min", "max"])
    basket = basket.reset_index()
    repeated = (basket["min"] < basket["max"]).groupby(basket["client_id"], observed=False)
    recent = basket[basket["min"] <= 365]
    return pd.DataFrame(
        {
            "categories_365": way.distinct(year, "category"),
            "categories_90": way.distinct(year[year["age"] <= 90], "category"),
            "categories_prev_365": way.distinct(before, "category"),
            "top_category_share_365": _ratio(shelf.max(axis=1), shelf.sum(axis=1)),
            "products_365": way.distinct(recent, "product"),
            "products_90": way.distinct(recent[recent["min"] <= 90], "product"),
            "repeated_products_share": repeated.mean(),
        }
    )


def _windows(made: pd.DataFrame, summed: Total) -> None:
    """Sums over windows of ages and what follows from them, put into `made`."""

    def total(column: str, last: int, after: int = 0) -> pd.Series:
        return summed(column, last, after).reindex(made.index, fill_value=0)

    def discount_rate(*window: int) -> pd.Series:
        off = total("discount", *window)
        return _ratio(off, off + total("bought", *window))

    def margin_rate(*window: int) -> pd.Series:
        amount = total("amount", *window)
        return _ratio(amount - total("cost", *window), amount)

    def returned_share(*window: int) -> pd.Series:
        bought = total("bought", *window)
        return _ratio(bought - total("amount", *window), bought)

    for days in (30, 90, 180, 365):
        made[f"orders_{days}"] = total("is_order", days)
        made[f"spend_{days}"] = total("amount", days)
    made["orders_prev_365"] = total("is_order", 730, 365)
    made["spend_prev_365"] = total("amount", 730, 365)
    made["lines_per_order_365"] = _ratio(total("is_sale", 365), made["orders_365"])
    made["spend_per_order_365"] = _ratio(total("bought", 365), made["orders_365"])
    observed = (made["first_order_days"] - 90).clip(upper=365).where(lambda days: days >= 30)
    for name, column in (("spend", "amount"), ("orders", "is_order")):
        earlier = total(column, 455, 90)
        made[f"{name}_trend_90"] = made[f"{name}_90"] / 90 / (earlier.where(earlier > 0) / observed)
    for name, window in ACQUISITION_WINDOWS.items():
        made[f"profit_{name}"] = total("profit", *window)
    made["margin_rate_365"] = margin_rate(365)
    made["margin_drop_180"] = margin_rate(545, 180) - margin_rate(180)
    made["discount_rate_365"], made["discount_rate_90"] = discount_rate(365), discount_rate(90)
    made["discount_ratchet_180"] = discount_rate(180) - discount_rate(545, 180)
    made["returns_365"] = total("is_credit", 365)
    made["returns_share_365"] = returned_share(365)
    made["returns_rise_180"] = returned_share(180) - returned_share(545, 180)


def _sums(rows: pd.DataFrame, values: list[str], columns: str) -> pd.DataFrame:
    """Sums of some columns, one row a client, one column a value of another column."""
    by = {"index": "client_id", "columns": columns}
    return rows.pivot_table(**by, values=values, aggfunc="sum", observed=False)


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)


_TEXTS = ["client_id", "order_id", "product", "category"]
_COLUMNS = [*_TEXTS, "date", "amount", "cost", "discount", "is_return"]


def _read_plain(files: Sequence[str], clients: pd.Index) -> pd.DataFrame:
    del clients
    lines = pd.concat([pd.read_parquet(file, columns=_COLUMNS) for file in files])
    lines["day"] = (pd.to_datetime(lines.pop("date")) - pd.Timestamp(0)).dt.days
    return lines.sort_values("day", ignore_index=True)


def _read_careful(files: Sequence[str], clients: pd.Index) -> pd.DataFrame:
    table = pq.read_table(files, columns=_COLUMNS, read_dictionary=_TEXTS)
    lines = table.to_pandas(date_as_object=False)
    del table
    lines["client_id"] = lines["client_id"].cat.set_categories(clients)
    lines["order_id"] = lines["order_id"].cat.codes
    lines["day"] = (lines.pop("date") - pd.Timestamp(0)).dt.days.astype("int32")
    return lines.sort_values(["client_id", "day"], ignore_index=True)


def _by_window(past: pd.DataFrame) -> Total:
    """For every window its rows, grouped by client; each window once."""
    known: dict[tuple[int, int], pd.DataFrame] = {}

    def total(column: str, last: int, after: int) -> pd.Series:
        if (last, after) not in known:
            rows = past[(past["age"] <= last) & (past["age"] > after)]
            known[last, after] = rows.groupby("client_id")[list(SUMMED)].sum()
        return known[last, after][column]

    return total


def _by_stretch(past: pd.DataFrame) -> Total:
    """One grouping by client and stretch, of which every window is made."""
    stretch = pd.cut(past["age"], EDGES, labels=EDGES[1:])
    sums = _sums(past.assign(stretch=stretch), list(SUMMED), "stretch")

    def total(column: str, last: int, after: int) -> pd.Series:
        within = [edge for edge in EDGES[1:] if after < edge <= last]
        return sums[column][within].sum(axis=1)

    return total


def _unique(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows.groupby("client_id")[column].nunique()


def _pairs(rows: pd.DataFrame, column: str) -> pd.Series:
    pairs = rows[["client_id", column]].drop_duplicates()
    return pairs.groupby("client_id", observed=False).size()


PLAIN = Way(read=_read_plain, totals=_by_window, distinct=_unique)
CAREFUL = Way(read=_read_careful, totals=_by_stretch, distinct=_pairs)
WAYS = {"plain": PLAIN, "careful": CAREFUL}
