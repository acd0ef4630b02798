import dataclasses

import numpy as np
import pandas as pd
import pytest

from segml.bundle.seldom import seldom_notes
from segml.features import Snapshot

FRAME = pd.DataFrame(index=pd.Index([f"c{place}" for place in range(100)], name="client_id"))


def _snapshot(gaps: list[float], status: str = "active") -> Snapshot:
    frame = FRAME.head(len(gaps)).assign(median_gap_days=np.array(gaps, dtype=np.float32))
    nothing = FRAME.head(len(gaps))
    return Snapshot(
        as_of=19_000,
        frame=frame,
        money=nothing,
        clients=nothing,
        status=pd.Series(status, index=frame.index, name="status"),
        state={},
    )


def test_clients_that_usually_order_less_often_than_the_horizon_are_counted() -> None:
    seen = _snapshot([365.0] * 5 + [30.0] * 45 + [float("nan")] * 50)
    (note,) = seldom_notes(seen, 180)
    assert note.startswith("5 of 50 active clients that ordered twice or more usually do so at")
    assert "the churn horizon of 180 days" in note
    assert seldom_notes(seen, 365) == ()


@pytest.mark.parametrize(
    "seen",
    [
        _snapshot([365.0] * 2 + [30.0] * 60),
        _snapshot([float("nan")] * 10),
        _snapshot([365.0] * 10, status="lapsed"),
        _snapshot([]),
    ],
)
def test_a_few_or_those_that_are_gone_are_not_told(seen: Snapshot) -> None:
    assert seldom_notes(seen, 180) == ()


def test_a_ledger_without_intervals_says_nothing() -> None:
    seen = _snapshot([365.0] * 10)
    assert seldom_notes(dataclasses.replace(seen, frame=FRAME.head(10)), 180) == ()
