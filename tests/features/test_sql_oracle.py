"""The features of contacts, bills and events once more, in SQL of another engine and another mind.

SQLite counts every client's rows by correlated questions over the tables as they were given, days
as they stand there; nothing of segml's stages or windows is used. Money holds to the cent, days to
the day.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot
from segml.ledger import Past, profit

TODAY = 800
BILL_DAYS = f"(min(coalesce(b.paid, {TODAY}), {TODAY}) - b.due)"
FIRST_DAY = (
    f"(select min(day) from transactions x where x.client_id = c.client_id and day < {TODAY})"
)

# a bill's state of today: paid later is unpaid, resolved later is open
BILLS = f"from bills b where b.client_id = c.client_id and b.issued < {TODAY} and b.amount > 0"
CONTACTS = f"from contacts i where i.client_id = c.client_id and i.day < {TODAY}"
LATE = f"max(0, min(180, {BILL_DAYS}))"
DUE = f"{BILLS} and b.due between {TODAY - 180} and {TODAY - 1}"
DUE_BEFORE = f"{BILLS} and b.due between {TODAY - 545} and {TODAY - 181}"


def _touched(kind: str, value: str, first: int, last: int) -> str:
    """The sum of a value over a client's events of a kind in [first, last]."""
    bought = (
        "(select sum(t.amount) from transactions t where t.client_id = c.client_id "
        "and not t.is_return and t.day >= e.day - 365 and t.day < e.day {and_})"
    )
    whole, category, product = (
        bought.replace("{and_}", more)
        for more in ("", "and t.category = e.scope_value", "and t.product = e.scope_value")
    )
    share = (
        f"case e.scope when 'all' then {FIRST_DAY} < e.day "
        f"when 'region' then c.region = e.scope_value and {FIRST_DAY} < e.day "
        f"when 'industry' then c.industry = e.scope_value and {FIRST_DAY} < e.day "
        f"when 'manager' then c.manager = e.scope_value and {FIRST_DAY} < e.day "
        f"when 'category' then {category} / {whole} when 'product' then {product} / {whole} end"
    )
    return (
        f"(select total(s * {value}) from (select e.day, e.magnitude, {share} as s from events e "
        f"where e.kind = '{kind}' and e.day between {first} and {last}))"
    )


def _since(first: int, last: int) -> str:
    return f"i.day between {TODAY - last} and {TODAY - first}"


FEATURES = {
    "complaints_180": f"(select count(*) {CONTACTS} and kind = 'complaint' and {_since(1, 180)})",
    "complaints_open": f"(select count(*) {CONTACTS} and kind = 'complaint' and {_since(1, 365)} "
    f"and coalesce(resolved >= {TODAY}, 1))",
    "complaint_open_days": f"(select coalesce(max({TODAY} - day), 0) {CONTACTS} and "
    f"kind = 'complaint' and {_since(1, 365)} and coalesce(resolved >= {TODAY}, 1))",
    "complaints_upheld_365": f"(select count(*) {CONTACTS} and kind = 'complaint' "
    f"and lower(outcome) = 'upheld' and resolved between {TODAY - 365} and {TODAY - 1})",
    "resolution_days_365": f"(select avg(resolved - day) {CONTACTS} and kind = 'complaint' "
    f"and resolved between {TODAY - 365} and {TODAY - 1})",
    "contacts_365": f"(select count(*) {CONTACTS} and lower(kind) in ('visit', 'call') "
    f"and {_since(1, 365)})",
    "minutes_365": f"(select total(minutes) {CONTACTS} and {_since(1, 365)})",
    "demands_180": f"(select count(*) {CONTACTS} and kind like '%_request' and {_since(1, 180)})",
    "demands_rejected_365": f"(select avg(lower(outcome) = 'rejected') {CONTACTS} and "
    f"kind like '%_request' and resolved between {TODAY - 365} and {TODAY - 1})",
    "overdue_share_365": f"(select total(b.amount) {BILLS} and b.issued >= {TODAY - 365} and "
    f"b.due < {TODAY} and coalesce(b.paid >= {TODAY}, 1)) / (select sum(b.amount) {BILLS} "
    f"and b.issued >= {TODAY - 365})",
    "overdue_days": f"(select coalesce(max({TODAY} - b.due), 0) {BILLS} and "
    f"b.issued >= {TODAY - 365} and b.due < {TODAY} and coalesce(b.paid >= {TODAY}, 1))",
    "days_late_180": f"(select sum(b.amount * {LATE}) / sum(b.amount) {DUE})",
    "days_late_rise_180": f"(select sum(b.amount * {LATE}) / sum(b.amount) {DUE}) - "
    f"(select sum(b.amount * {LATE}) / sum(b.amount) {DUE_BEFORE})",
    "late_share_180": f"(select sum(b.amount * ({BILL_DAYS} > 0)) / sum(b.amount) {DUE})",
    "price_events_180": _touched("price_change", "coalesce(magnitude, 0)", 620, 799),
    "price_events_90": _touched("price_change", "coalesce(magnitude, 0)", 710, 799),
    "withdrawals_365": f"min(1, {_touched('product_withdrawal', '1', 435, 799)})",
    "outages_180": _touched("service_outage", "1", 620, 799),
    "rivals_365": _touched("competitor_entry", "1", 435, 799),
    "manager_change_freshness": "coalesce((select max(1 - "
    f"({TODAY} - e.day) / 365.0) from events e where e.kind = 'manager_change' and "
    f"e.scope_value = c.manager and e.day between {TODAY - 365} and {TODAY - 1} "
    f"and {FIRST_DAY} < e.day), 0)",
}

