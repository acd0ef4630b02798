"""The facts are what plain pandas says of the same frames, whatever is missing from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from segml.report import ReportFacts, report_facts
from segml.words.feature import Feature

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]
Features = Mapping[str, Feature]


def test_totals_are_those_of_the_scores(facts: ReportFacts, published: Published) -> None:
    scores, portfolio = published[1]["scores"], facts.portfolio
    assert portfolio.profit == scores["profit_365"].sum()
    assert portfolio.revenue == scores["revenue_365"].sum()
    assert portfolio.cost_to_serve == scores["cost_to_serve_365"].sum()
    assert portfolio.expected_profit == scores["expected_profit"].sum()
    assert portfolio.statuses == scores["status"].value_counts().to_dict()
    assert portfolio.as_of == dt.date(2024, 7, 1)
    assert portfolio.currency == "EUR"


def test_tiers_add_up_to_the_portfolio(facts: ReportFacts, published: Published) -> None:
    scores, portfolio = published[1]["scores"], facts.portfolio
    profit = scores.groupby("tier")["profit_365"].sum()
    assert {tier.tier: tier.profit for tier in portfolio.tiers} == profit.to_dict()
    assert sum(tier.clients for tier in portfolio.tiers) == len(scores)
    assert sum(tier.client_share for tier in portfolio.tiers) == pytest.approx(1)
    assert sum(tier.profit_share for tier in portfolio.tiers) == pytest.approx(1)
    assert [tier.is_key for tier in portfolio.tiers] == [True, False]


def test_migration_counts_the_clients_that_had_a_tier(facts: ReportFacts) -> None:
    assert facts.portfolio.migration == {("tier 1", "tier 1"): 3, ("tier 1", "tier 2"): 2}
    assert facts.portfolio.tier_names == ("tier 1", "tier 2")


def test_a_tier_that_holds_nobody_any_more_keeps_its_row(
    published: Published, features: Features
) -> None:
    run, tables = published
    tables["scores"]["previous_tier"] = "tier 9"
    found = report_facts(run, tables, losses=None, features=features).portfolio
    assert found.tier_names == ("tier 1", "tier 2", "tier 9")


def test_what_is_at_stake_leaves_out_losses_prospects_and_negative_profit(
    facts: ReportFacts, published: Published
) -> None:
    scores = published[1]["scores"].set_index("client_id")
    alive = scores.loc[["b", "c"]]
    stake = alive["p_churn"] * alive["profit_365"]
    assert facts.portfolio.at_stake == pytest.approx(stake.sum())
    assert facts.portfolio.at_stake_key == pytest.approx(stake["b"])
    assert [client.client_id for client in facts.at_risk] == ["c", "b"]
    assert facts.at_risk[0].stake == pytest.approx(stake["c"])


def test_without_a_loss_analysis_everyone_active_counts(
    published: Published, features: Features
) -> None:
    found = report_facts(*published, losses=None, features=features)
    scores = published[1]["scores"]
    gains = scores["profit_365"].clip(lower=0)
    assert found.losses is None
    assert found.portfolio.at_stake == pytest.approx((scores["p_churn"] * gains).sum())
    assert found.example is not None
    assert found.example.client_id == found.at_risk[0].client_id == "c"


def test_signs_of_a_risk_are_the_features_that_raise_it_most(facts: ReportFacts) -> None:
    assert facts.at_risk[0].reasons == (("silence_days", "111 days"), ("spend_90", "40.00 EUR"))


def test_nothing_is_at_stake_with_who_is_recorded_as_gone(
    published: Published, features: Features
) -> None:
    run, tables = published
    whole = report_facts(run, tables, losses=None, features=features)
    first = whole.at_risk[0]
    gone = tables["scores"]["client_id"] == first.client_id
    tables["scores"].loc[gone, "action"] = "remind"
    left = report_facts(run, tables, losses=None, features=features)
    assert first.client_id not in {each.client_id for each in left.at_risk}
    at_stake = whole.portfolio.at_stake - first.stake
    assert left.portfolio.at_stake == pytest.approx(at_stake)


def test_top_shares_are_shares_of_the_profit_that_is_made(
    facts: ReportFacts, published: Published
) -> None:
    gains = published[1]["scores"]["profit_365"].clip(lower=0)
    assert facts.portfolio.top_shares[1] == pytest.approx(gains.max() / gains.sum())
    assert facts.portfolio.top_shares[10] == pytest.approx(1)


def test_without_profit_there_are_no_shares_and_nobody_is_at_risk(
    published: Published, features: Features
) -> None:
    run, tables = published
    tables["scores"]["profit_365"] = 0.0
    found = report_facts(run, tables, losses=None, features=features)
    assert set(found.portfolio.top_shares.values()) == {None}
    assert {tier.profit_share for tier in found.portfolio.tiers} == {None}
    assert (found.at_risk, found.example) == ((), None)


def test_without_a_currency_there_is_none(published: Published, features: Features) -> None:
    run, tables = published
    tables["scores"]["currency"] = pd.Series([None] * 6, dtype="str")
    assert report_facts(run, tables, losses=None, features=features).portfolio.currency is None


def test_a_client_without_a_name_is_called_by_its_id(facts: ReportFacts) -> None:
    called = {client.client_id: client.name for client in facts.losses.lost}
    assert called["f"] == "f"


def test_two_clients_of_one_name_have_their_ids_beside_it(
    published: Published, features: Features
) -> None:
    run, tables = published
    tables["clients"].loc[tables["clients"]["client_id"].isin(["a", "b"]), "name"] = "Rossi"
    found = report_facts(run, tables, losses=None, features=features)
    called = {client.client_id: client.name for client in found.at_risk}
    assert (called["a"], called["b"]) == ("Rossi (a)", "Rossi (b)")
    rest = [name for client_id, name in called.items() if client_id not in "ab"]
    assert rest
    assert not any("(" in name for name in rest)


def test_key_clients_leave_some_places_to_others(published: Published, features: Features) -> None:
    run, tables = published
    row = tables["scores"].iloc[[0]]
    many = [row.assign(client_id=f"k{n:02}", p_churn=0.9) for n in range(20)]
    tables["scores"] = pd.concat([tables["scores"], *many], ignore_index=True)
    found: ReportFacts = report_facts(run, tables, losses=None, features=features)
    assert sum(client.is_key for client in found.at_risk) == 8
    assert "c" in {client.client_id for client in found.at_risk}


def test_notes_of_both_runs_are_told_once(
    published: Published, analysed: Published, features: Features
) -> None:
    analysed[0]["notes"] = ["no cost column: margin rate 0.35 used", "another"]
    found = report_facts(*published, losses=analysed, features=features)
    assert found.notes == ("no cost column: margin rate 0.35 used", "another")
