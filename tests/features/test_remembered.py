import datetime as dt
from dataclasses import replace
from importlib import import_module
from typing import Any

import pandas as pd
import pytest

from segml.features import (
    FeaturePlan,
    Snapshot,
    features_alone,
    frames,
    remembering,
    snapshot,
    snapshots,
)
from segml.ledger import Ledger, Memory, Past, day_of

PLAN = FeaturePlan(horizon_days=60)
DAYS = [day_of(dt.date(2025, month, 1)) for month in (3, 6, 9)]
SOME = ("orders_365", "alive")


@pytest.fixture(scope="module")
def forgetful(rich: Any) -> Ledger:
    return rich.ledger()


@pytest.fixture
def ledger(forgetful: Ledger) -> Ledger:
    return remembering(forgetful)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The day of every question to the database, in order."""
    days: list[int] = []
    frame = Past.frame

    def listening(past: Past, sql: str, *values: object) -> pd.DataFrame:
        days.append(past.as_of)
        return frame(past, sql, *values)

    monkeypatch.setattr(Past, "frame", listening)
    return days


def _same(one: Snapshot, other: Snapshot) -> None:
    assert (one.as_of, dict(one.state)) == (other.as_of, dict(other.state))
    for name in ("frame", "money", "clients"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    pd.testing.assert_series_equal(one.status, other.status)


def test_what_is_asked_again_is_the_same_and_asks_the_ledger_nothing(
    ledger: Ledger, forgetful: Ledger, asked: list[int]
) -> None:
    first = list(snapshots(ledger, DAYS, PLAN))
    asked.clear()
    again = [*snapshots(ledger, DAYS, PLAN), snapshot(ledger.past(DAYS[1]), PLAN)]
    assert asked == []
    fresh = [snapshot(forgetful.past(day), PLAN) for day in [*DAYS, DAYS[1]]]
    for one, other, alone in zip([*first, first[1]], again, fresh, strict=True):
        _same(one, other)
        _same(one, alone)


@pytest.mark.parametrize("columns", [SOME, ("industry", "spend_365")])
def test_some_columns_are_taken_out_of_the_whole_that_is_remembered(
    ledger: Ledger, forgetful: Ledger, asked: list[int], columns: tuple[str, ...]
) -> None:
    day = DAYS[2]
    snapshot(ledger.past(day), PLAN)
    asked.clear()
    some = snapshot(ledger.past(day), PLAN, columns=columns)
    alone = features_alone(ledger.past(day), PLAN, columns=columns)
    (framed,) = frames(ledger, [day], PLAN, columns=columns)
    assert asked == []
    expected = snapshot(forgetful.past(day), PLAN, columns=columns)
    _same(some, expected)
    for frame in (alone, framed):
        pd.testing.assert_frame_equal(frame, expected.frame, check_exact=True)


def test_frames_alone_are_remembered_too(ledger: Ledger, asked: list[int]) -> None:
    first = list(frames(ledger, DAYS, PLAN, columns=SOME))
    asked.clear()
    again = [features_alone(ledger.past(day), PLAN, columns=SOME) for day in DAYS]
    assert asked == []
    for one, other in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    snapshot(ledger.past(DAYS[0]), PLAN, columns=SOME)
    assert asked  # it holds money and status as well


def test_another_day_plan_or_column_is_made_anew(ledger: Ledger, forgetful: Ledger) -> None:
    snapshot(ledger.past(DAYS[0]), PLAN, columns=SOME)
    other = FeaturePlan(horizon_days=200)
    for day, plan, columns in (
        (DAYS[1], PLAN, SOME),
        (DAYS[0], other, SOME),
        (DAYS[0], PLAN, ("spend_365",)),
        (DAYS[0], PLAN, None),
    ):
        made = snapshot(ledger.past(day), plan, columns=columns)
        _same(made, snapshot(forgetful.past(day), plan, columns=columns))


def test_who_changes_what_it_was_given_changes_nothing_remembered(
    ledger: Ledger, forgetful: Ledger
) -> None:
    past = ledger.past(DAYS[0])
    for _ in range(2):
        given = snapshot(past, PLAN)
        given.frame["orders_365"] = -1.0
        given.money.loc[:, "profit_365"] = -1.0
        given.status.iloc[:] = "lapsed"
        frame = features_alone(past, PLAN, columns=("orders_365",))
        frame["orders_365"] = -2.0
    _same(snapshot(past, PLAN), snapshot(forgetful.past(DAYS[0]), PLAN))


def test_only_those_that_are_made_share_what_events_reached(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent: list[list[int]] = []
    panels = import_module("segml.features.panel")
    sharing = panels.sharing_reach

    def listening(pasts: list[Past], columns: Any) -> Any:
        lent.append([past.as_of for past in pasts])
        return sharing(pasts, columns)

    monkeypatch.setattr(panels, "sharing_reach", listening)
    list(snapshots(ledger, DAYS[:2], PLAN))
    list(snapshots(ledger, DAYS, PLAN))
    assert lent == [DAYS[:2], DAYS[2:]]


def test_what_does_not_fit_is_made_again_and_the_same(forgetful: Ledger, asked: list[int]) -> None:
    crowded = replace(forgetful, memory=Memory(room=1))
    first, again = (snapshot(crowded.past(DAYS[0]), PLAN) for _ in range(2))
    _same(first, again)
    assert asked.count(DAYS[0]) >= 2


def test_remembering_twice_shares_one_memory(ledger: Ledger, forgetful: Ledger) -> None:
    assert remembering(ledger).memory is ledger.memory
    assert forgetful.memory is None
