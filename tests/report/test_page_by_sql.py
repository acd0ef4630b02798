"""The page's figures once more, by SQL over the ledger's files and the published Parquet alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import pytest

import segml
from segml.report import ReportFacts

DAY = dt.date(2024, 4, 1)
Ask = Callable[[str], pd.DataFrame]
PUBLISHED = ("scores", "clients", "roles", "concentration", "attention", "boundaries", "decisions")


@pytest.fixture(scope="module")
def page(chain: Any) -> ReportFacts:
    return segml.write_report(chain.config, as_of=DAY).facts


@pytest.fixture(scope="module")
def ask(chain: Any) -> Ask:
    """Questions to the ledger's files and to what was published of the date."""
    connection = duckdb.connect()
    views = {"lines": chain.config.parent / "ledger" / "transactions" / "*.parquet"}
    views |= {name: chain.scored.folder / f"{name}.parquet" for name in PUBLISHED}
    views["losses"] = chain.lost.folder / "losses.parquet"
    views["loss_reasons"] = chain.lost.folder / "loss_reasons.parquet"
    for name, path in views.items():
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    return lambda sql: connection.execute(sql).df()


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_tiers(page: ReportFacts, ask: Ask) -> None:
    found = ask(
        "SELECT tier, tier_rank, bool_and(is_key), count(*), count(*) FILTER (status = 'active'), "
        "sum(revenue_365), sum(profit_365), sum(cost_to_serve_365), "
        "count(*) / (SELECT count(*) FROM scores), "
        "sum(profit_365) / (SELECT sum(profit_365) FROM scores), "
        "sum(expected_profit) FILTER (status <> 'prospect') "
        "FROM scores WHERE tier IS NOT NULL GROUP BY ALL ORDER BY tier_rank"
    )
    told = [
        (
            tier.tier,
            tier.rank,
            tier.is_key,
            tier.clients,
            tier.active,
            tier.revenue,
            tier.profit,
            tier.cost_to_serve,
            tier.client_share,
            tier.profit_share,
            tier.expected_profit,
        )
        for tier in page.portfolio.tiers
    ]
    assert len(told) == len(found)
    for said, sql in zip(told, rows(found), strict=True):
        assert said == pytest.approx(sql)


def test_revenue_is_that_of_the_ledgers_lines(page: ReportFacts, ask: Ask) -> None:
    year = f"date < DATE '{DAY}' AND date >= DATE '{DAY}' - 365"
    found = ask(f"SELECT sum(amount) AS revenue FROM lines WHERE {year}")
    assert page.portfolio.revenue == pytest.approx(found["revenue"][0])
    by_tier = ask(
        "SELECT tier_rank, sum(amount) AS revenue FROM lines JOIN scores USING (client_id) "
        f"WHERE {year} GROUP BY tier_rank ORDER BY tier_rank"
    )
    assert [tier.revenue for tier in page.portfolio.tiers] == pytest.approx(
        by_tier["revenue"].tolist()
    )


def test_statuses_moves_and_the_best_clients_shares(page: ReportFacts, ask: Ask) -> None:
    assert dict(rows(ask("SELECT status, count(*) FROM scores GROUP BY ALL"))) == dict(
        page.portfolio.statuses
    )
    moved = ask(
        "SELECT previous_tier, tier, count(*) FROM scores WHERE previous_tier IS NOT NULL "
        "GROUP BY ALL"
    )
    assert {(old, new): count for old, new, count in rows(moved)} == dict(page.portfolio.migration)
    for best, share in page.portfolio.top_shares.items():
        found = ask(
            "WITH gains AS (SELECT greatest(profit_365, 0) AS gain FROM scores) SELECT (SELECT "
            f"sum(gain) FROM (SELECT gain FROM gains ORDER BY gain DESC LIMIT {best})) / sum(gain) "
            "AS share FROM gains"
        )
        assert share == pytest.approx(found["share"][0])


def test_money_at_stake_leaves_out_the_lost(page: ReportFacts, ask: Ask) -> None:
    found = ask(
        "SELECT sum(p_churn * greatest(profit_365, 0)) AS stake, "
        "sum(p_churn * greatest(profit_365, 0)) FILTER (is_key) AS key FROM scores "
        "WHERE status = 'active' AND client_id NOT IN (SELECT client_id FROM losses)"
    )
    assert page.portfolio.at_stake == pytest.approx(found["stake"][0])
    assert page.portfolio.at_stake_key == pytest.approx(found["key"][0])


def test_roles(page: ReportFacts, ask: Ask) -> None:
    found = ask(
        "WITH held AS (SELECT unnest(string_split(roles, ',')) AS role, * EXCLUDE (roles) FROM "
        "scores WHERE roles <> '') SELECT role, count(*), sum(profit_365), "
        "sum(referral_profit_365) FROM held GROUP BY role"
    )
    assert page.roles is not None
    told = {
        each.role: (each.clients, each.profit, each.referral_profit) for each in page.roles.roles
    }
    assert told
    assert set(told) == set(found["role"])
    for role, *figures in rows(found):
        assert told[role] == pytest.approx(tuple(figures))
    alone = ask(
        "WITH tiers AS (SELECT tier_rank, bool_and(is_key) AS is_key FROM scores GROUP BY ALL) "
        "SELECT count(*) AS n FROM scores AS s JOIN tiers AS t USING (tier_rank) "
        "WHERE s.is_key AND NOT t.is_key"
    )
    assert page.roles.by_role_alone == alone["n"][0]


