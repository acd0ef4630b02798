"""The ledger rows behind each reason of a loss; the words for them are the report's.

Every rule looks at the windows the features look at: the last 180 days before the day of the
explanation, and the 365 days before those; that of `margin`, for a client that stayed, at those of
its account: the days since the onset and the year before. It names at most three rows, the ones
that weigh most.
To add one: write a rule, give its code and meaning in `TEXT_CODES`, and list it in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from segml.losses.months import as_date
from segml.losses.tables import EVIDENCE, framed

RECENT_DAYS, EARLIER_DAYS = 180, 365
MOST_ROWS = 3

TEXT_CODES: Mapping[str, str] = MappingProxyType(
    {
        "last_order": "the last order (amount: of the order)",
        "order_after_onset": "a late order after the decline began (amount: of the order)",
        "order_at_a_loss": "an order that cost more than it brought (amount: its profit)",
        "unit_price_above_earlier": "unit price above the earlier one (amount: extra paid)",
        "discount_above_earlier": "discount rate above the earlier one (amount: the discount)",
        "margin_below_earlier": "order margin below the earlier one (amount: profit missing)",
        "goods_returned": "goods sent back (amount: money returned)",
        "favourite_category_last": "last purchase of the favourite category "
        "(amount: of the category in the earlier year)",
        "withdrawn_product_last": "last purchase of a product no one can buy any more "
        "(amount: of the product in the earlier year)",
    }
)
"""Every text code with its meaning; the report keeps the sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One lost client's lines, cut for the rules.

    Parameters
    ----------
    lines
        Its lines up to the later date: `row_key, day, product, category, quantity, amount,
        discount, profit, is_return`.
    onset, explained_at
        Days.
    kind
        Of the loss.
    withdrawn
        Products that nobody could buy at `explained_at`.
    """

    lines: pd.DataFrame
    onset: int
    explained_at: int
    kind: str
    withdrawn: frozenset[str]

    @property
    def recent(self) -> pd.DataFrame:
        """Lines of the last 180 days before the explanation."""
        days = self.lines["day"]
        return self.lines[(days >= self.explained_at - RECENT_DAYS) & (days < self.explained_at)]

    @property
    def earlier(self) -> pd.DataFrame:
        """Lines of the 365 days before the recent ones."""
        days, border = self.lines["day"], self.explained_at - RECENT_DAYS
        return self.lines[(days >= border - EARLIER_DAYS) & (days < border)]

    @property
    def accounted(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Recent and earlier lines; for a client that stayed, since and before the onset."""
        if self.kind == "left":
            return self.recent, self.earlier
        days = self.lines["day"]
        before = (days >= self.onset - EARLIER_DAYS) & (days < self.onset)
        return self.lines[days >= self.onset], self.lines[before]


