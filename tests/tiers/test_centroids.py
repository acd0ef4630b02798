"""Centroids: their order, the merging of neighbours, the constant that holds a client."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from segml.tiers import centroids as centroids_module
from segml.tiers.centroids import (
    Centroids,
    band_centroids,
    find_centroids,
    merge_where_lifted,
    order_into_tiers,
    squared_distances,
    tier_distances,
    with_hysteresis,
)

THREE = np.array([[0.0, 0.0], [4.0, 0.0], [8.0, 0.0]])


def test_centroids_stand_by_falling_profit_coordinate() -> None:
    worth = np.array([1.0, 10.0, 100.0])
    centroids = order_into_tiers(THREE, THREE, worth, profit=0)
    assert centroids.points[:, 0].tolist() == [8.0, 4.0, 0.0]
    assert centroids.tier.tolist() == [0, 1, 2]


def test_neighbours_whose_mean_profit_disagrees_are_one_tier() -> None:
    worth = np.array([1.0, 500.0, 100.0])  # the middle centroid's member earns more than the top's
    centroids = order_into_tiers(THREE, THREE, worth, profit=0)
    assert centroids.points[:, 0].tolist() == [8.0, 4.0, 0.0]
    assert centroids.tier.tolist() == [0, 0, 1]


def test_a_merged_tier_can_pull_in_the_one_above() -> None:
    z = np.array([[12.0], [8.0], [4.0], [0.0]])
    worth = np.array([10.0, 8.0, 100.0, 1.0])  # 8 and 100 merge to 54, which is above 10
    assert order_into_tiers(z, z, worth, profit=0).tier.tolist() == [0, 0, 0, 1]


def test_means_are_weighted_by_members() -> None:
    points = np.array([[12.0], [8.0], [4.0]])
    z = np.array([[12.0], [8.0], [8.0], [8.0], [8.0], [4.0]])
    worth = np.array([10.0, 1.0, 1.0, 1.0, 1.0, 3.0])  # 8 and 4 merge to 1.4, still below 10
    assert order_into_tiers(points, z, worth, profit=0).tier.tolist() == [0, 1, 1]


def test_centroids_at_one_profit_coordinate_share_a_tier() -> None:
    z = np.array([[4.0, 0.0], [4.0, 9.0], [0.0, 0.0]])
    assert order_into_tiers(z, z, np.array([5.0, 4.0, 1.0]), profit=0).tier.tolist() == [0, 0, 1]


def test_a_centroid_without_members_is_left_out() -> None:
    points = np.vstack([THREE, [[50.0, 0.0]]])
    assert len(order_into_tiers(points, THREE, np.arange(3.0), profit=0).points) == 3


def test_huge_profits_do_not_overflow_the_order() -> None:
    worth = np.array([-1e308, 0.0, 1.7e308])
    assert order_into_tiers(THREE, THREE, worth, profit=0).tier.tolist() == [0, 1, 2]


def test_no_border_moves_by_more_than_the_share_of_the_median_distance_of_neighbours() -> None:
    points = np.array([[12.0, 0.0], [11.0, 0.0], [8.0, 0.0], [4.0, 0.0], [-5.0, 0.0]])
    centroids = with_hysteresis(Centroids(points, np.array([0, 0, 1, 2, 3])), 0.1)
    # between nearest centroids 3, 4 and 9: every border of the tier held moves by a tenth of 4
    assert centroids.held is not None
    for held, other, apart in ((0, 1, 3.0), (1, 0, 3.0), (1, 2, 4.0), (3, 2, 9.0), (0, 3, 16.0)):
        assert centroids.held[held, other] / (2 * apart) == pytest.approx(0.1 * 4.0)
    assert (np.diagonal(centroids.held) == 0).all()


def test_the_border_between_two_tiers_not_held_moves_by_no_more_than_the_band() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        points = np.sort(rng.normal(size=(6, 3)), axis=0)[::-1]
        tier = np.array([0, 0, 1, 2, 2, 3])
        centroids = with_hysteresis(Centroids(points, tier), 0.1)
        held, away = centroids.held, tier_distances(centroids)
        assert held is not None
        band = held[0, 1] / (2 * away[0, 1])
        for one, other in combinations(range(6), 2):
            apart = np.linalg.norm(points[one] - points[other])
            shifts = np.abs(held[:, tier[one]] - held[:, tier[other]]) / (2 * apart)
            assert (shifts <= band * (1 + 1e-12)).all()


def test_what_is_added_never_carries_who_stands_on_a_centroid_to_another_tier() -> None:
    points = np.array([[100.0, 0.0], [50.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    centroids = with_hysteresis(Centroids(points, np.array([0, 1, 2, 3])), 0.9)
    assert centroids.held is not None
    assert centroids.held[2, 3] == centroids.held[3, 2] == pytest.approx(1.0 / 2)
    assert (centroids.held <= tier_distances(centroids) ** 2 / 2).all()


def test_over_a_tier_between_it_is_never_farther_than_straight() -> None:
    points = np.array([[10.0, 0.0], [6.0, 0.0], [5.0, 9.0], [4.0, 9.0], [0.0, 9.0]])
    away = tier_distances(Centroids(points, np.array([0, 1, 1, 2, 2])))
    assert away[0, 2] == away[0, 1] + away[1, 2] == pytest.approx(5.0)


def test_a_rows_distances_do_not_depend_on_the_rows_beside_it() -> None:
    z = np.random.default_rng(1).normal(size=(301, 7))
    points = z[:5]
    whole = squared_distances(z, points)
    for size in (1, 3, 100):
        parts = [squared_distances(z[i : i + size], points) for i in range(0, 301, size)]
        assert (np.vstack(parts) == whole).all()


def test_fewer_distinct_rows_than_clusters_give_fewer_centroids() -> None:
    z = np.repeat([[0.0], [1.0]], 30, axis=0)
    assert len(find_centroids(z, 4, n_init=2, random_state=0)) == 2


def test_bands_share_every_coordinate_but_profit() -> None:
    z = np.random.default_rng(2).normal(size=(20, 3))
    bands = band_centroids(z, 4, profit=1)
    assert (bands[:, [0, 2]] == z.mean(axis=0)[[0, 2]]).all()
    assert len(np.unique(bands[:, 1])) == 4


def test_a_ranking_of_one_exception_among_equals_has_two_bands() -> None:
    z = np.array([[0.0]] * 9 + [[5.0]])
    assert band_centroids(z, 4, profit=0)[:, 0].tolist() == [0.0, 5.0]


@pytest.mark.parametrize("number", [3, 5])
def test_restarts_on_a_sample_end_at_the_optimum_of_restarts_on_all(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(number)
    middles = rng.normal(size=(number, 4)) * 3
    z = middles[rng.integers(0, number, 6000)] + rng.normal(size=(6000, 4))

    def spread(points: np.ndarray) -> float:
        return float(squared_distances(z, points).min(axis=1).sum())

    whole = find_centroids(z, number, n_init=10, random_state=1)
    monkeypatch.setattr(centroids_module, "STARTS_ON", 1000)
    sampled = find_centroids(z, number, n_init=10, random_state=1)
    assert spread(sampled) == pytest.approx(spread(whole), rel=1e-6)
    again = find_centroids(z, number, n_init=10, random_state=1)
    np.testing.assert_array_equal(again, sampled)


def test_the_last_tiers_are_merged_until_nobody_rises() -> None:
    points = np.array([[9.0], [6.0], [3.0], [0.0]])
    centroids = Centroids(points, np.arange(4))
    now = np.repeat(points, 25, axis=0)
    stay = merge_where_lifted(centroids, now, now)
    assert stay.tier.tolist() == [0, 1, 2, 3]
    then = now.copy()
    then[-25:] = 6.1  # who stood last stands second
    assert merge_where_lifted(centroids, now, then).tier.tolist() == [0, 1, 1, 1]
    nobody = merge_where_lifted(centroids, now[:0], now[:0])
    assert nobody.tier.tolist() == [0, 1, 2, 3]
    then[-24:] = now[-24:]  # one in a hundred: chance
    assert merge_where_lifted(centroids, now, then).tier.tolist() == [0, 1, 2, 3]
