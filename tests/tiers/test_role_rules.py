"""The rules of the roles, each on a small portfolio written out."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from segml.tiers import Portfolio
from segml.tiers.role_rules import (
    advisors,
    anchors,
    expected_referrals,
    half_line,
    magnets,
    rising,
)

N = 400


@pytest.fixture
def known() -> Portfolio:
    """400 alike active clients: 50 came by referral, brought by one each."""
    index = pd.Index([f"c{n:03}" for n in range(N)], name="client_id")
    brought = np.zeros(N)
    brought[100:150] = 1.0
    frame = pd.DataFrame(
        {
            "referred_clients": brought,
            "was_referred": (np.arange(N) >= 350).astype(float),
            "tenure_days": np.linspace(2000, 100, N),
            "gap_variation": 1.0,
            "ideas_365": (np.arange(N) % 20 == 0).astype(float),
            "ideas_upheld_365": (np.arange(N) % 40 == 0).astype(float),
            "wallet_headroom": 0.5,
            "orders_trend_90": 1.0,
        },
        index=index,
    )
    money = pd.DataFrame(
        {
            "profit_365": 100.0,
            "profit_prev_365": 100.0,
            "referral_profit_365": 20.0 * brought,
        },
        index=index,
    )
    return Portfolio(
        frame=frame,
        money=money,
        status=pd.Series("active", index=index),
        in_key_tier=pd.Series(False, index=index),
        expected=pd.Series(np.linspace(90.0, 110.0, N), index=index),
        referral_weight=0.2,
    )


def _with(known: Portfolio, client: int, **values: object) -> Portfolio:
    """The portfolio with one client changed; every value goes where its column is."""
    frame, money = known.frame.copy(), known.money.copy()
    status, expected = known.status.copy(), known.expected.copy()
    for name, value in values.items():
        if name == "status":
            status.iloc[client] = value
        elif name == "expected":
            expected.iloc[client] = value
        else:
            table = frame if name in frame else money
            table.iloc[client, table.columns.get_loc(name)] = value
    return dataclasses.replace(known, frame=frame, money=money, status=status, expected=expected)


def test_a_magnet_that_buys_little_is_found(known: Portfolio) -> None:
    changed = _with(known, 7, referred_clients=8.0, referral_profit_365=160.0, profit_365=1.0)
    found = magnets(changed)
    assert found.holds.nonzero()[0].tolist() == [7]
    evidence = {one.name: (one.value[7], one.reference[7]) for one in found.evidence}
    assert evidence["brought_profit_365"] == pytest.approx((800.0, 1.0))
    assert evidence["referred_clients"][0] == 8.0
    assert evidence["referred_clients"][1] < 0.2


def test_referred_clients_count_by_their_profit_and_not_by_their_number(known: Portfolio) -> None:
    worthless = _with(known, 7, referred_clients=8.0, referral_profit_365=-40.0)
    assert not magnets(worthless).holds.any()


def test_one_brought_client_makes_no_magnet_however_much_it_earns(known: Portfolio) -> None:
    rich = _with(known, 100, referral_profit_365=1e6)
    assert not magnets(rich).holds.any()


def test_where_referral_profit_counts_for_nothing_there_are_no_magnets(known: Portfolio) -> None:
    changed = _with(known, 7, referred_clients=8.0, referral_profit_365=160.0)
    assert not magnets(dataclasses.replace(changed, referral_weight=0.0)).holds.any()


def test_a_ledger_without_the_columns_has_nobody_in_the_role(known: Portfolio) -> None:
    bare = dataclasses.replace(known, frame=known.frame[["gap_variation"]])
    assert not magnets(bare).holds.any()
    assert not advisors(bare).holds.any()


def test_expected_referrals_sum_to_those_that_came_so() -> None:
    rng = np.random.default_rng(0)
    tenure = rng.permutation(500).astype(float)
    was = (rng.random(500) < 0.3).astype(float)
    was[tenure.argmax()] = 0.0
    assert expected_referrals(was, tenure).sum() == pytest.approx(was.sum())


def test_an_advisor_has_many_ideas_of_which_one_was_taken_up(known: Portfolio) -> None:
    many = _with(known, 3, ideas_365=6.0, ideas_upheld_365=1.0)
    assert advisors(many).holds.nonzero()[0].tolist() == [3]
    assert not advisors(_with(known, 3, ideas_365=6.0)).holds.any()


def test_where_no_idea_is_known_to_be_taken_up_ideas_alone_make_an_advisor(
    known: Portfolio,
) -> None:
    many = _with(known, 3, ideas_365=6.0)
    untold = dataclasses.replace(many, frame=many.frame.drop(columns="ideas_upheld_365"))
    assert advisors(untold).holds.nonzero()[0].tolist() == [3]


def test_an_anchor_is_large_in_both_years_and_steady(known: Portfolio) -> None:
    large = {"profit_365": 50_000.0, "profit_prev_365": 50_000.0}
    assert anchors(_with(known, 5, **large)).holds.nonzero()[0].tolist() == [5]
    assert not anchors(_with(known, 5, **large, gap_variation=1.5)).holds.any()
    assert not anchors(_with(known, 5, **large, status="lapsed")).holds.any()
    before = _with(known, 6, profit_prev_365=50_000.0)
    assert not anchors(_with(before, 5, profit_365=50_000.0)).holds[5]


def test_an_anchor_is_as_steady_as_the_others_as_large_not_as_those_with_few_gaps(
    known: Portfolio,
) -> None:
    large = {"profit_365": 50_000.0, "profit_prev_365": 50_000.0}
    for place, uneven in ((5, 1.2), (6, 1.5), (7, 1.6)):
        known = _with(known, place, **large, gap_variation=uneven)
    found = anchors(known)  # everybody else is at 1.0
    assert found.holds.nonzero()[0].tolist() == [5]
    [held] = [each for each in found.evidence if each.name == "gap_variation"]
    assert held.reference[5:8].tolist() == pytest.approx([1.55, 1.4, 1.35])


def test_where_no_earlier_year_is_known_an_anchor_is_large_in_this_one(known: Portfolio) -> None:
    young = dataclasses.replace(known, money=known.money.assign(profit_prev_365=0.0))
    assert anchors(_with(young, 5, profit_365=50_000.0)).holds.nonzero()[0].tolist() == [5]


def test_half_of_the_profit_is_that_of_the_fewest_clients() -> None:
    assert half_line(np.array([5.0, 3.0, 2.0, -9.0])) == 5.0
    assert half_line(np.array([4.0, 3.0, 3.0])) == 3.0


@pytest.fixture
def growing(known: Portfolio) -> Portfolio:
    """A large client beside the others, and client 9 of whom the model expects much more."""
    large = _with(known, 0, profit_365=1e6)
    return _with(large, 9, expected=900.0, orders_trend_90=1.2)


def test_a_rising_client_is_expected_to_grow_and_does(growing: Portfolio) -> None:
    assert rising(growing).holds[9]


@pytest.mark.parametrize(
    "change",
    [
        {"profit_365": 2e6, "expected": 3e6},
        {"orders_trend_90": 0.9},
        {"orders_trend_90": np.nan},
        {"wallet_headroom": 0.0},
        {"expected": 95.0},
        {"profit_365": -5000.0, "expected": -100.0},
        {"status": "lapsed"},
    ],
    ids=",".join,
)
def test_who_is_large_or_falls_or_has_no_room_is_not_rising(
    growing: Portfolio, change: dict[str, object]
) -> None:
    assert not rising(_with(growing, 9, **change)).holds[9]


def test_an_unknown_wallet_is_no_lack_of_room(growing: Portfolio) -> None:
    assert rising(_with(growing, 9, wallet_headroom=np.nan)).holds[9]


def test_who_holds_a_key_tier_is_not_small(growing: Portfolio) -> None:
    index = growing.frame.index
    top = dataclasses.replace(growing, in_key_tier=pd.Series(np.arange(N) == 9, index=index))
    assert not rising(top).holds[9]
