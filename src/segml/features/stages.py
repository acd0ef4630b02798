"""The named stages between ledger lines and clients; families measure on them and on nothing else.

Those of contacts, bills and events stand in `record_stages`.

::

    line ── document ─┬─ purchase      one row an order: amount, profit, age, the client's silence
                      └─ daily ─┬─ gap       one row a day with orders: days since the one before
                                │   └─ peer      one row a client, measured over all of them
                                ├─ month     one row a 30-day month with orders (0 = the latest)
                                └─ portfolio one row a client and day, measured over all clients
    line ── shelf                      one row a client and category
    line ── basket ── assortment       one row a client and product; one row a product

Ages are days before the as-of date (1 = yesterday). Money and quantities are integers of
millionths. `bought` is money of lines that are no returns, `returned` money given back (≥ 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One common table expression.

    Parameters
    ----------
    name
        Its name in the query.
    sql
        A select over `{lines}` or other stages.
    reads
        The stages it selects from.
    needs
        Optional ledger columns it cannot do without.
    optional
        Optional ledger column to the SQL that it adds in the place of ``{optional}``.
    per_client
        Whether its measures are taken a client at a time; else over all rows at once.
    """

    name: str
    sql: str
    reads: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    optional: Mapping[str, str] = field(default_factory=dict)
    per_client: bool = True


def micro(expression: str) -> str:
    """The SQL of a number as an integer of millionths, null where it is.

    Examples
    --------
    >>> micro("amount")
    'cast(round((amount) * 1e6) as bigint)'
    """
    return f"cast(round(({expression}) * 1e6) as bigint)"


LINE = Stage(
    name="line",
    optional={
        "product": ", product",
        "category": ", category",
        "quantity": f", {micro('quantity')} as quantity",
    },
    sql=f"""
    select client, order_key, {{as_of}} - day as age, is_return{{optional}},
           {micro("amount")} as amount, {micro("amount - cost - serve")} as profit,
           {micro("cost")} as cost, {micro("serve")} as serve, {micro("discount")} as discount,
           case when is_order then 1 else 0 end as ordered,
           case when is_return_order then 1 else 0 end as sent_back
    from {{lines}}""",
)

DOCUMENT = Stage(
    name="document",
    reads=("line",),
    sql="""
    select client, order_key, age, count(*) as lines,
           sum(ordered) as orders, sum(sent_back) as returns,
           sum(amount) as amount, sum(profit) as profit, sum(cost) as cost, sum(serve) as serve,
           coalesce(sum(discount) filter (where not is_return), 0) as discount,
           coalesce(sum(amount) filter (where not is_return), 0) as bought,
           -coalesce(sum(amount) filter (where is_return), 0) as returned
    from line group by client, order_key, age""",
)

PURCHASE = Stage(
    name="purchase",
    reads=("document",),
    sql="""
    select client, age, lines, bought as amount, profit, discount,
           min(age) over (partition by client) as silence,
           max(bought) over (partition by client) as biggest
    from document where orders > 0""",
)

DAILY = Stage(
    name="daily",
    reads=("document",),
    sql="""
    select client, age, sum(lines) as lines, sum(orders) as orders, sum(returns) as returns,
           sum(amount) as amount, sum(profit) as profit, sum(cost) as cost, sum(serve) as serve,
           sum(discount) as discount, sum(bought) as bought, sum(returned) as returned,
           case when sum(orders) > 0 then 1 else 0 end as order_day
    from document group by client, age""",
)

GAP = Stage(
    name="gap",
    reads=("daily",),
    sql="""
    select client, age, lag(age) over (partition by client order by age desc) - age as gap,
           min(age) over (partition by client) as silence
    from daily where orders > 0""",
)

PEER = Stage(
    name="peer",
    reads=("gap",),
    per_client=False,
    sql="select client, median(gap) as median_gap from gap group by client",
)

MONTH = Stage(
    name="month",
    reads=("daily",),
    sql="""
    select client, month, orders, bought,
           row_number() over (partition by client order by month) - 1 as place
    from (select client, cast(floor(cast(age - 1 as double) / 30) as integer) as month,
                 sum(orders) as orders, sum(bought) as bought
          from daily where orders > 0
          group by client, cast(floor(cast(age - 1 as double) / 30) as integer)) as busy""",
)

PORTFOLIO = Stage(
    name="portfolio",
    reads=("daily",),
    per_client=False,
    sql="select * from daily",
)

SHELF = Stage(
    name="shelf",
    reads=("line",),
    needs=frozenset({"category"}),
    sql="""
    select *, row_number() over (partition by client order by before desc, category) as place
    from (select client, category, min(age) as last_age,
                 min(age) filter (where age > 365) as last_age_prev,
                 coalesce(sum(amount) filter (where age <= 90), 0) as recent_90,
                 coalesce(sum(amount) filter (where age <= 180), 0) as recent,
                 coalesce(sum(amount) filter (where age > 180 and age <= 545), 0) as before,
                 coalesce(sum(amount) filter (where age <= 365), 0) as year
          from line where not is_return and category is not null
          group by client, category) as shelf_sums""",
)

_BASKET_PRICES = """,
           coalesce(sum(amount) filter (where age <= 180 and quantity > 0), 0) as paid_recent,
           coalesce(sum(quantity) filter (where age <= 180 and quantity > 0), 0)
               as quantity_recent,
           coalesce(sum(amount) filter (where age > 180 and age <= 545 and quantity > 0), 0)
               as paid_before,
           coalesce(sum(quantity) filter (where age > 180 and age <= 545 and quantity > 0), 0)
               as quantity_before"""

BASKET = Stage(
    name="basket",
    reads=("line",),
    needs=frozenset({"product"}),
    optional={"quantity": _BASKET_PRICES},
    sql="""
    select client, product, min(age) as last_age, max(age) as first_age,
           count(*) filter (where age > 90 and age <= 455) as earlier_lines,
           coalesce(sum(amount) filter (where age > 90 and age <= 455), 0) as earlier{optional}
    from line where not is_return and amount > 0 and product is not null
    group by client, product""",
)

ASSORTMENT = Stage(
    name="assortment",
    reads=("basket",),
    needs=frozenset({"product"}),
    sql="""
    select client, earlier,
           min(last_age) over (partition by product) as last_age,
           sum(earlier_lines) over (partition by product) as lines,
           sum(case when earlier_lines > 0 then 1 else 0 end) over (partition by product) as clients
    from basket""",
)

PRICED = Stage(
    name="priced",
    reads=("basket",),
    needs=frozenset({"product", "quantity"}),
    sql="""
    select client, paid_recent, quantity_recent, paid_before, quantity_before,
           sum(paid_recent) over (partition by product) as all_paid,
           sum(quantity_recent) over (partition by product) as all_quantity
    from basket""",
)

STAGES: tuple[Stage, ...] = (
    LINE,
    DOCUMENT,
    PURCHASE,
    DAILY,
    GAP,
    PEER,
    MONTH,
    PORTFOLIO,
    SHELF,
    BASKET,
    ASSORTMENT,
    PRICED,
)
"""Every stage, each after those it reads."""
