"""From a feature frame to named tiers and back to exact parts, across a retrain."""

from __future__ import annotations

import io
import pickle
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

from segml.tiers import TierModel, fit_tiers
from segml.words.errors import DataRefused
from segml.words.plan import TierPlan

PLAN = TierPlan(number=4)


def _frame(seed: int = 0, rows: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 1.2, rows)
    frame = pd.DataFrame(
        {
            "profit_365": 300 * size * rng.lognormal(0, 0.3, rows) - 60,
            "spend_365": 1000 * size * rng.lognormal(0, 0.3, rows),
            "orders_365": rng.poisson(4 * size) + 1,
            "tenure_days": rng.integers(1, 1500, rows),
            "continuity_365": rng.integers(1, 13, rows) / 12,
            "spend_growth_365": np.where(
                rng.random(rows) < 0.3, np.nan, rng.lognormal(0, 0.5, rows)
            ),
            "industry": "retail",
        },
        index=pd.Index([f"k{i:03}" for i in range(rows)], name="client_id"),
    )
    return frame.astype(dict.fromkeys(frame.columns.drop("industry"), "float32"))


def _status(frame: pd.DataFrame, prospects: int = 0) -> pd.Series:
    kinds = ["prospect"] * prospects + ["active"] * (len(frame) - prospects)
    return pd.Series(kinds, index=frame.index)


def _fit(frame: pd.DataFrame, previous: TierModel | None = None) -> TierModel:
    return fit_tiers(frame, _status(frame), plan=PLAN, previous=previous)


def test_every_client_gets_a_named_tier_a_rival_and_a_margin() -> None:
    frame = _frame()
    model = _fit(frame)
    found = model.assign(frame)
    assert list(found.columns) == [
        "tier",
        "tier_rank",
        "previous_tier",
        "tier_rival",
        "tier_margin",
        "pair_own",
        "pair_rival",
    ]
    assert found.index.equals(frame.index)
    assert set(found["tier"]) == set(model.names) == {f"tier {n}" for n in range(1, 5)}
    assert (found["tier"] == "tier " + found["tier_rank"].astype("str")).all()
    assert (found["tier"] != found["tier_rival"]).all()
    assert (found["tier_margin"] >= 0).all()
    assert found["previous_tier"].isna().all()


def test_contributions_sum_to_the_margin_with_a_previous_tier() -> None:
    frame = _frame()
    model = _fit(frame)
    previous = pd.Series(["tier 2", "tier 1", None], index=["k000", "k001", "k002"])
    found = model.assign(frame, previous)
    values, base, columns = model.contributions(frame, found)
    assert columns == model.columns == tuple(model.values(frame).columns)
    total = base + values.sum(axis=1)
    np.testing.assert_allclose(total, found["tier_margin"], rtol=0, atol=1e-9)
    assert found.loc["k000", "previous_tier"] == "tier 2"
    assert found["previous_tier"].notna().sum() == 2


def test_the_previous_tier_holds_a_client_near_an_edge() -> None:
    frame = _frame()
    model = _fit(frame)
    found = model.assign(frame)
    firm = model.assign(frame, found["tier_rival"])
    rank = {name: place for place, name in enumerate(model.names)}
    pairs = zip(found["tier_rival"].map(rank), found["tier"].map(rank), strict=True)
    added = np.array([model.estimator.centroids_.held[pair] for pair in pairs])
    near = found["tier_margin"] < added
    assert near.any()
    assert (~near).any()
    assert (firm["tier"] == found["tier_rival"])[near].all()
    assert (firm["tier"] == found["tier"])[~near].all()


def test_assigning_again_with_the_own_result_changes_nothing() -> None:
    frame = _frame()
    model = _fit(frame)
    once = model.assign(frame, model.assign(frame)["tier"])
    pd.testing.assert_frame_equal(model.assign(frame, once["tier"]), once)


def test_parts_between_two_dates_sum_and_unchanged_features_are_zero() -> None:
    before = _frame()
    after = before.assign(profit_365=before["profit_365"] / 3, orders_365=1.0)
    model = _fit(before)
    found = model.assign(after, model.assign(before)["tier"])
    parts = pd.DataFrame(model.between(before, after, found), columns=model.columns)
    change = model.pair_margin(after, found) - model.pair_margin(before, found)
    np.testing.assert_allclose(parts.sum(axis=1), change, rtol=0, atol=1e-9)
    np.testing.assert_allclose(model.pair_margin(after, found), found["tier_margin"], atol=1e-9)
    assert (parts.drop(columns=["profit_365", "orders_365"]) == 0).all(axis=None)


def test_prospects_shape_nothing_and_are_placed_by_the_same_rule() -> None:
    frame = _frame()
    empty = pd.DataFrame(np.nan, index=["p1", "p2"], columns=frame.columns, dtype="float32")
    empty["industry"] = "retail"
    both = pd.concat([empty, frame])
    alone, mixed = _fit(frame), fit_tiers(both, _status(both, prospects=2), plan=PLAN)
    assert (alone.estimator.centers_ == mixed.estimator.centers_).all()
    placed = mixed.assign(both)
    assert placed.loc[["p1", "p2"], "tier"].tolist() == ["tier 4", "tier 4"]
    assert (placed["tier_margin"] >= 0).all()


