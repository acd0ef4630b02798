"""What would move a client: checked by assigning anew and against a search by small steps."""

import numpy as np
import pandas as pd
import pytest
from tests.tiers.portfolios import drawn_clients

from segml.tiers import TierModel, fit_tiers, lever_moves
from segml.tiers.lever import INNER, LEVERS
from segml.words.plan import TierPlan


def _clients(seed: int, number: int = 600) -> pd.DataFrame:
    return drawn_clients(np.random.default_rng(seed), number)


@pytest.fixture(scope="module", params=[11, 12, 13])
def world(request: pytest.FixtureRequest) -> tuple[TierModel, pd.DataFrame, pd.DataFrame]:
    frame = _clients(request.param)
    status = pd.Series("active", index=frame.index)
    model = fit_tiers(frame, status, plan=TierPlan(), seed=0)
    held = model.assign(frame.iloc[::-1])["tier"].shift(40)
    return model, frame, model.assign(frame, held)


def _changed(frame: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The clients of some rows, with every lever of theirs at its target."""
    moved = frame.loc[rows["client_id"].unique()].astype(np.float64)
    for row in rows.itertuples():
        moved.loc[row.client_id, row.feature] = row.target
    return moved


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_client_changed_as_told_is_in_the_tier_told(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame], direction: str
) -> None:
    model, frame, assigned = world
    rows = lever_moves(model, frame, assigned)
    rows = rows[rows["direction"].eq(direction)]
    moved = _changed(frame, rows)
    again = model.assign(moved, assigned["previous_tier"])
    told = rows.drop_duplicates("client_id").set_index("client_id")["to_tier"]
    assert again["tier"].eq(told.loc[again.index]).all()
    as_features = model.assign(moved.astype(np.float32), assigned["previous_tier"])
    assert as_features["tier"].eq(told.loc[again.index]).all()
    before = assigned.loc[again.index, "tier_rank"]
    better = again["tier_rank"] < before if direction == "up" else again["tier_rank"] > before
    assert len(again) > 100
    assert better.all()


def test_nobody_is_told_to_keep_a_profit_that_its_fewer_sales_cannot_bring(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame],
) -> None:
    model, frame, assigned = world
    rows = lever_moves(model, frame, assigned)
    rows = rows[rows["direction"].eq("down")]
    fewer = rows[rows["lever"].eq("spend")]["client_id"]
    moved = _changed(frame, rows[rows["client_id"].isin(fewer)])
    sold, rate = frame[frame["spend_365"] > 0], (1 + INNER) / 2
    most = (sold["profit_365"] / sold["spend_365"]).quantile(rate)
    assert len(moved) > 20
    assert (moved["profit_365"] <= most * moved["spend_365"] * (1 + 1e-6) + 1e-6).all()


def test_no_single_lever_needs_less_than_the_one_that_is_told(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame],
) -> None:
    """Every lever is searched by small steps over its range, in the way it is wanted."""
    model, frame, assigned = world
    rows = lever_moves(model, frame, assigned)
    single = rows[rows["direction"].eq("up") & ~rows["lever"].isin(["frequency", "breadth"])]
    single = single[~single["client_id"].duplicated(keep=False)].iloc[::15]
    assert len(single) > 10
    numbers = frame.astype(np.float64)[list(model.columns)]
    z = pd.DataFrame(
        model.estimator.transform(numbers.to_numpy()), index=frame.index, columns=model.columns
    )
    low, high = z.quantile(0.01), z.quantile(0.99)
    wanted = {name: lever.wanted for lever in LEVERS for name in lever.features if name in z}
    for row in single.itertuples():
        rank, held = assigned.loc[row.client_id, ["tier_rank", "previous_tier"]]
        for feature in {*wanted} - {"profit_365"}:  # which sales limit: it may be out of reach
            tried = pd.DataFrame([z.loc[row.client_id]] * 200)
            tried[feature] += wanted[feature] * np.linspace(0, row.distance * 0.999, 200)
            tried = tried[tried[feature].between(low[feature], high[feature])]
            values = model.estimator.map_.invert(tried.to_numpy())
            found = model.assign(
                pd.DataFrame(values, columns=model.columns), pd.Series([held] * len(tried))
            )
            assert (found["tier_rank"] >= rank).all(), (row, feature)


def test_levers_move_only_the_way_a_firm_wants_and_the_fall_goes_the_other_way(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame],
) -> None:
    rows = lever_moves(*world)
    wanted = rows["lever"].map({lever.name: lever.wanted for lever in LEVERS})
    sense = rows["direction"].map({"up": 1, "down": -1})
    assert ((rows["target"] - rows["value"]) * wanted * sense > 0).all()
    assert set(rows["feature"]).isdisjoint({"tenure_days", "continuity_365"})
    counts = rows.loc[rows["lever"].eq("frequency"), "target"]
    assert len(counts) > 10
    assert (counts == counts.round()).all()


def test_nobody_rises_from_the_top_or_falls_from_the_bottom(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame],
) -> None:
    model, frame, assigned = world
    rows = lever_moves(model, frame, assigned)
    rank = rows["client_id"].map(assigned["tier_rank"])
    assert not (rows["direction"].eq("up") & rank.eq(1)).any()
    assert not (rows["direction"].eq("down") & rank.eq(len(model.names))).any()


def test_no_profit_is_asked_for_that_sales_cannot_give(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame],
) -> None:
    model, frame, assigned = world
    rows = lever_moves(model, frame, assigned)
    margin = rows[rows["direction"].eq("up") & rows["lever"].eq("margin")]
    values = frame.astype(np.float64)
    most = np.quantile(values["profit_365"] / values["spend_365"], 0.99)
    assert len(margin) > 0
    assert (margin["target"] <= margin["client_id"].map(values["spend_365"]) * most * 1.001).all()


def test_clients_in_another_order_are_told_the_same(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame],
) -> None:
    model, frame, assigned = world
    one = lever_moves(model, frame, assigned)
    other = lever_moves(model, frame.iloc[::-1], assigned.iloc[::-1])
    pd.testing.assert_frame_equal(one, other)


def test_no_clients_give_an_empty_table(
    world: tuple[TierModel, pd.DataFrame, pd.DataFrame],
) -> None:
    model, frame, assigned = world
    empty = lever_moves(model, frame.iloc[:0], assigned.iloc[:0])
    assert empty.empty
    assert list(empty.columns) == list(lever_moves(model, frame, assigned).columns)
