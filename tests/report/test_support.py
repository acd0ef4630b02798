"""The page of a small portfolio says first how far it goes, and shows silences for signs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from segml.report import render_report, report_facts, support_facts, support_sentences
from segml.report.language import speaking
from segml.report.silence import RiskFacts
from segml.report.words import silence_sentence

SENTENCE = "26 lost clients carry 2 weights"
SUPPORT = {
    "is_small": True,
    "buyers": 98,
    "active": 90,
    "lost_clients": 26,
    "stayed_clients": 64,
    "common_rate": 0.23,
    "beats_rate": False,
    "foretells": False,
    "brier_skill": [0.05, -0.02, 0.11],
    "risk_width": 0.21,
    "profit_width": 21_234.0,
    "ranking": True,
    "tiers": [33, 33, 32],
    "sentences": [SENTENCE],
}


def page(run: tuple[dict[str, Any], dict[str, pd.DataFrame]], **support: Any) -> str:
    record, tables = run
    silences = {"c": (3.0, 20.0), "b": (90.0, 20.0)}
    features = pd.DataFrame(
        [
            {"client_id": name, "silence_days": silences.get(name, (None,))[0]}
            | {"median_gap_days": silences.get(name, (None, None))[-1]}
            for name in tables["scores"]["client_id"]
        ]
    )
    found = {**record, "support": SUPPORT | support, "notes": [SENTENCE, "another note"]}
    facts = report_facts(found, {**tables, "features": features}, losses=None, features={})
    return render_report(facts)


def test_a_small_portfolio_says_first_how_far_it_goes(published: Any) -> None:
    text = page(published)
    assert text.index("A small portfolio: how far this goes") < text.index("<h2>Portfolio</h2>")
    for part in ("98 clients have bought", "26 lost clients", "bought nothing within", "21 points"):
        assert part in text, part
    assert SENTENCE not in text  # the page says it in its own words
    assert "Another note." in text


def test_unproven_risks_show_silences_and_suggest_nothing(published: Any) -> None:
    text = page(published)
    assert "silent for 3 days, within its usual gap of 20 days" in text
    assert "silent for 90 days, 4.5× its usual gap of 20 days" in text
    risk = text[text.index('<section id="risk">') : text.index('<section id="client">')]
    assert "Suggested" not in risk
    assert "Where most profit stands" in risk


def test_proven_risks_of_a_small_portfolio_keep_their_signs(published: Any) -> None:
    text = page(published, beats_rate=True, foretells=True)
    assert "A small portfolio" in text
    assert "on later days too" in text
    risk = text[text.index('<section id="risk">') : text.index('<section id="client">')]
    assert "Suggested" in risk
    assert "silent for" not in risk


def test_risks_that_were_not_tried_later_are_hints(published: Any) -> None:
    text = page(published, beats_rate=True)
    assert "take a high risk for a hint" in text
    assert "Where most profit stands" in text


@pytest.mark.parametrize("support", [None, {**SUPPORT, "is_small": False}])
def test_a_large_portfolio_says_nothing_of_it(published: Any, support: Any) -> None:
    record, tables = published
    facts = report_facts({**record, "support": support}, tables, losses=None, features={})
    assert facts.support is None
    assert "A small portfolio" not in render_report(facts)


def test_tiers_by_profit_and_groups_are_told_apart() -> None:
    run = {"churn_horizon_days": 365}
    ranked, grouped = (
        support_facts({**run, "support": SUPPORT | {"ranking": ranking}})
        for ranking in (True, False)
    )
    assert ranked is not None
    assert grouped is not None
    assert any("a ranking by profit" in line for line in support_sentences(ranked))
    assert any("groups of 33, 33, 32 clients" in line for line in support_sentences(grouped))


@pytest.mark.parametrize(
    ("silence", "gap", "said"),
    [
        (None, None, ""),
        (1.0, None, "silent for 1 day; too few orders for a rhythm of its own"),
        (20.0, 20.0, "silent for 20 days, within its usual gap of 20 days"),
        (30.0, 20.0, "silent for 30 days, 1.5× its usual gap of 20 days"),
    ],
)
def test_a_silence_is_told_against_the_clients_own_rhythm(
    silence: float | None, gap: float | None, said: str
) -> None:
    client = RiskFacts(
        client_id="a",
        name="A",
        tier="tier 1",
        is_key=True,
        p_churn=0.2,
        p_churn_low=None,
        p_churn_high=None,
        profit_365=1.0,
        action="keep",
        reasons=(),
        silence_days=silence,
        usual_gap_days=gap,
    )
    assert silence_sentence(client) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "wider than 1 point, half of the ranges of an expected profit wider than 1,439 EUR.",
        ),
        ("ru", "шире 1 п. п., половина диапазонов ожидаемой прибыли шире 1 439 €."),
        ("zh", "宽于1个百分点、半数预期利润区间宽于€1,439。"),
    ],
)
def test_widths_have_their_unit(language: str, said: str) -> None:
    narrow = SUPPORT | {"risk_width": 0.012, "profit_width": 1439.2}
    support = support_facts({"churn_horizon_days": 365, "support": narrow})
    assert support is not None
    with speaking(language):
        lines = support_sentences(support, "EUR")
    assert said in " ".join(lines).replace("\u00a0", " ")
