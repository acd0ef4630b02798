from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from segml.losses import fates as fates_module
from segml.losses.books import Books
from segml.losses.clock import Clock
from segml.losses.ends import End
from segml.losses.fates import Fates, demoted, fates, lapsed, peers, won_and_lost
from segml.losses.history import History, histories
from segml.losses.onset import Onset
from segml.losses.rhythm import learn_rhythm
from segml.losses.transitions import Lens, Transition


def history(days: np.ndarray) -> History:
    money = np.full(len(days), 50.0)
    return History(days, money, days, money, money)


def books() -> Books:
    days = np.arange(0, 900, 14)
    lens = Lens(
        rhythm=learn_rhythm([np.full(20, 14.0)] * 20),
        clock=Clock(0, np.ones(52)),
        shrunk_below=0.3,
    )
    orders = {
        "stays": history(days),
        "gone": history(days[days < 500]),
        "goes": history(days[days < 700]),
    }
    return Books(orders=orders, brought={}, lens=lens)


def test_who_was_won_and_lost_between_the_dates_is_told_apart() -> None:
    found = won_and_lost(books(), ["stays"], ["stays", "goes"], start=600, end=900)
    assert found == ("goes",)
    assert won_and_lost(books(), ["stays", "goes"], ["goes"], start=600, end=900) == ()
    assert won_and_lost(books(), [], ["stays"], start=600, end=900) == ()


def test_who_is_silent_within_rare_orders_and_active_no_more_is_told() -> None:
    after = pd.DataFrame({"is_active": [True, False, False]}, index=["buys", "fell", "rare"])
    assert lapsed(after, ["rare", "fell", "buys"], ["fell"]) == ("rare",)
    assert lapsed(after, ["buys"], []) == ()


def test_every_key_client_has_exactly_one_fate() -> None:
    became = fates(books(), ["stays", "gone", "goes"], start=600, end=900)
    assert set(became.lost) == {"goes"}
    assert became.lost_before == ("gone",)
    assert became.stayed == ("stays",)


def test_a_pause_that_ended_was_no_loss() -> None:
    """Two clients paused over the earlier date; one of them left half a year later."""
    given = books()
    days = np.arange(0, 900, 14)
    paused = (days < 560) | (days > 610)
    orders = {
        **given.orders,
        "paused": history(days[paused]),
        "paused, then went": history(days[paused & (days < 790)]),
        "one order more": history(np.append(days[days < 500], 620)),
    }
    became = fates(replace(given, orders=orders), sorted(orders), start=600, end=900)
    assert set(became.lost) == {"goes", "paused, then went"}
    assert became.lost["paused, then went"].onset.day > 600
    assert became.stayed == ("paused", "stays")
    assert became.lost_before == ("gone", "one order more")


def test_two_periods_side_by_side_count_a_loss_once() -> None:
    first = fates(books(), ["goes", "gone"], start=400, end=600)
    second = fates(books(), ["goes", "gone"], start=600, end=900)
    assert (set(first.lost), set(second.lost)) == ({"gone"}, {"goes"})


def test_what_hindsight_alone_dates_before_the_earlier_day_is_told_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = Transition(
        kind="shrunk", certainty="probable", lost_on=590, onset=Onset(500, 480, 520, 9.0)
    )

    def seen(_client: object, _lens: object, *, end: int) -> Transition | None:
        return late if end == 900 else None

    monkeypatch.setattr(fates_module, "transition", seen)
    became = fates(books(), ["goes"], start=600, end=900)
    assert became.lost == {"goes": replace(late, lost_on=601)}
    assert became.lost_before == ()


def test_an_end_recorded_on_the_earlier_day_keeps_its_date() -> None:
    ended = replace(books(), ends={"goes": End(600, "moved")})
    assert fates(ended, ["goes"], start=600, end=900).lost["goes"].lost_on == 600


def test_who_fell_out_of_the_key_tiers_without_a_loss_is_demoted() -> None:
    before = pd.DataFrame(
        {
            "tier": ["tier 1", "tier 1", "tier 2"],
            "tier_rank": [1, 1, 2],
            "is_key": True,
            "value": [9.0, 8.0, 3.0],
        },
        index=["a", "b", "was a magnet"],
    )
    after = before.assign(
        tier=["tier 1", "tier 2", "tier 2"],
        tier_rank=[1, 2, 2],
        is_key=[True, False, False],
        value=[9.0, 5.0, 3.0],
    )
    rows = demoted(before, after, ["b", "a", "was a magnet"])
    assert rows.to_dict("records") == [
        {
            "client_id": "b",
            "tier_before": "tier 1",
            "tier_after": "tier 2",
            "value_before": 8.0,
            "value_after": 5.0,
        }
    ]


def test_the_order_of_the_orders_changes_no_history() -> None:
    table = pd.DataFrame(
        {
            "client_id": ["a", "b", "a", "a"],
            "day": [5, 3, 1, 5],
            "amount": [0.1, 9.0, 4.0, -0.2],
            "profit": [0.1, 3.0, 2.0, -0.3],
            "is_return": [False, False, False, True],
        }
    )
    one, other = histories(table), histories(table.iloc[::-1])
    assert one["a"].days.tolist() == [1, 5]
    assert one["a"].earned.tolist() == [2.0, 0.1]
    for name in ("days", "earned", "money_days", "profit", "revenue"):
        np.testing.assert_array_equal(getattr(one["a"], name), getattr(other["a"], name))


def test_the_peers_of_a_day_are_the_key_clients_not_lost_by_then() -> None:
    onset = Onset(50, 40, 60, 9.0)
    lost = {
        each: Transition(kind="left", certainty="certain", lost_on=day, onset=onset)
        for each, day in {"early": 100, "late": 200}.items()
    }
    became = Fates(lost=lost, lost_before=("gone",), stayed=("a", "b"))
    assert peers(became, 99) == ["a", "b", "early", "late"]
    assert peers(became, 100) == ["a", "b", "late"]
    assert peers(became, 200) == ["a", "b"]
