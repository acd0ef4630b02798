"""Ages: the level and the spread of money of clients that came lately, and of the others."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segml.outcomes.ages import (
    AGE,
    EDGES,
    LEAST_CLIENTS,
    AgedRows,
    Ages,
    age_of,
    fit_ages,
    told_ages,
)
from segml.outcomes.amount import fit_spread

SCATTER = {100.0: (1.5, 1.2), 300.0: (0.9, 0.8), 900.0: (0.6, 0.3)}
"""Age to how many times what is expected comes in the mean, and its deviation as a logarithm."""


def _made(clients: int, *, seed: int = 3) -> tuple[np.ndarray, np.ndarray, AgedRows]:
    """Expected and actual of a row a client and cut-off, a third of the clients of each age."""
    rng = np.random.default_rng(seed)
    client = np.repeat(np.arange(clients), 3)
    age = np.array(list(SCATTER))[client % 3]
    level, deviation = (np.array([SCATTER[a][place] for a in age]) for place in (0, 1))
    expected = rng.lognormal(5.0, 1.0, len(client))
    actual = expected * level * np.exp(rng.normal(0, deviation) - deviation**2 / 2)
    cutoff = np.tile([0, 90, 180], clients)
    return expected, actual, AgedRows(age=age, client=client, cutoff=cutoff, label_days=90)


def test_newcomers_have_a_level_and_a_spread_of_their_own() -> None:
    expected, actual, seen = _made(6000)
    ages = fit_ages(expected, actual, seen, unit=10.0)
    assert ages.edges == EDGES
    fresh, came, later = _made(6000, seed=4)
    since = later.age
    told = ages.expected(fresh, since)
    low, median, high = ages.interval(told, since)
    assert (low <= median).all()
    assert (median <= high).all()
    alone = fit_spread(expected, actual, unit=10.0).interval(fresh)
    for one in SCATTER:
        of = since == one
        held = ((came >= low) & (came <= high))[of].mean()
        assert held == pytest.approx(0.8, abs=0.02)
        assert told[of].sum() / came[of].sum() == pytest.approx(1.0, abs=0.1)
    young = since == min(SCATTER)  # what one spread and one level for all would say of them
    assert ((came >= alone[0]) & (came <= alone[2]))[young].mean() < 0.75
    assert fresh[young].sum() / came[young].sum() < 0.75


@given(clients=st.integers(3, 400), seed=st.integers(0, 99))
def test_the_levels_leave_the_total_what_it_is(clients: int, seed: int) -> None:
    expected, actual, seen = _made(clients, seed=seed)
    ages = fit_ages(expected, actual, seen, unit=10.0)
    assert ages.expected(expected, seen.age).sum() == pytest.approx(expected.sum())
    assert len(ages.levels) == len(ages.spreads) == len(ages.edges) + 1


def test_an_age_of_few_clients_joins_the_next_older_however_many_their_rows() -> None:
    expected, actual, seen = _made(200)
    client = np.arange(600)
    age = np.full(600, 900.0)
    age[:300] = 100.0

    def edges(few: int) -> tuple[float, ...]:
        client[:300] = np.arange(300) % few
        of = replace(seen, age=age, client=client)
        return fit_ages(expected, actual, of, unit=10.0).edges

    assert edges(LEAST_CLIENTS - 1) == ()
    assert edges(LEAST_CLIENTS) == EDGES[:1]
    age[:300], age[300:] = 900.0, 100.0  # those left over are too few
    assert edges(LEAST_CLIENTS - 1) == ()


def test_few_clients_move_a_level_less_than_many_rows_of_them_pretend() -> None:
    expected, actual, seen = _made(300)
    sure = fit_ages(expected, actual, replace(seen, client=np.arange(900)), unit=10.0)
    again = AgedRows(
        age=np.tile(seen.age, 20),
        client=np.tile(np.arange(900), 20),
        cutoff=np.tile(seen.cutoff, 20),
        label_days=90,
    )
    echo = fit_ages(np.tile(expected, 20), np.tile(actual, 20), again, unit=10.0)
    assert echo.levels == pytest.approx(sure.levels)


def test_what_one_season_says_moves_no_level_and_what_seasons_dispute_moves_it_less() -> None:
    expected, actual, seen = _made(3000)
    once = replace(seen, cutoff=np.full(len(expected), 90))
    assert fit_ages(expected, actual, once, unit=10.0).levels == pytest.approx((1.0, 1.0, 1.0))
    agreed = fit_ages(expected, actual, seen, unit=10.0).levels
    disputed = actual * np.where(seen.cutoff == 90, 2.5, 0.25)
    moved = fit_ages(expected, disputed, seen, unit=10.0).levels
    assert 1.0 < moved[0] < agreed[0]
    near = replace(seen, cutoff=seen.cutoff // 9)  # all within one label
    assert 1.0 < fit_ages(expected, disputed, near, unit=10.0).levels[0] < moved[0]


def test_money_that_came_to_nothing_moves_no_level() -> None:
    expected, actual, seen = _made(300)
    ages = fit_ages(expected, -actual, seen, unit=10.0)
    assert ages.levels == pytest.approx((1.0, 1.0, 1.0))


def test_no_rows_have_one_age() -> None:
    none = np.zeros(0)
    seen = AgedRows(age=none, client=none, cutoff=none.astype(np.int64), label_days=90)
    ages = fit_ages(none, none, seen, unit=1.0)
    assert (ages.edges, ages.levels) == ((), (1.0,))


def test_ages_read_back_are_the_ages_written_and_a_spread_alone_is_that_of_all() -> None:
    expected, actual, seen = _made(300)
    age = seen.age
    ages = fit_ages(expected, actual, seen, unit=10.0)
    assert Ages.from_json(ages.to_json()) == ages
    spread = fit_spread(expected, actual, unit=10.0)
    old = Ages.from_json(spread.to_json())
    assert old.expected(expected, age) == pytest.approx(expected)
    for ours, theirs in zip(old.interval(expected, age), spread.interval(expected), strict=True):
        assert ours == pytest.approx(theirs)


def test_an_age_nobody_knows_is_the_oldest() -> None:
    ages = fit_ages(*_made(600), unit=10.0)
    money = np.full(2, 100.0)
    assert np.ptp(ages.expected(money, np.array([np.nan, 900.0]))) == 0.0
    X = np.array([[1.0, 30.0], [2.0, 400.0]], dtype=np.float32)
    assert age_of(("a", AGE), X).tolist() == [30.0, 400.0]
    assert np.isnan(age_of(("a", "b"), X)).all()


def test_money_that_is_twice_as_large_has_twice_the_interval() -> None:
    expected, actual, seen = _made(300)
    age = seen.age
    ages = fit_ages(expected, actual, seen, unit=10.0)
    for once, twice in zip(
        ages.interval(expected, age), ages.raised(2.0).interval(2 * expected, age), strict=True
    ):
        assert twice == pytest.approx(2 * once)


def test_where_a_ledger_is_too_young_nobodys_age_is_known() -> None:
    age = np.full(3 * LEAST_CLIENTS, 30.0)
    age[:LEAST_CLIENTS], age[LEAST_CLIENTS : 2 * LEAST_CLIENTS - 1] = EDGES[-1], EDGES[-1]
    cutoff = np.repeat([100, 200, 300], LEAST_CLIENTS)
    told = told_ages(age, cutoff)
    assert told[cutoff == 100].tolist() == [EDGES[-1]] * LEAST_CLIENTS
    assert np.isnan(told[cutoff > 100]).all()
    age[-LEAST_CLIENTS:] = EDGES[-1]
    age[-1:] = 10.0
    assert np.isnan(told_ages(age, cutoff)[cutoff == 300]).all()
    assert told_ages(age, np.full(len(age), 100)).tolist() == age.tolist()
    assert len(told_ages(np.zeros(0), np.zeros(0, dtype=np.int64))) == 0
