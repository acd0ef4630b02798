"""Few clients make tiers only if these come back when the clients are drawn anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.tiers import ClusterTiers
from segml.tiers.fit import fit_tiers
from segml.tiers.stability import SMALL_TIER, STABLE, kept, shaky
from segml.words.plan import TierPlan


def groups(sizes: tuple[int, ...], spread: float = 0.05) -> np.ndarray:
    """Clients in groups of profit, as tight or as wide as wished."""
    rng = np.random.default_rng(1)
    heights = [np.sinh(3.0 * (len(sizes) - place)) * 10 for place in range(len(sizes))]
    return np.concatenate(
        [
            np.column_stack([h * rng.lognormal(0, spread, n), h * rng.lognormal(0, spread, n) / 2])
            for h, n in zip(heights, sizes, strict=True)
        ]
    )


def cloud(rows: int) -> np.ndarray:
    """Clients without any group at all."""
    return np.random.default_rng(5).lognormal(3.0, 1.0, (rows, 6))


def test_clear_groups_come_back_and_are_used() -> None:
    X = groups((20, 25, 30))
    tiers = ClusterTiers(3).fit(X)
    assert kept(tiers, X, seed=0).min() > 0.95
    assert shaky(tiers, X, seed=0) == ""


def test_a_cloud_of_few_clients_makes_a_ranking() -> None:
    X = cloud(90)
    tiers = ClusterTiers(3, min_per_tier=1).fit(X)
    assert kept(tiers, X, seed=0).min() < STABLE
    because = shaky(tiers, X, seed=0)
    assert because.startswith("drawn anew from the same 90 clients, a cluster keeps ")
    ranked = ClusterTiers(3).fit_ranking(X, because)
    assert ranked.ranking_
    assert ranked.order_note_ == f"ranking by profit alone: {because}"
    assert np.bincount(ranked.labels_).min() >= 20


def test_a_cluster_with_too_few_clients_makes_a_ranking() -> None:
    X = groups((3, 40, 40))
    assert shaky(ClusterTiers(3).fit(X), X, seed=0) == (
        "the smallest cluster of 83 clients would hold 3, 15 are needed"
    )


def test_with_enough_clients_nothing_is_redrawn() -> None:
    X = cloud(SMALL_TIER * 3)
    assert shaky(ClusterTiers(3).fit(X), X, seed=0) == ""


def test_a_ranking_is_not_tried() -> None:
    X = cloud(30)
    tiers = ClusterTiers(3).fit(X)
    assert tiers.ranking_
    assert shaky(tiers, X, seed=0) == ""


def test_the_order_of_rows_changes_nothing() -> None:
    X = cloud(60)
    tiers = ClusterTiers(3, min_per_tier=1).fit(X)
    np.testing.assert_array_equal(kept(tiers, X, seed=0), kept(tiers, X[::-1], seed=0))


def test_a_redraw_of_one_profit_keeps_nothing() -> None:
    X = np.array([[1.0], [2.0]])
    assert kept(ClusterTiers(2, min_per_tier=1).fit(X), X, seed=0).max() < 1


@pytest.mark.parametrize(("rows", "ranked"), [(90, True), (400, False)])
def test_the_tiers_of_a_portfolio_fall_back_and_say_so(rows: int, ranked: bool) -> None:
    ids = pd.Index([f"c{number}" for number in range(rows)], name="client_id")
    columns = ["profit_365", "spend_365", "orders_365", "tenure_days", "continuity_365"]
    frame = pd.DataFrame(cloud(rows)[:, :5], index=ids, columns=columns)
    model = fit_tiers(frame, pd.Series("active", index=ids), plan=TierPlan(number=3))
    assert model.estimator.ranking_ is ranked
    assert any(note.startswith("ranking by profit alone: ") for note in model.notes) is ranked
