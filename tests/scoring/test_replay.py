import dataclasses
import datetime as dt
import threading

import pandas as pd
import pytest

from segml.bundle import Bundle
from segml.features import remembering, snapshot
from segml.ledger import Ledger, date_of, day_of
from segml.scoring import Scored, replay
from segml.scoring.months import month_starts
from segml.words.errors import DataRefused


def test_a_replay_begins_with_a_half_year_twelve_month_starts_before_the_date_or_earlier() -> None:
    first = day_of(dt.date(2020, 1, 1))
    begins = []
    for month in range(1, 13):
        days = month_starts(day_of(dt.date(2023, month, 2)), first)
        assert 12 <= len(days) <= 17
        assert date_of(days[-1]) == dt.date(2023, month, 1)
        assert all(date_of(day).day == 1 for day in days)
        begins.append(str(date_of(days[0])))
    assert begins == ["2022-01-01"] * 5 + ["2022-07-01"] * 6 + ["2023-01-01"]
    assert month_starts(day_of(dt.date(2020, 1, 31)), first) == ()


def test_a_month_that_starts_on_the_date_is_not_before_it() -> None:
    days = month_starts(day_of(dt.date(2023, 10, 1)), day_of(dt.date(2023, 7, 31)))
    assert [str(date_of(day)) for day in days] == ["2023-08-01", "2023-09-01"]


def test_the_replay_is_the_month_starts_one_after_the_other_with_hysteresis(
    bundle: Bundle, ledger: Ledger
) -> None:
    date = ledger.first_day + 130
    held: pd.Series | None = None
    for day in month_starts(date, ledger.first_day):
        month = snapshot(ledger.past(day), bundle.features)
        held = bundle.tiers.assign(month.frame, held)["tier"]
    replay(bundle, ledger, date - 40)  # what was scored before changes nothing
    pd.testing.assert_series_equal(replay(bundle, ledger, date), held)


def test_a_ledger_that_remembers_is_replayed_alike_with_or_without_snapshots_of_its_days(
    bundle: Bundle, ledger: Ledger
) -> None:
    date, known = ledger.first_day + 130, remembering(ledger)
    snapshot(known.past(month_starts(date, ledger.first_day)[0]), bundle.features)
    for _ in range(2):
        pd.testing.assert_series_equal(replay(bundle, known, date), replay(bundle, ledger, date))


def test_the_previous_tier_is_the_replayed_one_and_missing_where_the_client_was_unknown(
    bundle: Bundle, ledger: Ledger, as_of: int, scored: Scored
) -> None:
    last = snapshot(ledger.past(month_starts(as_of, ledger.first_day)[-1]), bundle.features)
    published = scored.scores.set_index("client_id")["previous_tier"]
    known = published.index.isin(last.frame.index)
    assert published.notna().tolist() == known.tolist()
    assert set(published.dropna()) <= set(bundle.tiers.names)


def test_before_the_first_month_start_nobody_held_a_tier(bundle: Bundle, ledger: Ledger) -> None:
    assert replay(bundle, ledger, ledger.first_day + 1).empty


def test_a_model_that_refuses_leaves_nobody_asking_the_ledger(
    bundle: Bundle, ledger: Ledger, as_of: int
) -> None:
    space = bundle.tiers.space
    wider = dataclasses.replace(
        space,
        columns=(*space.columns, "gone_by_now"),
        fills=(*space.fills, 0.0),
        weights=(*space.weights, 0.0),
    )
    elsewhere = dataclasses.replace(bundle, tiers=dataclasses.replace(bundle.tiers, space=wider))
    before = threading.active_count()
    with pytest.raises(DataRefused, match="gone_by_now") as refused:
        replay(elsewhere, ledger, as_of)
    assert refused.value.__traceback__ is not None  # it holds every frame that was open
    assert threading.active_count() == before
