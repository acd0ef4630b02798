"""The page's totals, stakes and losses once more, by SQL over the published Parquet alone."""

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


@pytest.fixture(scope="module")
def page(chain: Any) -> ReportFacts:
    return segml.write_report(chain.config, as_of=DAY).facts


@pytest.fixture(scope="module")
def ask(chain: Any) -> Ask:
    """Questions to what was published of the date."""
    connection = duckdb.connect()
    views = {"scores": chain.scored.folder / "scores.parquet"}
    views["losses"] = chain.lost.folder / "losses.parquet"
    views["loss_reasons"] = chain.lost.folder / "loss_reasons.parquet"
    for name, path in views.items():
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    return lambda sql: connection.execute(sql).df()


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.itertuples(index=False)]


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
        "WHERE status = 'active' AND client_id NOT IN (SELECT client_id FROM losses) "
        "AND action NOT IN ('win_back', 'remind', 'await')"
    )
    assert page.portfolio.at_stake == pytest.approx(found["stake"][0])
    assert page.portfolio.at_stake_key == pytest.approx(found["key"][0])


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
