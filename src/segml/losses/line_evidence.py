"""Evidence among the lines: what a client bought, at what price and margin, and what came back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segml.losses.shortages import short_of
from segml.losses.trail import EARLIER_DAYS, RECENT_DAYS, Trail, heaviest, nothing, orders_in

MATERIAL = 0.01
"""The share of an order by which a price, a discount or a margin differs, to be shown."""
USUAL_LEVEL = 0.9
"""Beyond this share of what a client had earlier, a price or a gap is no usual one."""
LEAKED = 0.1
"""The share of what it bought of late that the favourite category lacks, to be shown."""


def loss_itself(trail: Trail) -> pd.DataFrame:
    """The last order; for a client that stayed, its late orders, or those at a loss."""
    bought = orders_in(trail.lines[~trail.lines["is_return"]])
    last = bought.tail(1)
    last = last.assign(told=last["amount"], text_code="last_order")
    after = bought[bought["day"] >= trail.onset]
    if trail.kind == "shrunk":
        late = after[~after.index.isin(last.index)]
        late = late.assign(told=late["amount"], weight=late["day"])
        return pd.concat([heaviest(late, "order_after_onset"), last])
    if trail.kind == "unprofitable":
        costly = orders_in(trail.lines[trail.lines["day"] >= trail.onset])
        costly = costly[costly["profit"] < 0]
        costly = costly.assign(told=costly["profit"], weight=-costly["profit"])
        return pd.concat([heaviest(costly, "order_at_a_loss"), last])
    return last


def dearer(trail: Trail) -> pd.DataFrame:
    """The lines of the recent days above the client's own earlier mean price of the product.

    Where that varied, as a freight's does, above nine in ten of its earlier prices too.
    """
    priced = ~trail.lines["is_return"] & (trail.lines["quantity"] > 0)
    recent, earlier = (
        part[priced.reindex(part.index)].dropna(subset=["product"])
        for part in (trail.recent, trail.earlier)
    )
    sums = earlier.groupby("product")[["amount", "quantity"]].sum()
    paid = (earlier["amount"] / earlier["quantity"]).astype("float64")
    highest = recent["product"].map(paid.groupby(earlier["product"]).quantile(USUAL_LEVEL))
    usual = recent["product"].map(sums["amount"] / sums["quantity"]).astype("float64")
    extra = (recent["amount"] - usual * recent["quantity"]).astype("float64")
    material = extra > MATERIAL * recent["amount"].abs()
    unusual = recent["amount"] > highest.astype("float64") * recent["quantity"]
    return recent.assign(told=extra, weight=extra)[material & unusual]


def price(trail: Trail) -> pd.DataFrame:
    """The lines that grew dearer by most."""
    return heaviest(dearer(trail), "unit_price_above_earlier")


def margin(trail: Trail) -> pd.DataFrame:
    """Orders at a higher discount, or a lower margin, than the same goods had earlier.

    Higher or lower by more than `MATERIAL` of the order: a contract's flat rate, rounded bill by
    bill, is no higher one. Nor is an order of other goods, whose usual margin is another.
    """
    recent, earlier = (
        part[~part["is_return"]].assign(listed=lambda rows: rows["amount"] + rows["discount"])
        for part in trail.accounted
    )
    more = recent["discount"] - _as_before(recent, earlier, "discount", "listed")
    missing = _as_before(recent, earlier, "profit", "amount") - recent["profit"]
    orders = orders_in(recent).set_index(["day", "row_key"])
    beyond = recent.assign(more=more, missing=missing).groupby(["day", "row_key"])
    orders = orders.join(beyond[["more", "missing"]].sum()).reset_index()
    least = MATERIAL * (orders["amount"] + orders["discount"]).abs()
    given = orders.assign(told=orders["discount"], weight=orders["more"])
    poor = orders.assign(told=orders["missing"], weight=orders["missing"])
    return pd.concat(
        [
            heaviest(given[given["weight"] > least], "discount_above_earlier"),
            heaviest(poor[poor["weight"] > least], "margin_below_earlier"),
        ]
    )


def _as_before(recent: pd.DataFrame, earlier: pd.DataFrame, what: str, of: str) -> pd.Series:
    """What the recent lines would hold at the earlier rate of the same product, else category.

    Lines of which neither is known are alike.

    Parameters
    ----------
    recent, earlier
        Lines.
    what, of
        The columns whose ratio is the rate.

    Returns
    -------
    pandas.Series
        One a recent line; its own figure where neither was bought earlier.
    """
    rate = pd.Series(float("nan"), index=recent.index)
    for now, before in zip(_goods(recent), _goods(earlier), strict=True):
        sums = earlier.groupby(before)[[what, of]].sum()
        sums = sums[sums[of] > 0]
        rate = rate.fillna(now.map(sums[what] / sums[of]).astype("float64"))
    return (rate * recent[of]).fillna(recent[what])


def _goods(lines: pd.DataFrame) -> tuple[pd.Series, ...]:
    """What lines are of: the product, the category, "" where neither is known."""
    product, category = lines["product"].astype(object), lines["category"].astype(object)
    neither = product.isna() & category.isna()
    return product, category, pd.Series("", index=lines.index, dtype=object).where(neither)


def sent_back(trail: Trail) -> pd.DataFrame:
    """The lines of goods sent back in the last year."""
    year = trail.lines["day"] >= trail.explained_at - EARLIER_DAYS
    back = trail.lines[trail.lines["is_return"] & year]
    return back.assign(told=-back["amount"], weight=-back["amount"])


def service(trail: Trail) -> pd.DataFrame:
    """Goods sent back in the last year, order by order."""
    back = orders_in(sent_back(trail))
    return heaviest(back.assign(told=-back["amount"], weight=-back["amount"]), "goods_returned")


def competitor(trail: Trail) -> pd.DataFrame:
    """The last purchase of the favourite category of the earlier year, if it went first.

    It did if more orders without it followed than lay between two of its purchases. Where it is
    still bought, but less of it than of all else, its latest purchase. Where everything ended on
    one day, none went first.
    """
    bought = trail.lines[~trail.lines["is_return"]].dropna(subset=["category"])
    earlier = trail.earlier
    worth = earlier[~earlier["is_return"]].groupby("category")["amount"].sum()
    if worth.empty:
        return nothing(trail)
    favourite = worth[worth == worth.max()].index.min()
    held = bought["category"] == favourite
    last = orders_in(bought[held]).tail(1)
    if _went_first(bought["day"], bought.loc[held, "day"]):
        return last.assign(told=float(worth[favourite]), text_code="favourite_category_last")
    recent = trail.recent[~trail.recent["is_return"]].dropna(subset=["category"])
    still = recent.loc[recent["category"] == favourite, "amount"].sum()
    missing = float(worth[favourite] / worth.sum() * recent["amount"].sum() - still)
    shown = last.head(1 if missing > LEAKED * recent["amount"].sum() else 0)
    return shown.assign(told=missing, text_code="favourite_category_less")


def _went_first(days: pd.Series, its: pd.Series) -> bool:
    """Whether more order days followed the last of these than lay between nine in ten of them."""
    order_days = np.unique(days.to_numpy())
    places = np.searchsorted(order_days, np.unique(its.to_numpy()))
    after = len(order_days) - 1 - places[-1]
    between = np.diff(places)
    return bool(after > (np.quantile(between, USUAL_LEVEL) if len(between) else 0))


def gone(trail: Trail) -> pd.DataFrame:
    """The last line of each product that nobody can buy any more, weighed by its earlier year.

    One that it had not bought for as long is no loss to it.
    """
    bought = trail.lines[trail.lines["product"].isin(trail.withdrawn) & ~trail.lines["is_return"]]
    year = bought["day"] >= trail.explained_at - RECENT_DAYS // 2 - EARLIER_DAYS
    worth = bought[year].groupby("product")["amount"].sum()
    last = bought.sort_values(["day", "row_key"], kind="stable").drop_duplicates(
        "product", keep="last"
    )
    told = last["product"].map(worth).astype("float64")
    missed: pd.DataFrame = last.assign(told=told, weight=told)[told > 0.0]
    return missed


def short(trail: Trail) -> pd.DataFrame:
    """The last line of each product before nobody could buy it for a while, in the last year."""
    if trail.short is None:
        return nothing(trail).assign(weight=0.0)
    begun = trail.short["last"].between(trail.explained_at - EARLIER_DAYS, trail.begun_by)
    met = short_of(trail.lines[~trail.lines["is_return"]], trail.short[begun])
    worth = met.groupby(["product", "last"])["amount"].transform("sum")
    before = met.assign(told=met["amount"], weight=worth).sort_values(["day", "row_key"])
    return before.drop_duplicates(["product", "last"], keep="last")


def assortment(trail: Trail) -> pd.DataFrame:
    """The last purchases of the products that nobody could buy then that were worth most."""
    return pd.concat(
        [
            heaviest(gone(trail), "withdrawn_product_last"),
            heaviest(short(trail), "short_product_last"),
        ]
    )
