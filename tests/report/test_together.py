"""All losses together on the page: the parts add up, rests stand last, every name is text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any

import pandas as pd
import pytest

from segml.losses import (
    LOSS_DRIVERS,
    LOSS_EVENTS,
    LOSS_FAULTS,
    LOSS_TREND,
    LOSSES_BY,
    RECORDED_REASONS,
    RELIEF,
)
from segml.losses.compared import MORE
from segml.losses.tables import framed
from segml.losses.together import DIMENSIONS as ALL_DIMENSIONS
from segml.losses.trend import FALLING, RISING, UNCLEAR
from segml.report import ReportFacts, overview, phrases, render_report, report_facts
from segml.report.language import speaking
from segml.report.together import DIMENSIONS, TogetherFacts, together_facts
from segml.words.feature import Feature

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]
EVIL = "<img src=x onerror=alert(1)>"
TOTAL = 1600.0


def _by(dimension: str, *parts: tuple[str, float]) -> list[dict[str, Any]]:
    return [
        {"dimension": dimension, "value": value, "clients": 1, "money": money}
        | {"referral_money": 0.0, "share": money / TOTAL}
        for value, money in parts
    ]


@pytest.fixture
def overall(analysed: Published) -> Published:
    """The loss analysis with the tables of all losses together."""
    run, tables = analysed
    by = [
        *_by("event", ("e1", 300.0), ("(no event)", 1300.0)),
        *_by("manager", (EVIL, 1600.0)),
        *_by("category", *[(f"c{i}", 100.0 + i) for i in range(7)], ("(not recorded)", 879.0)),
        *_by("product", ("(not recorded)", 1600.0)),
        *_by("industry", ("retail", 1600.0)),
        *_by("region", ("West", 1600.0)),
        *_by("kind", ("left", 600.0), ("unprofitable", 900.0), ("shrunk", 100.0)),
        *_by("quarter", ("2024-Q1", 1500.0), ("2023-Q4", 100.0)),
    ]
    faults = [
        {"reason": "price", "source": "event", "value": "e1"},
        {"reason": "manager", "source": "manager", "value": EVIL},
        {"reason": "service", "source": "product", "value": EVIL},
        {"reason": "service", "source": "complaint", "value": "resolution_rise_180"},
    ]
    faults = [
        {**fault, "clients": 1, "money": 400.0 - 50 * i, "referral_money": 0.0, "share": 0.1}
        for i, fault in enumerate(faults)
    ]
    event = {"event_id": "e1", "date": dt.date(2024, 1, 8), "kind": "price_change"}
    event |= {"scope": "category", "scope_value": "paper", "magnitude": 0.1, "description": EVIL}
    driver = {"feature": "price_rise", "reason": "price", "lost": 30, "compared": 90}
    driver |= {"lost_share": 0.4, "compared_share": 0.2, "ratio": 2.0, "ratio_low": 1.2}
    driver |= {"ratio_high": 3.3, "p_adjusted": 0.01, "verdict": MORE}
    quarter = {"quarter": "2024-Q1", "first_day": dt.date(2024, 1, 1), "lost": 3, "money": TOTAL}
    quarter |= {"last_day": dt.date(2024, 3, 31), "referral_money": 0.0, "key_clients": 7}
    quarter |= {"key_lost": 2, "rate": 2 / 7, "rate_low": 0.1, "rate_high": 0.6}
    relief = {"client_id": "z", "tier_before": "tier 3", "certainty": "certain"}
    relief |= {"onset": dt.date(2024, 2, 1), "lost_on": dt.date(2024, 3, 1), "care_minutes": 90.0}
    relief |= {"cost_freed": 40.0, "profit_forgone": -25.0, "left_reason": None}
    recorded = [
        {"left_reason": text, "reason": reason, "clients": clients, "p_adjusted": p}
        | {"share": share, "usual_share": 0.2, "goes_together": p < 0.05}
        for text, clients, told in (
            (EVIL, 12, {"price": (0.5, 0.001), "service": (0.31, 0.04), "margin": (0.1, 1.0)}),
            ("no time", 40, {"price": (0.2, 1.0), "service": (0.2, 1.0), "margin": (0.21, 0.9)}),
        )
        for reason, (share, p) in told.items()
    ]
    return {**run, "trend": {"direction": "rising"}}, {
        **tables,
        "losses_by": framed(by, LOSSES_BY),
        "loss_faults": framed(faults, LOSS_FAULTS),
        "loss_events": framed([event], LOSS_EVENTS),
        "loss_drivers": framed([driver], LOSS_DRIVERS),
        "loss_trend": framed([quarter], LOSS_TREND),
        "relief": framed([relief], RELIEF),
        "recorded_reasons": framed(recorded, RECORDED_REASONS),
    }


@pytest.fixture
def all_facts(
    published: Published, overall: Published, features: dict[str, Feature]
) -> ReportFacts:
    return report_facts(*published, losses=overall, features=features)


@pytest.fixture
def facts_of_all(overall: Published) -> TogetherFacts:
    found = together_facts(*overall)
    assert found is not None
    return found


def test_the_parts_of_every_dimension_on_the_page_add_up_to_what_was_lost(
    facts_of_all: TogetherFacts,
) -> None:
    for dimension, parts in facts_of_all.by.items():
        assert sum(part.money for part in parts) == pytest.approx(TOTAL), dimension
        assert sum(part.share or 0.0 for part in parts) == pytest.approx(1.0)


def test_rests_stand_last_and_quarters_in_order_of_time(facts_of_all: TogetherFacts) -> None:
    values = [part.value for part in facts_of_all.by["category"]]
    assert values == ["c6", "c5", "c4", "c3", "c2", None, "(not recorded)"]
    assert [part.value for part in facts_of_all.by["quarter"]] == ["2023-Q4", "2024-Q1"]


def test_the_page_shows_every_dimension_but_the_reasons_which_stand_first() -> None:
    assert {*DIMENSIONS, "reason"} == set(ALL_DIMENSIONS)
    assert set(DIMENSIONS) == set(phrases.DIMENSIONS)
    assert {RISING, FALLING, UNCLEAR} == set(phrases.DIRECTIONS_OF_TREND)


def test_a_name_of_the_ledger_is_text_wherever_it_stands(all_facts: ReportFacts) -> None:
    html = render_report(all_facts)
    assert EVIL not in html
    assert re.search(r"&lt;img src=x onerror=alert\(1\)&gt;(, \w+ \w+)? \(8", html)
    assert html.count("&lt;img src=x") >= 4


def test_the_page_tells_faults_trend_drivers_and_relief(all_facts: ReportFacts) -> None:
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render_report(all_facts)))
    said = said.replace("\u00a0", " ")
    assert "1,300 EUR a year, 81 % of what was lost, goes with what is in our own hand" in said
    assert "Answers to complaints that became slower" in said
    assert "The share of key clients lost in a quarter is rising." in said
    assert "Q1 2024" in said
    assert "2.0× (1.2 to 3.3)" in said
    assert "1 client left that is no loss" in said
    assert "had cost 25 EUR more than it brought" in said


def test_a_relief_without_a_minute_of_care_tells_no_hours(all_facts: ReportFacts) -> None:
    assert all_facts.losses is not None
    assert all_facts.losses.together is not None
    relief = all_facts.losses.together.relief
    assert relief is not None
    assert "with 2 hours of contacts" in overview.relief_sentence(relief, "EUR")
    gainful = overview.relief_sentence(dataclasses.replace(relief, profit_forgone=25.0), "EUR")
    assert "with 2 hours of contacts, but brought 25\xa0EUR more" in gainful
    assert "no loss" not in gainful
    for forgone, told in (
        (-25.0, "had cost 25\xa0EUR more"),
        (25.0, "but brought 25\xa0EUR more than it cost"),
    ):
        bare = dataclasses.replace(relief, care_minutes=0.0, profit_forgone=forgone)
        said = overview.relief_sentence(bare, "EUR")
        assert "hour" not in said
        assert told in said


def test_what_people_recorded_stands_beside_what_is_told_of_the_same_clients(
    facts_of_all: TogetherFacts, all_facts: ReportFacts
) -> None:
    assert [each.text for each in facts_of_all.recorded] == ["no time", EVIL]
    assert [each.clients for each in facts_of_all.recorded] == [40, 12]
    told = [overview.told_phrase(each).replace("\u00a0", " ") for each in facts_of_all.recorded]
    assert told == [
        "no reason stands out",
        "Price: 50 % (for all 20 %); Service: 31 % (for all 20 %)",
    ]
    assert "What people recorded, and what is named without reading it" in render_report(all_facts)
    assert overview.recorded_sentence(facts_of_all).startswith("Reasons are named without reading")
    none = dataclasses.replace(facts_of_all, recorded=facts_of_all.recorded[:1])
    assert overview.recorded_sentence(none).startswith("No recorded reason goes with a named one")


def test_of_more_texts_than_are_shown_the_page_says_how_many_there_are(
    published: Published, overall: Published, features: dict[str, Feature]
) -> None:
    run, tables = overall
    one = tables["recorded_reasons"].head(1)
    many = [one.assign(left_reason=f"text {n}", clients=10 + n) for n in range(14)]
    tables = {**tables, "recorded_reasons": pd.concat(many, ignore_index=True)}
    html = render_report(report_facts(*published, losses=(run, tables), features=features))
    assert "Shown: 12 of 14, the commonest first." in html
    assert "<bdi>text 13</bdi>" in html
    assert "<bdi>text 0</bdi>" not in html


def test_an_analysis_without_recorded_reasons_says_nothing_of_them(overall: Published) -> None:
    run, tables = overall
    found = together_facts(run, {name: of for name, of in tables.items() if "recorded" not in name})
    assert found is not None
    assert found.recorded == ()


def test_a_dimension_of_which_the_ledger_says_nothing_is_left_out(all_facts: ReportFacts) -> None:
    html = render_report(all_facts)
    assert "By product" not in html
    assert "By region" in html


def test_an_analysis_of_an_older_version_is_shown_without_it(facts: ReportFacts) -> None:
    assert facts.losses is not None
    assert facts.losses.together is None
    assert "Ours to mend" not in render_report(facts)


def test_an_event_without_a_description_is_told_by_its_kind(facts_of_all: TogetherFacts) -> None:
    event = dataclasses.replace(facts_of_all.events["e1"], description=" ")
    told = overview.event_phrase(event, "e1").replace("\u00a0", " ")
    assert told == "Price change, category paper (8 Jan 2024)"
    assert overview.event_phrase(None, "e9") == "e9"
    for words, said in (("Dearer.", "Dearer, category paper"), ("Paper dearer", "Paper dearer")):
        written = dataclasses.replace(event, description=words)
        told = overview.event_phrase(written, "e1").replace("\u00a0", " ")
        assert told == f"{said} (8 Jan 2024)"


def test_without_a_difference_the_page_says_how_many_were_looked_at(
    facts_of_all: TogetherFacts,
) -> None:
    none = dataclasses.replace(facts_of_all, drivers=(), drivers_compared=44)
    assert overview.drivers_sentence(none).startswith("Of 44 signs that may drive a loss, none had")
    few = dataclasses.replace(none, drivers_compared=0)
    assert overview.drivers_sentence(few).startswith("Too few clients were lost")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1.2, 3.3, "6.1× (1.2 to 3.3)"),
        (0.1, 518.0, "too few to tell how many times"),
        (1.2, 90.0, "1.2× at least"),
    ],
)
def test_an_interval_that_says_nothing_is_not_printed(
    facts_of_all: TogetherFacts, low: float, high: float, said: str
) -> None:
    driver = dataclasses.replace(facts_of_all.drivers[0], ratio=6.1, ratio_low=low, ratio_high=high)
    assert overview.driver_odds(driver) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "no steady rise or fall"), ("ru", "нет устойчивого роста"), ("zh", "持续上升或下降")],
)
def test_an_unclear_trend_is_no_word_on_single_quarters(language: str, said: str) -> None:
    with speaking(language):
        assert said in phrases.DIRECTIONS_OF_TREND["unclear"]
