from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from segml.losses.clock import Clock
from segml.losses.confidence import chance_at_a_loss, chance_below_zero
from segml.losses.history import History, counted_orders
from segml.losses.rhythm import learn_rhythm
from segml.losses.silence import YEAR, silence
from segml.losses.transitions import Client, Lens, left, transition
from segml.losses.worth_less import has_been_worth_less, may_have_faded

LENS = Lens(
    rhythm=learn_rhythm([np.full(20, 14.0), np.full(10, 30.0), np.array([5.0, 40.0, 20.0])] * 9),
    clock=Clock(0, np.ones(52)),
    shrunk_below=0.3,
)
DAYS = np.arange(0, 900, 14)


def client(days: np.ndarray, earned: float | np.ndarray) -> Client:
    money = np.broadcast_to(np.asarray(earned, dtype=np.float64), days.shape).copy()
    own = History(days, money, days, money, money)
    return Client(client_id="a", own=own, value=own)


def test_a_steady_client_stays() -> None:
    assert transition(client(DAYS, 100.0), LENS, end=900) is None


def test_a_quarterly_buyer_is_lost_after_three_quarters_not_after_ten_weeks() -> None:
    quarterly = client(np.arange(0, 900, 91), 100.0)
    last = int(quarterly.own.days[-1])
    assert transition(quarterly, LENS, end=last + 70) is None
    assert transition(quarterly, LENS, end=last + 3 * 91) is None
    found = transition(quarterly, LENS, end=last + 5 * 91)
    assert found is not None
    assert found.kind == "left"


def test_who_buys_on_working_days_is_past_the_middle_of_its_gaps_on_a_monday_and_not_late() -> None:
    gaps = np.tile([1.0, 1.0, 1.0, 1.0, 3.0], 30)
    days = np.cumsum(np.append(100.0, gaps)).astype(np.int64)
    friday = client(days[:-1], 100.0)
    quiet = silence(friday.own, learn_rhythm([gaps] * 30), LENS.clock)
    assert quiet is not None
    monday = int(days[-1])
    assert monday - quiet.last == 3
    assert quiet.due_on < monday < quiet.late_on < quiet.lost_on
    assert quiet.late_on - quiet.last < 7


def test_the_day_of_the_loss_does_not_depend_on_when_one_looks() -> None:
    gone = client(DAYS[DAYS < 600], 100.0)
    days = {transition(gone, LENS, end=end).lost_on for end in (700, 800, 900)}  # type: ignore[union-attr]  # it is lost
    assert len(days) == 1
    assert transition(gone, LENS, end=min(days) - 1) is None


@pytest.mark.parametrize(("later", "kind"), [(20.0, "shrunk"), (-20.0, "unprofitable")])
def test_poorer_orders_are_a_loss_below_the_configured_share(later: float, kind: str) -> None:
    found = transition(client(DAYS, np.where(DAYS < 600, 100.0, later)), LENS, end=900)
    assert found is not None
    assert (found.kind, found.certainty) == (kind, "certain")


def test_who_shrank_and_then_cost_money_was_lost_when_it_had_shrunk() -> None:
    fell = np.select([DAYS < 500, DAYS < 640], [100.0, 8.0], -60.0)
    early = transition(client(DAYS, fell), LENS, end=640)
    late = transition(client(DAYS, fell), LENS, end=900)
    assert early is not None
    assert late is not None
    assert (early.kind, late.kind) == ("shrunk", "unprofitable")
    assert abs(late.lost_on - early.lost_on) < 30


def visited(own: History, visits: np.ndarray, cost: float) -> History:
    """The same orders, and visits that cost money."""
    days = np.concatenate([own.money_days, visits])
    order = np.argsort(days, kind="stable")
    money = np.concatenate([own.profit, np.full(len(visits), -cost)])[order]
    return History(own.days, own.earned, days[order], money, money)


