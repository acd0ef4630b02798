import datetime as dt
from importlib import import_module
from typing import Any

import pandas as pd
import pytest

from segml.features import FeaturePlan, Panel, Snapshot, panel, snapshot, snapshots
from segml.ledger import Ledger, Past, day_of

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


def test_snapshots_made_side_by_side_are_those_made_alone_to_the_byte(ledger: Ledger) -> None:
    days = [DAYS[0] + 40 * place for place in range(6)]
    alone = [snapshot(ledger.past(day), PLAN) for day in days]
    for made in (
        snapshots(ledger, days, PLAN),
        reversed(tuple(snapshots(ledger, days[::-1], PLAN))),
    ):
        for one, other in zip(alone, made, strict=True):
            assert (one.as_of, dict(one.state)) == (other.as_of, dict(other.state))
            numbers = one.frame.select_dtypes("float32")
            assert numbers.to_numpy().tobytes() == other.frame[numbers.columns].to_numpy().tobytes()
            assert one.money.to_numpy().tobytes() == other.money.to_numpy().tobytes()


def test_few_snapshots_are_made_ahead_of_their_use(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def counted(past: Past, *given: Any, **named: Any) -> Snapshot:
        begun.append(past.as_of)
        return snapshot(past, *given, **named)

    monkeypatch.setattr(import_module("segml.features.panel"), "snapshot", counted)
    days = [DAYS[0] + 20 * place for place in range(12)]
    for used, made in enumerate(snapshots(ledger, days, PLAN), start=1):
        assert made.as_of == days[used - 1]
        assert len(begun) <= used + 2
    assert sorted(begun) == days


def test_what_events_reached_is_worked_out_once_for_all_days(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    keeping = Past.keeping

    def listening(past: Past, name: str, sql: str, **of: Any) -> Any:
        kept.append(name)
        return keeping(past, name, sql, **of)

    monkeypatch.setattr(Past, "keeping", listening)
    for _ in snapshots(ledger, DAYS, PLAN):
        pass
    assert kept.count("touched") == 1
    kept.clear()
    for _ in snapshots(ledger, DAYS, PLAN, columns=["profit_365"]):
        pass
    assert "touched" not in kept


def test_a_past_sees_of_what_a_later_one_keeps_the_rows_dated_before_it(ledger: Ledger) -> None:
    early, late = (ledger.past(day) for day in DAYS[::2])
    sql = "select client, day, 1 as one from {days}"
    with late.keeping("worked", sql) as later:
        seen = early.lent("worked", later).frame("select max(day) as last from {worked}")
        assert seen["last"].iloc[0] == early.last_day < late.last_day


@pytest.mark.parametrize("days", [[], [DAYS[1], DAYS[0]], [DAYS[0], DAYS[0]]])
def test_dates_that_do_not_rise_are_refused(ledger: Ledger, days: list[int]) -> None:
    with pytest.raises(ValueError, match="rising dates"):
        panel(ledger, days, PLAN)


def test_a_panel_of_the_same_snapshot_twice_is_refused(rich_snapshot: Snapshot) -> None:
    with pytest.raises(ValueError, match="rising dates"):
        Panel(snapshots=(rich_snapshot, rich_snapshot))
