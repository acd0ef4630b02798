"""How far a lever is asked to go: as far as clients of one size came within a year."""

import numpy as np
import pandas as pd
import pytest
from tests.tiers.portfolios import drawn_clients

from segml.tiers import fit_tiers, lever_moves
from segml.tiers.reach import ALIKE, LEAST_ALIKE, most_asked
from segml.words.plan import TierPlan

SALES = ["spend_365"]


def _grown(sizes: list[float], most: list[float], number: int = ALIKE) -> pd.DataFrame:
    """Groups of clients of one size, of which each multiplied its sales by up to its `most`."""
    parts = [
        pd.DataFrame(
            {
                "spend_prev_365": size,
                "spend_365": size * np.linspace(0.2, factor, number),
                "first_order_days": 900.0,
            }
        )
        for size, factor in zip(sizes, most, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def test_the_small_are_asked_for_what_the_small_came_to_and_the_large_for_what_the_large_did() -> (
    None
):
    frame = _grown([100.0, 10_000.0], [5.0, 1.5])
    factor = most_asked(frame, SALES)[:, 0] / frame["spend_365"]
    now = frame["spend_365"]
    assert factor[now <= 100].to_numpy() == pytest.approx(5.0, rel=0.02)
    assert factor[now >= 10_000].to_numpy() == pytest.approx(1.5, rel=0.02)
    between = factor[(now > 100) & (now < 10_000)]
    assert ((between > 1.45) & (between < 5.0)).all()
    assert between.corr(now[between.index]) < -0.5


def test_a_year_that_had_hardly_begun_is_no_year_before() -> None:
    frame = _grown([100.0], [2.0])
    new = frame.assign(spend_prev_365=1.0, first_order_days=400.0)
    both = most_asked(pd.concat([frame, new], ignore_index=True), SALES)[:, 0]
    assert both[: len(frame)] == pytest.approx(most_asked(frame, SALES)[:, 0])
    assert (both[len(frame) :] / new["spend_365"]).to_numpy() == pytest.approx(2.0, rel=0.02)


def test_too_few_and_what_has_no_year_before_are_limited_by_nothing() -> None:
    frame = _grown([100.0], [2.0], LEAST_ALIKE)
    assert np.isfinite(most_asked(frame, SALES)).all()
    assert np.isinf(most_asked(frame[1:], SALES)).all()
    assert np.isinf(most_asked(frame.drop(columns="spend_prev_365"), SALES)).all()
    assert np.isinf(most_asked(frame, ["profit_365"])).all()
    assert most_asked(frame[:0], SALES).shape == (0, 1)


def test_where_all_fell_nobody_is_asked_for_less_and_a_wallet_is_the_end() -> None:
    frame = _grown([100.0], [0.8])
    assert most_asked(frame, SALES)[:, 0].tolist() == frame["spend_365"].tolist()
    rich = _grown([100.0], [3.0]).assign(wallet=150.0)
    rich.loc[0, "wallet"] = np.nan
    most = most_asked(rich, SALES)[:, 0]
    assert most.max() == 150.0
    assert most[0] == pytest.approx(20.0 * 3.0, rel=0.02)


def test_orders_are_whole_and_a_client_of_returns_alone_is_asked_for_none() -> None:
    frame = _grown([5.0], [2.5]).rename(columns=lambda name: name.replace("spend", "orders"))
    frame.loc[0, "orders_365"] = -3.0
    most = most_asked(frame, ["orders_365"])[:, 0]
    assert (most == np.ceil(most)).all()
    assert most[0] == 0.0
    assert (most[1:] >= 2.4 * frame["orders_365"][1:]).all()


@pytest.mark.parametrize(
    "plan", [TierPlan(), TierPlan(scheme="strategic", number=5)], ids=lambda plan: plan.scheme
)
def test_nobody_is_told_to_buy_what_none_of_its_like_came_to_within_a_year(plan: TierPlan) -> None:
    rng = np.random.default_rng(4)
    frame = drawn_clients(rng, 600)
    drawn = {
        f"{name}_prev_365": frame[f"{name}_365"] / rng.lognormal(0, 0.25, len(frame))
        for name in ("spend", "orders")
    }
    known = frame.assign(**drawn, first_order_days=900.0).astype(np.float32)
    model = fit_tiers(known, pd.Series("active", index=known.index), plan=plan, seed=0)
    free, held = (
        moves[moves["direction"].eq("up")].set_index("client_id")
        for moves in (lever_moves(model, each, model.assign(each)) for each in (frame, known))
    )
    most = pd.DataFrame(most_asked(known, model.columns), known.index, model.columns)

    def beyond(moves: pd.DataFrame) -> np.ndarray:
        limit = np.array([most.loc[row.Index, row.feature] for row in moves.itertuples()])
        return moves["target"].to_numpy() > limit * (1 + 1e-6)

    assert beyond(free).mean() > 0.3
    assert not beyond(held).any()
    assert len(held) > 50
    within = free.index.difference(free.index[beyond(free)])
    assert {*within} <= {*held.index}  # who can is told as before
