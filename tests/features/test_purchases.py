from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot
from segml.features.bgnbd import BgNbd, PurchaseHistory


def test_the_parameters_are_those_of_this_past_and_count_order_days_in_weeks(
    snap: Callable[..., Snapshot],
) -> None:
    rng = np.random.default_rng(0)
    rows = [
        {"client_id": f"c{i:02d}", "day": int(day), "order_id": f"{i}-{n}", "amount": 1.0}
        for i in range(40)
        for n, day in enumerate([i, *(i + np.cumsum(rng.integers(1, 40 + 10 * i, 6)))])
        if day < 300
    ]
    rows += [{**rows[0], "order_id": "again"}]  # a second order of the same day is no repeat
    made = snap(pd.DataFrame(rows), 300, horizon_days=70)
    assert made.state["bgnbd_fitted"] == 1
    assert made.state["bgnbd_clients"] == 40
    model = BgNbd(**{name: made.state[f"bgnbd_{name}"] for name in ("r", "alpha", "a", "b")})
    days = pd.DataFrame(rows).groupby("client_id")["day"].agg(["min", "max", "nunique"])
    history = PurchaseHistory(
        repeats=days["nunique"].to_numpy(float) - 1,
        recency=(days["max"] - days["min"]).to_numpy(float) / 7,
        age=(300 - days["min"]).to_numpy(float) / 7,
    )
    expected, alive = model.expected(history, 10.0), model.alive(history)
    assert made.frame["expected_orders"].to_numpy() == pytest.approx(expected, rel=1e-6)
    assert made.frame["alive"].to_numpy() == pytest.approx(alive, rel=1e-6)


def test_a_tiny_ledger_gets_assumed_parameters_and_says_so(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a"] * 5, "day": [0, 7, 14, 21, 28], "amount": 1.0})
    made = snap(rows, 35, horizon_days=28)
    assert made.state["bgnbd_fitted"] == 0
    assert 1 < made.frame.loc["a", "expected_orders"] < 4


def test_a_ledger_before_its_first_row_still_answers(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a"], "day": [50], "amount": [1.0]})
    clients = pd.DataFrame({"client_id": ["a", "b"]})
    made = snap(rows, 10, clients=clients)
    assert made.status.tolist() == ["prospect", "prospect"]
    assert made.frame["expected_orders"].isna().all()
    assert made.state["bgnbd_clients"] == 0


def test_the_season_moves_the_level_and_never_the_order(rich_snapshot: Snapshot) -> None:
    frame = rich_snapshot.frame.dropna(subset="expected_orders")
    index = frame["portfolio_season"].iloc[0]
    ratio = (frame["expected_orders_season"] / frame["expected_orders"]).to_numpy()
    assert ratio == pytest.approx(np.full(len(frame), index), rel=1e-5)


def test_the_season_is_told_by_the_last_365_days_alone(snap: Callable[..., Snapshot]) -> None:
    day, crowd = 500, range(100)
    even = [{"client_id": "a", "day": each} for each in range(day)]
    for last, expected in ((day - 366, 1.0), (day - 365, 365 / 70 * (70 + 100) / (365 + 100))):
        spike = [{"client_id": f"c{who}", "day": last} for who in crowd]
        rows = pd.DataFrame([*even, *spike]).assign(amount=1.0)
        found = snap(rows, day, horizon_days=70).frame["portfolio_season"].iloc[0]
        assert found == pytest.approx(expected, rel=1e-5)
