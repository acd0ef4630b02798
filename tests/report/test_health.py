"""The portfolio's health: facts from published tables, sentences, and four sections of the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from segml.portfolio import CONDITIONS, EATERS, VERDICTS
from segml.report import health_words, phrases, render_report, report_facts
from segml.report.cut import cut_sentence
from segml.report.edges import BoundaryFact, DecisionFact
from segml.report.health import HealthFacts, health_facts
from segml.stores import TABLES
from segml.words.feature import Feature

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]
NASTY = '<img src=x onerror="alert(1)">'
NAMES = {"a": NASTY, "b": "Plain & Sons"}


def _attended(client: str, **given: Any) -> dict[str, Any]:
    return {
        "client_id": client,
        "manager": NASTY,
        "tier": "tier 1",
        "is_key": True,
        "team": "key accounts",
        "contact_days": 30,
        "due": 12,
        "made": 9,
        "missed": 4,
        "extra": 0,
        "extra_cost": 0.0,
        "last_contact": dt.date(2024, 5, 2),
        "discount_rate": 0.3,
        "discount_limit": 0.15,
        "discount_over": 150.0,
        "profit_365": 400.0,
        **given,
    }


def _edge(client: str, **given: Any) -> dict[str, Any]:
    return {
        "client_id": client,
        "tier": "tier 1",
        "manager": None,
        "revenue": 1000.0,
        "profit": 90.0,
        "profit_before": 300.0,
        "discount": 300.0,
        "demands": 20.0,
        "care": 50.0,
        "payment": 0.0,
        "eaten_share": 0.8,
        "eaten_share_before": 0.4,
        "pressed_by": "discount",
        "pressed_money": 210.0,
        "slope": -210.0,
        "falling_quarters": 4,
        "verdict": "reaches_zero",
        "zero_on": dt.date(2024, 9, 3),
        "on_boundary": True,
        **given,
    }


def _below(client: str, **given: Any) -> dict[str, Any]:
    return {
        "client_id": client,
        "manager": None,
        "tier": "tier 2",
        "is_key": False,
        "profit_365": -75.0,
        "expected": -60.0,
        "referral": 10.0,
        "gain": 80.0,
        "gain_discount": 0.0,
        "gain_care": 16.0,
        "gain_prices": 64.0,
        "rise": 0.125,
        "keep": -50.0,
        "reprice": 24.0,
        "release": 0.0,
        "best": "reprice",
        "condition": "accepts",
        "acceptance": 0.8,
        "break_even": 0.0,
        "tried": 44,
        **given,
    }


def _long(*rows: tuple[str, str, int, str | None, float | None, float | None]) -> pd.DataFrame:
    columns = ["part", "item", "rank", "client_id", "share", "money"]
    return pd.DataFrame(rows, columns=columns).assign(chance=0.2, referral=5.0)


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    year = {"expected": 1000.0, "low": 800.0, "high": 1100.0, "at_risk": 200.0}
    spread = {
        "category": "tea",
        "tier_rank": 2,
        "tier": "tier 2",
        "clients": 40,
        "list_value": 900.0,
        "discount_rate": 0.02,
        "key_discount_rate": 0.3,
        "care_rate": 0.01,
        "key_care_rate": 0.02,
        "granted": 0.1,
        "linked": 3,
        "could_be_learnt": True,
    }
    return {
        "concentration": _long(
            ("top", "profit", 1, None, 0.25, 250.0),
            ("top", "profit", 5, None, 0.5, 500.0),
            ("top", "profit", 10, None, 0.75, 750.0),
            ("top", "expected", 10, None, 0.4, 400.0),
            ("hhi", "profit", 0, None, 0.125, None),
            ("stress", "without", 1, "a", 0.3, 700.0),
            *(("year", item, 0, None, None, money) for item, money in year.items()),
        ),
        "attention": pd.DataFrame(
            [
                _attended("a"),
                _attended("b", manager="Ann", missed=0, discount_over=0.0),
                _attended("c", is_key=False, due=0, made=3, missed=0, extra=3, extra_cost=60.0),
            ]
        ),
        "boundaries": pd.DataFrame([_edge("a"), _edge("b", on_boundary=False)]),
        "spreads": pd.DataFrame([spread, {**spread, "category": "ink", "could_be_learnt": False}]),
        "decisions": pd.DataFrame([_below("b"), _below("a", profit_365=-99.0)]),
    }


@pytest.fixture
def health(tables: Mapping[str, pd.DataFrame]) -> HealthFacts:
    return health_facts(tables, NAMES)


def test_the_tables_here_have_the_published_columns(tables: Mapping[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        assert list(table.columns) == list(TABLES[name].names)


def test_facts_are_the_tables_figures(health: HealthFacts) -> None:
    held, care, edge, below = (
        health.concentration,
        health.attention,
        health.boundaries,
        health.decisions,
    )
    assert None not in (held, care, edge, below)
    assert held.tops == {1: 0.25, 5: 0.5, 10: 0.75}
    assert held.year["at_risk"] == 200.0
    assert (care.due, care.missed, care.neglected) == (24, 4, 1)
    assert [(each.manager, each.missed) for each in care.managers] == [(NASTY, 4), ("Ann", 0)]
    assert (care.others, care.extra, care.extra_cost) == (1, 3, 60.0)
    assert (care.over, care.over_money) == (2, 300.0)
    assert (edge.key_clients, edge.count, len(edge.spreads)) == (2, 1, 1)
    assert (below.count, below.lost) == (2, 174.0)
    assert [each.profit for each in below.shown] == [-99.0, -75.0]


def test_sentences_say_the_figures(health: HealthFacts) -> None:
    held, care, edge, below = (
        health.concentration,
        health.attention,
        health.boundaries,
        health.decisions,
    )
    assert None not in (held, care, edge, below)
    said = " ".join(
        [
            health_words.concentration_sentence(held),
            health_words.year_sentence(held, "EUR"),
            health_words.attention_sentence(care, "EUR"),
            health_words.boundaries_sentence(edge),
            health_words.spread_sentence(edge.spreads[0]),
            health_words.decisions_sentence(below, "EUR"),
            health_words.line_phrase(edge.shown[0]),
            health_words.pressed_phrase(edge.shown[0], "EUR"),
            health_words.condition_sentence(below.shown[0], "EUR"),
        ]
    ).replace("\u00a0", " ")
    for figure in (
        "25 %",
        "8 clients of equal size",
        "between 800 EUR and 1,100 EUR",
        "short by 200 EUR",
        "24 contacts due",
        "4 were missed",
        "3 contacts more",
        "Of 2 active key clients one costs so much",
        "30.0 %, tier 2 2.0 %",
        "2 active clients cost 174 EUR",
        "80 % as often",
        "3 Sep 2024",
        "discounts (210 EUR more)",
        "prices 10.0 % higher, no more contacts than planned for its tier (saves 16 EUR a year)",
    ):
        assert figure in said, figure


def test_where_less_is_expected_of_the_largest_than_they_brought_it_is_said(
    health: HealthFacts,
) -> None:
    assert health.concentration is not None
    said = health_words.concentration_sentence(health.concentration).replace("\u00a0", " ")
    assert "Of the next year the ten of whom most is expected bring 40 %" in said
    alike = replace(health.concentration, tops_ahead={10: 0.75})
    assert "next year" not in health_words.concentration_sentence(alike)
    unknown = replace(health.concentration, tops_ahead={})
    assert "next year" not in health_words.concentration_sentence(unknown)


def test_where_nobody_knows_whether_it_accepts_keeping_is_not_said_to_be_best(
    health: HealthFacts,
) -> None:
    assert health.decisions is not None
    fact = replace(health.decisions.shown[0], best="keep", condition="may_accept", break_even=0.1)
    assert phrases.OPTIONS[fact.condition] == "Keep, or new terms"
    said = health_words.condition_sentence(fact, "EUR").replace("\u00a0", " ")
    assert said.startswith("how likely it accepts is not known; new terms are better from a chance")
    assert "10 %" in said


def test_a_list_that_is_cut_says_how_many_there_are(health: HealthFacts) -> None:
    assert health.decisions is not None
    shown, count = len(health.decisions.shown), health.decisions.count
    assert cut_sentence(shown, count, "profit") == ""
    said = cut_sentence(shown, 1411, "profit")
    assert said == f"Shown: {shown} of 1,411, the lowest profit first."


def test_beyond_all_that_goods_leave_a_share_is_not_told(health: HealthFacts) -> None:
    assert health.boundaries is not None
    edge = health.boundaries.shown[0]
    assert health_words.eaten_phrase(edge) == "80\u00a0%"
    assert health_words.eaten_phrase(replace(edge, eaten_share=42.38)) == "all of it, and more"
    assert health_words.eaten_phrase(replace(edge, eaten_share=None)) == "—"


def test_who_loses_most_stands_first_whatever_share_that_is(
    tables: dict[str, pd.DataFrame],
) -> None:
    below = {"verdict": "below_zero", "zero_on": None}
    edges = [
        _edge("c", profit=-5.0, eaten_share=42.38, **below),
        _edge("d", profit=-900.0, eaten_share=1.2, **below),
    ]
    tables["boundaries"] = pd.DataFrame([*edges, _edge("a")])
    found = health_facts(tables, NAMES).boundaries
    assert found is not None
    assert [each.client_id for each in found.shown] == ["d", "c", "a"]


def test_a_rhythm_that_is_kept_with_nobody_is_called_in_question(health: HealthFacts) -> None:
    care = health.attention
    assert care is not None
    plan = "kept with hardly any of them: 75\u00a0% of what was due was done"
    nearly = replace(care, key_clients=10, neglected=9, due=120, missed=30)
    assert plan in health_words.attention_sentence(nearly, None)
    few = replace(nearly, neglected=8)
    assert "kept with hardly any" not in health_words.attention_sentence(few, None)


def test_what_is_missed_is_explained_only_where_something_was(health: HealthFacts) -> None:
    care = health.attention
    assert care is not None
    why = "made and missed need not add up to due"
    assert why in health_words.attention_sentence(care, None)
    none = replace(care, missed=0, neglected=0)
    assert why not in health_words.attention_sentence(none, None)


def _page(published: Published, features: Mapping[str, Feature], health: HealthFacts | None) -> str:
    facts = report_facts(*published, losses=None, features=features)
    return render_report(replace(facts, health=health))


def test_four_sections_stand_on_the_page_and_names_are_text(
    published: Published, features: Mapping[str, Feature], health: HealthFacts
) -> None:
    html = _page(published, features, health)
    for section in ("concentration", "attention", "boundaries", "decisions"):
        assert f'<section id="{section}">' in html
        assert f'href="#{section}"' in html
    assert "onerror=&#34;" in html
    assert "<img" not in html


def test_a_run_of_an_older_version_has_no_such_section(
    published: Published, features: Mapping[str, Feature]
) -> None:
    html = _page(published, features, health_facts({}, {}))
    assert 'id="decisions"' not in html
    assert _page(published, features, None).count("<section") == html.count("<section")


def test_without_contacts_the_page_says_so(tables: dict[str, pd.DataFrame]) -> None:
    contacts = ["due", "made", "missed", "extra", "extra_cost"]
    tables["attention"] = tables["attention"].assign(**dict.fromkeys(contacts, float("nan")))
    care = health_facts(tables, NAMES).attention
    assert care is not None
    assert not care.told
    assert care.worst == ()
    assert "The ledger tells no contacts" in health_words.attention_sentence(care, None)


def test_without_discounts_the_page_says_so(tables: dict[str, pd.DataFrame]) -> None:
    limits = dict.fromkeys(["discount_rate", "discount_over"], float("nan"))
    tables["attention"] = tables["attention"].assign(**limits)
    care = health_facts(tables, NAMES).attention
    assert care is not None
    assert not care.discounts_told
    said = health_words.attention_sentence(care, None)
    assert "The ledger tells no discounts" in said
    assert "above its playbook" not in said
    neither = health_words.attention_sentence(replace(care, told=False), None)
    assert neither == "The ledger tells no contacts and no discounts to hold against the playbook."


def test_where_nothing_can_be_asked_for_no_new_terms_are_told(
    tables: dict[str, pd.DataFrame],
) -> None:
    tables["decisions"] = tables["decisions"].assign(gain=0.0)
    below = health_facts(tables, NAMES).decisions
    assert below is not None
    assert below.shown
    assert [each.accepted for each in below.shown] == [None] * len(below.shown)


def test_every_code_has_its_words() -> None:
    edge = BoundaryFact(
        client_id="x",
        name="x",
        profit=1.0,
        profit_before=None,
        eaten_share=None,
        pressed_by=None,
        pressed_money=None,
        verdict="",
        zero_on=dt.date(2024, 1, 1),
    )
    for verdict in VERDICTS:
        assert health_words.line_phrase(replace(edge, verdict=verdict)) != verdict
    assert set(health_words.EATERS) == set(EATERS)
    cents = replace(edge, pressed_by=next(iter(EATERS)), pressed_money=0.3)
    assert health_words.pressed_phrase(cents, "EUR") == "nothing more than a year before"
    below = DecisionFact(
        client_id="x",
        name="x",
        tier="t",
        profit=-1.0,
        keep=1.0,
        reprice=None,
        best="keep",
        condition="",
        break_even=0.4,
        gain=5.0,
        less_discount=None,
        less_care=None,
        dearer=None,
        accepted=3.0,
    )
    for condition in CONDITIONS:
        told = replace(below, condition=condition)
        assert health_words.condition_sentence(told, "EUR") != condition


def test_terms_of_a_run_that_did_not_tell_their_parts_are_told_in_money(
    tables: dict[str, pd.DataFrame],
) -> None:
    parts = ["gain_discount", "gain_care", "gain_prices"]
    tables["decisions"] = tables["decisions"].drop(columns=parts)
    below = health_facts(tables, NAMES).decisions
    assert below is not None
    said = health_words.condition_sentence(below.shown[0], "EUR").replace("\u00a0", " ")
    assert said.startswith("terms worth 80 EUR a year; the best if it accepts")


def test_the_page_of_a_whole_run_says_the_published_figures(chain: Any) -> None:
    text = chain.page.read_text("utf-8").replace("\u00a0", " ")
    table = pd.read_parquet(chain.scored.folder / "concentration.parquet")
    year = table[table["part"] == "year"].set_index("item")["money"]
    assert f"{year['at_risk']:,.0f} EUR or more" in text
    lost = pd.read_parquet(chain.lost.folder / "losses.parquet")
    left = lost.loc[lost["kind"].eq("left"), "client_id"]
    assert len(left)
    assert "Without the clients that left." in text
    attention = pd.read_parquet(chain.scored.folder / "attention.parquet")
    attention = attention[~attention["client_id"].isin(left)]
    key = attention[attention["is_key"]]
    assert f"Of {key['due'].sum():,} contacts due with {len(key):,} key clients" in text
    decisions = pd.read_parquet(chain.scored.folder / "decisions.parquet")
    decisions = decisions[~decisions["client_id"].isin(left)]
    assert f"{-decisions['profit_365'].sum():,.0f} EUR more than they brought" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "none in 365 days"), ("ru", "за 365 дней ни одного"), ("zh", "365天内无")],
)
def test_no_contact_in_the_year_is_told_as_that(
    published: Published, tables: dict[str, pd.DataFrame], language: str, said: str
) -> None:
    tables["attention"]["last_contact"] = None
    record, others = published
    facts = report_facts(record, {**others, **tables}, losses=None, features={})
    assert said in render_report(facts, language=language)
