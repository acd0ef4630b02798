"""How published scores held, on clients written out."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from segml.evaluation import auc, realised, realised_sentences

COUNT = 400


def scores(p: np.ndarray, expected: float = 10.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": [f"c{place:03d}" for place in range(len(p))],
            "status": "active",
            "p_churn": p,
            "p_churn_low": p * 0.8,
            "p_churn_high": np.minimum(p * 1.2, 1.0),
            "expected_profit": expected,
        }
    )


def by_id(frame: pd.DataFrame, values: np.ndarray) -> pd.Series:
    return pd.Series(values, index=frame["client_id"]).sample(frac=1.0, random_state=1)


def drawn(seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    draws = np.random.default_rng(seed)
    p = draws.uniform(0.05, 0.95, COUNT)
    return scores(p), (draws.uniform(size=COUNT) < p).astype(np.float64)


def test_risks_that_come_true_are_no_worse_than_their_card() -> None:
    frame, lost = drawn()
    found = realised(frame, lost=by_id(frame, lost), profit=None, card={"churn/auc": 0.8})
    rows = found.set_index("metric")
    assert rows.loc["auc", "value"] == pytest.approx(auc(lost, frame["p_churn"].to_numpy()))
    assert rows.loc["auc", "low"] < rows.loc["auc", "value"] < rows.loc["auc", "high"]
    assert rows.loc["lost_ratio", "value"] == pytest.approx(frame["p_churn"].sum() / lost.sum())
    assert rows["clients"].tolist() == [COUNT, COUNT]
    assert not rows["is_worse"].any()


def test_an_auc_surely_below_the_cards_is_worse_and_said() -> None:
    frame, lost = drawn()
    found = realised(frame, lost=by_id(frame, lost), profit=None, card={"churn/auc": 0.95})
    assert found.loc[found["is_worse"], "metric"].tolist() == ["auc"]
    (said,) = realised_sentences(found.assign(as_of=dt.date(2024, 1, 1)))
    assert said.startswith("scores of 2024-01-01: the risks told who would be lost with an AUC of")
    assert said.endswith("less than the 0.950 of the model's card")


def test_more_lost_than_any_season_foreseen_is_worse() -> None:
    frame, lost = drawn()
    many = np.maximum(lost, (np.arange(COUNT) % 2 == 0).astype(np.float64))
    found = realised(frame, lost=by_id(frame, many), profit=None, card={})
    row = found.set_index("metric").loc["lost_ratio"]
    assert row["is_worse"]
    assert row["high"] < 1.0
    assert pd.isna(row["card"])
    third = by_id(frame, lost * (np.arange(COUNT) % 3 == 0))
    few = realised(frame, lost=third, profit=None, card={})
    assert few.set_index("metric").loc["lost_ratio", "is_worse"]


def test_a_total_farther_from_one_than_the_cards_is_worse_on_either_side() -> None:
    frame, _ = drawn()
    profit = np.random.default_rng(1).normal(10.0, 5.0, COUNT)
    card = {"potential/total_ratio": 1.05}
    worse = {}
    for expected in (5.0, 10.0, 20.0):
        found = realised(
            frame.assign(expected_profit=expected),
            lost=None,
            profit=by_id(frame, profit),
            card=card,
        )
        worse[expected] = bool(found["is_worse"].item())
        assert found["value"].item() == pytest.approx(expected * COUNT / profit.sum())
        assert found["low"].item() < found["value"].item() < found["high"].item()
    assert worse == {5.0: True, 10.0: False, 20.0: True}


def test_prospects_are_left_out_and_lapsed_clients_have_no_risk() -> None:
    frame, lost = drawn()
    frame["status"] = np.repeat(["active", "lapsed", "prospect"], [COUNT - 200, 100, 100])
    frame.loc[frame["status"] != "active", ["p_churn", "p_churn_low", "p_churn_high"]] = np.nan
    frame.loc[frame["status"] == "prospect", "expected_profit"] = np.nan
    came = by_id(frame, lost)
    found = realised(frame, lost=came, profit=came, card={}).set_index("metric")
    assert found["clients"].to_dict() == {"auc": 200, "lost_ratio": 200, "total_ratio": 300}
    assert found["value"].notna().all()


def test_where_nothing_can_be_said_figures_are_missing() -> None:
    frame, _ = drawn()
    nobody = by_id(frame, np.zeros(COUNT))
    found = realised(frame, lost=nobody, profit=nobody, card={"churn/auc": None})
    assert found["value"].isna().all()
    assert found.set_index("metric")["is_worse"].to_dict() == {
        "auc": False,
        "lost_ratio": True,
        "total_ratio": False,
    }
    assert len(realised(frame.iloc[:0], lost=nobody, profit=nobody, card={})) == 3
