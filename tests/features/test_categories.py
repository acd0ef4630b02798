from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot


def _rows(client: str, day: int, **spent: float) -> list[dict[str, Any]]:
    return [
        {"client_id": client, "day": day, "category": category, "amount": amount}
        for category, amount in spent.items()
    ]


def test_the_favourite_leaks_while_others_hold(snap: Callable[..., Snapshot]) -> None:
    rows = _rows("a", 100, tea=365.0, cups=100.0, pots=82.5) + _rows("a", 400, tea=36.0, cups=90.0)
    # tea held 36 / 180 against 365 / 365 a day: 0.2; the others 90 / 180 against 0.5: all of it
    frame = snap(pd.DataFrame(rows), 500).frame.loc["a"]
    assert frame["favourite_leakage_180"] == pytest.approx(1 - 0.2, abs=1e-6)
    assert frame["silent_mix_180"] == pytest.approx(82.5 / 547.5)
    assert frame["categories_365"] == 2
    assert frame["categories_90"] == 0
    assert frame["categories_prev_365"] == 3
    assert frame["top_category_share_365"] == pytest.approx(90 / 126)


def test_who_falls_everywhere_leaks_nothing(snap: Callable[..., Snapshot]) -> None:
    rows = _rows("a", 100, tea=300.0, cups=100.0) + _rows("a", 400, tea=3.0, cups=1.0)
    assert snap(pd.DataFrame(rows), 500).frame.loc["a", "favourite_leakage_180"] == 0


def test_a_single_category_has_no_others_to_hold(snap: Callable[..., Snapshot]) -> None:
    rows = _rows("a", 100, tea=300.0) + _rows("a", 400, tea=3.0)
    assert np.isnan(snap(pd.DataFrame(rows), 500).frame.loc["a", "favourite_leakage_180"])


def test_without_categories_there_is_no_category_feature(snap: Callable[..., Snapshot]) -> None:
    frame = snap(pd.DataFrame({"client_id": ["a"], "day": [1], "amount": [1.0]}), 10).frame
    assert not {"categories_365", "favourite_leakage_180"} & set(frame)


def test_a_category_taken_up_since_holds_nothing(snap: Callable[..., Snapshot]) -> None:
    rows = _rows("a", 100, tea=300.0, cups=100.0) + _rows("a", 400, pots=500.0)
    assert snap(pd.DataFrame(rows), 500).frame.loc["a", "favourite_leakage_180"] == 0
