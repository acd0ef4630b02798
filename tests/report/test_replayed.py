"""The page of a backtest: its facts, its words, its lines; one file, every text escaped."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.report.test_render import Page

from segml.evaluation import BASELINES, MONEY_BASELINES, Backtest, Lead, Standing
from segml.evaluation.overall import standing_over
from segml.evaluation.replaying import MODELS
from segml.evaluation.summary import by_origin, summarise
from segml.report import ReplayFacts, grade_lines, headline, render_backtest, replay_facts
from segml.report.line_chart import line_chart
from segml.report.replayed import SHARES, gain
from segml.report.replayed_words import (
    MODELS as NAMES,
)
from segml.report.replayed_words import (
    gain_sentence,
    later_sentences,
    standing_sentences,
)

PORTFOLIO = "<script>alert('p')</script>"
NOTE = "2024-01-01: a <b>note</b> & more"
ORIGINS = (dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1))


def _predictions(clients: int = 300) -> pd.DataFrame:
    """Three origins; the model knows more than the rules, recency more than the other rules."""
    rng = np.random.default_rng(11)
    frames = []
    for place, origin in enumerate(ORIGINS):
        p = rng.beta(1, 4, clients)
        rules = {
            name: p + rng.normal(0, 0.2 + 0.1 * k, clients) for k, name in enumerate(BASELINES)
        }
        profit = rng.lognormal(4, 1, clients)
        money = {
            f"{name}{end}": profit * rng.lognormal(0, 0.5, clients) + off
            for name in MONEY_BASELINES
            for end, off in (("", 0.0), ("_low", -300.0), ("_high", 300.0))
        }
        frames.append(
            pd.DataFrame(
                {
                    "origin": origin,
                    "client_id": [f"c{k:03d}" for k in range(clients)],
                    "key": np.arange(clients) % 5 == 0,
                    "newcomer": np.arange(clients) % 3 == 0,
                    "small": np.arange(clients) % 3 == 1,
                    "tier_rank": 1 + np.arange(clients) % 2,
                    "worth": profit,
                    "lost": (rng.random(clients) < p).astype(float),
                    "segml": p,
                    "previous": np.nan
                    if place == 0
                    else np.clip(p + rng.normal(0, 0.02), 0.01, 0.9),
                    **rules,
                    **{f"p_{name}": np.clip(risk, 0.01, 0.99) for name, risk in rules.items()},
                    "profit": profit,
                    "expected_profit": profit * rng.lognormal(0, 0.3, clients),
                    "median_profit": profit,
                    "expected_profit_low": profit * 0.5,
                    "expected_profit_high": profit * 2,
                    **money,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _backtest(predictions: pd.DataFrame) -> Backtest:
    table = summarise(predictions, MODELS, draws=20, seed=0)
    return Backtest(
        table=table,
        by_origin=by_origin(predictions, MODELS),
        predictions=predictions,
        standing=standing_over(table, predictions, tuple(BASELINES)),
        notes=(NOTE,),
    )


def _facts(found: Backtest, **given: Any) -> ReplayFacts:
    told = {"portfolio": PORTFOLIO, "currency": "EUR", "churn_days": 90, "potential_days": 180}
    return replay_facts(found, **{**told, **given})


@pytest.fixture(scope="module")
def found() -> Backtest:
    return _backtest(_predictions())


@pytest.fixture(scope="module")
def facts(found: Backtest) -> ReplayFacts:
    return _facts(found)


@pytest.fixture(scope="module")
def page(facts: ReplayFacts) -> Page:
    return Page(render_backtest(facts))


def test_the_page_is_one_file_without_script_or_network(facts: ReplayFacts, page: Page) -> None:
    html = render_backtest(facts)
    assert page.open == []
    assert "script" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    links = [value for name, value in page.attributes if name in {"src", "href"}]
    assert links
    assert all(value and value.startswith("#") for value in links)
    assert not re.search(r"url\s*\(|https?:|//[a-z]", html)
    assert html == render_backtest(facts)


def test_every_section_that_is_linked_is_there(page: Page) -> None:
    ids = {value for name, value in page.attributes if name == "id"}
    links = {str(value)[1:] for name, value in page.attributes if name == "href"}
    assert links <= ids


def test_portfolio_and_notes_are_text(page: Page) -> None:
    assert any(PORTFOLIO in part for part in page.text)
    assert any(NOTE in part for part in page.text)


def test_the_page_shows_the_tables_own_figures(found: Backtest, page: Page) -> None:
    told = found.table.set_index(["slice", "model", "metric"])["mean"]
    for key in (("all", "segml", "auc"), ("key", "recency", "auc"), ("all", "segml", "gini")):
        assert f"{told[key]:.3f}" in page.words
    for model in (*MODELS.risks, *MODELS.money):
        assert NAMES[model] in page.words


def test_the_grade_leads_the_page(facts: ReplayFacts, page: Page) -> None:
    assert facts.standing.grade in {"A", "B"}
    assert headline(facts.standing) in page.words
    assert grade_lines(facts.standing)[0].startswith(f"Grade {facts.standing.grade}: ")


def test_a_gain_shares_ties_evenly_and_ends_with_everybody() -> None:
    rows = pd.DataFrame(
        {"origin": ORIGINS[0], "lost": [1.0, 0.0, 0.0, 0.0], "segml": 0.5, "known": [1, 0, 0, 0]}
    )
    np.testing.assert_allclose(gain(rows, "segml"), SHARES)
    known = gain(rows, "known")
    assert known[SHARES.index(0.25)] == pytest.approx(1.0)
    assert known[-1] == pytest.approx(1.0)
    assert gain(rows.assign(lost=0.0), "segml") == ()


def test_one_period_later_compares_models_on_the_same_origins(
    found: Backtest, facts: ReplayFacts
) -> None:
    auc = found.by_origin.query("slice == 'all' and metric == 'auc'")
    wide = auc.pivot_table(index="origin", columns="model", values="value")
    later = facts.later
    assert later is not None
    assert later.kept == pytest.approx(wide["previous"].mean())
    assert later.retrained == pytest.approx(wide["segml"].iloc[1:].mean())
    falls = wide["segml"].shift() - wide["previous"]
    assert later.fall == pytest.approx(falls.mean())
    rule = wide[found.standing.baseline]
    assert later.rule_fall == pytest.approx((rule.shift() - rule).mean())
    assert "not retrained" in later_sentences(later)[0]


def test_one_origin_has_no_later_and_says_nothing_of_it() -> None:
    rows = _predictions()
    facts = _facts(_backtest(rows[rows["origin"] == ORIGINS[0]].reset_index(drop=True)))
    assert facts.later is None
    words = Page(render_backtest(facts)).words
    assert "without retraining" not in words
    assert "1 date on 1 Jan 2024" in words


def test_a_horizon_of_profit_that_is_not_over_leaves_its_section_out() -> None:
    facts = _facts(_backtest(_predictions().assign(profit=np.nan)))
    assert facts.money == {}
    assert "Spearman" not in Page(render_backtest(facts)).words


def test_nobody_lost_is_told_and_breaks_nothing() -> None:
    facts = _facts(_backtest(_predictions().assign(lost=0.0)))
    assert facts.standing.grade == "D"
    assert gain_sentence(facts) == "Nobody was lost in the replayed horizons."
    words = Page(render_backtest(facts)).words
    assert "too few losses to tell the model from a simple rule" in words
    assert "nan" not in words


def test_money_without_a_currency_has_none(found: Backtest) -> None:
    assert "EUR" not in Page(render_backtest(_facts(found, currency=None))).words


def _standing(*, low: float, high: float, calibration: float) -> Standing:
    lead = Lead(own=0.8, other=0.75, low=low, high=high)
    return Standing(
        baseline="recency",
        key_baseline="bgnbd",
        over_all=lead,
        over_key=lead,
        signal=Lead(own=0.8, other=0.5, low=0.2, high=0.4),
        calibration=calibration,
    )


def test_the_words_follow_the_bounds() -> None:
    ahead = standing_sentences(_standing(low=0.01, high=0.09, calibration=0.01))
    assert "shown ahead of the best simple rule (days since the last order" in ahead[0]
    assert not any("An A would take" in line for line in ahead)
    behind = standing_sentences(_standing(low=-0.2, high=-0.1, calibration=0.01))
    assert "shown behind the best" in behind[0]
    open_ = standing_sentences(_standing(low=-0.1, high=0.1, calibration=0.06))
    assert "not told apart from" in open_[0]
    assert open_[-1] == (
        "An A would take a shown lead among all clients, a shown lead among key clients and "
        "probabilities within 3 percentage points."
    )


def test_a_d_for_its_probabilities_says_so() -> None:
    standing = _standing(low=0.01, high=0.09, calibration=0.2)
    assert standing.grade == "D"
    assert headline(standing) == "Its probabilities are too far from what happened"
    ranked = replace(
        standing, calibration=0.01, over_all=Lead(own=0.6, other=0.8, low=-0.3, high=-0.1)
    )
    assert headline(ranked) == "Not shown to be of use beyond a simple rule"


@pytest.mark.parametrize(
    ("most", "ends"), [(0.12, "15"), (0.37, "40"), (0.5, "50"), (0.61, "80"), (1.0, "100")]
)
def test_axes_end_at_a_round_share_that_holds_every_point(most: float, ends: str) -> None:
    chart = line_chart({"ours": [(0.0, 0.0), (most, most)]}, most=most, dotted=("ours",))
    assert chart.up[-1].text.startswith(ends)
    assert all(8.0 <= y <= chart.bottom for _, y in chart.lines[0].dots)
    assert len(chart.up) == len(chart.across) <= 6
