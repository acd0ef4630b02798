"""What the page of drift says of each figure, in three languages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from segml.features import CATALOGUE
from segml.report import LANGUAGES
from segml.report.language import speaking
from segml.report.pages import Shell, drift_words, page

FEATURES = {one.name: one for one in CATALOGUE}


def row(subject: str, name: str, value: float, **more: Any) -> dict[str, Any]:
    base = {"usual": 0.1, "low": None, "high": 0.5, "is_beyond": value > 0.5}
    return {"subject": subject, "name": name, "value": value, **base, **more}


ROWS = (
    row("feature", "spend_90", 0.75),
    row("score", "raw_churn", 0.02),
    row("reason", "tier 1", 0.97, low=0.9, high=1.0, is_beyond=False),
    row("move", "tier 1 → tier 2", 0.123),
    row("volume", "interactions: visit", 0.0, usual=120.0, low=50.0, high=400.0),
    row("model", "days", 412.0, usual=None, high=400.0),
)


def test_each_figure_is_named_in_its_unit_beside_its_limit_and_the_verdict() -> None:
    with speaking("en"):
        told = [
            (
                drift_words.name(each, FEATURES),
                drift_words.figure(each, "value"),
                drift_words.figure(each, "usual"),
                drift_words.limit(each),
                drift_words.verdict(each),
            )
            for each in ROWS
        ]
    assert [tuple(part.replace("\xa0", " ") for part in each) for each in told] == [
        (FEATURES["spend_90"].label, "0.750", "0.100", "at most 0.500", "beyond its limit"),
        ("Raw churn score", "0.020", "0.100", "at most 0.500", "as usual"),
        ("tier 1", "0.970", "0.100", "at least 0.900", "as usual"),
        ("tier 1 → tier 2", "12.3 %", "10.0 %", "at most 50.0 %", "as usual"),
        ("interactions: visit", "0", "120", "50 to 400", "as usual"),
        ("Age of the model", "412 days", "—", "at most 400 days", "beyond its limit"),
    ]


def test_a_figure_that_came_stands_with_its_interval() -> None:
    base = {"value": 0.7, "low": 0.65, "high": 0.75, "is_worse": True}
    with speaking("en"):
        assert drift_words.interval(base) == "0.700 (0.650 to 0.750)"
        assert drift_words.interval({**base, "low": None}) == "0.700"
        assert drift_words.interval({**base, "value": None}) == "—"
        assert drift_words.held(base) == "worse than the card says"
        assert drift_words.held({**base, "is_worse": False}) == "as the card says"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_every_figure_and_what_came_of_earlier_scores(language: str) -> None:
    shell = Shell(
        portfolio="shop",
        as_of=dt.date(2024, 4, 1),
        version="v",
        rooms={"models": "/models"},
        here="models",
        languages=(("en", "English", "/?lang=en"),),
        viewer=None,
        role="analyst",
        token="t",
    )
    came = {
        "as_of": dt.date(2023, 10, 1),
        "metric": "auc",
        "value": 0.7,
        "low": 0.6,
        "high": 0.8,
        "card": None,
        "clients": 260,
        "is_worse": True,
    }
    drift = {"beyond": 2, "looked_at": len(ROWS), "rows": list(ROWS)}
    realised = {"as_of": dt.date(2024, 4, 1), "rows": [came]}
    told = page(
        "drift",
        language=language,
        shell=shell,
        drift=drift,
        realised=realised,
        features=FEATURES,
    )
    assert told.count("<tr>") == len(ROWS) + 3
    with speaking(language):
        assert drift_words.held(came) in told
        assert drift_words.WATCHED["reason"] in told
    bare = page("drift", language=language, shell=shell, drift=None, realised=None, features={})
    assert "<table" not in bare
