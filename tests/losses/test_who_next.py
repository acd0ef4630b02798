"""Who is next: today's key clients that are not lost, each on the road of those it is like."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.ledger import date_of
from segml.losses.asked import HORIZON_DAYS
from segml.losses.history import of
from segml.losses.silence import silence
from segml.losses.who_next import warnings_of

from .conftest import Ahead


@pytest.fixture
def who(ahead: Ahead) -> pd.DataFrame:
    return ahead.analysis.next_lost.set_index("client_id")


def test_they_are_the_active_key_clients_of_today_that_are_not_lost(
    ahead: Ahead, who: pd.DataFrame
) -> None:
    after, lost = ahead.scene.after, set(ahead.analysis.losses["client_id"])
    key = set(after.index[after["is_key"] & after["is_active"]])
    assert set(who.index) <= key - lost
    assert {"coming", "big00", "quarterly"} <= set(who.index)
    # active by its status and silent beyond its rhythm since before the earlier date
    assert "gone" not in who.index


def test_the_likeliest_to_be_lost_stands_first(who: pd.DataFrame) -> None:
    assert who["rank"].tolist() == list(range(1, len(who) + 1))
    assert who["chance"].is_monotonic_decreasing
    assert who["chance"].between(0, 1).all()
    assert set(who["horizon_days"]) == {HORIZON_DAYS}


def test_profit_at_risk_is_the_chance_of_a_years_profit(ahead: Ahead, who: pd.DataFrame) -> None:
    money = ahead.scene.snapshot(ahead.scene.end).money["profit_365"]
    np.testing.assert_allclose(who["profit_365"], money[who.index])
    np.testing.assert_allclose(who["profit_at_risk"], who["chance"] * who["profit_365"])


def test_a_client_pressed_as_the_lost_were_is_on_their_road_and_a_calm_one_on_none(
    ahead: Ahead, who: pd.DataFrame
) -> None:
    pairs = ahead.analysis.lookalikes
    assert set(pairs["client_id"]) == {"coming"}
    assert all(like.startswith("press") for like in pairs["like"])
    row = who.loc["coming"]
    assert (row["reason"], row["driver"], row["lever"]) == (
        "margin",
        "discount_rate_90",
        "cap_discount",
    )
    assert row["driver_value"] == pytest.approx(0.02)
    calm = who.loc["big00"]
    assert calm[["reason", "driver", "lever"]].isna().all()


def test_the_pairs_repeat_what_is_told_of_the_client(ahead: Ahead, who: pd.DataFrame) -> None:
    pairs = ahead.analysis.lookalikes
    assert len(pairs)
    for row in pairs.itertuples():
        assert row.profit_at_risk == who.loc[row.client_id, "profit_at_risk"]
        assert 0 < row.similarity <= 1
    assert set(pairs["like"]) <= set(ahead.analysis.losses["client_id"])


def test_who_is_overdue_has_days_left_and_who_is_not_has_none_without_a_warning(
    ahead: Ahead, who: pd.DataFrame
) -> None:
    end, lens = ahead.scene.end, ahead.books.lens
    calm = who[who["warned_on"].isna()]
    late = {}
    for each in calm.index:
        own = of(ahead.books.orders, each).until(end)
        quiet = silence(own, lens.rhythm, lens.clock_of(each))
        late[each] = quiet is not None and quiet.late_on <= end
    overdue = pd.Series(late).reindex(calm.index)
    assert calm.loc[overdue, "days_left"].gt(0).all()
    assert calm.loc[~overdue, "days_left"].isna().all()
    # who buys as ever is often past the middle of its gaps, and that is nothing to act on
    past_the_middle = calm["due_on"] < date_of(end)
    assert past_the_middle[~overdue].sum() > 5


def test_a_warning_stands_since_the_first_month_of_an_unbroken_row(ahead: Ahead) -> None:
    scene = ahead.scene
    clients = list(ahead.analysis.next_lost["client_id"])
    standing = warnings_of(scene, clients)
    line = scene.high_risk(scene.end, clients)
    high = {each: scene.chances(scene.end)[each] >= line for each in clients}
    assert {each for each in clients if high[each]} == set(standing)
    assert 0 < len(standing) < len(clients)
    for each, since in standing.items():
        assert scene.chances(since)[each] >= scene.high_risk(since, clients)
        assert scene.start <= since <= scene.end
    told = ahead.analysis.next_lost.set_index("client_id")["warned_on"]
    assert {each: date_of(day) for each, day in standing.items()} == told.dropna().to_dict()
