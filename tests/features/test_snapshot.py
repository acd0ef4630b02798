import datetime as dt
from collections.abc import Callable
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from segml.features import (
    CLIENT_COLUMNS,
    MONEY_COLUMNS,
    FeaturePlan,
    Snapshot,
    features_alone,
    snapshot,
)
from segml.ledger import Ledger, Past
from segml.words.errors import DataRefused

DAY_ZERO = dt.date(2024, 1, 1)


def test_status_is_active_up_to_and_with_active_days(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame(
        {
            "client_id": ["edge", "late", "back", "back"],
            "day": [35, 34, 30, 399],
            "amount": [1.0, 1.0, 1.0, -1.0],
        }
    )
    clients = pd.DataFrame({"client_id": ["new"], "acquired_on": [DAY_ZERO]})
    status = snap(rows, 400, clients=clients).status
    assert status.to_dict() == {
        "back": "lapsed",
        "edge": "active",
        "late": "lapsed",
        "new": "prospect",
    }


def test_all_frames_share_one_sorted_index(rich_snapshot: Snapshot) -> None:
    index = rich_snapshot.frame.index
    assert index.name == "client_id"
    assert list(index) == sorted(index)
    for other in (rich_snapshot.money, rich_snapshot.clients, rich_snapshot.status):
        assert other.index.equals(index)
    assert tuple(rich_snapshot.money) == MONEY_COLUMNS
    assert (rich_snapshot.money.dtypes == np.float64).all()
    assert tuple(rich_snapshot.clients) == CLIENT_COLUMNS


def test_only_clients_known_at_the_date_are_there(rich_snapshot: Snapshot) -> None:
    assert "c61" in rich_snapshot.frame.index
    assert "c62" not in rich_snapshot.frame.index  # acquired ten days later


def test_value_is_profit_with_referral_profit(rich_snapshot: Snapshot) -> None:
    money = rich_snapshot.money
    pd.testing.assert_series_equal(
        money["value_365"], money["profit_365"] + money["referral_profit_365"], check_names=False
    )


def test_one_line_is_a_ledger(snap: Callable[..., Snapshot]) -> None:
    made = snap(pd.DataFrame({"client_id": ["a"], "day": [0], "amount": [1.0]}), 1)
    assert len(made.frame) == 1
    assert made.frame.loc["a", "silence_days"] == 1
    assert np.isfinite(made.frame.loc["a", "expected_orders"])


@pytest.mark.parametrize(
    "columns",
    [
        ("profit_365", "spend_365", "orders_365", "tenure_days", "continuity_365", "wallet"),
        ("alive", "silence_over_usual"),
        ("referral_profit_365", "withdrawn_share_90", "industry"),
    ],
)
def test_named_columns_alone_are_the_same_bytes_as_in_the_whole_snapshot(
    rich_past: Past, rich_snapshot: Snapshot, columns: tuple[str, ...]
) -> None:
    some = snapshot(rich_past, FeaturePlan(horizon_days=90), columns=columns)
    whole = rich_snapshot.frame
    pd.testing.assert_frame_equal(
        some.frame, whole[[name for name in whole if name in columns]], check_exact=True
    )
    pd.testing.assert_frame_equal(some.money, rich_snapshot.money, check_exact=True)
    pd.testing.assert_frame_equal(some.clients, rich_snapshot.clients)
    pd.testing.assert_series_equal(some.status, rich_snapshot.status)
    assert dict(some.state) == (dict(rich_snapshot.state) if "alive" in columns else {})


@pytest.mark.parametrize(
    "columns",
    [
        ("profit_365", "spend_365", "orders_365", "tenure_days", "continuity_365", "wallet"),
        ("alive", "silence_over_usual"),
        ("referral_profit_365", "withdrawn_share_90"),
        ("industry",),
    ],
)
def test_features_without_money_and_status_are_the_same_bytes(
    rich_past: Past, rich_snapshot: Snapshot, columns: tuple[str, ...]
) -> None:
    some = features_alone(rich_past, FeaturePlan(horizon_days=90), columns=columns)
    whole = rich_snapshot.frame
    assert some.shape[1] == len(columns)
    pd.testing.assert_frame_equal(
        some, whole[[name for name in whole if name in columns]], check_exact=True
    )


@pytest.mark.parametrize("part", [5, 40])
def test_parts_of_the_clients_change_no_byte(
    rich_past: Past, rich_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(import_module("segml.features.snapshot"), "PART", part)
    made = snapshot(rich_past, FeaturePlan(horizon_days=90))
    for name in ("frame", "money", "clients"):
        pd.testing.assert_frame_equal(
            getattr(made, name), getattr(rich_snapshot, name), check_exact=True
        )
    pd.testing.assert_series_equal(made.status, rich_snapshot.status)
    assert dict(made.state) == dict(rich_snapshot.state)


def test_a_named_column_the_ledger_cannot_support_is_left_out(
    open_frames: Callable[..., Ledger],
) -> None:
    rows = pd.DataFrame({"client_id": ["a"], "day": [0], "amount": [1.0]})
    past = open_frames(rows).past(dt.date(2024, 2, 1))
    some = snapshot(past, FeaturePlan(), columns=("categories_365", "silence_days"))
    assert list(some.frame) == ["silence_days"]


def test_lengths_of_the_plan_are_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        FeaturePlan(horizon_days=0)


def test_the_names_other_rooms_rely_on_are_there_with_transactions_alone(
    snap: Callable[..., Snapshot],
) -> None:
    frame = snap(pd.DataFrame({"client_id": ["a"], "day": [0], "amount": [1.0]}), 1).frame
    names = [
        "silence_days",
        "silence_over_gap",
        "median_gap_days",
        "orders_90",
        "orders_365",
        "spend_30",
        "spend_90",
        "spend_180",
        "spend_365",
        "spend_prev_365",
        "profit_365",
        "returns_share_365",
        "discount_rate_365",
        "tenure_days",
        "continuity_365",
        "spend_trend_90",
        "spend_same_season",
        "expected_orders",
        "alive",
    ]
    assert set(names) <= set(frame)


def test_money_beyond_any_sense_is_refused_and_no_traceback(snap: Callable[..., Snapshot]) -> None:
    rows = pd.DataFrame({"client_id": ["a", "b"], "day": [0, 0], "amount": [1e13, 1.0]})
    with pytest.raises(DataRefused):
        snap(rows, 1)
