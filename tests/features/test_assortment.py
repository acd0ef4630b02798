from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def _sold(product: str, clients: str, times: int, last_day: int) -> list[dict[str, Any]]:
    return [
        {"client_id": client, "day": last_day - 3 * i, "product": product, "amount": 10.0}
        for client in clients
        for i in range(times)
    ]


def test_a_product_that_many_bought_and_nobody_buys_seems_withdrawn(
    snap: Callable[..., Snapshot],
) -> None:
    rows = (
        _sold("gone", "abc", 4, 300)
        + _sold("kept", "ab", 4, 420)
        + _sold("kept", "a", 4, 300)
        + _sold("rare", "abc", 3, 290)  # nine lines in a year: a silence may be chance
        + _sold("own", "a", 20, 280)  # one client's: its silence says nothing of the shelf
    )
    frame = snap(pd.DataFrame(rows), 430).frame
    # a's earlier mix, older than 90 days: 4 gone, 4 kept, 3 rare, 20 own
    assert frame.loc["a", "withdrawn_share_90"] == pytest.approx(4 / 31)
    assert frame.loc["b", "withdrawn_share_90"] == pytest.approx(4 / 7)


def test_who_bought_nothing_earlier_has_no_mix(snap: Callable[..., Snapshot]) -> None:
    frame = snap(pd.DataFrame(_sold("kept", "a", 2, 420)), 430).frame
    assert np.isnan(frame.loc["a", "withdrawn_share_90"])
