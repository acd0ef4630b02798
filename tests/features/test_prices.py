from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def _row(client: str, day: int, product: str, quantity: float, amount: float) -> dict[str, Any]:
    return {
        "client_id": client,
        "day": day,
        "product": product,
        "quantity": quantity,
        "amount": amount,
    }


def test_the_price_rise_is_that_of_the_same_basket(snap: Callable[..., Snapshot]) -> None:
    rows = [
        _row("a", 100, "x", 10, 100.0),  # 10 each
        _row("a", 150, "x", 10, 80.0),  # 8 each: 9 on average
        _row("a", 400, "x", 4, 45.0),  # would have cost 36
        _row("a", 100, "y", 1, 20.0),
        _row("a", 400, "y", 1, 30.0),  # would have cost 20
        _row("a", 400, "new", 1, 500.0),  # no earlier price: left out
        _row("b", 400, "x", 5, 50.0),
    ]
    frame = snap(pd.DataFrame(rows), 500).frame
    assert frame.loc["a", "price_rise_180"] == pytest.approx(75 / 56 - 1)
    assert np.isnan(frame.loc["b", "price_rise_180"])
    # of a's recent basket others bought x alone, at 10 against a's 11.25
    assert frame.loc["a", "price_over_others_180"] == pytest.approx(45 / 40 - 1)
    assert frame.loc["b", "price_over_others_180"] == pytest.approx(50 / 56.25 - 1)


def test_a_dearer_basket_is_no_price_rise(snap: Callable[..., Snapshot]) -> None:
    rows = [_row("a", 100, "x", 1, 10.0), _row("a", 400, "x", 9, 90.0)]
    assert snap(pd.DataFrame(rows), 500).frame.loc["a", "price_rise_180"] == 0


def test_without_quantities_there_is_no_price(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a"], "day": [1], "product": ["x"], "amount": [1.0]})
    frame = snap(rows, 10).frame
    assert "products_365" in frame
    assert "price_rise_180" not in frame
