from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def _orders(client: str, *days: int) -> list[dict[str, Any]]:
    return [{"client_id": client, "day": day, "amount": 10.0} for day in days]


def test_silence_is_measured_in_own_gaps(snap: Callable[..., Snapshot]) -> None:
    # gaps 10, 30, 20: median 20, longest 30, last 20; silence 100 - 60 = 40
    frame = snap(pd.DataFrame(_orders("a", 0, 10, 40, 60)), 100).frame.loc["a"]
    assert frame["silence_days"] == 40
    assert frame["median_gap_days"] == 20
    assert frame["silence_over_gap"] == 2
    assert frame["silence_over_longest"] == pytest.approx(40 / 30)
    assert frame["last_gap_over_median"] == 1
    assert frame["silence_place"] == 1
    assert frame["silence_share"] == pytest.approx(0.4)
    assert frame["gap_variation"] == pytest.approx(np.std([10, 30, 20]) / 20)


def test_two_orders_on_one_day_make_no_gap(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(_orders("a", 0, 0, 10)).assign(order_id=["1", "2", "3"])
    frame = snap(rows, 20).frame.loc["a"]
    assert frame["median_gap_days"] == 10
    assert frame["orders_ever"] == 3


def test_a_return_breaks_no_silence(snap: Callable[..., Snapshot]) -> None:
    rows = [*_orders("a", 0, 10), {"client_id": "a", "day": 50, "amount": -5.0}]
    assert snap(pd.DataFrame(rows), 60).frame.loc["a", "silence_days"] == 50


def test_a_client_of_one_day_is_compared_with_its_peers_gap(snap: Callable[..., Snapshot]) -> None:
    # peers: b has a median gap of 10, c of 30, so the usual gap of a is their median, 20
    rows = [*_orders("a", 60), *_orders("b", 0, 10), *_orders("c", 0, 30)]
    frame = snap(pd.DataFrame(rows), 100).frame
    assert frame.loc["a", "silence_over_usual"] == 2
    assert np.isnan(frame.loc["a", "silence_over_gap"])
    # an own gap of 10 and the peers' 20 together: 15
    assert frame.loc["b", "silence_over_usual"] == 6
