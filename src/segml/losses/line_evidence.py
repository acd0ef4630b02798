"""Evidence among the lines: what a client bought, at what price and margin, and what came back."""

from __future__ import annotations

import pandas as pd

from segml.losses.shortages import short_of
from segml.losses.trail import EARLIER_DAYS, RECENT_DAYS, Trail, heaviest, nothing, orders_in

MATERIAL = 0.01
"""The share of an order by which a price, a discount or a margin differs, to be shown."""
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
    """The lines of the recent days above the client's own earlier mean price of the product."""
    priced = ~trail.lines["is_return"] & (trail.lines["quantity"] > 0)
    recent, earlier = (
        part[priced.reindex(part.index)].dropna(subset=["product"])
        for part in (trail.recent, trail.earlier)
    )
    sums = earlier.groupby("product")[["amount", "quantity"]].sum()
    usual = recent["product"].map(sums["amount"] / sums["quantity"]).astype("float64")
    extra = (recent["amount"] - usual * recent["quantity"]).astype("float64")
    return recent.assign(told=extra, weight=extra)[extra > MATERIAL * recent["amount"].abs()]


def price(trail: Trail) -> pd.DataFrame:
    """The lines that grew dearer by most."""
    return heaviest(dearer(trail), "unit_price_above_earlier")


def margin(trail: Trail) -> pd.DataFrame:
    """Orders at a higher discount, or a lower margin, than the client's own earlier ones.

    Higher or lower by more than `MATERIAL` of the order: a contract's flat rate, rounded bill by
    bill, is no higher one.
    """
    recent, earlier = (orders_in(part[~part["is_return"]]) for part in trail.accounted)
    listed = (earlier["amount"] + earlier["discount"]).sum()
    usual = earlier["discount"].sum() / listed if listed > 0 else 0.0
    given = recent.assign(
        told=recent["discount"],
        weight=recent["discount"] - usual * (recent["amount"] + recent["discount"]),
    )
    earned = earlier["profit"].sum() / earlier["amount"].sum() if len(earlier) else 0.0
    missing = earned * recent["amount"] - recent["profit"]
    poor = recent.assign(told=missing, weight=missing)
    least = MATERIAL * (recent["amount"] + recent["discount"]).abs()
    return pd.concat(
        [
            heaviest(given[given["weight"] > least], "discount_above_earlier"),
            heaviest(poor[(poor["weight"] > least) & (len(earlier) > 0)], "margin_below_earlier"),
        ]
    )


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
    """The last purchase of the favourite category of the earlier year, if others came after it.

    Where it is still bought, but less of it than of all else, its latest purchase. Where everything
    ended on one day, none went first.
    """
    bought = trail.lines[~trail.lines["is_return"]].dropna(subset=["category"])
    earlier = trail.earlier
    worth = earlier[~earlier["is_return"]].groupby("category")["amount"].sum()
    if worth.empty:
        return nothing(trail)
    favourite = worth[worth == worth.max()].index.min()
    last = orders_in(bought[bought["category"] == favourite]).tail(1)
    if (last["day"] < bought["day"].max()).any():
        return last.assign(told=float(worth[favourite]), text_code="favourite_category_last")
    recent = trail.recent[~trail.recent["is_return"]].dropna(subset=["category"])
    held = recent.loc[recent["category"] == favourite, "amount"].sum()
    missing = float(worth[favourite] / worth.sum() * recent["amount"].sum() - held)
    shown = last.head(1 if missing > LEAKED * recent["amount"].sum() else 0)
    return shown.assign(told=missing, text_code="favourite_category_less")


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
