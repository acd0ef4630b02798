"""The published figures once more, by SQL over the ledger's files as they were given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from segml import read_settings
from segml.ledger.parsing import BLANKS
from segml.stores import read_table

DAY = dt.date(2024, 4, 1)
Ask = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="module")
def ask(chain: Any) -> Ask:
    """Questions to the ledger's files; `{year}` is the 365 days before the date."""
    connection = duckdb.connect()
    ledger = chain.config.parent / "ledger"
    for table in ("transactions", "clients", "interactions", "invoices", "events"):
        connection.execute(
            f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{ledger}/{table}/*.parquet')"
        )
    for table in ("scores", "attention"):
        path = chain.scored.folder / f"{table}.parquet"
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path}')")
    year = f"date < DATE '{DAY}' AND date >= DATE '{DAY}' - 365"
    return lambda sql: connection.execute(sql.replace("{year}", year)).df()


@pytest.fixture(scope="module")
def published(chain: Any) -> Callable[[str], pd.DataFrame]:
    return lambda name: read_table(chain.scored.folder, name)


def test_the_scored_date_is_the_one_asked_about(chain: Any) -> None:
    assert chain.scored.folder.name == f"as_of={DAY}"


@pytest.mark.parametrize("n", [1, 5, 10])
def test_the_largest_clients_share_of_sales(ask: Ask, published: Any, n: int) -> None:
    found = ask(
        "WITH each AS (SELECT client_id, greatest(sum(amount), 0) AS sold FROM transactions "
        f"WHERE {{year}} GROUP BY client_id), best AS (SELECT sold FROM each ORDER BY sold DESC "
        f"LIMIT {n}) SELECT (SELECT sum(sold) FROM best) / (SELECT sum(sold) FROM each) AS share"
    )
    rows = published("concentration").set_index(["part", "item", "rank"])
    assert rows.loc[("top", "revenue", n), "share"] == pytest.approx(found["share"][0])


def test_the_index_of_concentration_and_the_expected_year(ask: Ask, published: Any) -> None:
    days = 180  # the potential horizon of the made world
    found = ask(
        "SELECT sum(pow(greatest(profit_365, 0) / whole, 2)) AS hhi, "
        "sum(expected_profit) FILTER (status <> 'prospect') "
        f"* 365.0 / {days} AS expected FROM scores, "
        "(SELECT sum(greatest(profit_365, 0)) AS whole FROM scores)"
    )
    rows = published("concentration").set_index(["part", "item", "rank"])
    assert rows.loc[("hhi", "profit", 0), "share"] == pytest.approx(found["hhi"][0])
    assert rows.loc[("year", "expected", 0), "money"] == pytest.approx(found["expected"][0])


def test_contacts_due_made_and_missed(ask: Ask, published: Any) -> None:
    found = ask(
        "WITH begun AS (SELECT client_id, contact_days, greatest(min(date), DATE "
        f"'{DAY}' - 365) AS begun FROM attention JOIN transactions USING (client_id) WHERE is_key "
        f"AND date < DATE '{DAY}' GROUP BY ALL), "
        "met AS (SELECT DISTINCT client_id, date FROM interactions JOIN begun USING (client_id) "
        "WHERE kind IN ('visit', 'call') AND date >= begun AND {year}), "
        "points AS (SELECT client_id, begun AS date FROM begun UNION SELECT * FROM met), "
        "days AS (SELECT client_id, contact_days, begun, unnest(generate_series(begun, DATE "
        f"'{DAY}' - 1, INTERVAL 1 DAY))::DATE AS day FROM begun), "
        "last AS (SELECT d.*, (SELECT max(date) FROM points AS p WHERE p.client_id = d.client_id "
        "AND p.date <= d.day) AS point FROM days AS d), "
        "gaps AS (SELECT client_id, point, any_value(begun) AS begun, count(*) FILTER (WHERE day > "
        "point AND (day - point) % contact_days = 0) AS fell, max(day) AS day, count(*) FILTER "
        "(WHERE day > begun AND (day - begun) % contact_days = 0) AS due FROM last GROUP BY ALL) "
        "SELECT client_id, sum(due)::INT AS due, sum(CASE WHEN day = DATE "
        f"'{DAY}' - 1 THEN fell ELSE greatest(fell - 1, 0) END)::INT AS missed, (SELECT count(*) "
        "FROM met AS m WHERE m.client_id = gaps.client_id) AS made "
        "FROM gaps GROUP BY client_id ORDER BY client_id"
    )
    rows = published("attention")
    rows = rows[rows["is_key"] & rows["client_id"].isin(found["client_id"])]
    assert len(rows) == len(found) > 10
    assert found["missed"].sum() > 0
    for column in ("due", "made", "missed"):
        assert rows[column].tolist() == found[column].tolist(), column


def test_discounts_above_the_playbook(ask: Ask, published: Any) -> None:
    found = ask(
        "SELECT client_id, sum(discount) / sum(amount + discount) AS rate, greatest(sum(discount) "
        "- any_value(discount_limit) * sum(amount + discount), 0) AS over FROM transactions "
        "JOIN attention USING (client_id) WHERE {year} AND amount >= 0 GROUP BY client_id "
        "ORDER BY client_id"
    )
    rows = published("attention").dropna(subset=["discount_rate"])
    assert rows["client_id"].tolist() == found["client_id"].tolist()
    np.testing.assert_allclose(rows["discount_rate"], found["rate"], atol=1e-9)
    np.testing.assert_allclose(rows["discount_over"], found["over"], atol=1e-3)


def test_what_eats_the_profit_of_key_clients(ask: Ask, chain: Any, published: Any) -> None:
    economics = read_settings(chain.config).plan.economics
    minute = " ".join(
        f"WHEN '{kind}' THEN {rate.minute}"
        for kind, rate in economics.kinds.items()
        if rate.minute is not None
    )
    contact = " ".join(
        f"WHEN '{kind}' THEN {rate.contact}" for kind, rate in economics.kinds.items()
    )
    cost = (
        f"coalesce(minutes, 0) * CASE kind {minute} ELSE {economics.minute} END "
        f"+ coalesce(cost, 0) + CASE kind {contact} ELSE 0 END"
    )
    asked = "kind IN ('discount_request', 'return_request')"
    life, start = economics.write_off_days, f"(DATE '{DAY}' - 365)"
    paid = f"CASE WHEN paid_on < DATE '{DAY}' THEN paid_on END"
    until = f"least(DATE '{DAY}', coalesce({paid}, DATE '{DAY}'), due_on + {life})"
    overdue = (
        f"amount * {economics.overdue_yearly_rate} / 365 "
        f"* greatest(0, {until} - greatest({start}, due_on))"
    )
    lost = f"due_on + {life}"
    debt = (
        f"amount * (CASE WHEN {lost} >= {start} AND {lost} < DATE '{DAY}' AND "
        f"({paid} IS NULL OR {paid} > {lost}) THEN 1 ELSE 0 END - CASE WHEN {paid} > {lost} AND "
        f"{paid} >= {start} THEN 1 ELSE 0 END)"
    )
    found = ask(
        "WITH key AS (SELECT client_id FROM scores WHERE is_key AND status = 'active'), "
        "sold AS (SELECT client_id, sum(amount) AS revenue, sum(cost) AS goods, sum(discount) "
        "FILTER (WHERE amount >= 0) AS discount, count(DISTINCT order_id) FILTER (WHERE "
        "amount >= 0) AS orders FROM transactions WHERE {year} GROUP BY client_id), "
        "back AS (SELECT client_id, count(*) AS returns FROM (SELECT client_id, order_id, date "
        "FROM transactions WHERE {year} GROUP BY ALL HAVING bool_and(amount < 0)) "
        "GROUP BY client_id), "
        f"met AS (SELECT client_id, sum({cost}) FILTER (WHERE {asked}) AS demands, sum({cost}) "
        f"FILTER (WHERE NOT {asked}) AS care FROM interactions WHERE {{year}} GROUP BY client_id), "
        f"owed AS (SELECT client_id, sum({overdue} + {debt}) AS payment FROM invoices "
        f"WHERE issued_on < DATE '{DAY}' AND amount > 0 GROUP BY client_id) "
        "SELECT client_id, revenue, goods, discount, "
        f"coalesce(demands, 0) + {economics.return_} * coalesce(returns, 0) AS demands, "
        f"coalesce(care, 0) + {economics.order} * orders + {economics.commission_rate} * revenue "
        "AS care, coalesce(payment, 0) AS payment FROM key JOIN sold USING (client_id) "
        "LEFT JOIN back USING (client_id) LEFT JOIN met USING (client_id) "
        "LEFT JOIN owed USING (client_id) ORDER BY client_id"
    )
    rows = published("boundaries")
    assert rows["client_id"].tolist() == found["client_id"].tolist()
    assert len(rows) > 10
    for column in ("revenue", "discount", "demands", "care", "payment"):
        np.testing.assert_allclose(rows[column], found[column], atol=0.01, err_msg=column)
    costs = found[["goods", "demands", "care", "payment"]].sum(axis=1)
    np.testing.assert_allclose(rows["profit"], found["revenue"] - costs, atol=0.01)


def test_discount_rates_of_tiers_within_a_category(ask: Ask, published: Any) -> None:
    found = ask(
        "SELECT category, tier_rank, sum(discount) FILTER (WHERE amount >= 0) / sum(amount + "
        "discount) FILTER (WHERE amount >= 0) AS rate, count(DISTINCT client_id) AS clients "
        "FROM transactions JOIN scores USING (client_id) WHERE {year} GROUP BY ALL "
        "ORDER BY category, tier_rank"
    )
    found["category"] = found["category"].str.strip(BLANKS)  # as the ledger is read
    found = found.sort_values(["category", "tier_rank"])
    rows = published("spreads")
    assert rows["category"].tolist() == found["category"].tolist()
    assert rows["clients"].tolist() == found["clients"].tolist()
    np.testing.assert_allclose(rows["discount_rate"], found["rate"], atol=1e-9)


def test_who_is_below_zero_and_what_it_brought_others_to_buy(ask: Ask, published: Any) -> None:
    found = ask(
        "SELECT s.client_id, coalesce(0.2 * sum(r.profit_365), 0) AS referral FROM scores AS s "
        "LEFT JOIN clients AS c ON c.referred_by = s.client_id LEFT JOIN scores AS r "
        "ON r.client_id = c.client_id WHERE s.profit_365 < 0 AND s.status = 'active' "
        "GROUP BY s.client_id ORDER BY s.client_id"
    )
    rows = published("decisions")
    assert rows["client_id"].tolist() == found["client_id"].tolist()
    assert len(rows) > 10
    np.testing.assert_allclose(rows["referral"], found["referral"], atol=0.01)
    np.testing.assert_allclose(rows["keep"], rows["expected"] + found["referral"], atol=0.01)


@pytest.mark.parametrize("level", ["category", "product"])
def test_next_needs_are_what_comparable_clients_buy(ask: Ask, published: Any, level: str) -> None:
    rows = published("next_need")
    rows = rows[rows["level"] == level]
    assert len(rows) > 100
    held = ask(
        f"SELECT client_id, {level} AS item, bool_or(amount > 0) AS bought FROM transactions "
        "WHERE {year} GROUP BY ALL"
    )
    there = set(zip(held["client_id"], held["item"], strict=True))
    assert not there & set(zip(rows["client_id"], rows["item"], strict=True))
    pairs = ask(
        f"WITH b AS (SELECT DISTINCT client_id, {level} AS item FROM transactions WHERE {{year}} "
        'AND amount > 0) SELECT a.item AS "like", b.item, count(*) AS both FROM b AS a JOIN b '
        "USING (client_id) GROUP BY ALL"
    )
    joined = rows.merge(pairs, on=["like", "item"])
    assert len(joined) == len(rows)
    assert (joined["support"] == joined["both"]).all()


def test_moves_are_those_of_the_scores(published: Any) -> None:
    scores, rows = published("scores"), published("migration")
    before = scores["previous_tier"].fillna("(new)")
    counted = scores.groupby([before, "tier"]).size()
    found = rows.set_index(["tier_before", "tier_after"])["clients"]
    assert found.to_dict() == counted.to_dict()
    assert rows["profit_after"].sum() == pytest.approx(scores["profit_365"].sum())
