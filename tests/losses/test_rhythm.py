from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segml.losses.clock import Clock
from segml.losses.history import History
from segml.losses.rhythm import FAR, RAREST, SHAPES, learn_rhythm
from segml.losses.silence import silence

PLAIN = Clock(0, np.ones(52))


def clients(draws: np.random.Generator, shape: float, n: int) -> list[np.ndarray]:
    means = draws.lognormal(3.0, 0.6, size=n)
    return [draws.gamma(shape, mean / shape, size=draws.integers(3, 25)) for mean in means]


def test_the_next_gap_stays_below_the_quantile_as_often_as_it_says() -> None:
    draws = np.random.default_rng(0)
    gaps = [g for shape in (1.0, 4.0, 16.0) for g in clients(draws, shape, 250)]
    known = learn_rhythm([g[:-1] for g in gaps])
    beyond = [g[-1] > known.quantile(0.9, g[:-1]) for g in gaps]
    assert 0.06 < np.mean(beyond) < 0.14


def test_regular_clients_are_told_from_irregular_ones() -> None:
    draws = np.random.default_rng(1)
    regular, irregular = (learn_rhythm(clients(draws, shape, 200)) for shape in (16.0, 1.0))
    assert SHAPES @ regular.weight > 8
    assert SHAPES @ irregular.weight < 2


def test_few_gaps_give_a_wider_answer_than_many() -> None:
    known = learn_rhythm(clients(np.random.default_rng(2), 4.0, 200))
    assert known.quantile(0.99, np.full(2, 20.0)) > known.quantile(0.99, np.full(20, 20.0))


def test_the_order_of_the_clients_changes_nothing() -> None:
    gaps = clients(np.random.default_rng(3), 2.0, 60)
    assert str(learn_rhythm(gaps)) == str(learn_rhythm(gaps[::-1]))


def test_nobody_with_a_gap_still_gives_a_proper_rhythm() -> None:
    known = learn_rhythm([])
    assert 0 < known.quantile(0.5, np.empty(0)) < known.quantile(0.99, np.empty(0))


def test_no_client_is_lost_within_a_month_or_three_of_its_gaps() -> None:
    known = learn_rhythm([np.full(20, 1.0) for _ in range(50)])
    for gap in (1, 20, 91):
        days = np.arange(0, 40 * gap, gap)
        money = np.ones(len(days))
        quiet = silence(History(days, money, days, money, money), known, PLAIN)
        assert quiet is not None
        assert quiet.lost_on - quiet.last > max(30, 3 * gap)
        assert quiet.lost_on <= quiet.sure_on


def changing(draws: np.random.Generator, n: int) -> list[np.ndarray]:
    """Clients whose pace wanders from gap to gap, as no gamma of one rate has it."""
    return [
        draws.gamma(4.0, draws.lognormal(2.5, 0.5) * np.exp(draws.normal(0.0, 0.6, size=24)) / 4.0)
        for _ in range(n)
    ]


def test_long_gaps_are_as_rare_as_they_are_said_to_be_where_clients_change_their_pace() -> None:
    draws = np.random.default_rng(4)
    known = learn_rhythm(changing(draws, 600))
    fresh = [(gaps[:-1], float(gaps[-1])) for gaps in changing(draws, 3_000)]
    beyond = np.mean([known.is_longer(gap, 0.99, earlier) for earlier, gap in fresh])
    as_told = np.mean([replace(known, reach=1.0).is_longer(gap, 0.99, e) for e, gap in fresh])
    assert as_told > 0.014
    assert 0.006 < beyond < 0.014


def test_a_far_quantile_is_where_a_gap_begins_to_be_longer() -> None:
    known = learn_rhythm(changing(np.random.default_rng(5), 200))
    earlier = np.array([10.0, 14.0, 9.0, 30.0])
    far = known.far_quantile(0.99, earlier)
    assert known.reach > 1.0
    assert known.is_longer(far + 1e-6, 0.99, earlier)
    assert not known.is_longer(far - 1e-6, 0.99, earlier)


def test_few_gaps_leave_the_reach_about_as_it_was() -> None:
    assert learn_rhythm([]).reach == pytest.approx(1.0, abs=0.01)
    assert learn_rhythm([np.full(8, 3.0)]).reach == pytest.approx(1.0, abs=0.02)


def test_clockwork_that_pauses_once_in_a_while_is_lost_some_day() -> None:
    weekly = np.full(24, 7.0)
    known = learn_rhythm([np.where(np.arange(24) == place, 63.0, weekly) for place in range(24)])
    assert known.reach == pytest.approx(np.log(RAREST) / np.log(FAR))
    assert known.far_quantile(0.99, weekly) < known.far_quantile(0.999, weekly) < 365.0


def test_clients_that_are_all_billed_by_the_month_are_told_to_be() -> None:
    months = [
        np.diff([(12 * year + month) * 30.4 // 1 for year in range(3) for month in range(12)])
    ]
    found = learn_rhythm(months * 200)
    assert found.b / found.a == pytest.approx(30.4, rel=0.01)
    assert found.weight[-1] > 0.9
    gaps = months[0]
    assert 30.0 < found.quantile(0.5, gaps) < 31.0
    assert found.quantile(0.99, gaps) < 60.0
