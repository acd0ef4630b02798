from collections.abc import Callable

import pandas as pd

from segml.features import Snapshot


def test_ideas_of_a_year_are_counted(snap: Callable[..., Snapshot]) -> None:
    lines = pd.DataFrame({"client_id": ["a", "b"], "day": [0, 0], "amount": [1.0, 1.0]})
    rows = pd.DataFrame(
        {"client_id": "a", "day": [434, 435, 799], "kind": ["idea", "idea", "Idea"]}
    )
    made = snap(lines, 800, interactions=rows).frame
    assert made["ideas_365"].to_dict() == {"a": 2, "b": 0}
