import datetime as dt
from collections.abc import Callable

import pandas as pd
import pytest

from segml.features import Snapshot
from segml.ledger import Past, profit
from segml.words.plan import Economics


def test_profit_is_amount_less_cost_service_and_acquisition(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {
            "client_id": "a",
            "day": [100, 490],
            "amount": [100.0, 50.0],
            "cost": [60.0, 70.0],
        }
    )
    clients = pd.DataFrame(
        {
            "client_id": ["a"],
            "acquired_on": [dt.date(2024, 1, 1)],
            "acquisition_cost": [365.0],
        }
    )
    economics = Economics(order=2.0, commission_rate=0.1, acquisition_months=24)
    made = snap(rows, 500, clients=clients, economics=economics)
    frame = made.frame.loc["a"]
    a_day = 365 / 730  # spread evenly over 24 months
    assert frame["profit_90"] == pytest.approx(50 - 70 - 2 - 5 - 90 * a_day)
    assert frame["profit_365"] == pytest.approx(50 - 70 - 2 - 5 - 365 * a_day)
    assert frame["profit_prev_365"] == pytest.approx(100 - 60 - 2 - 10 - 135 * a_day)
    assert frame["profit_rate_365"] == pytest.approx((-27 - 182.5) / 50)
    assert made.money.loc["a", "profit_365"] == pytest.approx(-27 - 182.5, abs=1e-9)


def test_money_equals_the_ledgers_own_profit_to_the_cent(
    rich_past: Past, rich_snapshot: Snapshot
) -> None:
    own = profit(rich_past, rich_past.as_of - 365, rich_past.as_of)
    money = rich_snapshot.money
    assert money.index.equals(own.index)
    assert (money["profit_365"] - own["profit"]).abs().max() < 0.005
    assert (money["revenue_365"] - own["revenue"]).abs().max() < 0.005
    assert (money["cost_to_serve_365"] - own["cost_to_serve"]).abs().max() < 0.005
    before = profit(rich_past, rich_past.as_of - 730, rich_past.as_of - 365)
    assert (money["profit_prev_365"] - before["profit"]).abs().max() < 0.005


def test_features_show_the_same_money_rounded_once(rich_snapshot: Snapshot) -> None:
    for feature, money in [
        ("profit_365", "profit_365"),
        ("spend_365", "revenue_365"),
        ("cost_to_serve_365", "cost_to_serve_365"),
        ("referral_profit_365", "referral_profit_365"),
    ]:
        exact = rich_snapshot.money[money].astype("float32")
        pd.testing.assert_series_equal(rich_snapshot.frame[feature], exact, check_names=False)
