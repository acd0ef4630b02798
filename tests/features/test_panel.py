import datetime as dt
from typing import Any

import pandas as pd
import pytest

from segml.features import FeaturePlan, Panel, Snapshot, panel, snapshot
from segml.ledger import Ledger, day_of

PLAN = FeaturePlan(horizon_days=60)
DAYS = [day_of(dt.date(2025, month, 1)) for month in (3, 6, 9)]


@pytest.fixture(scope="module")
def ledger(rich: Any) -> Ledger:
    return rich.ledger()


def test_each_cutoff_stands_as_if_alone(ledger: Ledger) -> None:
    made = panel(ledger, DAYS, PLAN)
    assert made.cutoffs == tuple(DAYS)
    alone = snapshot(ledger.past(DAYS[1]), PLAN)
    pd.testing.assert_frame_equal(made.frame.loc[DAYS[1]], alone.frame)
    pd.testing.assert_frame_equal(made.money.loc[DAYS[1]], alone.money)
    assert made.status.loc[DAYS[1]].equals(alone.status)
    assert made.frame.index.names == ["cutoff", "client_id"]
    assert len(made.frame) == sum(len(one.frame) for one in made.snapshots)


@pytest.mark.parametrize("days", [[], [DAYS[1], DAYS[0]], [DAYS[0], DAYS[0]]])
def test_dates_that_do_not_rise_are_refused(ledger: Ledger, days: list[int]) -> None:
    with pytest.raises(ValueError, match="rising dates"):
        panel(ledger, days, PLAN)


def test_a_panel_of_the_same_snapshot_twice_is_refused(rich_snapshot: Snapshot) -> None:
    with pytest.raises(ValueError, match="rising dates"):
        Panel(snapshots=(rich_snapshot, rich_snapshot))
