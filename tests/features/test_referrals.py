from collections.abc import Callable

import pandas as pd
import pytest

from segml.features import Snapshot
from segml.words.plan import Economics


def test_referral_profit_is_the_first_generations_times_the_weight(
    snap: Callable[..., Snapshot],
) -> None:
    rows = pd.DataFrame(
        {"client_id": ["a", "b", "c", "d"], "day": 5, "amount": [1.0, 30.0, -10.0, 500.0]}
    )
    clients = pd.DataFrame(
        {"client_id": ["a", "b", "c", "d"], "referred_by": [None, "a", "a", "b"]}
    )
    made = snap(rows, 10, clients=clients, economics=Economics(referral_weight=0.25))
    assert made.frame["referred_clients"].tolist() == [2, 1, 0, 0]
    assert made.frame["was_referred"].tolist() == [0, 1, 1, 1]
    assert made.money["referral_profit_365"].tolist() == [5.0, 125.0, 0.0, 0.0]
    assert made.money.loc["a", "value_365"] == pytest.approx(1 + 5)
    assert made.money.loc["b", "value_365"] == pytest.approx(30 + 125)
