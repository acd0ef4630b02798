from collections.abc import Callable

import pandas as pd
import pytest

from segml.features import Snapshot


def test_products_are_counted_once_each(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {
            "client_id": "a",
            "day": [10, 300, 390, 390],
            "product": ["x", "x", "y", "z"],
            "amount": 5.0,
        }
    )
    frame = snap(rows, 400).frame.loc["a"]
    assert frame["products_365"] == 3
    assert frame["products_90"] == 2
    assert frame["repeated_products_share"] == pytest.approx(1 / 3)
