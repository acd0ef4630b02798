"""The named stages of what stands beside the lines: contacts, bills, and events that reach clients.

::

    contact ─┬─ ours          one row a client and day with a visit or call: days since the last
             └─ contact_log   the same rows, measured over all clients
    bill                      one row an invoice, credit notes left out
    aimed ─┬─ by_category     one row a client, event day and category: the client's part in it
           ├─ by_product      the same by product
           ├─ whole           one row a client and event day: what it bought in the year before
           └─ touch           one row a client and event that reaches it: which share of it
    event_log                 one row an event, measured over all clients

Ages are days before the as-of date, as in `stages`; the age of what has not happened yet (an
answer, a payment) is null. `cost`, `amount` and shares are integers of millionths.

**How much of a client an event reaches** (`share`): all of it (1) where the scope is `all`, or
where its region, industry or manager is the one named; of a category or product the share of it in
what the client bought in the 365 days before the event. An event reaches who had bought before it.
"""

from __future__ import annotations

from segml.features.serving import WINDOWS
from segml.features.stages import Stage
from segml.features.windows import end
from segml.ledger import bad_debt_sql, micro, overdue_sql
from segml.words.plan import Economics

REACH_DAYS = 545
"""Events of so many days are looked at: the last 180 and the 365 before them. `{reach}` in a stage
is as many, or more where it is asked for several days at once."""

MOST_DAYS_LATE = 180
"""A payment later than this counts as so late: an invoice due lately cannot be later yet."""

_EVENT_KINDS = (
    "price_change",
    "product_withdrawal",
    "manager_change",
    "service_outage",
    "competitor_entry",
)

CONTACT = Stage(
    name="contact",
    sql=f"""
    select client, {{as_of}} - day as age, kind, {micro("minutes")} as minutes,
           {micro("minutes_cost + contact_cost")} as cost,
           {{as_of}} - resolved_day as resolved_age, outcome,
           case when kind in ('visit', 'call') then 1 else 0 end as ours
    from {{interactions}}""",
)

CONTACT_LOG = Stage(
    name="contact_log", reads=("contact",), per_client=False, sql="select age from contact"
)

OURS = Stage(
    name="ours",
    reads=("contact",),
    sql="""
    select client, age, lag(age) over (partition by client order by age desc) - age as gap
    from (select distinct client, age from contact where ours = 1) as contact_days""",
)

BILL = Stage(
    name="bill",
    sql=f"""
    select *, least(greatest(due_age - coalesce(paid_age, 0), 0), {MOST_DAYS_LATE}) as late_days
    from (select client, {{as_of}} - issued_day as issued_age, {{as_of}} - due_day as due_age,
                 {{as_of}} - paid_day as paid_age, {{debts}}, {micro("amount")} as amount
          from {{invoices}} where amount > 0) as billed""",
)

AIMED = Stage(
    name="aimed",
    per_client=False,
    sql=f"""
    select kind, {{as_of}} - day as age, scope, scope_value, coalesce(magnitude, 0.0) as magnitude
    from {{events}} where day >= {{as_of}} - {{reach}}
    and kind in ({", ".join(f"'{kind}'" for kind in _EVENT_KINDS)})""",
)

EVENT_LOG = Stage(
    name="event_log", per_client=False, sql="select {as_of} - day as age from {events}"
)


def _part_stage(column: str) -> Stage:
    """What each client bought of a category or product in the 365 days before its events."""
    events = f"select distinct age, scope_value from aimed where scope = '{column}'"
    return Stage(
        name=f"by_{column}",
        reads=("line", "aimed"),
        needs=frozenset({column}),
        sql=f"""
    select client, aim.age, aim.scope_value, sum(amount) as bought
    from (select client, age, {column}, sum(amount) as amount from line
          where age <= {{reach}} + 365
          and {column} in (select scope_value from ({events}) as named)
          group by client, age, {column}) as sold
    join ({events}) as aim
    on aim.scope_value = sold.{column} and sold.age > aim.age and sold.age <= aim.age + 365
    group by client, aim.age, aim.scope_value""",
    )


WHOLE = Stage(
    name="whole",
    reads=("daily", "aimed"),
    sql="""
    select client, aim.age, sum(bought) as bought
    from (select client, age, bought from daily where age <= {reach} + 365) as sold
    join (select distinct age from aimed where scope in ('category', 'product')) as aim
    on sold.age > aim.age and sold.age <= aim.age + 365
    group by client, aim.age""",
)


def _reached_by_part(column: str) -> str:
    return f"""
    union all
    select part.client, aimed.kind, aimed.age, aimed.magnitude,
           least(cast(part.bought as double) / whole.bought, 1) as share
    from aimed join by_{column} as part
    on part.age = aimed.age and part.scope_value = aimed.scope_value
    join whole on whole.client = part.client and whole.age = part.age
    where aimed.scope = '{column}' and part.bought > 0 and whole.bought > 0"""


def _reached_by_attribute(column: str) -> str:
    return f"""
    union all
    select client, kind, age, magnitude, 1.0 as share
    from aimed join came on came.{column} = aimed.scope_value
    where scope = '{column}' and came_age > age"""


CAME = Stage(
    name="came",
    sql="select client, region, industry, manager, {as_of} - first_day as came_age from {clients}",
)

TOUCH = Stage(
    name="touch",
    reads=("aimed", "came", "whole", "by_category", "by_product"),
    optional={column: _reached_by_part(column) for column in ("category", "product")},
    sql=f"""
    select client, kind, age, {micro("share")} as share, {micro("share * magnitude")} as weighed
    from (
    select client, kind, age, magnitude, 1.0 as share
    from aimed join came on came_age > age where scope = 'all'
    {"".join(_reached_by_attribute(column) for column in ("region", "industry", "manager"))}
    {{optional}}) as reached""",
)

TOUCHED = Stage(
    name="touch",
    sql=f"""
    select client, kind, {{as_of}} - day as age, share, weighed from {{touched}}
    where day >= {{as_of}} - {REACH_DAYS}""",
)
"""`touch` where a later past has kept what reached clients (`reached`)."""

RECORD_STAGES: tuple[Stage, ...] = (
    CONTACT,
    CONTACT_LOG,
    OURS,
    BILL,
    AIMED,
    EVENT_LOG,
    _part_stage("category"),
    _part_stage("product"),
    WHOLE,
    CAME,
    TOUCH,
)
"""Every stage, each after those it reads; `stages.STAGES` come before them."""


def debts_sql(economics: Economics) -> str:
    """The SQL of what the debt of an invoice costs in each window, as columns of the stage `bill`.

    Parameters
    ----------
    economics
        With the yearly rate of overdue money and the days after which it is written off.

    Returns
    -------
    str
        Columns ``debt_`` + window (overdue money and bad debt) and ``bad_365``, in millionths.
    """
    columns = []
    for name, (last, after) in WINDOWS.items():
        days = (f"{{as_of}} - {end(last)}", f"{{as_of}} - {end(after)}")
        parts = (overdue_sql(economics, *days), bad_debt_sql(economics, *days))
        columns.append(f"{' + '.join(micro(part) for part in parts)} as debt_{name}")
    written_off = bad_debt_sql(economics, "{as_of} - 365", "{as_of}")
    return ", ".join([*columns, f"{micro(written_off)} as bad_365"])
