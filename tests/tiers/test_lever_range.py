"""How far levers may be moved: as far as what would move a client goes, and nobody's own figure."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tiers.portfolios import drawn_clients

from segml.tiers import fit_tiers, lever_features, lever_moves, lever_ranges
from segml.tiers.lever_range import _COARSE, _FINE, outward
from segml.words.plan import TierPlan


def _clients(seed: int, number: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return drawn_clients(rng, number).assign(
        care_share_365=rng.uniform(0, 0.5, number).astype(np.float32),
        margin_rate_365=rng.uniform(0.1, 0.5, number).astype(np.float32),
        categories_365=rng.integers(1, 9, number).astype(np.float32),
        spend_growth_365=rng.uniform(0.5, 1.5, number).astype(np.float32),
    )


@pytest.mark.parametrize(
    "plan",
    [
        TierPlan(),
        TierPlan(scheme="profitability", number=3),
        TierPlan(scheme="levels", number=3),
        TierPlan(scheme="strategic", number=5),
    ],
    ids=lambda plan: plan.scheme,
)
@pytest.mark.parametrize("number", [150, 1200])
def test_every_move_that_is_told_may_be_asked(plan: TierPlan, number: int) -> None:
    frame = _clients(3, number)
    status = pd.Series("active", index=frame.index)
    model = fit_tiers(frame, status, plan=plan, seed=0)
    moves = lever_moves(model, frame, model.assign(frame))
    ranges = lever_ranges(model, frame)
    assert set(ranges.ends) == {lever.name for lever in lever_features(model)} >= {*moves["lever"]}
    assert len(moves) > number / 5
    for move in moves.itertuples():
        client = frame.loc[move.client_id]
        low, high = ranges.of(
            move.lever, today=float(client[move.feature]), sales=float(client["spend_365"])
        )
        assert low <= move.value <= high
        assert low <= move.target <= high, move


@pytest.mark.parametrize(
    "plan", [TierPlan(), TierPlan(scheme="strategic", number=5)], ids=lambda plan: plan.scheme
)
def test_no_more_sales_are_asked_for_than_the_client_spends_with_anybody(plan: TierPlan) -> None:
    rng, frame = np.random.default_rng(9), _clients(3, 600)
    room = rng.uniform(0.9, 3.0, len(frame)).astype(np.float32)
    wallet = (frame["spend_365"] * room).where(rng.random(len(frame)) < 0.7)
    known = frame.assign(wallet=wallet)
    status = pd.Series("active", index=frame.index)
    model = fit_tiers(frame, status, plan=plan, seed=0)  # one that reads no wallet itself
    free, held = (
        moves[moves["direction"].eq("up") & moves["lever"].eq("spend")].set_index("client_id")
        for moves in (lever_moves(model, each, model.assign(each)) for each in (frame, known))
    )
    beyond = free["target"] > wallet[free.index]
    assert beyond.sum() > 10
    assert not (held["target"] > wallet[held.index]).any()
    assert {*free.index[~beyond]} <= {*held.index}  # who has the room is told as before


def test_an_end_is_no_clients_own_figure() -> None:
    for number, figures in ((150, _COARSE), (1200, _FINE)):
        frame = _clients(5, number)
        status = pd.Series("active", index=frame.index)
        model = fit_tiers(frame, status, plan=TierPlan(), seed=0)
        for ends in lever_ranges(model, frame).ends.values():
            for end in ends:
                power = 10 ** math.floor(math.log10(abs(end) or 1))
                assert min(abs(abs(end) / power - figure) for figure in (0, *figures)) < 1e-9


def test_more_sales_allow_more_profit_and_none_is_taken_away() -> None:
    frame = _clients(5, 1200)
    model = fit_tiers(frame, pd.Series("active", index=frame.index), plan=TierPlan(), seed=0)
    ranges = lever_ranges(model, frame)
    _low, little = ranges.of("margin", today=10.0, sales=100.0)
    _low, more = ranges.of("margin", today=10.0, sales=1000.0)
    assert little == pytest.approx(100 * ranges.most_rate)
    assert little < more
    assert ranges.of("margin", today=5e9, sales=0.0)[1] == 5e9


@given(st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-6), st.booleans())
def test_a_round_number_is_outside_and_near(value: float, is_upper: bool) -> None:
    for figures, near in ((_FINE, 0.11), (_COARSE, 1.51)):
        found = outward(value, figures, is_upper=is_upper)
        assert found >= value if is_upper else found <= value
        assert abs(found - value) <= near * max(abs(value), abs(found)) + 1e-12
