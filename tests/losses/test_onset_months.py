from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.losses.declines import Dated
from segml.losses.exposures import Risk, risk_of
from segml.losses.months import month_starts
from segml.losses.onset_months import beside, by_chance, onset_months

STARTS = np.array(month_starts(0, 599), dtype=np.int64)
DAYS = np.arange(0, 600, 7, dtype=np.int64)


def risk(latest: dict[str, int]) -> Risk:
    orders = pd.DataFrame(
        [(each, day, False) for each in "abc" for day in range(0, 600, 20)],
        columns=["client_id", "day", "is_return"],
    )
    return risk_of(orders, latest, clients=("a", "b", "c"), first_day=0, end=600)


def dated(**chances: dict[int, float]) -> Dated:
    """Declines by client: the middle of a month, as a place among the months, to its chance."""
    chance = np.zeros((len(chances), len(DAYS)))
    for row, of in enumerate(chances.values()):
        for month, each in of.items():
            chance[row, (int(STARTS[month]) + 12) // 7] = each
    return Dated(clients=tuple(chances), days=DAYS, chance=chance, kinds=np.ones((len(chance), 1)))


def within(month: int) -> int:
    return int(STARTS[month]) + 15


def test_an_onset_of_one_week_is_in_its_month() -> None:
    found = onset_months(risk({"b": within(10)}), dated(b={10: 1.0}))
    assert found.clients == ("b",)
    assert found.risk.month.tolist() == [10]
    assert found.weight.tolist() == [1.0]


def test_the_months_share_an_onset_as_its_weeks_do() -> None:
    found = onset_months(risk({"a": within(12)}), dated(a={9: 0.2, 10: 0.5, 12: 0.3}))
    assert found.risk.month.tolist() == [9, 10, 12]
    assert found.weight.tolist() == pytest.approx([0.2, 0.5, 0.3])


def test_a_week_counts_for_the_month_that_most_of_its_days_lie_in() -> None:
    week = int(np.searchsorted(DAYS, STARTS[10])) - 1
    chance = np.zeros((1, len(DAYS)))
    chance[0, week] = 1.0
    told = Dated(clients=("a",), days=DAYS, chance=chance, kinds=np.ones((1, 1)))
    found = onset_months(risk({"a": within(10)}), told)
    expected = 10 if STARTS[10] - DAYS[week] <= 3 else 9
    assert found.risk.month.tolist() == [expected]


def test_months_that_are_hardly_possible_or_not_at_risk_are_left_out() -> None:
    found = onset_months(risk({"a": within(11)}), dated(a={9: 0.004, 10: 0.696, 12: 0.3}))
    assert found.risk.month.tolist() == [10]
    assert found.weight.tolist() == [1.0]


def test_a_decline_that_is_not_dated_is_left_out() -> None:
    found = onset_months(risk({"a": within(10), "b": within(10)}), dated(b={10: 1.0}))
    assert found.clients == ("b",)


def test_a_column_is_averaged_client_by_client() -> None:
    found = onset_months(
        risk({"a": within(12), "c": within(8)}), dated(a={9: 0.2, 10: 0.5, 12: 0.3}, c={8: 1.0})
    )
    assert found.clients == ("a", "c")
    mean = found.mean(np.array([[0.0, 1.0, 0.0, 5.0]]).T)
    assert mean.ravel().tolist() == pytest.approx([0.5, 5.0])


def test_by_chance_the_months_stay_and_the_clients_are_drawn_from_those_at_risk() -> None:
    began = onset_months(risk({"a": within(11)}), dated(a={9: 0.2, 10: 0.5, 11: 0.3}))
    drawn = [by_chance(began, np.random.default_rng(seed)) for seed in range(20)]
    assert {each.clients for each in drawn} == {("a",), ("b",), ("c",)}
    assert all(each.risk.month.tolist() == [9, 10, 11] for each in drawn)
    assert len(beside([began, *drawn]).lost) == 3 * 21


def test_no_declines_have_no_months() -> None:
    found = onset_months(risk({}), dated())
    assert found.clients == ()
    assert len(found.weight) == 0
