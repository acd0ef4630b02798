"""The forty features of `by_hand.py` as a query of Spark SQL, by somebody who knows it well.

Lines are added up by order once, orders by client once for all windows; what is distinct is paired
first; columns are read that are needed. It takes for granted what `by_hand.py` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.by_hand import ACQUISITION_WINDOWS

QUERY = """
with past as (
  select client_id, order_id, product, category, is_return, amount, cost,
         if(is_return, 0d, discount) as discount,
         {as_of} - datediff(date, date'1970-01-01') as age
  from lines where date < date_add(date'1970-01-01', {as_of})
),
orders as (
  select client_id, order_id, is_return, age, count(*) as lines, sum(amount) as amount,
         sum(cost) as cost, sum(discount) as discount
  from past group by client_id, order_id, is_return, age
),
sums as (
  select client_id, {sums} from orders group by client_id
),
days as (select distinct client_id, age from orders where not is_return),
gaps as (
  select client_id, age, lag(age) over (partition by client_id order by age desc) - age as gap
  from days
),
rhythm as (
  select client_id, min(age) as silence, max(age) as first, median(gap) as median_gap,
         max(gap) as longest_gap,
         case when count(gap) >= 2 then stddev_pop(gap) / avg(gap) end as gap_variation,
         count(distinct if(age <= 180, (age - 1) div 30, null)) as months
  from gaps group by client_id
),
shelves as (
  select client_id, category, sum(if(age <= 365, amount, 0d)) as amount,
         max(age <= 365) as in_year, max(age <= 90) as in_quarter,
         max(age > 365 and age <= 730) as in_year_before
  from past where not is_return group by client_id, category
),
variety as (
  select client_id, count_if(in_year) as categories_365, count_if(in_quarter) as categories_90,
         count_if(in_year_before) as categories_prev_365,
         max(if(in_year, amount, null)) as top, sum(if(in_year, amount, 0d)) as shelf
  from shelves group by client_id
),
baskets as (
  select client_id, product, min(age) as last, max(age) as first
  from past where not is_return and amount > 0 group by client_id, product
),
products as (
  select client_id, avg(if(last < first, 1d, 0d)) as repeated,
         count_if(last <= 365) as products_365, count_if(last <= 90) as products_90
  from baskets group by client_id
),
acquired as (
  select client_id, acquisition_cost, {as_of} - datediff(acquired_on, date'1970-01-01') as acquired
  from clients
),
known as (
  select {known}, acquired, acquisition_cost,
         coalesce(acquired, rhythm.first) as since,
         if(rhythm.first - 90 >= 30, least(rhythm.first - 90, 365), null) as observed
  from acquired
  left join sums on sums.client_id = acquired.client_id
  left join rhythm on rhythm.client_id = acquired.client_id
  left join variety on variety.client_id = acquired.client_id
  left join products on products.client_id = acquired.client_id
  where acquired is null or acquired > 0 or rhythm.first is not null
)
select client_id, {columns}
from known
"""


def query(as_of: int, economics: dict[str, float], acquisition_days: int) -> str:
    """The question of a day, over the views `lines` and `clients`."""
    sums = ", ".join(f"{sql} as {name}" for name, sql in _sums(economics))
    columns = ", ".join(f"{sql} as {name}" for name, sql in _columns(acquisition_days))
    return QUERY.format(as_of=as_of, sums=sums, known=_KNOWN, columns=columns)


_WINDOWS = {
    "30": (30, 0), "90": (90, 0), "180": (180, 0), "365": (365, 0), "prev_365": (730, 365),
    "before_90": (455, 90), "before_180": (545, 180),
}  # fmt: skip
_SUMMED = {
    "amount": "amount", "cost": "cost", "discount": "discount",
    "bought": "if(is_return, 0d, amount)", "sales": "if(is_return, 0, lines)",
    "orders": "if(is_return, 0, 1)", "credits": "if(is_return, 1, 0)", "profit": "{profit}",
}  # fmt: skip
_TAKEN = {
    "rhythm": ("silence", "first", "median_gap", "longest_gap", "gap_variation", "months"),
    "variety": ("categories_365", "categories_90", "categories_prev_365", "top", "shelf"),
    "products": ("repeated", "products_365", "products_90"),
}
_KNOWN = ", ".join(
    (
        "acquired.client_id",
        *(f"coalesce({one}_{over}, 0) as {one}_{over}" for one in _SUMMED for over in _WINDOWS),
        *(f"{table}.{name}" for table, names in _TAKEN.items() for name in names),
    )
)


def _sums(economics: dict[str, float]) -> Iterator[tuple[str, str]]:
    serve = "if(is_return, {return_}d, {order}d) + amount * {commission_rate}d".format(**economics)
    profit = f"amount - cost - ({serve})"
    for name, what in _SUMMED.items():
        for window, (last, after) in _WINDOWS.items():
            within = f"age > {after} and age <= {last}"
            yield f"{name}_{window}", f"sum(if({within}, {what.format(profit=profit)}, 0))"


def _ratio(part: str, whole: str) -> str:
    return f"if({whole} > 0, ({part}) / ({whole}), null)"


def _columns(acquisition_days: int) -> Iterator[tuple[str, str]]:
    def rate(window: str) -> str:
        return _ratio(f"amount_{window} - cost_{window}", f"amount_{window}")

    def off(window: str) -> str:
        return _ratio(f"discount_{window}", f"discount_{window} + bought_{window}")

    def back(window: str) -> str:
        return _ratio(f"bought_{window} - amount_{window}", f"bought_{window}")

    yield from (("silence_days", "silence"), ("silence_over_gap", _ratio("silence", "median_gap")))
    yield from (("median_gap_days", "median_gap"), ("longest_gap_days", "longest_gap"))
    yield "gap_variation", "gap_variation"
    for days in ("30", "90", "180", "365", "prev_365"):
        yield f"orders_{days}", f"orders_{days}"
        yield f"spend_{days}", f"amount_{days}"
    yield "lines_per_order_365", _ratio("sales_365", "orders_365")
    yield "spend_per_order_365", _ratio("bought_365", "orders_365")
    for name, what in (("spend", "amount"), ("orders", "orders")):
        earlier = f"if({what}_before_90 > 0, {what}_before_90, null) / observed"
        yield f"{name}_trend_90", f"{what}_90 / 90 / ({earlier})"
    for name, (last, after) in ACQUISITION_WINDOWS.items():
        days = f"greatest(least(since, {last}) - greatest(since - {acquisition_days}, {after}), 0)"
        share = f"coalesce(acquisition_cost * {days} / {acquisition_days}, 0)"
        yield f"profit_{name}", f"profit_{name} - {share}"
    yield "margin_rate_365", rate("365")
    yield "margin_drop_180", f"{rate('before_180')} - {rate('180')}"
    yield from (("discount_rate_365", off("365")), ("discount_rate_90", off("90")))
    yield "discount_ratchet_180", f"{off('180')} - {off('before_180')}"
    yield "returns_365", "credits_365"
    yield "returns_share_365", back("365")
    yield "returns_rise_180", f"{back('180')} - {back('before_180')}"
    for name in ("categories_365", "categories_90", "categories_prev_365"):
        yield name, f"coalesce({name}, 0)"
    yield "top_category_share_365", _ratio("top", "shelf")
    yield from ((name, f"coalesce({name}, 0)") for name in ("products_365", "products_90"))
    yield "repeated_products_share", "repeated"
    yield "tenure_days", "greatest(coalesce(first, 0), coalesce(acquired, 0))"
    yield from (("first_order_days", "first"), ("active_months_6", "coalesce(months, 0)"))


def answer(spark: Any, asked: dict[str, Any], as_of: int) -> Any:
    """The DataFrame of the forty, not yet computed; files and rates as `by_hand.py` takes them."""
    spark.read.parquet(*asked["transactions"]).createOrReplaceTempView("lines")
    spark.read.parquet(*asked["clients"]).createOrReplaceTempView("clients")
    return spark.sql(query(as_of, asked["economics"], asked["acquisition_days"]))
