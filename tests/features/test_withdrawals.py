from collections.abc import Callable

import pandas as pd
import pytest

from segml.features import Snapshot

LINES = pd.DataFrame(
    [
        ("a", 450, "x", "p", 20.0),
        ("a", 500, "x", "q", 30.0),
        ("a", 520, "y", "r", 50.0),
        ("b", 500, "y", "r", 5.0),
    ],
    columns=["client_id", "day", "category", "product", "amount"],
)


def _withdrawn(rows: list[tuple[int, str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "scope", "scope_value"])
    return frame.assign(event_id=frame.index.astype(str), kind="product_withdrawal")


def test_the_share_of_the_mix_that_was_withdrawn(snap: Callable[..., Snapshot]) -> None:
    events = _withdrawn([(600, "product", "p"), (700, "product", "q")])
    made = snap(LINES, 800, events=events).frame
    assert made.loc["a", "withdrawals_180"] == pytest.approx(0.3)
    assert made.loc["a", "withdrawals_365"] == pytest.approx(0.5)
    assert (made.loc["b"][["withdrawals_180", "withdrawals_365"]] == 0).all()


def test_more_than_everything_cannot_be_withdrawn(snap: Callable[..., Snapshot]) -> None:
    events = _withdrawn([(700, "category", "x"), (701, "product", "q"), (702, "category", "y")])
    made = snap(LINES, 800, events=events).frame
    assert made["withdrawals_180"].to_dict() == {"a": 1, "b": 1}


@pytest.mark.parametrize("missing", ["product", "category"])
def test_what_the_lines_do_not_say_reaches_nobody(
    snap: Callable[..., Snapshot], missing: str
) -> None:
    events = _withdrawn([(700, "category", "x"), (701, "product", "r")])
    made = snap(LINES.drop(columns=missing), 800, events=events).frame
    assert made.loc["a", "withdrawals_180"] == pytest.approx(0.5)
    bare = LINES.drop(columns=["product", "category"])
    assert "withdrawals_180" not in snap(bare, 800, events=events).frame
