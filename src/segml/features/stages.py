"""The named stages between ledger lines and clients; families measure on them and on nothing else.

Those of contacts, bills and events stand in `record_stages`.

::

    {purchases} ── purchase      one row an order: amount, profit, age, the client's silence
    {days} ── daily ─┬─ gap       one row a day with orders: days since the one before
                     │   └─ peer      one row a client, measured over all of them
                     ├─ month     one row a month with orders (0 = the latest)
                     └─ portfolio one row a client and day, measured over all clients
    {lines} ── line ─┬─ shelf     one row a client and category
                     └─ basket ─┬─ assortment   one row a client and product
                                └─ priced       the same, beside what all clients paid
    {product_totals} ── sold ── retired   one row a product, over all clients; kept for all parts

Ages are days before the as-of date (1 = yesterday). Money and quantities are integers of
millionths. `bought` is money of lines that are no returns, `returned` money given back (≥ 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from segml.features.windows import end, month_of, window
from segml.ledger import micro


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One common table expression.

    Parameters
    ----------
    name
        Its name in the query.
    sql
        A select over `{lines}`, their books or other stages.
    reads
        The stages it selects from.
    needs
        Optional ledger columns it cannot do without.
    optional
        Optional ledger column to the SQL that it adds in the place of ``{optional}``.
    per_client
        Whether its measures are taken a client at a time; else over all rows at once.
    is_kept
        Whether it is of all clients alike: made once a snapshot, and read by every part of it.
    is_inlined
        Whether each stage that reads it reads the ledger's rows for itself, and of those only the
        columns it needs: for what is a bare scan, whose rows would cost more to keep.
    """

    name: str
    sql: str
    reads: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    optional: Mapping[str, str] = field(default_factory=dict)
    per_client: bool = True
    is_kept: bool = False
    is_inlined: bool = False


SILENT_DAYS = 90
"""A product that nobody bought for so long may have been withdrawn."""
_RECENT, _BEFORE, _EARLIER = window(180), window(545, 180), window(455, SILENT_DAYS)

LINE = Stage(
    name="line",
    optional={
        "product": ", product",
        "category": ", category",
        "quantity": f", {micro('quantity')} as quantity",
    },
    sql=f"""
    select client, {{as_of}} - day as age{{optional}}, {micro("amount")} as amount
    from {{lines}} where not is_return""",
)

PURCHASE = Stage(
    name="purchase",
    sql="""
    select client, {as_of} - day as age, lines, bought as amount, profit, discount,
           {as_of} - max(day) over (partition by client) as silence,
           max(bought) over (partition by client) as biggest
    from {purchases}""",
)

DAILY = Stage(
    name="daily",
    is_inlined=True,
    sql="""
    select client, {as_of} - day as age, lines, orders, returns, amount, profit, cost, serve,
           discount, bought, returned, case when orders > 0 then 1 else 0 end as order_day
    from {days}""",
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
    sql=f"""
    select client, month, orders, bought,
           row_number() over (partition by client order by month) - 1 as place
    from (select client, {month_of("age")} as month,
                 sum(orders) as orders, sum(bought) as bought
          from daily where orders > 0
          group by client, {month_of("age")}) as busy""",
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
    sql=f"""
    select *, row_number() over (partition by client order by before desc, category) as place
    from (select client, category, min(age) as last_age,
                 min(case when age > 365 then age end) as last_age_prev,
                 sum(case when {window(90)} then amount else 0 end) as recent_90,
                 sum(case when {_RECENT} then amount else 0 end) as recent,
                 sum(case when {_BEFORE} then amount else 0 end) as before,
                 sum(case when age <= 365 then amount else 0 end) as year
          from line where category is not null
          group by client, category) as shelf_sums""",
)

_BASKET_PRICES = f""",
           sum(case when {_RECENT} and quantity > 0 then amount else 0 end) as paid_recent,
           sum(case when {_RECENT} and quantity > 0 then quantity else 0 end)
               as quantity_recent,
           sum(case when {_BEFORE} and quantity > 0 then amount else 0 end)
               as paid_before,
           sum(case when {_BEFORE} and quantity > 0 then quantity else 0 end)
               as quantity_before"""

BASKET = Stage(
    name="basket",
    reads=("line",),
    needs=frozenset({"product"}),
    optional={"quantity": _BASKET_PRICES},
    sql=f"""
    select client, product, min(age) as last_age, max(age) as first_age,
           sum(case when {_EARLIER} then 1 else 0 end) as earlier_lines,
           sum(case when {_EARLIER} then amount else 0 end) as earlier{{optional}}
    from line where amount > 0 and product is not null
    group by client, product""",
)

SOLD = Stage(
    name="sold",
    needs=frozenset({"product"}),
    is_kept=True,
    sql=f"""
    select product, min(age) as last_age,
           sum(case when {_EARLIER} then lines else 0 end) as earlier_lines,
           sum(case when {_RECENT} then paid else 0 end) as paid_recent,
           sum(case when {_RECENT} then quantity else 0 end) as quantity_recent
    from (select *, {{as_of}} - day as age from {{product_totals}}) as totals group by product""",
)

RETIRED = Stage(
    name="retired",
    reads=("sold", "line"),
    needs=frozenset({"product"}),
    is_kept=True,
    sql=f"""
    select product, count(distinct client) as clients from line
    where amount > 0 and {_EARLIER}
    and product in (select product from {{sold}} where last_age > {end(SILENT_DAYS)})
    group by product""",
)

ASSORTMENT = Stage(
    name="assortment",
    reads=("basket", "sold", "retired"),
    needs=frozenset({"product"}),
    sql="""
    select client, earlier, sold.last_age, sold.earlier_lines as lines, retired.clients
    from basket join {sold} as sold using (product) left join {retired} as retired
    using (product)""",
)

PRICED = Stage(
    name="priced",
    reads=("basket", "sold"),
    needs=frozenset({"product", "quantity"}),
    sql="""
    select client, basket.paid_recent, basket.quantity_recent, paid_before, quantity_before,
           sold.paid_recent as all_paid, sold.quantity_recent as all_quantity
    from basket join {sold} as sold using (product)""",
)

STAGES: tuple[Stage, ...] = (
    LINE,
    PURCHASE,
    DAILY,
    GAP,
    PEER,
    MONTH,
    PORTFOLIO,
    SHELF,
    BASKET,
    SOLD,
    RETIRED,
    ASSORTMENT,
    PRICED,
)
"""Every stage, each after those it reads."""