def evidence(trails: Mapping[str, Trail], named: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """The rows behind every lost client's reasons.

    Parameters
    ----------
    trails
        Lost client to its trail.
    named
        Lost client to the reasons that were named for it.

    Returns
    -------
    pandas.DataFrame
        `client_id, reason, table, row_key, date, text_code, amount`. Rows under `unknown` show the
        loss itself: its last order, its orders at a loss.
    """
    rows = []
    for client_id in sorted(trails):
        trail = trails[client_id]
        for reason in ("unknown", *(each for each in named[client_id] if each != "unknown")):
            found = RULES.get(reason, _nothing)(trail)
            rows += [{"client_id": client_id, "reason": reason, **row} for row in _rows(found)]
    return framed(rows, EVIDENCE)


def _rows(found: pd.DataFrame) -> list[dict[str, Any]]:
    days, told = found["day"].astype("int64"), found["told"].astype("float64")
    return [
        {
            "table": "transactions",
            "row_key": row_key,
            "date": as_date(day),
            "text_code": text_code,
            "amount": amount,
        }
        for row_key, day, text_code, amount in zip(
            found["row_key"].astype("str").tolist(),
            days.tolist(),
            found["text_code"].astype("str").tolist(),
            told.tolist(),
            strict=True,
        )
    ]


def _nothing(trail: Trail) -> pd.DataFrame:
    return trail.lines.head(0).assign(told=0.0, text_code="")


def _orders(lines: pd.DataFrame) -> pd.DataFrame:
    keys = ["day", "row_key"]
    return lines.groupby(keys, sort=True)[["amount", "discount", "profit"]].sum().reset_index()


def _heaviest(rows: pd.DataFrame, text_code: str) -> pd.DataFrame:
    """The rows with the most to tell, at most three, oldest first."""
    ordered = rows.sort_values(["weight", "day", "row_key"], ascending=[False, True, True])
    return ordered.head(MOST_ROWS).sort_values(["day", "row_key"]).assign(text_code=text_code)


def _loss_itself(trail: Trail) -> pd.DataFrame:
    bought = _orders(trail.lines[~trail.lines["is_return"]])
    last = bought.tail(1)
    last = last.assign(told=last["amount"], text_code="last_order")
    after = bought[bought["day"] >= trail.onset]
    if trail.kind == "shrunk":
        late = after[~after.index.isin(last.index)]
        late = late.assign(told=late["amount"], weight=late["day"])
        return pd.concat([_heaviest(late, "order_after_onset"), last])
    if trail.kind == "unprofitable":
        costly = _orders(trail.lines[trail.lines["day"] >= trail.onset])
        costly = costly[costly["profit"] < 0]
        costly = costly.assign(told=costly["profit"], weight=-costly["profit"])
        return pd.concat([_heaviest(costly, "order_at_a_loss"), last])
    return last


def _price(trail: Trail) -> pd.DataFrame:
    priced = ~trail.lines["is_return"] & (trail.lines["quantity"] > 0)
    recent, earlier = (
        part[priced.reindex(part.index)].dropna(subset=["product"])
        for part in (trail.recent, trail.earlier)
    )
    sums = earlier.groupby("product")[["amount", "quantity"]].sum()
    usual = recent["product"].map(sums["amount"] / sums["quantity"]).astype("float64")
    extra = (recent["amount"] - usual * recent["quantity"]).astype("float64")
    risen = recent.assign(told=extra, weight=extra)[extra > 0]
    return _heaviest(risen, "unit_price_above_earlier")


def _margin(trail: Trail) -> pd.DataFrame:
    recent, earlier = (_orders(part[~part["is_return"]]) for part in trail.accounted)
    listed = (earlier["amount"] + earlier["discount"]).sum()
    usual = earlier["discount"].sum() / listed if listed > 0 else 0.0
    given = recent.assign(
        told=recent["discount"],
        weight=recent["discount"] - usual * (recent["amount"] + recent["discount"]),
    )
    earned = earlier["profit"].sum() / earlier["amount"].sum() if len(earlier) else 0.0
    missing = earned * recent["amount"] - recent["profit"]
    poor = recent.assign(told=missing, weight=missing)
    return pd.concat(
        [
            _heaviest(given[given["weight"] > 0], "discount_above_earlier"),
            _heaviest(poor[(poor["weight"] > 0) & (len(earlier) > 0)], "margin_below_earlier"),
        ]
    )


def _service(trail: Trail) -> pd.DataFrame:
    year = trail.lines["day"] >= trail.explained_at - EARLIER_DAYS
    back = _orders(trail.lines[trail.lines["is_return"] & year])
    return _heaviest(back.assign(told=-back["amount"], weight=-back["amount"]), "goods_returned")


def _competitor(trail: Trail) -> pd.DataFrame:
    bought = trail.lines[~trail.lines["is_return"]].dropna(subset=["category"])
    earlier = trail.earlier
    worth = earlier[~earlier["is_return"]].groupby("category")["amount"].sum()
    if worth.empty:
        return _nothing(trail)
    favourite = worth[worth == worth.max()].index.min()
    last = _orders(bought[bought["category"] == favourite]).tail(1)
    return last.assign(told=float(worth[favourite]), text_code="favourite_category_last")


def _assortment(trail: Trail) -> pd.DataFrame:
    gone = trail.lines[trail.lines["product"].isin(trail.withdrawn) & ~trail.lines["is_return"]]
    year = gone["day"] >= trail.explained_at - RECENT_DAYS // 2 - EARLIER_DAYS
    worth = gone[year].groupby("product")["amount"].sum()
    last = gone.sort_values(["day", "row_key"], kind="stable").drop_duplicates(
        "product", keep="last"
    )
    told = last["product"].map(worth).astype("float64").fillna(0.0)
    return _heaviest(last.assign(told=told, weight=told), "withdrawn_product_last")


RULES: Mapping[str, Callable[[Trail], pd.DataFrame]] = MappingProxyType(
    {
        "unknown": _loss_itself,
        "price": _price,
        "margin": _margin,
        "service": _service,
        "competitor": _competitor,
        "assortment": _assortment,
    }
)
"""Reason to the rule that finds its rows; payment and manager wait for their tables."""