def test_names_survive_a_retrain_on_later_rows() -> None:
    first, later = _frame(), _frame().assign(profit_365=lambda f: f["profit_365"] * 1.1 + 5)
    old = TierModel(*_parts(_fit(first), names=("gold", "silver", "bronze", "iron")))
    assert _fit(later, previous=old).names == ("gold", "silver", "bronze", "iron")


def _parts(model: TierModel, names: tuple[str, ...]) -> tuple[Any, ...]:
    return model.estimator, model.space, names, model.notes


def test_names_survive_when_a_table_is_gone() -> None:
    frame = _frame()
    old = TierModel(*_parts(_fit(frame), names=("gold", "silver", "bronze", "iron")))
    assert _fit(frame.drop(columns="tenure_days"), previous=old).names == old.names


def test_fewer_tiers_keep_names_in_order() -> None:
    frame = _frame()
    old = _fit(frame)
    new = fit_tiers(frame, _status(frame), plan=TierPlan(number=3), previous=old)
    assert len(new.names) == 3
    assert set(new.names) < set(old.names)
    assert list(new.names) == sorted(new.names)


def test_nobody_rises_by_leaving_where_small_clients_are_billed_by_the_month_or_the_year() -> None:
    rng = np.random.default_rng(5)
    kinds = np.repeat(["large", "middle", "yearly", "monthly"], [60, 150, 200, 400])
    worth = pd.Series({"large": 24_000, "middle": 3_800, "yearly": 330, "monthly": 290})
    bills = pd.Series({"large": 13, "middle": 13, "yearly": 1, "monthly": 13})
    profit = worth[kinds].to_numpy() * rng.lognormal(0, 0.2, len(kinds))
    months = np.minimum(bills[kinds].to_numpy(), 12) / 12
    frame = pd.DataFrame(
        {
            "profit_365": profit,
            "spend_365": 3 * profit * rng.lognormal(0, 0.1, len(kinds)),
            "orders_365": bills[kinds].to_numpy(),
            "continuity_365": months,
            "tenure_days": rng.integers(400, 1500, len(kinds)),
        },
        index=pd.Index([f"k{i:03}" for i in range(len(kinds))], name="client_id"),
    )
    ends = ["profit_365", "spend_365", "orders_365", "continuity_365"]
    now, gone = (
        _fit(frame).assign(each) for each in (frame, frame.assign(**dict.fromkeys(ends, 0)))
    )
    assert (gone["tier_rank"] >= now["tier_rank"]).mean() > 0.99
    note = _fit(frame).notes[0]
    assert note == "4 clusters make 3 tiers: tier 3 holds 2, or clients would rise by leaving"


def test_a_few_clients_are_ranked_and_it_is_said() -> None:
    frame = _frame(rows=12)
    model = _fit(frame)
    assert model.notes[0] == "ranking by profit alone: 12 rows, clusters need 60"
    found = model.assign(frame).join(frame["profit_365"]).sort_values("profit_365")
    assert found["tier_rank"].is_monotonic_decreasing


@pytest.mark.parametrize("rows", [0, 1])
def test_too_few_clients_for_any_order_are_refused(rows: int) -> None:
    with pytest.raises(DataRefused, match=f"{rows} clients"):
        _fit(_frame().head(rows))


def test_an_infinite_feature_is_refused_and_no_traceback_of_ours() -> None:
    frame = _frame()
    frame.loc["k003", "spend_365"] = np.inf
    with pytest.raises(DataRefused, match="infinity"):
        _fit(frame)


def test_a_previous_tier_of_another_scheme_is_refused() -> None:
    frame = _frame()
    with pytest.raises(ValueError, match="vip"):
        _fit(frame).assign(frame, pd.Series("vip", index=frame.index))


def test_clients_of_another_frame_are_refused() -> None:
    frame = _frame()
    model = _fit(frame)
    found = model.assign(frame)
    with pytest.raises(ValueError, match="not of these clients"):
        model.contributions(frame[::-1], found)
    with pytest.raises(ValueError, match="two dates"):
        model.between(frame, frame[::-1], found)


def test_a_frame_without_clients_gives_a_frame_without_rows() -> None:
    frame = _frame()
    model = _fit(frame)
    found = model.assign(frame.head(0))
    assert found.empty
    assert model.contributions(frame.head(0), found).values.shape == (0, len(model.columns))


def test_row_order_changes_nothing() -> None:
    frame = _frame()
    mixed = frame.sample(frac=1, random_state=3)
    found = _fit(mixed).assign(mixed).loc[frame.index]
    pd.testing.assert_frame_equal(found, _fit(frame).assign(frame), check_exact=True)


def test_same_seed_same_bytes_and_a_reload_scores_the_same() -> None:
    frame = _frame()
    model = _fit(frame)
    assert pickle.dumps(model) == pickle.dumps(_fit(frame))
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    again = joblib.load(file)
    pd.testing.assert_frame_equal(again.assign(frame), model.assign(frame), check_exact=True)