WRITTEN_OFF = "b.due + 120"
COSTS = {
    "minutes": "(select total(coalesce(minutes, 0) * case lower(kind) when 'visit' then 1.3 "
    f"else 0.7 end) {CONTACTS} and {_since(1, 365)})",
    "contacts": "(select total(coalesce(cost, 0) + 11.0 * (lower(kind) = 'visit')) "
    f"{CONTACTS} and {_since(1, 365)})",
    "overdue": f"(select total(b.amount * 0.13 / 365 * max(0, min({TODAY}, {WRITTEN_OFF}, "
    f"coalesce(b.paid, {TODAY})) - max({TODAY - 365}, b.due))) {BILLS})",
    "bad_debt": f"(select total(b.amount * (({WRITTEN_OFF} between {TODAY - 365} and {TODAY - 1} "
    f"and coalesce(b.paid > {WRITTEN_OFF}, 1)) - coalesce(b.paid > {WRITTEN_OFF} and "
    f"b.paid between {TODAY - 365} and {TODAY - 1}, 0))) {BILLS})",
}


@pytest.fixture(scope="module")
def lite(rich: Any) -> Iterator[sqlite3.Connection]:
    """The rich ledger's frames in SQLite."""
    connection = sqlite3.connect(":memory:")
    names = {"interactions": "contacts", "invoices": "bills"}
    for name, frame in rich.tables.items():
        frame.to_sql(names.get(name, name), connection, index=False)
    connection.execute("create index by_client on transactions (client_id, day)")
    yield connection
    connection.close()


def _asked(lite: sqlite3.Connection, sql: str, ids: pd.Index) -> pd.Series:
    rows = lite.execute(f"select client_id, {sql} from clients c").fetchall()
    return pd.Series(dict(rows), dtype=float).reindex(ids)


@pytest.mark.parametrize("name", FEATURES)
def test_sqlite_finds_the_same_features(
    name: str, lite: sqlite3.Connection, rich_snapshot: Snapshot
) -> None:
    found = rich_snapshot.frame[name].astype(float)
    expected = _asked(lite, FEATURES[name], found.index)
    assert found.to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6, abs=2e-6, nan_ok=True)
    assert np.isfinite(expected).sum() >= 20
    assert expected.max() > expected.min()


@pytest.mark.parametrize("part", COSTS)
def test_sqlite_finds_the_same_parts_of_the_cost_to_serve(
    part: str, lite: sqlite3.Connection, rich_past: Past
) -> None:
    found = profit(rich_past, rich_past.as_of - 365, rich_past.as_of)[part]
    expected = _asked(lite, COSTS[part], found.index)
    assert (found - expected).abs().max() < 0.005
    assert expected.abs().sum() > 100


def test_the_cost_to_serve_is_those_parts_and_the_lines(
    lite: sqlite3.Connection, rich_snapshot: Snapshot
) -> None:
    lines = (
        "(select 0.02 * total(amount) from transactions t where t.client_id = c.client_id and "
        f"t.day between {TODAY - 365} and {TODAY - 1}) + (select total(case when sold then 3.0 "
        "else 5.0 end) from (select max(not is_return) as sold from transactions t where "
        f"t.client_id = c.client_id and t.day between {TODAY - 365} and {TODAY - 1} "
        "group by order_id))"
    )
    found = rich_snapshot.money["cost_to_serve_365"]
    expected = sum(_asked(lite, sql, found.index) for sql in (lines, *COSTS.values()))
    assert (found - expected).abs().max() < 0.005
