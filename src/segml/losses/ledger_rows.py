"""The ledger's rows behind a loss: lines, withdrawn products, and who brought whom.

These are questions to `Past`; should it grow methods for them, they belong there.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from segml.ledger import Past, date_of

LINE_COLUMNS = (
    "client_id",
    "row_key",
    "day",
    "product",
    "category",
    "quantity",
    "amount",
    "discount",
    "profit",
    "is_return",
)
WITHDRAWN_DAYS, SEEN_DAYS, SEEN_CLIENTS, SEEN_LINES = 90, 365, 3, 12
"""A product seems withdrawn when nobody bought it for 90 days, though in the year before at least
three clients did on twelve lines (the rule of the feature `withdrawn_share_90`)."""


def lines_of(past: Past, client_ids: Iterable[str]) -> pd.DataFrame:
    """Every line of some clients, sorted by client, day and order.

    Parameters
    ----------
    past
        What was known.
    client_ids
        Whose; unknown ones add nothing.

    Returns
    -------
    pandas.DataFrame
        `LINE_COLUMNS`; `row_key` is the line's order id, or client and day where an order is
        client x day.
    """
    codes = client_codes(past)
    wanted = codes[codes["client_id"].isin(list(client_ids))]
    if wanted.empty:
        return pd.DataFrame(columns=list(LINE_COLUMNS))
    chosen = ", ".join(str(int(code)) for code in wanted["client"])
    lines = past.frame(
        "select c.client_id, order_key, day, product, category, quantity, amount, discount, "
        "amount - cost - serve as profit, is_return from {lines} join {clients} as c "
        f"using (client) where client in ({chosen}) "
        "order by client_id, day, order_key, product, category, quantity, amount, discount, profit"
    )
    keys = lines[["client_id", "day", "order_key"]].drop_duplicates()
    # orders come in the same order, one row a client, day and order: side by side they match
    orders = past.orders(wanted["client_id"].tolist())
    keys = keys.assign(row_key=row_keys(orders).to_numpy())
    return lines.merge(keys, on=["client_id", "day", "order_key"], how="left")[list(LINE_COLUMNS)]


def row_keys(orders: pd.DataFrame) -> pd.Series:
    """How a reader finds each order again: its id, or client and day where it has none.

    Parameters
    ----------
    orders
        `client_id`, `order_id` (may be null), `day`.
    """
    days = orders["day"].map(lambda day: date_of(int(day)).isoformat()).astype("str")
    by_day = orders["client_id"].astype("str") + " " + days
    return orders["order_id"].astype("object").where(orders["order_id"].notna(), by_day)


def client_codes(past: Past) -> pd.DataFrame:
    """Every known client's `client` (code), `client_id` and `referred_by` (code, may be null)."""
    return past.frame("select client, client_id, referred_by from {clients} order by client")


def brought_clients(past: Past) -> dict[str, tuple[str, ...]]:
    """For each client that brought others, the ids of those it brought.

    Parameters
    ----------
    past
        What was known; a referral of a client that is not yet known is not seen.
    """
    codes = client_codes(past)
    names = codes.set_index("client")["client_id"]
    known = codes.dropna(subset=["referred_by"])
    by = known["referred_by"].astype("int64").map(names)
    pairs = pd.DataFrame({"by": by, "client_id": known["client_id"]}).dropna()
    return {str(key): tuple(part["client_id"]) for key, part in pairs.groupby("by")}


def withdrawn_products(past: Past) -> frozenset[str]:
    """The products that nobody could buy lately, though they sold well before."""
    if "product" not in past.has:
        return frozenset()
    since = past.as_of - WITHDRAWN_DAYS
    found = past.frame(
        "select product from {lines} where not is_return and amount > 0 and product is not null "
        f"group by product having max(day) < {since} "
        f"and count(*) filter (where day >= {since - SEEN_DAYS}) >= {SEEN_LINES} "
        f"and count(distinct client) filter (where day >= {since - SEEN_DAYS}) >= {SEEN_CLIENTS} "
        "order by product"
    )
    return frozenset(found["product"])
