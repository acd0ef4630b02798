import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def test_continuity_counts_months_with_an_order(snap: Callable[..., Snapshot]) -> None:
    # as-of 400: months 0 [370, 400), 1 [340, 370), 3 [280, 310), 12 is out [10, 40)
    rows = pd.DataFrame({"client_id": "a", "day": [20, 300, 345, 380, 390], "amount": 1.0})
    frame = snap(rows, 400).frame.loc["a"]
    assert frame["continuity_365"] == pytest.approx(3 / 12)
    assert frame["continuity_own"] == pytest.approx(3 / 12)
    assert frame["active_months_6"] == 3
    assert frame["active_streak"] == 2
    assert frame["tenure_days"] == 380


def test_own_continuity_counts_months_since_the_first_order(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": "a", "day": [0, 40], "amount": 1.0})
    assert snap(rows, 61).frame.loc["a", "continuity_own"] == pytest.approx(2 / 3)


def test_tenure_begins_at_acquisition_or_the_first_order(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a", "b"], "day": [50, 10], "amount": 1.0})
    day = dt.date(2024, 1, 1)
    clients = pd.DataFrame(
        {
            "client_id": ["a", "b", "new", "unknown"],
            "acquired_on": [day, day + dt.timedelta(days=20), day + dt.timedelta(days=90), None],
        }
    )
    frame = snap(rows, 100, clients=clients).frame
    assert frame["tenure_days"].tolist() == [100, 90, 10, 0]
    assert frame["first_order_days"].tolist()[:2] == [50, 90]
    assert np.isnan(frame.loc["new", "continuity_own"])
