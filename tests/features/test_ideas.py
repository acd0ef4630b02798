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


def test_an_idea_is_taken_up_from_the_day_on_which_it_was(snap: Callable[..., Snapshot]) -> None:
    lines = pd.DataFrame({"client_id": ["a", "b"], "day": [0, 0], "amount": [1.0, 1.0]})
    rows = pd.DataFrame(
        {
            "client_id": ["a", "a", "a", "b"],
            "day": [300, 700, 710, 700],
            "kind": ["idea", "idea", "idea", "complaint"],
            "resolved": [434, 799, 800, 750],
            "outcome": ["upheld", "upheld", "upheld", "upheld"],
        }
    )
    assert snap(lines, 800, interactions=rows).frame["ideas_upheld_365"].tolist() == [1, 0]
    rejected = rows.assign(outcome="rejected")
    assert snap(lines, 800, interactions=rejected).frame["ideas_upheld_365"].tolist() == [0, 0]
