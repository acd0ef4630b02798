from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot

LINES = pd.DataFrame({"client_id": ["a", "b"], "day": [0, 0], "amount": [1.0, 1.0]})


def test_requests_for_discounts_and_returns_count_together(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        [
            ("a", 200, "discount_request", 205, "rejected"),  # more than a year ago
            ("a", 300, "return_request", 302, "upheld"),
            ("a", 650, "discount_request", 660, "rejected"),
            ("a", 700, "return_request", 710, "rejected"),
            ("a", 705, "return_request", 799, "upheld"),
            ("a", 790, "discount_request", 805, "rejected"),  # not settled yet
            ("a", 791, "complaint", 792, "rejected"),
            ("b", 100, "visit", None, None),
        ],
        columns=["client_id", "day", "kind", "resolved", "outcome"],
    )
    made = snap(LINES, 800, interactions=rows).frame
    assert made.loc["a", "demands_180"] == 4
    assert made.loc["a", "demands_rise_180"] == pytest.approx(4 * 365 / 180 - 1)
    assert made.loc["a", "demands_rejected_365"] == pytest.approx(2 / 3)
    assert made.loc["b", "demands_180"] == 0
    assert np.isnan(made.loc["b", "demands_rejected_365"])
