from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import FIRST_CONTACT
from segml.report import prospect_lines, prospect_of, render_report, report_facts
from segml.report import prospect_words as words
from segml.report.facts import portfolio_facts
from segml.report.language import speaking
from segml.report.phrases import RECOMMENDED
from segml.report.prospects import SHOWN, EffectFact, prospects_facts
from segml.scoring import (
    PROSPECT_REASONS,
    PROSPECTS,
    RECOMMENDATIONS,
    client_facts,
    conform,
)

Published = tuple[dict[str, Any], dict[str, pd.DataFrame]]
DAY = dt.date(2024, 7, 1)
FEATURES = {feature.name: feature for feature in FIRST_CONTACT}
NAMES = {"p1": "<b>Neu</b>", "old": "Alt & Co"}


def prospect_row(client_id: str, **given: Any) -> dict[str, Any]:
    row = {
        "as_of": DAY,
        "client_id": client_id,
        "expected_profit": 900.0,
        "low": -100.0,
        "high": 2500.0,
        "expected_minutes": 90.0,
        "expected_cost_to_serve": 200.0,
        "recommendation": "contact",
        "like_1": "old",
        "like_2": "x2",
        "like_3": None,
        "like_profit": 700.0,
        "learnt_from": 55,
    }
    return {**row, **given}


def tables_of(*rows: dict[str, Any]) -> dict[str, pd.DataFrame]:
    reasons = [
        {"as_of": DAY, "client_id": row["client_id"], "rank": rank, "feature": feature}
        | {"value": np.nan, "value_text": text, "reference": np.nan}
        | {"contribution": money / 100, "money": money}
        for row in rows
        for rank, (feature, text, money) in enumerate(
            [("(base)", "", 500.0), ("industry", "re<i>tail", 500.0), ("wallet", "9 EUR", -100.0)]
        )
    ]
    return {
        "prospects": conform(pd.DataFrame(rows), PROSPECTS),
        "prospect_reasons": conform(pd.DataFrame(reasons), PROSPECT_REASONS),
    }


def untold(client_id: str) -> dict[str, Any]:
    """A prospect of a run without a model."""
    known = prospect_row(client_id)
    return {name: value if name in ("as_of", "client_id") else None for name, value in known.items()
            } | {"learnt_from": 0}  # fmt: skip


def test_every_recommendation_has_its_phrase() -> None:
    assert tuple(RECOMMENDED) == RECOMMENDATIONS


def test_the_best_are_shown_and_all_are_counted() -> None:
    rows = [prospect_row(f"p{i:02d}", expected_profit=float(i)) for i in range(14)]
    rows[0]["recommendation"] = "decline"
    facts = prospects_facts(tables_of(*rows), names=NAMES)
    assert facts is not None
    assert (facts.count, facts.learnt_from) == (14, 55)
    assert [one.client_id for one in facts.told] == [f"p{i:02d}" for i in range(13, 3, -1)]
    assert len(facts.told) == SHOWN
    assert facts.by_recommendation == {"contact": 13, "decline": 1}
    assert words.prospects_sentence(facts).startswith(
        "14 prospects are known: 13 to contact, 1 to leave alone."
    )


def test_lines_name_care_look_alikes_and_every_effect() -> None:
    found = prospect_of(tables_of(prospect_row("p1")), "p1", names=NAMES)
    assert found is not None
    assert found.base + sum(one.money for one in found.effects) == found.expected_profit
    lines = prospect_lines(found, FEATURES, "EUR")
    assert lines[0] == "Its first year is expected to take 200\xa0EUR, 1.5 hours of care."
    assert "Alt & Co, x2 (first years brought 700\xa0EUR on average)" in lines[1]
    assert [line.split() for line in lines[-2:]] == [
        ["+500", "EUR", "industry", "(re<i>tail)"],
        ["−100", "EUR", *FEATURES["wallet"].label.split(), "(9", "EUR)"],
    ]


def test_without_a_model_nothing_is_foretold_and_that_is_said() -> None:
    tables = tables_of(prospect_row("p1"))
    tables["prospects"] = conform(pd.DataFrame([untold("p1"), untold("p2")]), PROSPECTS)
    facts = prospects_facts(tables, names=NAMES)
    assert facts is not None
    assert facts.told == ()
    assert "nothing is foretold" in words.prospects_sentence(facts)
    assert prospect_of(tables, "p1", names=NAMES) is None


def test_a_run_without_prospects_has_no_section(published: Published) -> None:
    run, tables = published
    facts = report_facts(run, tables, losses=None, features=FEATURES)
    assert facts.prospects is None
    assert 'id="prospects"' not in render_report(facts)


def test_the_page_escapes_what_comes_from_the_ledger(published: Published) -> None:
    run, tables = published
    given = tables_of(prospect_row("a"), prospect_row("b", like_1="<u>"))
    facts = report_facts(run, {**tables, **given}, losses=None, features=FEATURES)
    page = render_report(facts)
    assert 'id="prospects"' in page
    for raw in ("<script>alert", "re<i>tail", "<u>"):
        assert raw not in page
    assert "re&lt;i&gt;tail" in page


def test_totals_leave_prospects_out(published: Published) -> None:
    run, tables = published
    scores = tables["scores"]
    prospect = scores.iloc[[0]].assign(client_id="p", status="prospect", expected_profit=5000.0)
    with_one = portfolio_facts(run, pd.concat([scores, prospect], ignore_index=True))
    without = portfolio_facts(run, scores)
    assert with_one.statuses["prospect"] == 1
    assert with_one.expected_profit == without.expected_profit == scores["expected_profit"].sum()
    sums = [[tier.expected_profit for tier in one.tiers] for one in (with_one, without)]
    assert sums[0] == sums[1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"status": "prospect"}, "in the year from its first order, should it begin to buy"),
        ({}, "over the next 30 days"),
        ({"status": "prospect", "expected_profit": None}, "too few past newcomers"),
    ],
)
def test_what_is_expected_is_told_of_a_year_or_of_the_horizon(
    given: dict[str, Any], said: str, published: Published
) -> None:
    tables = published[1]
    scores = tables["scores"].iloc[[0]].assign(**given)
    facts = client_facts(scores, tables["reasons"], tables["clients"], client_id="a")
    assert said in words.expected_sentence(facts, 30)


def test_the_place_in_the_year_is_told_as_its_month() -> None:
    told = [("0", "Jan"), ("10.85", "Nov"), ("11.97", "Dec"), ("12", "Dec"), ("unknown", "unknown")]
    for value_text, said in told:
        effect = EffectFact(feature="month", value_text=value_text, money=1.0)
        assert words.known_value(effect) == said
    with speaking("ru"):
        assert words.known_value(dataclasses.replace(effect, value_text="10.85")) == "нояб."