def test_who_is_visited_and_buys_nothing_is_silent_and_not_unprofitable() -> None:
    bought = client(DAYS[DAYS < 700], 100.0).own
    own = visited(bought, np.arange(10, 900, 30), 5.0)
    silent = Client(client_id="a", own=own, value=own)
    # clients of this portfolio pause for long: silence alone is no departure yet
    patient = dataclasses.replace(LENS, rhythm=dataclasses.replace(LENS.rhythm, reach=50.0))
    found = transition(silent, patient, end=900)
    assert found is not None
    assert found.kind == "shrunk"
    assert chance_at_a_loss(own, since=700, seed=0, key="a") == 0.0
    dear = visited(client(DAYS, np.where(DAYS < 700, 100.0, 3.0)).own, np.arange(10, 900, 14), 9.0)
    assert chance_at_a_loss(dear, since=700, seed=0, key="a") > 0.99
    assert chance_at_a_loss(dear, since=0, seed=0, key="a") == 0.0


def test_the_configured_share_decides_what_is_shrunk() -> None:
    half = client(DAYS, np.where(DAYS < 600, 100.0, 50.0))
    assert transition(half, LENS, end=900) is None
    found = transition(half, dataclasses.replace(LENS, shrunk_below=0.6), end=900)
    assert found is not None


@pytest.mark.parametrize(("since", "onset", "later"), [(350, 600, 10.0), (540, 750, 25.0)])
def test_without_a_season_a_year_before_a_shrunk_client_is_only_probable(
    since: int, onset: int, later: float
) -> None:
    young = DAYS[since <= DAYS]
    found = transition(client(young, np.where(young < onset, 100.0, later)), LENS, end=900)
    assert found is not None
    assert (found.kind, found.certainty) == ("shrunk", "probable")


def test_a_bad_season_that_comes_every_year_is_no_loss() -> None:
    days = np.arange(0, 728 + 235, 14)
    seasonal = np.where((days % 364 > 100) & (days % 364 < 240), 5.0, 100.0)
    assert transition(client(days, seasonal), LENS, end=728 + 235) is None
    once = np.where(days > 728 + 100, 5.0, 100.0)
    assert transition(client(days, once), LENS, end=728 + 235) is not None


def test_one_bad_order_among_many_good_ones_is_not_below_zero_for_sure() -> None:
    assert chance_below_zero(np.array([-100.0, 40.0, 40.0, 15.0]), seed=0, key="a") < 0.9
    assert chance_below_zero(np.array([-10.0, -9.0, 1.0, -8.0]), seed=0, key="a") > 0.9


def pausing(until: int) -> Client:
    """Weekly orders, but for a hundred days that begin and end at the same time every year."""
    weekly = np.arange(0, until, 7)
    return client(weekly[weekly % YEAR >= 100], 100.0)


@pytest.mark.parametrize("later", [-12, 0, 12])
def test_who_pauses_every_year_has_not_left_in_its_pause(later: int) -> None:
    own = pausing(2 * YEAR - later)
    last = int(own.own.days[-1])
    for day in range(last + 20, 2 * YEAR + 100, 14):
        assert left(own, LENS, end=day) is None
    assert transition(pausing(2 * YEAR), LENS, end=2 * YEAR + 100) is None


def test_who_does_not_come_back_from_its_pause_left_when_the_pause_should_be_over() -> None:
    own = pausing(2 * YEAR)
    days = own.own.days
    pause = int(np.diff(days).max())
    back = int(days[-1]) + pause  # a day before it came back last year: this pause began earlier
    assert back == int(days[days >= YEAR + 100][0]) + YEAR - 1
    quiet = silence(own.own, LENS.rhythm, LENS.clock)
    assert quiet is not None
    assert quiet.due_on == back
    assert quiet.late_on == back + 1
    found = [left(own, LENS, end=day) for day in (back + 29, back + 31, back + 200)]
    assert found[0] is None
    for each in found[1:]:
        assert each is not None
        # not on a day of the pause: it was lost by none of them
        assert (each.kind, each.lost_on) == ("left", back + 31)
        assert each.onset.day <= each.lost_on


