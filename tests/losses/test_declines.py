"""Declines whose day and course are known, drawn order by order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.special import logsumexp

from segml.losses.clock import Clock
from segml.losses.courses import FALLS, ORDER_COURSES, Course
from segml.losses.decline_evidence import evidence_of
from segml.losses.decline_kinds import (
    GOING_ON,
    SHRINKING,
    STOPPED,
    Weights,
    even_weights,
    learn_weights,
    log_kinds,
)
from segml.losses.declines import Dated
from segml.losses.rhythm import Rhythm
from segml.losses.weeks import WeeklyOrders, weekly_orders

END, CLIENTS = 1095, 120
CLOCK = Clock(0, np.ones(52))
RHYTHM = Rhythm(2.0, 20.0, np.full(7, 1 / 7))
DAYS = np.arange(END)


@dataclass(frozen=True)
class Drawn:
    """Lines of clients that decline on one day, and the day of each."""

    lines: pd.DataFrame
    onset: np.ndarray

    @property
    def weeks(self) -> WeeklyOrders:
        clients = [f"c{place:03d}" for place in range(len(self.onset))]
        return weekly_orders(self.lines, clients, CLOCK, first_day=0, end=END)


def draw(
    orders: Course,
    volume: Course | None = None,
    *,
    seed: int = 0,
    lost: bool = True,
    between: tuple[int, int] = (500, 900),
) -> Drawn:
    rng = np.random.default_rng(seed)
    onset = rng.integers(*between, CLIENTS)
    parts = []
    for place, day in enumerate(onset):
        since = (DAYS - day) / 7.0 - 0.5
        chance = 0.1 * (orders.left_since(since) if lost else np.ones(END))
        days = DAYS[rng.random(END) < chance]
        left = np.ones(END) if volume is None else volume.left_since(since)
        listed = 100.0 * left[days] * np.exp(rng.normal(0.0, 0.4, len(days)))
        parts.append(lines_of(f"c{place:03d}", days, listed))
        # somebody steady beside each
        days = DAYS[rng.random(END) < 0.1]
        listed = 100.0 * np.exp(rng.normal(0.0, 0.4, len(days)))
        parts.append(lines_of(f"s{place:03d}", days, listed))
    return Drawn(pd.concat(parts, ignore_index=True), onset)


def lines_of(
    client_id: str, days: np.ndarray, listed: np.ndarray, category: str = "k"
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": client_id,
            "day": days,
            "category": category,
            "amount": listed,
            "discount": 0.0,
            "profit": 0.3 * listed,
            "is_return": False,
        }
    )


def learned(weeks: WeeklyOrders) -> Weights:
    return learn_weights(evidence_of(weeks, RHYTHM))


def dated(drawn: Drawn, *, learn: bool = True) -> Dated:
    weeks = drawn.weeks
    evidence = evidence_of(weeks, RHYTHM)
    weights = learned(weeks) if learn else even_weights(evidence)
    told = log_kinds(evidence, weights)
    chance = np.exp(told - told.max(axis=(0, 2), keepdims=True))
    chance /= chance.sum(axis=(0, 2))[:, None]
    return Dated(
        clients=weeks.clients,
        days=weeks.starts[evidence.onsets],
        chance=chance.sum(axis=0),
        kinds=chance.sum(axis=2).T,
    )


def errors(drawn: Drawn, **how: bool) -> np.ndarray:
    found = dated(drawn, **how).onsets()
    return np.array([each.day for each in found.values()]) - drawn.onset


def test_a_course_leaves_all_before_it_and_its_rest_after_it() -> None:
    weeks = np.arange(-4, 60, dtype=np.int64)
    for course in (*ORDER_COURSES, *FALLS):
        left = course.left_since(weeks)
        assert (left[:4] == 1.0).all()
        assert left[-1] == pytest.approx(course.left)
        assert (np.diff(left) <= 0.0).all()


def test_a_stop_is_dated_within_two_gaps() -> None:
    assert np.median(np.abs(errors(draw(Course(0.0))))) <= 20


def test_a_fading_is_dated_within_a_third_of_its_length() -> None:
    found = errors(draw(Course(135.0)))
    assert np.median(np.abs(found)) <= 45


def test_a_clean_fall_of_the_margin_is_dated_where_it_is() -> None:
    # more healthy orders before an earlier onset are no evidence for it
    steady = draw(Course(0.0), lost=False, between=(600, 900))
    declines = dict(zip(steady.weeks.clients, steady.onset, strict=True))
    lines = steady.lines
    costs = lines["day"] >= lines["client_id"].map(declines).fillna(END)
    drawn = Drawn(
        lines.assign(profit=lines["profit"].where(~costs, -lines["profit"])), steady.onset
    )
    found = errors(drawn)
    assert np.median(np.abs(found)) <= 14
    assert abs(np.median(found)) <= 10


def test_a_pause_between_clumps_of_orders_is_hardly_a_decline() -> None:
    rng = np.random.default_rng(4)
    parts = []
    for place in range(CLIENTS):
        starts = np.cumsum(rng.exponential(90.0, 30)).astype(np.int64)
        days = np.unique((starts[:, None] + rng.integers(0, 30, (30, 9))).ravel())
        days = days[days < END]
        parts.append(lines_of(f"c{place:03d}", days, np.full(len(days), 100.0)))
    weeks = Drawn(pd.concat(parts, ignore_index=True), np.zeros(CLIENTS)).weeks
    evidence = evidence_of(weeks, RHYTHM)
    told = logsumexp(log_kinds(evidence, even_weights(evidence)), axis=(0, 2))
    assert np.mean(told > np.log(20.0 * len(evidence.onsets))) < 0.25


def test_what_declines_look_like_is_learnt() -> None:
    fading = draw(Course(180.0))
    learnt, even = (np.median(np.abs(errors(fading, learn=way))) for way in (True, False))
    assert learnt <= even + 3
    weights = learned(draw(Course(0.0)).weeks)
    assert weights.ways.argmax() == 1  # at once, and nothing left
    assert weights.ways.sum() == pytest.approx(1.0)
    for each in weights.worth.values():
        assert each.sum(axis=1) == pytest.approx(1.0)
        assert each[STOPPED, 0] > 0.7


def test_who_stopped_long_ago_does_not_teach_that_fadings_are_stops() -> None:
    fading = draw(Course(135.0))
    early = draw(Course(0.0), seed=4, between=(130, 330))
    both = Drawn(
        pd.concat([fading.lines, early.lines.assign(client_id="e" + early.lines["client_id"])]),
        fading.onset,
    )
    clients = [*fading.weeks.clients, *(f"e{each}" for each in early.weeks.clients)]
    weeks = weekly_orders(both.lines, clients, CLOCK, first_day=0, end=END)
    # half of them stopped, as early as it was
    assert learned(weeks).ways[1] <= 0.6


def test_orders_as_large_as_ever_teach_nothing_about_those_that_are_worth_less() -> None:
    stops, smaller = draw(Course(0.0)), draw(Course(0.0, 1.0), Course(60.0, 0.2), seed=5)
    lines = pd.concat(
        [stops.lines, smaller.lines.assign(client_id="z" + smaller.lines["client_id"])]
    )
    clients = [*stops.weeks.clients, *(f"z{each}" for each in smaller.weeks.clients)]
    weeks = weekly_orders(lines, clients, CLOCK, first_day=0, end=END)
    weights = learned(weeks)
    assert weights.worth["volume"][STOPPED, 0] > 0.7
    assert weights.worth["volume"][GOING_ON, 0] < 0.3


def test_a_favourite_category_that_goes_first_dates_the_decline() -> None:
    rng = np.random.default_rng(8)
    onset = rng.integers(400, 800, CLIENTS)
    parts = []
    for place, day in enumerate(onset):
        since = (DAYS - day) / 7.0 - 0.5
        loved, rest = Course(90.0).left_since(since), Course(120.0, 0.0, 90.0).left_since(since)
        for category, chance in (("a", 0.1 * loved * rest), ("b", 0.06 * rest)):
            days = DAYS[rng.random(END) < chance]
            parts.append(lines_of(f"c{place:03d}", days, np.full(len(days), 100.0), category))
    found = errors(Drawn(pd.concat(parts, ignore_index=True), onset))
    assert abs(np.median(found)) <= 21


@pytest.mark.parametrize("left", [0.2, 0.5])
def test_a_decline_that_begins_with_smaller_orders_is_dated_by_them(left: float) -> None:
    drawn = draw(Course(0.0, 0.0, 120.0), Course(90.0, left), between=(500, 780))
    found = dated(drawn)
    error = np.array([each.day for each in found.onsets().values()]) - drawn.onset
    # of stops alone they are told a month late, or two
    assert abs(np.median(error)) <= 14
    assert found.kinds[:, SHRINKING].mean() > 0.9


def test_stops_are_not_told_to_have_begun_with_smaller_orders() -> None:
    assert dated(draw(Course(0.0))).kinds[:, SHRINKING].mean() < 0.02


def test_a_margin_that_falls_below_cost_is_dated_though_most_orders_came_after_it() -> None:
    drawn = draw(Course(0.0, 1.0), seed=9, between=(330, 500))
    day = drawn.lines["day"].to_numpy()
    place = drawn.lines["client_id"].str[1:].astype(int).to_numpy()
    is_declining = (drawn.lines["client_id"].str[0] == "c").to_numpy()
    gone = np.clip((day - drawn.onset[place]) / 200.0, 0.0, 1.0) * is_declining
    noise = np.random.default_rng(9).normal(0.0, 0.06, len(day))
    profit = drawn.lines["amount"] * (0.3 - 0.45 * gone + noise)
    found = errors(Drawn(drawn.lines.assign(profit=profit), drawn.onset))
    # in units of the median of all orders, which is a loss, they are told three months late
    assert abs(np.median(found)) <= 45


def test_smaller_orders_are_dated_though_none_is_missing() -> None:
    found = errors(draw(Course(0.0, 1.0), Course(60.0, 0.2)))
    assert np.median(np.abs(found)) <= 40


def test_what_kind_a_decline_was_is_told_as_a_probability() -> None:
    stopped = dated(draw(Course(0.0), between=(500, 800)))
    smaller = dated(draw(Course(0.0, 1.0), volume=Course(0.0, 0.2)))
    for found, kind in ((stopped, STOPPED), (smaller, GOING_ON)):
        assert found.kinds.sum(axis=1) == pytest.approx(1.0)
        assert found.kinds.mean(axis=0).argmax() == kind
        assert found.kinds[:, kind].mean() > 0.9


def test_an_interval_holds_nine_onsets_in_ten() -> None:
    drawn = draw(Course(90.0), seed=3)
    found = dated(drawn).onsets().values()
    inside = [each.low <= day <= each.high for each, day in zip(found, drawn.onset, strict=True)]
    assert np.mean(inside) >= 0.75


def test_a_clock_that_skips_ever_more_of_its_orders_has_not_stopped_at_once() -> None:
    # what is left of them comes by chance, however regular they were
    rng = np.random.default_rng(11)
    onset = rng.integers(500, 900, CLIENTS)
    parts = []
    for place, day in enumerate(onset):
        days = np.arange(rng.integers(0, 14), END, 14)
        left = Course(150.0 if place % 2 else 0.0).left_since((days - day) / 7.0 - 0.5)
        days = days[rng.random(len(days)) < left]
        listed = 100.0 * np.exp(rng.normal(0.0, 0.4, len(days)))
        parts.append(lines_of(f"c{place:03d}", days, listed))
    drawn = Drawn(pd.concat(parts, ignore_index=True), onset)
    found = dated(drawn).onsets().values()
    inside = [each.low <= day <= each.high for each, day in zip(found, onset, strict=True)]
    late = [each.day - day for each, day in zip(found, onset, strict=True)]
    # were they believed a clock's all the same, the intervals would hold half of the fadings, told
    # three months late
    assert np.mean(inside[0::2]) >= 0.9
    assert np.mean(inside[1::2]) >= 0.85
    assert np.median(late[1::2]) <= 60


def test_steady_clients_show_less_than_those_that_decline() -> None:
    def strength(drawn: Drawn) -> np.ndarray:
        evidence = evidence_of(drawn.weeks, RHYTHM)
        return log_kinds(evidence, even_weights(evidence)).max(axis=(0, 2))

    steady, declining = strength(draw(Course(0.0), lost=False)), strength(draw(Course(90.0)))
    assert np.quantile(steady, 0.95) < np.quantile(declining, 0.05)


def test_no_course_explains_an_order_after_the_end() -> None:
    weeks = draw(Course(0.0)).weeks
    evidence = evidence_of(weeks, RHYTHM)
    stop = evidence.orders[1 + ORDER_COURSES.index(Course(0.0))]
    last = weeks.count.shape[1] - 1 - (weeks.count[:, ::-1] > 0).argmax(axis=1)
    assert (np.isneginf(stop) == (evidence.onsets[None, :] <= last[:, None])).all()


def test_the_order_of_lines_and_of_clients_changes_nothing() -> None:
    drawn = draw(Course(45.0))
    first = dated(drawn)
    shuffled = drawn.lines.sample(frac=1.0, random_state=2).reset_index(drop=True)
    again = dated(Drawn(shuffled, drawn.onset))
    assert again.chance.tobytes() == first.chance.tobytes()


def test_lines_on_the_later_date_or_after_change_nothing() -> None:
    drawn = draw(Course(45.0))
    later = lines_of("c000", np.array([END, END + 9]), np.array([9e3, 9e3]))
    more = Drawn(pd.concat([drawn.lines, later], ignore_index=True), drawn.onset)
    assert dated(more).chance.tobytes() == dated(drawn).chance.tobytes()


def test_what_all_prices_do_is_no_decline() -> None:
    steady = draw(Course(0.0), lost=False)
    cheaper = steady.lines.assign(
        amount=steady.lines["amount"] * np.where(steady.lines["day"] > 700, 0.4, 1.0)
    )
    weeks = Drawn(cheaper, steady.onset).weeks
    usual = steady.weeks
    assert (
        np.abs(weeks.volume.sums - usual.volume.sums).sum() < 0.25 * np.abs(usual.volume.sums).sum()
    )


def test_clients_without_orders_are_told_by_nothing() -> None:
    weeks = weekly_orders(draw(Course(0.0)).lines, ["nobody"], CLOCK, first_day=0, end=END)
    evidence = evidence_of(weeks, RHYTHM)
    assert not weeks.count.any()
    assert np.isfinite(log_kinds(evidence, even_weights(evidence)).max(axis=0)).all()


def test_a_decline_had_begun_by_a_week_with_the_chance_of_all_weeks_up_to_it() -> None:
    found = Dated(
        clients=("a", "b"),
        days=np.array([0, 7, 14]),
        chance=np.array([[0.5, 0.3, 0.2], [0.0, 0.0, 1.0]]),
        kinds=np.ones((2, 1)),
    )
    assert found.begun_by(0.5).tolist() == [0, 14]
    assert found.begun_by(0.75).tolist() == [7, 14]
    assert found.begun_by(0.95).tolist() == [14, 14]


def test_weeks_are_as_long_as_the_clock_of_each_client_says() -> None:
    drawn = draw(Course(0.0))
    slow = Clock(0, np.repeat([0.4, 1.6], 26))
    clients = ["c001", "c000", "c002"]
    weeks, plain = (
        weekly_orders(drawn.lines, clients, CLOCK, first_day=0, end=END, own_clocks=own)
        for own in ({"c000": slow, "c077": slow}, {})
    )
    np.testing.assert_allclose(plain.ticks, 7.0)
    np.testing.assert_allclose(weeks.ticks[[0, 2]], 7.0)
    np.testing.assert_allclose(weeks.ticks[1], np.diff(slow.at(np.append(weeks.starts, END))))
    days = np.sort(drawn.lines.loc[drawn.lines["client_id"] == "c000", "day"].unique())
    days = days[days >= weeks.starts[0]]
    assert weeks.gaps[1, 1] == pytest.approx(float(slow.at(days[-1]) - slow.at(days[0])))
    np.testing.assert_allclose(weeks.gaps[:, [0, 2]], plain.gaps[:, [0, 2]])
    np.testing.assert_allclose(weeks.of(np.array([1])).ticks, weeks.ticks[[1]])
    first = weeks.until(5)
    np.testing.assert_array_equal(first.ticks, weeks.ticks[:, :5])
    np.testing.assert_array_equal(first.count, weeks.count[:, :5])
    np.testing.assert_array_equal(first.starts, weeks.starts[:5])
