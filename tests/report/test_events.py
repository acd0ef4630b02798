from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from segml.losses import COMPANY_EVENTS, EVENT_IMPACT
from segml.losses.tables import framed
from segml.report import render_report, report_facts
from segml.report.events import (
    EventFacts,
    event_facts,
    event_sentence,
    event_title,
    events_sentence,
    silent_sentences,
)

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]
EVIL = "<script>alert('outage')</script>"


def impact_rows(event_id: str, lost: str, profit: str, p: float = 0.01) -> list[dict[str, Any]]:
    numbers = {
        "lost": {"effect": 0.034, "low": 0.012, "high": 0.056},
        "profit": {"effect": -140.4, "low": -220.0, "high": -60.0},
    }
    none = dict.fromkeys(("effect", "low", "high", "p_adjusted", "pretrend_p"))
    return [
        {
            "event_id": event_id,
            "outcome": outcome,
            **none,
            **(numbers[outcome] | {"p_adjusted": p} if not verdict.startswith("too") else {}),
            "exposed": 812,
            "compared": 1950,
            "verdict": verdict,
        }
        for outcome, verdict in (("lost", lost), ("profit", profit))
    ]


def event_row(event_id: str, **given: Any) -> dict[str, Any]:
    row = {
        "event_id": event_id,
        "date": dt.date(2023, 5, 4),
        "kind": "service_outage",
        "scope": "region",
        "scope_value": "North",
        "magnitude": None,
        "description": None,
        "together": event_id,
        "beside": None,
    }
    return {**row, **given}


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    impact = [
        *impact_rows("e1", "worse", "worse"),
        *impact_rows("e2", "overlapping", "no_difference", p=0.001),
        *impact_rows("e3", "no_difference", "no_difference"),
        *impact_rows("e4", "too_little_time", "too_few_exposed"),
        *impact_rows("e5", "no_difference", "differed_before"),
        *impact_rows("g1", "no_difference", "no_difference"),
        *impact_rows("g2", "no_difference", "no_difference"),
    ]
    goods = {"kind": "product_withdrawal", "scope": "product", "together": "g1"}
    events = [
        event_row("e1", description=EVIL),
        event_row("e2", beside="e1", kind="price_change", magnitude=0.12),
        event_row("e3"),
        event_row("e4", scope="all", scope_value=None),
        event_row("e5"),
        event_row("g1", scope_value="axe", **goods),
        event_row("g2", scope_value="saw", **goods),
    ]
    return {
        "event_impact": framed(impact, EVENT_IMPACT),
        "company_events": framed(events, COMPANY_EVENTS),
    }


@pytest.fixture
def facts(tables: dict[str, pd.DataFrame]) -> EventFacts:
    found = event_facts(tables)
    assert found is not None
    return found


def test_the_surest_event_stands_first_and_silent_ones_are_counted_once(facts: EventFacts) -> None:
    assert [event.lost.verdict for event in facts.told] == ["overlapping", "worse"]
    assert facts.silent == {"differed_before": 1, "no_difference": 2, "too_few_exposed": 1}
    assert "Of 6 events" in events_sentence(facts)
    assert len(silent_sentences(facts)) == 3


@pytest.mark.parametrize(
    ("silent", "said"),
    [
        ({"no_comparable": 2, "too_little_time": 3}, "market, none could be judged."),
        ({"no_difference": 2, "too_little_time": 3}, "2 could be judged: none of these was"),
        ({"no_difference": 1, "too_few_exposed": 1}, "1 could be judged: it was followed by no"),
        ({"no_difference": 2}, "Of 2 events of the company or its market, none was followed by"),
    ],
)
def test_events_that_could_not_be_judged_are_not_said_to_have_changed_nothing(
    silent: dict[str, int], said: str
) -> None:
    assert said in events_sentence(EventFacts(told=(), silent=silent)).replace("\u00a0", " ")


def test_the_sentence_gives_effect_interval_and_clients(facts: EventFacts) -> None:
    said = event_sentence(facts.told[1], "EUR").replace("\u00a0", " ")
    assert "3.4 more were lost" in said
    assert "+1.2 to +5.6)" in said
    assert "812 clients" in said
    assert "earned us 140 EUR less per client and year than" in said
    assert "−220 EUR to −60 EUR" in said


def test_no_sentence_says_because(facts: EventFacts) -> None:
    told = [events_sentence(facts), *silent_sentences(facts)]
    told += [event_sentence(event, "EUR") for event in facts.told]
    assert "association" in told[0]
    assert not [each for each in told if "because" in each or "due to" in each]


def test_what_overlaps_is_named(facts: EventFacts) -> None:
    said = event_sentence(facts.told[0], None)
    assert EVIL in said
    assert "cannot be told apart" in said


def test_an_event_is_called_by_its_own_words_else_by_kind_size_and_by_its_scope(
    facts: EventFacts,
) -> None:
    assert event_title(facts.told[1]) == f"{EVIL}: region North"
    told = replace(facts.told[1], description="No power in the north.")
    assert event_title(told) == "No power in the north"
    assert event_title(facts.told[0]).replace("\u00a0", " ") == "Price change +12.0 %: region North"


def test_an_analysis_of_an_older_version_has_no_events(tables: dict[str, pd.DataFrame]) -> None:
    assert event_facts({}) is None
    none = {name: table.head(0) for name, table in tables.items()}
    assert event_facts(none) is None


def test_the_page_holds_the_events_as_text(
    published: Published, analysed: Published, tables: dict[str, pd.DataFrame], features: Any
) -> None:
    run, losses = analysed
    page = render_report(report_facts(*published, losses=(run, losses | tables), features=features))
    assert "What followed our events" in page
    assert "&lt;script&gt;alert(&#39;outage&#39;)" in page
    assert "<script" not in page
    assert "Why nothing is told of the others:" in page
    silent = {name: rows[rows["event_id"].isin(["e3", "e5"])] for name, rows in tables.items()}
    quiet = render_report(
        report_facts(*published, losses=(run, losses | silent), features=features)
    )
    assert "Why nothing is told of them:" in quiet
    assert "Of the others" not in quiet
    without = render_report(report_facts(*published, losses=analysed, features=features))
    assert "What followed our events" not in without
