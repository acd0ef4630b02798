import datetime as dt
from collections.abc import Callable

import pandas as pd
import pytest

from segml.features import Snapshot
from segml.ledger import Past, profit
from segml.words.plan import ContactRate, Economics


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


@pytest.mark.parametrize(
    ("column", "part"),
    [("profit_365", "profit"), ("revenue_365", "revenue"), ("cost_to_serve_365", "cost_to_serve")],
)
def test_money_equals_the_ledgers_own_profit(
    rich_past: Past, rich_snapshot: Snapshot, column: str, part: str
) -> None:
    own = profit(rich_past, rich_past.as_of - 365, rich_past.as_of)
    assert (own[["minutes", "contacts", "overdue", "bad_debt"]].abs().sum() > 100).all()
    assert rich_snapshot.money.index.equals(own.index)
    assert (rich_snapshot.money[column] - own[part]).abs().max() < 1e-5


def test_money_of_the_year_before_equals_the_ledgers_own(
    rich_past: Past, rich_snapshot: Snapshot
) -> None:
    before = profit(rich_past, rich_past.as_of - 730, rich_past.as_of - 365)
    assert (rich_snapshot.money["profit_prev_365"] - before["profit"]).abs().max() < 1e-5


def test_contacts_and_debts_are_taken_off_and_may_leave_less_than_nothing(
    snap: Callable[..., Snapshot],
) -> None:
    lines = pd.DataFrame({"client_id": ["a", "b"], "day": [790, 790], "amount": [10.0, 10.0]})
    contacts = pd.DataFrame(
        {"client_id": "a", "day": [795], "kind": ["visit"], "minutes": [30.0], "cost": [4.0]}
    )
    bills = pd.DataFrame({"client_id": ["a"], "issued": [700], "due": [727], "amount": [500.0]})
    economics = Economics(
        minute=0.5,
        kinds={"visit": ContactRate(contact=2.0)},
        overdue_yearly_rate=0.1,
        write_off_days=60,
    )
    made = snap(
        lines,
        800,
        economics=economics,
        interactions=contacts,
        invoices=bills.assign(paid=float("nan")),
    )
    # 60 days of overdue money, then the whole of it
    cost = 30 * 0.5 + 4 + 2 + 500 * 0.1 * 60 / 365 + 500
    assert made.money.loc["a", "cost_to_serve_365"] == pytest.approx(cost, abs=1e-5)
    assert made.frame.loc["a", "profit_90"] == pytest.approx(10 - cost)
    assert made.frame.loc["a", "care_share_365"] == pytest.approx(cost / 10)
    assert made.money.loc["a", "value_365"] == pytest.approx(10 - cost, abs=1e-5)
    assert made.money.loc["b", "profit_365"] == 10


def test_features_show_the_same_money_rounded_once(rich_snapshot: Snapshot) -> None:
    for feature, money in [
        ("profit_365", "profit_365"),
        ("spend_365", "revenue_365"),
        ("cost_to_serve_365", "cost_to_serve_365"),
        ("referral_profit_365", "referral_profit_365"),
    ]:
        exact = rich_snapshot.money[money].astype("float32")
        pd.testing.assert_series_equal(rich_snapshot.frame[feature], exact, check_names=False)
