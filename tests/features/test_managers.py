from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from segml.features import Snapshot

LINES = pd.DataFrame({"client_id": ["a", "b", "new"], "day": [0, 0, 550], "amount": 1.0})
CLIENTS = pd.DataFrame({"client_id": ["a", "b", "new"], "manager": ["Ann", "Bo", "Ann"]})


def _events(days: list[int], manager: str = "Ann") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "event_id": [str(day) for day in days],
            "day": days,
            "kind": "manager_change",
            "scope": "manager",
            "scope_value": manager,
        }
    )


def test_the_change_is_freshest_on_its_day_and_gone_after_a_year(
    snap: Callable[..., Snapshot],
) -> None:
    for as_of, days in [(501, 1), (600, 100), (865, 365)]:
        made = snap(LINES, as_of, clients=CLIENTS, events=_events([500])).frame
        assert made.loc["a", "manager_change_days"] == days
        assert made.loc["a", "manager_change_freshness"] == pytest.approx(1 - days / 365)
    gone = snap(LINES, 866, clients=CLIENTS, events=_events([500])).frame
    assert np.isnan(gone.loc["a", "manager_change_days"])
    assert gone.loc["a", "manager_change_freshness"] == 0


def test_it_reaches_those_of_the_manager_who_had_bought_before(
    snap: Callable[..., Snapshot],
) -> None:
    made = snap(LINES, 600, clients=CLIENTS, events=_events([300, 500])).frame
    assert made["manager_change_days"].to_dict() == pytest.approx(
        {"a": 100, "b": np.nan, "new": np.nan}, nan_ok=True
    )
    assert (made.loc[["b", "new"], "manager_change_freshness"] == 0).all()


def test_a_change_that_is_announced_for_later_is_not_seen(snap: Callable[..., Snapshot]) -> None:
    made = snap(LINES, 600, clients=CLIENTS, events=_events([600, 620])).frame
    assert made["manager_change_days"].isna().all()
