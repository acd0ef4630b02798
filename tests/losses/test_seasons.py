from __future__ import annotations

import numpy as np
import pytest

from segml.losses.clock import Clock, learn_clock
from segml.losses.history import Days
from segml.losses.seasons import learn_seasons

END = 3 * 365 + 1
DAYS = np.arange(END)
WHOLE = Clock(0, np.ones(52))


def drawn(rate: np.ndarray, seed: int) -> Days:
    """Poisson orders at a rate a day."""
    return np.repeat(DAYS, np.random.default_rng(seed).poisson(rate))


def summer(strength: float) -> np.ndarray:
    return np.exp(strength * np.sin(2.0 * np.pi * DAYS / 364.0))


def test_an_industry_with_another_season_has_its_own_clock() -> None:
    days = {"ice": drawn(8.0 * summer(1.0), 0), "coal": drawn(8.0 * summer(-1.0), 1)}
    whole = learn_clock(np.sort(np.concatenate(list(days.values()))), first_day=0, end=END)
    found = learn_seasons(days, whole, first_day=0, end=END)
    assert sorted(found) == ["coal", "ice"]
    truth = summer(1.0)[:364].reshape(52, 7).mean(axis=1)
    assert np.abs(found["ice"].index - truth / truth.mean()).max() < 0.35
    assert found["ice"].index.mean() == pytest.approx(1.0)


def test_an_industry_that_rests_for_half_a_year_hardly_moves_its_clock() -> None:
    rests = np.where(DAYS % 364 < 182, 16.0, 0.01)
    clock = learn_seasons({"ski": drawn(rests, 0)}, WHOLE, first_day=0, end=END)["ski"]
    quiet, busy = (float(clock.at(day + 120) - clock.at(day)) for day in (212, 30))
    assert quiet < 0.06 * busy
    assert (clock.index > 0.0).all()


@pytest.mark.parametrize("clump", [1, 6])
def test_chance_is_no_season_even_where_orders_come_in_clumps(clump: int) -> None:
    def noise(seed: int) -> Days:
        starts = drawn(np.full(END, 12.0 / clump), seed)
        late = np.random.default_rng(seed).integers(0, 10, (len(starts), clump))
        return np.sort((starts[:, None] + late).ravel())

    found = learn_seasons(
        {str(seed): noise(seed) for seed in range(40)}, WHOLE, first_day=0, end=END
    )
    assert len(found) <= 3


def test_a_peak_of_one_year_that_did_not_come_back_is_no_season() -> None:
    once = np.where((DAYS > 560) & (DAYS < 640), 3.0, 1.0)
    assert not learn_seasons({"fair": drawn(10.0 * once, 0)}, WHOLE, first_day=0, end=END)


def test_two_years_do_not_tell_a_season_from_chance() -> None:
    days = drawn(8.0 * summer(1.0), 0)
    assert not learn_seasons({"ice": days[days < 850]}, WHOLE, first_day=0, end=850)
    assert learn_seasons({"ice": days[days < 950]}, WHOLE, first_day=0, end=950)


def test_an_industry_with_the_portfolio_s_season_keeps_its_clock() -> None:
    days = {str(seed): drawn(6.0 * summer(0.8), seed) for seed in range(8)}
    whole = learn_clock(np.sort(np.concatenate(list(days.values()))), first_day=0, end=END)
    assert len(learn_seasons(days, whole, first_day=0, end=END)) <= 1
