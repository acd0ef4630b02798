from collections.abc import Callable

import pandas as pd
import pytest

from segml.features import Snapshot


def test_rivals_count_by_the_share_of_the_client_they_reach(snap: Callable[..., Snapshot]) -> None:
    lines = pd.DataFrame(
        [("a", 300, "x", 25.0), ("a", 310, "y", 75.0), ("b", 300, "y", 1.0)],
        columns=["client_id", "day", "category", "amount"],
    )
    clients = pd.DataFrame({"client_id": ["a", "b"], "industry": ["mining", "retail"]})
    events = pd.DataFrame(
        [
            ("1", 450, "industry", "mining"),
            ("2", 650, "category", "x"),
            ("3", 760, "industry", "retail"),
            ("4", 770, "industry", "Retail"),  # another word
        ],
        columns=["event_id", "day", "scope", "scope_value"],
    ).assign(kind="competitor_entry")
    made = snap(lines, 800, clients=clients, events=events).frame
    assert made["rivals_180"].to_dict() == pytest.approx({"a": 0.25, "b": 1})
    assert made["rivals_365"].to_dict() == pytest.approx({"a": 1.25, "b": 1})
