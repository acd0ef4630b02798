from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


@pytest.fixture
def made(snap: Callable[..., Snapshot]) -> Snapshot:
    rows = pd.DataFrame({"client_id": ["a", "b"], "day": [5, 5], "amount": [30.0, 90.0]})
    clients = pd.DataFrame(
        {
            "client_id": ["a", "b", "c"],
            "name": ["Ромашка", "雨果", None],
            "industry": ["mining", None, "retail"],
            "employees": [12, 7, None],
            "wallet": [120.0, 60.0, 0.0],
        }
    )
    return snap(rows, 10, clients=clients)


def test_attributes_are_taken_as_stated(made: Snapshot) -> None:
    assert made.frame["industry"].tolist() == ["mining", None, "retail"]
    assert made.frame["size_employees"].tolist()[:2] == [12, 7]
    assert np.isnan(made.frame.loc["c", "size_employees"])
    assert made.clients["name"].tolist() == ["Ромашка", "雨果", None]


def test_headroom_is_the_wallet_spent_elsewhere(made: Snapshot) -> None:
    headroom = made.frame["wallet_headroom"]
    assert headroom["a"] == pytest.approx(0.75)
    assert headroom["b"] == 0  # it spends more than its stated wallet
    assert np.isnan(headroom["c"])


def test_attributes_the_ledger_lacks_are_left_out(made: Snapshot) -> None:
    assert not {"region", "annual_turnover", "acquisition_channel"} & set(made.frame)
    assert made.clients["region"].tolist() == [None] * 3