def test_playbook_gaps_by_manager(page: ReportFacts, ask: Ask) -> None:
    assert page.health is not None
    told = page.health.attention
    assert told is not None
    whole = ask(
        "SELECT count(*), sum(due), sum(missed), count(*) FILTER (missed > 0) FROM attention "
        "WHERE is_key"
    )
    assert (told.key_clients, told.due, told.missed, told.neglected) == rows(whole)[0]
    managers = ask(
        "SELECT manager, count(*), sum(due), sum(missed) AS missed FROM attention WHERE is_key "
        "GROUP BY manager ORDER BY missed DESC, manager NULLS FIRST"
    )
    assert told.managers
    assert [(each.manager, each.clients, each.due, each.missed) for each in told.managers] == rows(
        managers
    )[: len(told.managers)]
    rest = ask(
        "SELECT count(*) FILTER (NOT is_key AND extra > 0), sum(extra) FILTER (NOT is_key), "
        "sum(extra_cost) FILTER (NOT is_key), count(*) FILTER (discount_over > 0), "
        "sum(discount_over) FILTER (discount_over > 0) FROM attention"
    )
    assert (told.others, told.extra, told.extra_cost, told.over, told.over_money) == pytest.approx(
        rows(rest)[0]
    )


def test_boundaries(page: ReportFacts, ask: Ask) -> None:
    assert page.health is not None
    told = page.health.boundaries
    assert told is not None
    found = ask("SELECT count(*), count(*) FILTER (on_boundary) FROM boundaries")
    assert (told.key_clients, told.count) == rows(found)[0]
    names = ask(
        "SELECT coalesce(nullif(trim(name), ''), client_id) AS name FROM boundaries "
        "JOIN clients USING (client_id) WHERE on_boundary"
    )
    assert {each.name for each in told.shown} <= set(names["name"])


def test_decisions(page: ReportFacts, ask: Ask) -> None:
    assert page.health is not None
    told = page.health.decisions
    assert told is not None
    found = ask(
        "SELECT count(*), sum(d.profit_365) FROM decisions AS d JOIN scores USING (client_id)"
    )
    count, lost = rows(found)[0]
    assert (told.count, abs(told.lost)) == (count, pytest.approx(abs(lost)))
    best = ask("SELECT best, count(*) FROM decisions GROUP BY best")
    assert dict(rows(best)) == {name: n for name, n in told.by_best.items() if n}


def test_concentration(page: ReportFacts, ask: Ask) -> None:
    assert page.health is not None
    told = page.health.concentration
    assert told is not None
    gains = "SELECT client_id, greatest(profit_365, 0) AS gain FROM scores"
    hhi = ask(
        f"WITH gains AS ({gains}) SELECT sum(pow(gain / (SELECT sum(gain) FROM gains), 2)) AS hhi "
        "FROM gains"
    )
    assert told.hhi == pytest.approx(hhi["hhi"][0])
    for best, share in told.tops.items():
        found = ask(
            f"WITH gains AS ({gains}) SELECT (SELECT sum(gain) FROM (SELECT gain FROM gains ORDER "
            f"BY gain DESC LIMIT {best})) / sum(gain) AS share FROM gains"
        )
        assert share == pytest.approx(found["share"][0])
    dearest = ask(
        "WITH years AS (SELECT client_id, expected_profit * 365.0 / "
        f"{page.portfolio.potential_days} AS year FROM scores WHERE status <> 'prospect') "
        "SELECT coalesce(nullif(trim(name), ''), client_id) AS name, (SELECT sum(year) FROM years) "
        "- year AS rest FROM years JOIN clients USING (client_id) ORDER BY year DESC LIMIT 1"
    )
    assert told.stress[0].name == dearest["name"][0]
    assert told.stress[0].without == pytest.approx(dearest["rest"][0])


def test_losses_by_kind_and_reason(page: ReportFacts, ask: Ask) -> None:
    assert page.losses is not None
    found = ask("SELECT count(*), sum(profit_lost), sum(referral_profit_lost) FROM losses")
    told = (len(page.losses.lost), page.losses.profit_lost, page.losses.referral_profit_lost)
    assert told == pytest.approx(rows(found)[0])
    kinds = ask("SELECT kind, count(*) FROM losses GROUP BY kind")
    assert dict(rows(kinds)) == {kind: n for kind, n in page.losses.by_kind.items() if n}
    reasons = ask("SELECT reason, sum(money) FROM loss_reasons WHERE money <> 0 GROUP BY reason")
    named = {reason: money for reason, money in page.losses.money_by_reason if money}
    assert named == pytest.approx(dict(rows(reasons)))
    assert sum(money for _, money in page.losses.money_by_reason) == pytest.approx(told[1])
