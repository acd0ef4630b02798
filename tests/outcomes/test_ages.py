"""Ages: the level and the spread of money of clients that came lately, and of the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segml.outcomes.ages import AGE, EDGES, LEAST_CLIENTS, Ages, age_of, fit_ages
from segml.outcomes.amount import fit_spread

SCATTER = {100.0: (1.5, 1.2), 300.0: (0.9, 0.8), 900.0: (0.6, 0.3)}
"""Age to how many times what is expected comes in the mean, and its deviation as a logarithm."""


def _made(clients: int, *, seed: int = 3) -> tuple[np.ndarray, ...]:
    """Expected, actual, age and client of three rows a client, a third of them of each age."""
    rng = np.random.default_rng(seed)
    client = np.repeat(np.arange(clients), 3)
    age = np.array(list(SCATTER))[client % 3]
    level, deviation = (np.array([SCATTER[a][place] for a in age]) for place in (0, 1))
    expected = rng.lognormal(5.0, 1.0, len(client))
    actual = expected * level * np.exp(rng.normal(0, deviation) - deviation**2 / 2)
    return expected, actual, age, client


def test_newcomers_have_a_level_and_a_spread_of_their_own() -> None:
    expected, actual, age, client = _made(6000)
    ages = fit_ages(expected, actual, age=age, client=client, unit=10.0)
    assert ages.edges == EDGES
    fresh, came, since, _ = _made(6000, seed=4)
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
    expected, actual, age, client = _made(clients, seed=seed)
    ages = fit_ages(expected, actual, age=age, client=client, unit=10.0)
    assert ages.expected(expected, age).sum() == pytest.approx(expected.sum())
    assert len(ages.levels) == len(ages.spreads) == len(ages.edges) + 1


def test_an_age_of_few_clients_joins_the_next_older_however_many_their_rows() -> None:
    expected, actual, _, _ = _made(200)
    client = np.arange(600)
    age = np.full(600, 900.0)
    age[:300] = 100.0
    client[:300] = np.arange(300) % (LEAST_CLIENTS - 1)
    told = {"client": client, "unit": 10.0}
    assert fit_ages(expected, actual, age=age, **told).edges == ()
    client[:300] = np.arange(300) % LEAST_CLIENTS
    assert fit_ages(expected, actual, age=age, **told).edges == EDGES[:1]
    age[:300], age[300:] = 900.0, 100.0  # those left over are too few
    client[:300] = np.arange(300) % (LEAST_CLIENTS - 1)
    assert fit_ages(expected, actual, age=age, **told).edges == ()


def test_few_clients_move_a_level_less_than_many_rows_of_them_pretend() -> None:
    expected, actual, age, _ = _made(300)
    sure = fit_ages(expected, actual, age=age, client=np.arange(900), unit=10.0)
    echo = fit_ages(
        np.tile(expected, 20),
        np.tile(actual, 20),
        age=np.tile(age, 20),
        client=np.tile(np.arange(900), 20),
        unit=10.0,
    )
    assert echo.levels == pytest.approx(sure.levels)


def test_money_that_came_to_nothing_moves_no_level() -> None:
    expected, actual, age, client = _made(300)
    ages = fit_ages(expected, -actual, age=age, client=client, unit=10.0)
    assert ages.levels == pytest.approx((1.0, 1.0, 1.0))


def test_no_rows_have_one_age() -> None:
    none = np.zeros(0)
    ages = fit_ages(none, none, age=none, client=none, unit=1.0)
    assert (ages.edges, ages.levels) == ((), (1.0,))


def test_ages_read_back_are_the_ages_written_and_a_spread_alone_is_that_of_all() -> None:
    expected, actual, age, client = _made(300)
    ages = fit_ages(expected, actual, age=age, client=client, unit=10.0)
    assert Ages.from_json(ages.to_json()) == ages
    spread = fit_spread(expected, actual, unit=10.0)
    old = Ages.from_json(spread.to_json())
    assert old.expected(expected, age) == pytest.approx(expected)
    for ours, theirs in zip(old.interval(expected, age), spread.interval(expected), strict=True):
        assert ours == pytest.approx(theirs)


def test_an_age_nobody_knows_is_the_oldest() -> None:
    ages = fit_ages(*_made(600)[:2], age=_made(600)[2], client=_made(600)[3], unit=10.0)
    money = np.full(2, 100.0)
    assert np.ptp(ages.expected(money, np.array([np.nan, 900.0]))) == 0.0
    X = np.array([[1.0, 30.0], [2.0, 400.0]], dtype=np.float32)
    assert age_of(("a", AGE), X).tolist() == [30.0, 400.0]
    assert np.isnan(age_of(("a", "b"), X)).all()


def test_money_that_is_twice_as_large_has_twice_the_interval() -> None:
    expected, actual, age, client = _made(300)
    ages = fit_ages(expected, actual, age=age, client=client, unit=10.0)
    for once, twice in zip(
        ages.interval(expected, age), ages.raised(2.0).interval(2 * expected, age), strict=True
    ):
        assert twice == pytest.approx(2 * once)
