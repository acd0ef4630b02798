from collections.abc import Callable

import pandas as pd
import pytest

from segml.features import Snapshot
from segml.words.plan import Economics


def test_the_care_share_and_its_rise(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {
            "client_id": "a",
            "day": [100, 390, 395],
            "order_id": ["1", "2", "3"],
            "amount": [100.0, 40.0, -10.0],
        }
    )
    frame = snap(rows, 400, economics=Economics(order=2.0, return_=4.0)).frame.loc["a"]
    assert frame["cost_to_serve_365"] == 8
    assert frame["care_share_365"] == pytest.approx(8 / 130)
    assert frame["care_rise_180"] == pytest.approx(6 / 30 - 2 / 100)


def test_without_a_rate_of_care_there_is_no_care_feature(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a"], "day": [1], "amount": [1.0]})
    assert "care_share_365" not in snap(rows, 10).frame


def test_contacts_and_invoices_make_care_too(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a"], "day": [1], "amount": [100.0]})
    contacts = pd.DataFrame({"client_id": ["a"], "day": [2], "kind": ["call"], "minutes": [15.0]})
    paid = Economics(minute=2.0)
    made = snap(rows, 10, interactions=contacts, economics=paid).frame.loc["a"]
    assert (made["cost_to_serve_365"], made["minutes_365"]) == (30, 15)
    assert made["care_share_365"] == pytest.approx(0.3)
    free = snap(rows, 10, interactions=contacts).frame
    assert "minutes_365" in free
    assert "care_share_365" not in free