def test_a_pause_of_weeks_a_year_ago_excuses_no_silence_of_months() -> None:
    """Six weeks without an order, of which this year's begin at the same time or three before."""
    weekly = np.arange(0, 2 * YEAR + 80, 7)
    weekly = weekly[(weekly < YEAR + 80) | (weekly >= YEAR + 115)]
    end = 2 * YEAR + 135
    assert left(client(weekly, 100.0), LENS, end=end) is None
    found = left(client(weekly[:-3], 100.0), LENS, end=end)
    assert found is not None
    assert found.lost_on < end


def test_a_fall_that_a_season_a_month_later_would_explain_is_only_probable() -> None:
    days = np.arange(0, 931, 7)
    poorer = np.where(days < 832, 100.0, 35.0)
    end = int(days[-1]) + 1
    rich = np.where(days == 553, 1000.0, poorer)  # the feast of last year: this year's is to come
    found = transition(client(days, rich), LENS, end=end)
    assert found is not None
    assert (found.kind, found.certainty) == ("shrunk", "probable")
    fell = transition(client(days, np.where(days < 832, 100.0, 10.0)), LENS, end=end)
    assert fell is not None
    assert (fell.kind, fell.certainty) == ("shrunk", "certain")


def test_holidays_of_four_weeks_that_move_are_no_loss_of_who_buys_daily() -> None:
    """Each year they begin on another day, as the lunar new year does."""
    day = np.arange(0, 3 * YEAR + 60)
    rests = [(first + n * YEAR, first + n * YEAR + 28) for n, first in enumerate((40, 22, 45, 31))]
    works = ~np.any([(day >= first) & (day < last) for first, last in rests], axis=0)
    own = client(day[works], 100.0)
    for end in range(3 * YEAR + 25, 3 * YEAR + 60):
        assert left(own, LENS, end=end) is None
    ended = client(day[works & (day < 3 * YEAR + 31)], 100.0)
    assert left(ended, LENS, end=3 * YEAR + 120) is not None
    gone = client(day[works & (day < 3 * YEAR - 200)], 100.0)
    assert left(gone, LENS, end=3 * YEAR - 100) is not None


def test_a_silence_outside_the_pause_is_one_as_ever() -> None:
    until = 2 * YEAR - 30
    always = client(np.arange(0, until, 7), 100.0)
    told = [silence(each.own, LENS.rhythm, LENS.clock) for each in (pausing(until), always)]
    assert told[0] == told[1]


@pytest.mark.parametrize("first", [0, 2 * YEAR, 3 * YEAR - 200])
def test_before_a_year_is_over_nobody_has_a_season_of_its_own(first: int) -> None:
    days = np.arange(3 * YEAR, 0, -7)[::-1]
    told, young = (
        silence(client(days[days >= since], 100.0).own, LENS.rhythm, LENS.clock)
        for since in (0, first)
    )
    assert young == told


def test_a_pause_that_came_once_at_another_time_excuses_no_silence() -> None:
    days = np.arange(0, 700, 7)
    own = client(days[(days < 100) | (days > 200)], 100.0)
    found = transition(own, LENS, end=900)
    assert found is not None
    assert found.lost_on < 800


def test_orders_in_halves_twice_as_often_are_no_fading() -> None:
    often = np.concatenate([np.arange(0, 700, 14), np.arange(700, 900, 7)])
    halves = client(often, np.where(often < 700, 100.0, 50.0))
    assert not may_have_faded(halves, LENS, end=900)
    smaller = client(DAYS, np.where(DAYS < 700, 100.0, 20.0))
    assert may_have_faded(smaller, LENS, end=900)
    rarer = DAYS[(DAYS < 700) | (DAYS % 70 == 0)]
    assert may_have_faded(client(rarer, 100.0), LENS, end=900)
    assert not may_have_faded(client(rarer, np.where(rarer < 700, 100.0, 500.0)), LENS, end=900)


