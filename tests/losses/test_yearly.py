from __future__ import annotations

import numpy as np
import pytest

from segml.losses.clock import Clock
from segml.losses.history import History
from segml.losses.yearly import LEAST_PEERS, YEAR, Peers, after, before, learn_peers

PLAIN = Clock(0, np.ones(52))
ONSET = 1000


def bought(days: list[int], profit: float) -> History:
    when, money = np.array(days, dtype=np.int64), np.full(len(days), profit)
    return History(when, money, when, money, money)


def steady(rate: float, noise: float = 0.0, seed: int = 0) -> History:
    """A client of years that earns `rate` a day in the mean, quarter by quarter more or less."""
    days = np.arange(0, ONSET)
    draws = np.random.default_rng(seed).normal(0.0, noise, size=40)
    money = rate + draws[days // 91]
    return History(days, money, days, money, money)


def test_a_whole_year_is_taken_as_it_was() -> None:
    own = steady(2.0)
    assert before(own, ONSET, PLAIN, Peers(99.0, 1e9)).profit(own) == 2.0 * YEAR


def test_the_gap_before_the_first_order_counts_as_watched() -> None:
    own = bought([700, 800, 900], 100.0)
    assert before(own, ONSET, PLAIN, None).profit(own) == pytest.approx(300.0 * YEAR / 400, rel=0.1)


def test_visits_before_the_first_order_are_no_time_it_bought_in() -> None:
    own = bought([850, 900, 950], 100.0)
    visits = np.arange(500, 700, 20)
    courted = History(
        own.days,
        own.earned,
        np.concatenate([visits, own.money_days]),
        np.concatenate([np.full(len(visits), -1.0), own.profit]),
        np.concatenate([np.zeros(len(visits)), own.revenue]),
    )
    alone, with_visits = (before(each, ONSET, PLAIN, None) for each in (own, courted))
    assert with_visits.factor == alone.factor == pytest.approx(YEAR / 200)


def test_a_few_dear_orders_are_drawn_towards_what_comparable_clients_earn() -> None:
    own = bought([890, 910, 930, 950], 500.0)
    alone = before(own, ONSET, PLAIN, None).profit(own)
    drawn = before(own, ONSET, PLAIN, Peers(5.0, 180.0)).profit(own)
    assert 2000.0 + 5.0 * (YEAR - 130) < drawn < alone
    longer = bought([700, 750, 800, 850, 890, 910, 930, 950], 500.0)
    share = before(longer, ONSET, PLAIN, Peers(5.0, 180.0)).profit(longer) / before(
        longer, ONSET, PLAIN, None
    ).profit(longer)
    assert drawn / alone < share < 1.0


def test_what_was_earned_is_never_drawn_away() -> None:
    own = bought([890, 910, 930, 950], 500.0)
    assert before(own, ONSET, PLAIN, Peers(0.0, np.inf)).profit(own) == pytest.approx(2000.0)


def test_a_young_client_at_a_loss_is_not_given_the_profit_of_others() -> None:
    own = bought([890, 910, 930, 950], -5.0)
    assert before(own, ONSET, PLAIN, Peers(50.0, 1e6)).profit(own) < 0.0


def test_one_order_is_no_pace_and_is_not_multiplied_to_a_year() -> None:
    own = bought([980], 40_000.0)
    for peers in (None, Peers(50.0, 180.0)):
        assert before(own, ONSET, PLAIN, peers).profit(own) == 40_000.0
    twice = bought([900, 980], 20_000.0)
    assert before(twice, ONSET, PLAIN, None).profit(twice) > 40_000.0


def test_peers_that_swing_lend_less_belief_to_a_short_history_than_steady_ones() -> None:
    rates = np.linspace(1.0, 9.0, 30)
    calm = learn_peers([steady(r, 0.2, i) for i, r in enumerate(rates)], PLAIN, start=ONSET)
    wild = learn_peers([steady(r, 4.0, i) for i, r in enumerate(rates)], PLAIN, start=ONSET)
    assert calm is not None
    assert wild is not None
    assert calm.rate == pytest.approx(5.0, rel=0.05)
    assert 10 * calm.credible < wild.credible
    # both variances as they were drawn, over quarters of 91 days
    assert wild.credible == pytest.approx(91 * 16.0 / rates.var(ddof=1), rel=0.6)


def test_peers_are_known_only_from_enough_clients_and_from_before_the_date() -> None:
    known = [steady(1.0 + i) for i in range(LEAST_PEERS)]
    assert learn_peers(known[1:], PLAIN, start=ONSET) is None
    later = [
        History(each.days + 400, each.earned, each.money_days + 400, each.profit, each.revenue)
        for each in known
    ]
    mixed = [*known, *(each for each in later if each.days[0] > ONSET - YEAR)]
    assert learn_peers(mixed, PLAIN, start=700) == learn_peers(
        [each.until(700) for each in mixed], PLAIN, start=700
    )
    young = [bought([900, 950], 10.0)] * 50
    assert learn_peers([*known[1:], *young], PLAIN, start=ONSET) is None


def test_few_days_after_the_onset_stand_for_a_year() -> None:
    own = steady(2.0)
    assert after(900, ONSET, PLAIN).profit(own) == pytest.approx(2.0 * YEAR)
    assert after(ONSET, ONSET, PLAIN).profit(own) == 0.0
