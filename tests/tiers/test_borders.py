"""Distances to the tiers above and below: against the margin, and by walking there."""

import numpy as np
import pandas as pd
import pytest
from tests.tiers.portfolios import drawn_clients

from segml.tiers import ClusterTiers, TierModel, border_distances, fit_tiers
from segml.words.plan import TierPlan


def _clients(number: int = 500) -> pd.DataFrame:
    return drawn_clients(np.random.default_rng(21), number)


World = tuple[TierModel, pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module", params=["clusters", "strategic"])
def world(request: pytest.FixtureRequest) -> World:
    frame = _clients()
    number = 4 if request.param == "clusters" else 5
    plan = TierPlan(scheme=request.param, number=number)
    model = fit_tiers(frame, pd.Series("active", index=frame.index), plan=plan, seed=0)
    held = model.assign(frame)["tier"].shift(40)
    return model, frame, model.assign(frame, held)


def test_only_the_top_has_nothing_above_and_only_the_lowest_nothing_below(world: World) -> None:
    model, frame, assigned = world
    found = border_distances(model, frame, assigned)
    assert found["above"].isna().eq(assigned["tier_rank"].eq(1)).all()
    assert found["below"].isna().eq(assigned["tier_rank"].eq(len(model.names))).all()
    assert (found.min(axis=1) >= 0).all()


def test_the_nearer_of_both_is_the_margin_of_the_rival(world: World) -> None:
    model, frame, assigned = world
    found = border_distances(model, frame, assigned)
    rank = {name: place + 1 for place, name in enumerate(model.names)}
    side = np.where(assigned["tier_rival"].map(rank) < assigned["tier_rank"], "above", "below")
    to_rival = np.where(side == "above", found["above"], found["below"])
    if isinstance(model.estimator, ClusterTiers):
        points = model.estimator.centers_
        apart = points[assigned["pair_own"]] - points[assigned["pair_rival"]]
        straight = assigned["tier_margin"] / (2 * np.sqrt((apart**2).sum(axis=1)))
        # another centroid of that side may be nearer in a straight line, never farther
        assert (to_rival <= straight + 1e-9).all()
        assert (np.abs(to_rival - straight) < 1e-9).mean() > 0.9
    else:
        assert to_rival == pytest.approx(assigned["tier_margin"].to_numpy(), abs=1e-9)


def test_a_client_in_another_order_of_rows_stands_as_far(world: World) -> None:
    model, frame, assigned = world
    found = border_distances(model, frame, assigned)
    back = border_distances(model, frame.iloc[::-1], assigned.iloc[::-1])
    pd.testing.assert_frame_equal(found, back.iloc[::-1], check_exact=True)
