"""Who stands out by counts: against what comparable clients do, and never by chance alone."""

import numpy as np
import pytest

from segml.tiers.standing_out import standing_out


def _counts(seed: int, often: int, times: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    expected = rng.uniform(0.05, 0.6, 2000)
    rates = np.full(2000, 0.7)
    rates[:often] = times
    return rng.poisson(rates * expected).astype(float), expected


def test_a_few_who_do_it_far_more_often_are_found() -> None:
    counts, expected = _counts(1, 60, 25.0)
    found = standing_out(counts, expected)
    named = found.chance > 0.5
    assert named[:60].mean() > 0.8
    assert named[:60].sum() / named.sum() > 0.9
    assert found.often / found.usual == pytest.approx(25.0 / 0.7, rel=0.25)


@pytest.mark.parametrize("seed", range(5))
def test_nobody_stands_out_where_chance_alone_is_at_work(seed: int) -> None:
    found = standing_out(*_counts(seed, 0, 0.0))
    assert np.isnan(found.often)
    assert not found.chance.any()


def test_the_same_count_says_less_of_who_had_more_time_for_it() -> None:
    counts, expected = _counts(2, 60, 25.0)
    counts[-2:], expected[-2:] = 3.0, (0.05, 3.0)
    chance = standing_out(counts, expected).chance
    assert chance[-2] > 0.9
    assert chance[-1] < 0.1


def test_one_more_never_lowers_the_chance() -> None:
    counts, expected = _counts(3, 60, 25.0)
    counts[:20], expected[:20] = np.arange(20), 0.3
    chance = standing_out(counts, expected).chance[:20]
    assert (np.diff(chance) >= 0).all()


def test_who_had_no_occasion_and_who_did_nothing_stand_out_in_nothing() -> None:
    counts, expected = _counts(4, 60, 25.0)
    counts[0], expected[0] = 9.0, 0.0
    assert standing_out(counts, expected).chance[0] == 0.0
    assert not standing_out(np.zeros(10), np.ones(10)).chance.any()
    assert not standing_out(np.zeros(0), np.zeros(0)).chance.any()


def test_the_order_of_clients_changes_nothing() -> None:
    counts, expected = _counts(5, 60, 25.0)
    order = np.random.default_rng(0).permutation(len(counts))
    one = standing_out(counts, expected).chance
    assert np.array_equal(standing_out(counts[order], expected[order]).chance, one[order])


def test_occasions_are_told_apart_to_three_figures() -> None:
    counts, expected = _counts(6, 60, 25.0)
    rounded = np.array([float(f"{due:.3g}") for due in expected])
    assert not np.array_equal(rounded, expected)
    chance = standing_out(counts, expected).chance
    assert np.array_equal(standing_out(counts, rounded).chance, chance)
