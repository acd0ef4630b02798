"""What a rule says of every client, criterion by criterion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.scoring.criteria import Criteria
from segml.tiers import RULE_SCHEMES, TierModel, fit_tiers
from segml.words.plan import RULE_TIERS, TierPlan


def _frame(rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    size = rng.lognormal(0, 1.2, rows)
    return pd.DataFrame(
        {
            "profit_365": 300 * size * rng.lognormal(0, 0.3, rows) - 60,
            "spend_365": 1000 * size * rng.lognormal(0, 0.3, rows),
            "orders_365": rng.poisson(4 * size) + 1,
            "tenure_days": rng.integers(1, 1500, rows),
            "care_share_365": rng.lognormal(-2, 0.7, rows),
        },
        index=pd.Index([f"k{i:03}" for i in range(rows)], name="client_id"),
    ).astype("float32")


def _model(frame: pd.DataFrame, plan: TierPlan) -> TierModel:
    return fit_tiers(frame, pd.Series("active", index=frame.index), plan=plan)


@pytest.mark.parametrize("scheme", list(RULE_SCHEMES))
@pytest.mark.parametrize("chunk", [7, 1000])
def test_a_clients_points_sum_to_its_score_whatever_the_chunks(scheme: str, chunk: int) -> None:
    frame = _frame()
    model = _model(frame, TierPlan(scheme=scheme, number=RULE_TIERS[scheme]))
    made = Criteria(tiers=model, frame=frame, assignment=model.assign(frame), chunk=chunk)
    told = pd.concat(made, ignore_index=True)
    assert not told.duplicated(["client_id", "feature"]).any()
    assert told["client_id"].is_monotonic_increasing
    score = model.estimator.score_points(model.values(frame).to_numpy())
    by_client = told.groupby("client_id")
    np.testing.assert_allclose(by_client["points"].sum().loc[frame.index], score, atol=1e-9)
    np.testing.assert_allclose(by_client["of_points"].sum(), 100.0)
    assert (told["points"] <= told["of_points"]).all()


def test_a_value_moved_to_its_edge_leaves_no_margin() -> None:
    frame = _frame()
    model = _model(frame, TierPlan(scheme="profitability", number=3))
    assignment = model.assign(frame)
    told = pd.concat(Criteria(tiers=model, frame=frame, assignment=assignment))
    care = told[(told["feature"] == "care_share_365") & told["to_edge"].notna()]
    assert len(care) > 20
    moved = frame.astype("float64").loc[care["client_id"]]
    moved["care_share_365"] += care["to_edge"].to_numpy()
    margin = model.pair_margin(moved, assignment.loc[moved.index])
    np.testing.assert_allclose(margin, 0.0, atol=1e-6)


def test_clusters_have_no_criteria_and_the_same_columns() -> None:
    frame = _frame()
    rule = _model(frame, TierPlan(scheme="levels", number=3))
    clusters = _model(frame, TierPlan(number=4))
    one, two = (
        pd.concat(Criteria(tiers=model, frame=frame, assignment=model.assign(frame)))
        for model in (rule, clusters)
    )
    assert two.empty
    assert one.dtypes.to_dict() == two.dtypes.to_dict()
