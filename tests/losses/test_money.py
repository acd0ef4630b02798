from __future__ import annotations

import numpy as np
import pytest

from segml.losses.clock import Clock
from segml.losses.history import EMPTY, History
from segml.losses.money import brought_by, cost_of, with_referrals
from segml.losses.onset import Onset
from segml.losses.transitions import Kind, Transition

PLAIN = Clock(0, np.ones(52))


def daily(profit: float, first: int, until: int) -> History:
    days = np.arange(first, until)
    money = np.full(len(days), profit)
    return History(days, money, days, money, money)


def lost(kind: Kind, onset: int) -> Transition:
    return Transition(
        kind=kind, certainty="certain", lost_on=onset + 90, onset=Onset(onset, onset, onset, 20.0)
    )


def test_who_left_takes_a_whole_year_of_profit_along() -> None:
    money = cost_of(lost("left", 800), daily(2.0, 0, 800), EMPTY, PLAIN, end=1000)
    assert money.profit_before == 730.0
    assert money.profit_lost == 730.0
    assert money.referral_profit_lost == 0.0


def test_what_a_shrunk_client_still_earns_is_not_lost() -> None:
    both = with_referrals(daily(2.0, 0, 800), daily(0.5, 800, 1000))
    money = cost_of(lost("shrunk", 800), both, EMPTY, PLAIN, end=1000)
    assert money.profit_lost == pytest.approx(1.5 * 365)


def test_a_client_younger_than_a_year_is_brought_to_a_year() -> None:
    money = cost_of(lost("left", 800), daily(2.0, 600, 800), EMPTY, PLAIN, end=1000)
    assert money.profit_before == 400.0
    assert money.profit_lost == pytest.approx(730.0, rel=0.01)


def test_the_profit_of_clients_it_brought_counts_by_the_configured_weight() -> None:
    book = {"b": daily(1.0, 0, 800), "c": daily(3.0, 0, 800)}
    referred = brought_by(book, ["c", "b"], 0.25)
    money = cost_of(lost("left", 800), daily(2.0, 0, 800), referred, PLAIN, end=1000)
    assert money.referral_profit_lost == pytest.approx(365.0)
    assert brought_by(book, ["b"], 0.0) is EMPTY
