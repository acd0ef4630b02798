"""The report's figures once more, by SQL over the published Parquet and the ledger's files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

import segml
from segml.report import ReportFacts

DAY = dt.date(2024, 4, 1)
Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]
PUBLISHED = (
    *("scores", "profit", "roles", "levers", "attention", "boundaries", "spreads", "decisions"),
    "concentration",
)
OF_THOSE_WITH_US = ("attention", "boundaries", "decisions")
"""Nothing is said there of who left."""


@pytest.fixture(scope="module")
def facts(chain: Any) -> ReportFacts:
    return segml.write_report(chain.config, as_of=DAY).facts


@pytest.fixture(scope="module")
def ask(chain: Any) -> Ask:
    """Questions to both; `{year}` is the 365 days before the date."""
    connection = duckdb.connect()
    for table in ("transactions", "clients"):
        files = f"{chain.config.parent}/ledger/{table}/*.parquet"
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{files}')")
    losses = chain.lost.folder / "losses.parquet"
    connection.execute(
        f"CREATE VIEW gone AS SELECT client_id FROM read_parquet('{losses}') WHERE kind = 'left'"
    )
    for table in PUBLISHED:
        path = chain.scored.folder / f"{table}.parquet"
        with_us = "WHERE client_id NOT IN (FROM gone)" if table in OF_THOSE_WITH_US else ""
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path}') {with_us}")
    connection.execute(
        "CREATE VIEW sold AS SELECT client_id, sum(amount) AS revenue, sum(cost) AS goods FROM "
        f"transactions WHERE date < DATE '{DAY}' AND date >= DATE '{DAY}' - 365 GROUP BY client_id"
    )
    connection.execute(
        "CREATE VIEW brought AS SELECT c.referred_by AS client_id, count(*) AS clients, "
        "sum(r.profit_365) AS profit FROM clients AS c JOIN scores AS r USING (client_id) "
        "WHERE c.referred_by IS NOT NULL GROUP BY c.referred_by"
    )
    return lambda sql: connection.execute(sql).fetchall()


def test_the_tiers_clients_and_money(ask: Ask, facts: ReportFacts) -> None:
    found = ask(
        "SELECT s.tier, count(*), count(*) FILTER (WHERE s.status = 'active'), "
        "count(*) / (SELECT count(*) FROM scores), sum(coalesce(sold.revenue, 0)), "
        "sum(coalesce(sold.revenue - goods, 0) - p.cost_to_serve - p.acquisition) AS brings, "
        "brings / sum(brings) OVER (), sum(p.cost_to_serve), sum(expected_profit) FILTER (WHERE "
        "s.status <> 'prospect'), bool_and(s.is_key) FROM scores AS s LEFT JOIN sold "
        "USING (client_id) JOIN profit AS p USING (client_id) GROUP BY s.tier, s.tier_rank "
        "ORDER BY s.tier_rank"
    )
    assert len(found) == len(facts.portfolio.tiers) > 2
    for row, tier in zip(found, facts.portfolio.tiers, strict=True):
        assert (tier.tier, tier.clients, tier.active) == row[:3]
        told = (tier.client_share, tier.revenue, tier.profit, tier.profit_share)
        told += (tier.cost_to_serve, tier.expected_profit)
        assert told == pytest.approx(row[3:9], rel=1e-5, abs=0.01)
        assert tier.is_key == row[9]


def test_the_roles_and_what_their_holders_bring(ask: Ask, facts: ReportFacts) -> None:
    found = ask(
        "SELECT role, count(*), sum(profit_365), sum(coalesce(0.2 * b.profit, 0)) FROM "
        "(SELECT client_id, profit_365, unnest(string_split(roles, ',')) AS role FROM scores) "
        "LEFT JOIN brought AS b USING (client_id) WHERE role <> '' GROUP BY role"
    )
    assert facts.roles is not None
    told = {each.role: each for each in facts.roles.roles}
    assert {row[0] for row in found} == set(told)
    assert len(found) > 2
    for role, clients, profit, referral in found:
        each = told[role]
        assert each.clients == clients
        assert (each.profit, each.referral_profit) == pytest.approx((profit, referral), abs=0.05)


def test_key_clients_by_their_role_alone(ask: Ask, facts: ReportFacts) -> None:
    found = ask(
        "SELECT count(*) FROM scores WHERE is_key AND tier_rank NOT IN "
        "(SELECT tier_rank FROM scores GROUP BY tier_rank HAVING bool_and(is_key))"
    )
    assert facts.roles is not None
    assert facts.roles.by_role_alone == found[0][0] > 0


def test_the_magnets_outside_the_key_tiers(ask: Ask, facts: ReportFacts) -> None:
    assert facts.roles is not None
    quiet = facts.roles.quiet_magnets
    assert quiet
    found = {row[0]: row[1:] for row in ask("SELECT client_id, clients, profit FROM brought")}
    for magnet in quiet:
        clients, profit = found[magnet.client_id]
        assert magnet.brought_clients == clients
        assert magnet.brought_profit == pytest.approx(profit, abs=0.05)


def test_the_playbooks_gaps(ask: Ask, facts: ReportFacts) -> None:
    assert facts.health is not None
    told = facts.health.attention
    assert told is not None
    found = ask(
        "SELECT count(*) FILTER (WHERE is_key), sum(due) FILTER (WHERE is_key), sum(missed) FILTER "
        "(WHERE is_key), count(*) FILTER (WHERE is_key AND missed > 0), count(*) FILTER (WHERE NOT "
        "is_key AND extra > 0), sum(extra) FILTER (WHERE NOT is_key), count(*) FILTER (WHERE "
        "discount_rate > discount_limit) FROM attention"
    )
    gaps = (told.key_clients, told.due, told.missed, told.neglected, told.others, told.extra)
    assert (*gaps, told.over) == found[0]
    assert told.missed > 0
    money = ask(
        "SELECT sum(extra_cost) FILTER (WHERE NOT is_key), sum(discount_over) FROM attention"
    )
    assert (told.extra_cost, told.over_money) == pytest.approx(money[0])
    worst = ask(
        "SELECT client_id, due, made, missed, last_contact FROM attention WHERE is_key AND "
        "missed > 0 ORDER BY missed DESC, profit_365 DESC, client_id LIMIT 8"
    )
    rows = [(one.client_id, one.due, one.made, one.missed, one.last_contact) for one in told.worst]
    assert rows == worst
    keys = ask(
        "SELECT count(*) FROM scores WHERE is_key AND status <> 'prospect' AND "
        "client_id NOT IN (FROM gone)"
    )
    assert told.key_clients == keys[0][0]
    managers = ask(
        "SELECT c.manager, count(*), sum(due), sum(missed) FROM attention JOIN clients AS c USING "
        "(client_id) WHERE is_key GROUP BY c.manager"
    )
    by = {row[0]: row[1:] for row in managers}
    assert told.managers
    for each in told.managers:
        assert (each.clients, each.due, each.missed) == by[each.manager]


def test_the_concentration(ask: Ask, facts: ReportFacts) -> None:
    assert facts.health is not None
    told = facts.health.concentration
    assert told is not None
    found = ask(
        "WITH ranked AS (SELECT greatest(profit_365, 0) AS gain, row_number() OVER (ORDER BY "
        "profit_365 DESC) AS place FROM scores) SELECT n, sum(gain) FILTER (WHERE place <= n) / "
        "sum(gain) FROM ranked, unnest([1, 5, 10]) AS t(n) GROUP BY n"
    )
    shares = {int(row[0]): row[1] for row in found}
    assert told.tops == pytest.approx(shares)
    assert facts.portfolio.top_shares == pytest.approx(shares)
    largest = ask(
        "SELECT max(expected_profit) * 365.0 / 180, sum(expected_profit) * 365.0 / 180 FROM scores "
        "WHERE status <> 'prospect'"
    )
    most, whole = largest[0]  # 180 days is the potential horizon of the made world
    assert told.stress[0].without == pytest.approx(whole - most)
    squares = ask(
        "SELECT sum(pow(gain / whole, 2)) FROM (SELECT greatest(profit_365, 0) AS gain, "
        "sum(greatest(profit_365, 0)) OVER () AS whole FROM scores)"
    )
    assert told.hhi == pytest.approx(squares[0][0])
    dearest = ask(
        "SELECT client_id, expected_profit * 365.0 / 180 AS year, coalesce(0.2 * b.profit, 0) FROM "
        "scores LEFT JOIN brought AS b USING (client_id) WHERE status <> 'prospect' "
        "ORDER BY year DESC, client_id LIMIT 8"
    )
    assert [one.client_id for one in told.stress] == [row[0] for row in dearest]
    for one, (_, year, referral) in zip(told.stress, dearest, strict=True):
        assert one.share == pytest.approx(year / whole)
        assert one.without == pytest.approx(whole - year)
        assert one.referral == pytest.approx(referral, abs=0.05)
    assert told.year["expected"] == pytest.approx(whole)


def test_the_boundaries(ask: Ask, facts: ReportFacts) -> None:
    assert facts.health is not None
    told = facts.health.boundaries
    assert told is not None
    found = ask(
        "WITH eaten AS (SELECT *, discount + demands + care + payment AS taken FROM boundaries) "
        "SELECT count(*), count(*) FILTER (WHERE on_boundary), count(*) FILTER (WHERE profit < 0 "
        "OR taken > 0.5 * (profit + taken)), count(*) FILTER (WHERE on_boundary AND NOT (profit < "
        "0 OR taken > 0.5 * (profit + taken)) AND zero_on IS NULL) FROM eaten"
    )
    looked_at, on_boundary, sure, groundless = found[0]
    assert told.key_clients == looked_at > 10
    assert looked_at >= told.count == on_boundary >= sure > 0
    assert groundless == 0
    shown = ask(
        "SELECT client_id, profit, (discount + demands + care + payment) / (profit + discount + "
        "demands + care + payment) FROM boundaries WHERE on_boundary ORDER BY CASE verdict WHEN "
        "'below_zero' THEN 0 WHEN 'reaches_zero' THEN 1 ELSE 2 END, zero_on, profit, client_id "
        "LIMIT 8"
    )
    assert [one.client_id for one in told.shown] == [row[0] for row in shown]
    for one, (_, profit, eaten) in zip(told.shown, shown, strict=True):
        assert one.profit == pytest.approx(profit)
        assert one.eaten_share == pytest.approx(eaten)
    spreads = ask(
        "SELECT category, tier, key_discount_rate, discount_rate, linked FROM spreads WHERE "
        "could_be_learnt ORDER BY key_discount_rate - discount_rate DESC, category LIMIT 6"
    )
    assert spreads == [
        (one.category, one.tier, one.key_discount_rate, one.discount_rate, one.linked)
        for one in told.spreads
    ]
    keys = ask(
        "SELECT count(*) FROM scores WHERE is_key AND status = 'active' AND "
        "client_id NOT IN (FROM gone)"
    )
    assert told.key_clients == keys[0][0]


def test_the_decisions(ask: Ask, facts: ReportFacts) -> None:
    assert facts.health is not None
    told = facts.health.decisions
    assert told is not None
    below = ask(
        "SELECT count(*), -sum(profit_365) FROM scores WHERE profit_365 < 0 AND status = 'active'"
    )
    assert (told.count, told.lost) == pytest.approx(below[0])
    best = ask(
        "SELECT CASE WHEN coalesce(reprice > greatest(keep, 0), keep < 0 AND keep + gain > 0) "
        "THEN 'reprice' WHEN keep >= 0 THEN 'keep' ELSE 'release' END AS best, count(*) "
        "FROM decisions GROUP BY ALL"
    )
    assert told.by_best == dict(best)
    first = ask(
        "SELECT s.client_id, s.profit_365, d.expected + coalesce(0.2 * b.profit, 0), CASE WHEN "
        "gain > 0 THEN d.keep + gain END FROM scores AS s JOIN decisions AS d USING (client_id) "
        "LEFT JOIN brought AS b USING (client_id) WHERE s.profit_365 < 0 AND s.status = 'active' "
        "ORDER BY s.profit_365, s.client_id LIMIT 8"
    )
    assert [one.client_id for one in told.shown] == [row[0] for row in first]
    for one, (_, profit, keep, accepted) in zip(told.shown, first, strict=True):
        assert (one.profit, one.keep) == pytest.approx((profit, keep), abs=0.01)
        assert one.accepted == pytest.approx(accepted)


def test_what_would_move_the_example(ask: Ask, facts: ReportFacts) -> None:
    assert facts.example is not None
    assert facts.example_standing is not None
    up, down = facts.example_standing.up, facts.example_standing.down
    told = [
        (way, each.lever, each.value, each.target, move.to_tier)
        for way, move in (("up", up), ("down", down))
        if move
        for each in move.levers
    ]
    found = ask(
        "SELECT direction, lever, value, target, to_tier FROM levers WHERE client_id = "
        f"'{facts.example.client_id}' ORDER BY direction = 'down', rank"
    )
    assert told == found
    assert told
