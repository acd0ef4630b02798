from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.boosting import largest
from segml.scoring.parts import LeadingParts
from segml.scoring.reasons import BASE, OTHER, Chances, Told, reason_rows
from segml.words.feature import Feature

FEATURES = {
    "silence_days": Feature(
        name="silence_days", family="rhythm", unit="days", kind="symptom", label="silence"
    ),
    "discount_rate_365": Feature(
        name="discount_rate_365",
        family="discounts",
        unit="share",
        kind="driver",
        reason="margin",
        label="discounts",
    ),
    "industry": Feature(
        name="industry", family="attributes", unit="category", kind="context", label="industry"
    ),
}


def parts(values: Any, top: int, subject: Any) -> LeadingParts:
    base = 0.5
    values = np.asarray(values, dtype=np.float64)
    n = len(values)
    return LeadingParts(
        subject=subject,
        clients=pd.Index([f"c{i}" for i in range(n)], name="client_id"),
        features=tuple(FEATURES),
        leading=largest(values, top=top),
        base=np.full(n, base),
        raw=base + values.sum(axis=1),
        data=pd.DataFrame(
            {
                "silence_days": np.float32(30),
                "discount_rate_365": np.float32(0.25),
                "industry": "<b>轮胎</b>",
            },
            index=range(n),
        ),
    )


def told(values: Any, top: int = 8, subject: Any = "churn", **options: Any) -> Told:
    some = parts(values, top, subject)
    return Told(parts=some, references={"silence_days": 12.0}, **options)


def rows(values: Any, **options: Any) -> pd.DataFrame:
    return reason_rows([told(values, **options)], FEATURES)


def test_base_reasons_and_rest_sum_to_the_raw_score() -> None:
    values = [[0.3, -0.5, 0.1], [0.0, 0.0, 0.2]]
    for top in (0, 1, 2, 8):
        total = rows(values, top=top).groupby("client_id", observed=True)["contribution"].sum()
        assert total.tolist() == pytest.approx([0.4, 0.7], abs=1e-12)


def test_rank_0_is_the_base_the_last_is_the_rest_and_between_them_size_falls() -> None:
    frame = rows([[0.3, -0.5, 0.1]], top=2)
    assert frame["rank"].tolist() == [0, 1, 2, 3]
    assert frame["feature"].tolist() == [BASE, "discount_rate_365", "silence_days", OTHER]


def test_what_contributes_nothing_gets_no_row() -> None:
    assert rows([[0.0, 0.0, 0.0]])["feature"].tolist() == [BASE, OTHER]


def test_equal_contributions_stand_in_the_order_of_the_features() -> None:
    frame = rows([[0.2, -0.2, 0.2]])
    assert frame["feature"].tolist()[1:-1] == list(FEATURES)


def test_a_row_says_value_unit_kind_reason_and_reference() -> None:
    frame = rows([[0.3, -0.5, 0.1]]).set_index("feature")
    assert frame.loc["silence_days", "value_text"] == "30 days"
    assert frame.loc["silence_days", "reference"] == 12.0
    assert frame.loc["discount_rate_365", ["kind", "reason"]].tolist() == ["driver", "margin"]
    assert frame.loc["industry", "value_text"] == "<b>轮胎</b>"
    assert np.isnan(frame.loc["industry", "value"])


def test_points_sum_exactly_to_the_probability_and_keep_the_signs() -> None:
    chances = Chances(at_raw=np.array([0.62]), at_base=np.array([0.4]))
    frame = rows([[0.3, -0.5, 0.1]], chances=chances)
    assert frame["points"].sum() == pytest.approx(62.0, abs=1e-9)
    assert frame["points"][0] == pytest.approx(40.0)


def test_no_probability_no_points() -> None:
    nothing = Chances(at_raw=np.array([np.nan]), at_base=np.array([0.4]))
    assert rows([[0.3, -0.5, 0.1]])["points"].isna().all()
    assert rows([[0.3, -0.5, 0.1]], chances=nothing)["points"].isna().all()


def test_no_clients_no_rows() -> None:
    assert len(rows(np.zeros((0, 3)))) == 0


def test_subjects_are_woven_client_by_client_in_the_order_given() -> None:
    churn, tier = [[0.3, 0.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.1, 0.0], [0.2, 0.0, 0.1]]
    frame = reason_rows([told(churn), told(tier, subject="tier")], FEATURES)
    assert frame["client_id"].tolist() == ["c0"] * 6 + ["c1"] * 6
    assert frame["subject"].tolist() == ["churn"] * 3 + ["tier"] * 3 + ["churn"] * 2 + ["tier"] * 4
    assert frame["rank"].tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 2, 3]