def test_a_year_paid_at_once_and_odd_jobs_are_one_order_a_year() -> None:
    jobs = np.arange(20, 900, 40)
    days = np.union1d(jobs, [105, 470, 835])
    yearly = client(days, np.where(np.isin(days, jobs), 40.0, 10_000.0))
    for end in (700, 820, 880):
        assert not may_have_faded(yearly, LENS, end=end)
        assert transition(yearly, LENS, end=end) is None
    assert may_have_faded(client(jobs, np.where(jobs < 600, 40.0, 4.0)), LENS, end=820)


def test_orders_count_by_what_they_are_worth_where_one_outweighs_the_rest() -> None:
    assert counted_orders(np.full(5, 7.0)) == 5.0
    assert counted_orders(np.array([30.0, 10.0, 10.0, 10.0, 5.0])) == 5.0
    assert counted_orders(np.array([100.0, 1.0, 1.0])) == pytest.approx(1.04, abs=0.001)
    assert counted_orders(np.array([100.0, -50.0, -50.0])) == pytest.approx(1.0)
    assert counted_orders(np.array([-1.0, 0.0])) == counted_orders(np.array([])) == 0.0


def test_a_silence_of_the_first_year_may_be_a_season_and_is_not_certain() -> None:
    young, old = (client(DAYS[until > DAYS], 100.0) for until in (200, 500))
    for each, sure in ((young, "probable"), (old, "certain")):
        found = transition(each, LENS, end=int(each.own.days[-1]) + 180)
        assert found is not None
        assert (found.kind, found.certainty) == ("left", sure)


def test_who_is_back_at_its_level_has_not_shrunk_whatever_the_pause_before_cost() -> None:
    paused = (DAYS < 560) | (DAYS >= 800)
    still = client(DAYS[paused & (DAYS < 815)], 100.0)
    found = transition(still, LENS, end=815)
    assert found is not None
    assert found.kind == "shrunk"
    assert transition(client(DAYS[paused], 100.0), LENS, end=900) is None
    faint = client(DAYS[paused], np.where(DAYS[paused] < 560, 100.0, 20.0))
    assert transition(faint, LENS, end=900) is not None


def test_one_poor_window_after_rich_months_is_no_stretch_that_was_worth_less() -> None:
    rich = np.select([DAYS < 500, DAYS < 800], [100.0, 150.0], 20.0)
    assert may_have_faded(client(DAYS, rich), LENS, end=900)
    assert not has_been_worth_less(client(DAYS, rich), LENS, since=500, end=900)
    assert has_been_worth_less(client(DAYS, rich), LENS, since=800, end=900)
    poor = np.where(DAYS < 500, 100.0, 20.0)
    assert has_been_worth_less(client(DAYS, poor), LENS, since=500, end=900)


@pytest.mark.parametrize("days", [DAYS[:0], DAYS[:1], DAYS[DAYS > 750]])
def test_of_a_short_history_nothing_is_said_to_have_faded(days: np.ndarray) -> None:
    assert not may_have_faded(client(days, 100.0), LENS, end=900 if len(days) != 1 else 60)


def test_what_can_no_longer_be_bought_is_not_asked_for() -> None:
    fallen = client(DAYS, np.where(DAYS < 700, 100.0, 20.0))
    kept = client(DAYS, 20.0).own
    assert not may_have_faded(dataclasses.replace(fallen, on_sale=(kept, kept)), LENS, end=900)


@pytest.mark.parametrize("every", [365, 270, 200])
def test_who_buys_once_or_twice_a_year_has_not_faded_between_two_orders(every: int) -> None:
    rare = client(np.arange(0, 800, every), 50_000.0)
    assert not may_have_faded(rare, LENS, end=900)
    # one that bought often, and came to buy as seldom, is looked at
    before = np.arange(0, 500, 14)
    fallen = client(np.concatenate([before, np.array([600, 790])]), 100.0)
    assert may_have_faded(fallen, LENS, end=900)
