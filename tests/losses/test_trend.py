"""The trend: quarters hold every loss once, and chance is no trend."""

from __future__ import annotations

import numpy as np
import pytest

from segml.ledger import date_of, day_of
from segml.losses import LossAnalysis
from segml.losses.trend import Cohort, quarters, rate_trend


def test_the_quarters_hold_every_loss_and_all_its_money_once(analysis: LossAnalysis) -> None:
    trend, losses = analysis.loss_trend, analysis.losses
    assert trend["lost"].sum() == len(losses)
    assert trend["money"].sum() == pytest.approx(losses["profit_lost"].sum())
    ends = trend["last_day"].tolist()
    assert [(each - ends[0]).days for each in trend["first_day"][1:]] == [
        (each - ends[0]).days + 1 for each in ends[:-1]
    ]


def test_a_rate_is_of_the_key_clients_of_its_own_quarter(analysis: LossAnalysis) -> None:
    trend = analysis.loss_trend
    # of four losses three were complete in the second quarter of 2024, one earlier
    assert (trend["key_lost"] <= trend["key_clients"]).all()
    assert (trend["key_clients"] > 0).all()
    assert trend["key_lost"].sum() >= len(analysis.losses) - 1
    assert (trend["rate_low"] <= trend["rate"]).all()
    assert (trend["rate"] <= trend["rate_high"]).all()


@pytest.mark.parametrize(
    ("start", "end"), [("2023-11-30", "2024-01-02"), ("2024-01-01", "2025-01-01")]
)
def test_quarters_cover_the_days_between_the_dates_once(start: str, end: str) -> None:
    first, last = (int(np.datetime64(each).astype("int64")) for each in (start, end))
    spans = quarters(first, last)
    days = [day for one, other in spans for day in range(one, other + 1)]
    assert days == list(range(first, last))
    for one, other in spans:
        assert (date_of(one).month - 1) // 3 == (date_of(other).month - 1) // 3
    assert day_of(date_of(first)) == first


def test_rates_that_differ_by_chance_are_no_trend() -> None:
    draws = np.random.default_rng(11)
    called = [
        rate_trend(draws.binomial(300, 0.05, size=6).tolist(), [300] * 6, [91] * 6).direction
        for _ in range(800)
    ]
    assert np.mean([each != "unclear" for each in called]) < 0.07


def test_a_rate_that_trebles_is_rising_and_its_mirror_falling() -> None:
    lost, at_risk, days = [6, 8, 12, 19], [300] * 4, [90] * 4
    assert rate_trend(lost, at_risk, days).direction == "rising"
    assert rate_trend(lost[::-1], at_risk, days).direction == "falling"


def test_a_short_quarter_with_few_losses_is_no_fall() -> None:
    assert rate_trend([15, 15, 15, 2], [300] * 4, [90, 90, 90, 12]).direction == "unclear"


def test_a_rate_has_an_interval_that_reaches_its_ends() -> None:
    none, every = Cohort(key_clients=20, lost=0), Cohort(key_clients=20, lost=20)
    assert none.interval[0] == 0.0 < none.interval[1] < 0.2
    assert every.interval[1] == 1.0 > every.interval[0] > 0.8
    assert np.isnan(Cohort(key_clients=0, lost=0).rate)
