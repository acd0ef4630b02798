"""The margin and its parts, against the definition of the Shapley value itself."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segml.tiers.centroids import Centroids, squared_distances, with_hysteresis
from segml.tiers.margin import NO_TIER, assign, between, contributions, pair_margin

SEEDS = st.integers(0, 2**32 - 1)


def _world(seed: int, rows: int = 40, d: int = 4) -> tuple[Centroids, Any, Any, Any]:
    """Random centroids, merged tiers among them, rows, and previous tiers."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(rng.integers(2, 7), d))
    points = points[np.argsort(-points[:, 0])]
    steps = rng.random(len(points) - 1) < 0.6
    steps[rng.integers(len(steps))] = True
    tier = np.append(0, np.cumsum(steps)).astype(np.int64)
    centroids = with_hysteresis(Centroids(points, tier), float(rng.uniform(0, 0.9)))
    previous = rng.integers(NO_TIER, centroids.n_tiers, size=rows)
    return centroids, rng.normal(size=(rows, d)) * 1.5, previous, rng.normal(size=d)


def _shapley(game: Callable[[set[int]], float], d: int) -> list[float]:
    """By definition: every coalition, weighted (Shapley 1953)."""
    values = []
    for j in range(d):
        others = [i for i in range(d) if i != j]
        values.append(
            sum(
                factorial(k) * factorial(d - k - 1) / factorial(d) * (game({*s, j}) - game({*s}))
                for k in range(d)
                for s in combinations(others, k)
            )
        )
    return values


@pytest.mark.parametrize("seed", range(5))
def test_contributions_equal_brute_force_shapley_over_all_subsets(seed: int) -> None:
    centroids, z, previous, mean = _world(seed, rows=6)
    found = assign(z, centroids, previous)
    values, base = contributions(z, centroids, found.pair, previous, background=mean)
    for row in range(len(z)):

        def game(members: set[int], row: int = row) -> float:
            mixed = np.array([z[row, j] if j in members else mean[j] for j in range(4)])
            pair, held = found.pair[[row]], previous[[row]]
            return float(pair_margin(mixed[None, :], centroids, pair, held)[0])

        np.testing.assert_allclose(values[row], _shapley(game, 4), rtol=0, atol=1e-12)
        assert base[row] == pytest.approx(game(set()), abs=1e-12)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_base_and_contributions_sum_to_the_margin(seed: int) -> None:
    centroids, z, previous, mean = _world(seed)
    found = assign(z, centroids, previous)
    values, base = contributions(z, centroids, found.pair, previous, background=mean)
    np.testing.assert_allclose(base + values.sum(axis=1), found.margin, rtol=0, atol=1e-9)
    again = pair_margin(z, centroids, found.pair, previous)
    np.testing.assert_allclose(again, found.margin, rtol=0, atol=1e-9)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_the_margin_is_never_negative_and_the_pair_reproduces_the_tier(seed: int) -> None:
    centroids, z, previous, _ = _world(seed)
    found = assign(z, centroids, previous)
    assert (found.margin >= 0).all()
    assert (centroids.tier[found.pair[:, 0]] == found.label).all()
    assert (centroids.tier[found.pair[:, 1]] == found.rival).all()
    assert (found.label != found.rival).all()
    # by the definition, row by row: no tier's best centroid beats the own one, none but the own
    # tier's beats the rival
    d = squared_distances(z, centroids.points)
    for row in range(len(z)):
        held = np.zeros(centroids.n_tiers)
        if previous[row] != NO_TIER:
            held = centroids.held[previous[row]]
        best = [d[row][centroids.tier == t].min() + held[t] for t in range(centroids.n_tiers)]
        order = np.argsort(best, kind="stable")
        assert (found.label[row], found.rival[row]) == (order[0], order[1])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_more_profit_never_lowers_a_tier_whatever_the_centroids(seed: int) -> None:
    centroids, z, previous, _ = _world(seed)
    richer = z.copy()
    richer[:, 0] += np.random.default_rng(seed).exponential(1.0, len(z))
    before, after = assign(z, centroids, previous), assign(richer, centroids, previous)
    assert (after.label <= before.label).all()


def test_ordering_by_another_coordinate_would_break_that() -> None:
    centroids = Centroids(np.array([[0.0, 1.0], [4.0, 0.0]]), np.array([0, 1]))
    poor, rich = np.array([[1.0, 0.5]]), np.array([[3.0, 0.5]])
    nobody = np.array([NO_TIER])
    assert assign(poor, centroids, nobody).label < assign(rich, centroids, nobody).label


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_assigning_again_with_the_own_result_changes_no_tier_and_no_rival(seed: int) -> None:
    centroids, z, previous, _ = _world(seed)
    first = assign(z, centroids, previous)
    second = assign(z, centroids, first.label)
    assert (second.label == first.label).all()
    # over a tier between it may be just as far as straight, but for the rounding of a sum
    assert (second.margin >= first.margin - 1e-12).all()
    third = assign(z, centroids, second.label)
    assert (third.margin == second.margin).all()
    assert (third.pair == second.pair).all()


def test_the_constant_holds_a_client_just_past_the_middle_and_no_further() -> None:
    centroids = with_hysteresis(Centroids(np.array([[10.0], [0.0]]), np.array([0, 1])), 0.1)
    z = np.array([[4.1], [3.9], [5.9], [6.1]])  # the border moves by 0.1 * 10 = 1
    held = assign(z, centroids, np.array([0, 0, 1, 1]))
    free = assign(z, centroids, np.full(4, NO_TIER))
    assert held.label.tolist() == [0, 1, 1, 0]
    assert free.label.tolist() == [1, 1, 0, 0]


def test_nobody_on_a_centroid_is_held_away_from_its_tier() -> None:
    for seed in range(50):
        centroids, *_ = _world(seed)
        for previous in range(centroids.n_tiers):
            held = np.full(len(centroids.points), previous)
            assert (assign(centroids.points, centroids, held).label == centroids.tier).all()


def test_the_rival_of_a_tier_with_several_centroids_is_of_another_tier() -> None:
    centroids = Centroids(np.array([[10.0], [9.0], [0.0]]), np.array([0, 0, 1]))
    found = assign(np.array([[9.6]]), centroids, np.array([NO_TIER]))
    assert found.pair.tolist() == [[0, 2]]
    assert found.margin[0] == pytest.approx(9.6**2 - 0.4**2)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_parts_between_two_dates_sum_to_the_change_and_the_unchanged_is_zero(seed: int) -> None:
    centroids, z, previous, _ = _world(seed)
    later = z.copy()
    later[:, [0, 2]] += np.random.default_rng(seed).normal(size=(len(z), 2))
    pair = assign(later, centroids, previous).pair
    parts = between(z, later, centroids, pair)
    after = pair_margin(later, centroids, pair, previous)
    before = pair_margin(z, centroids, pair, previous)
    np.testing.assert_allclose(parts.sum(axis=1), after - before, rtol=0, atol=1e-9)
    assert (parts[:, [1, 3]] == 0).all()
