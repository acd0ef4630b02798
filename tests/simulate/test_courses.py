from __future__ import annotations

import numpy as np
import pytest

from segml.simulate.courses import (
    COURSES,
    KIND_OF,
    SHARES,
    SPAN_DAYS,
    Courses,
    cost_share,
    draw_courses,
)
from segml.simulate.draws import CAUSES
from segml.simulate.hazards import Onsets
from segml.simulate.scene import Life, Scene

ONE = np.zeros(1, dtype=np.int64)


def course(name: str) -> Courses:
    """A course from day 100 over 50 days; where it leaks, over 100 more; favourite category 0."""
    return Courses(
        cause=ONE, course=np.array([COURSES.index(name)]), onset=np.array([100]),
        span=np.array([50]), later=np.array([100]), floor=np.array([0.09]),
        discount=np.array([0.5]), favourite=ONE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "day", "left"),
    [
        ("sudden", 99, 1.0), ("sudden", 100, 0.0),
        ("ramped", 100, 1.0), ("ramped", 125, 0.5), ("ramped", 150, 0.0), ("ramped", 900, 0.0),
        ("partial", 99, 1.0), ("partial", 150, 0.3), ("partial", 900, 0.3),
        ("leaking", 150, 1.0), ("leaking", 200, 0.5), ("leaking", 250, 0.0),
        ("unprofitable", 900, 1.0),
    ],
)  # fmt: skip
def test_what_is_left_of_the_orders(name: str, day: int, left: float) -> None:
    found = course(name).orders_left(ONE, np.array([day]))[0]
    assert found == pytest.approx(left, abs=1e-12)


def test_a_partial_loss_leaves_its_floor_of_the_spend() -> None:
    c, late = course("partial"), np.array([400])
    assert c.orders_left(ONE, late) * c.quantity_left(ONE, late) == pytest.approx(0.09)
    assert course("ramped").quantity_left(ONE, late) == 1.0


def test_only_the_leaking_lose_their_favourite_first() -> None:
    day = np.array([125])
    assert course("leaking").lines_left(ONE, day, ONE) == 0.5
    assert course("leaking").lines_left(ONE, day, ONE + 1) == 1.0
    assert course("ramped").lines_left(ONE, day, ONE) == 1.0


def test_only_the_unprofitable_press_the_discount_up() -> None:
    usual = np.array([0.1])
    days = [99, 125, 150, 900]
    risen = [course("unprofitable").discount_at(usual, ONE, np.array([d]))[0] for d in days]
    np.testing.assert_allclose(risen, [0.1, 0.3, 0.5, 0.5])
    assert course("sudden").discount_at(usual, ONE, np.array([900])) == usual


def test_a_course_is_complete_when_nothing_changes_any_more() -> None:
    for name in COURSES:
        c = course(name)
        done = c.complete_day()
        later = c.orders_left(ONE, done + 500)
        np.testing.assert_allclose(c.orders_left(ONE, done), later)
    assert course("leaking").complete_day() == 250


@pytest.fixture(scope="module")
def drawn(scene: Scene, life: Life) -> Courses:
    rng = np.random.default_rng(0)
    cause = rng.integers(-1, len(CAUSES), len(life.clients))
    onsets = Onsets(
        cause=cause,
        day=np.where(cause < 0, scene.config.all_days, 300),
        hazard=np.ones((len(cause), len(CAUSES))),
    )
    return draw_courses(rng, scene.config, scene.market, life.clients, onsets)


def test_who_stays_keeps_everything(drawn: Courses) -> None:
    stays = np.flatnonzero(drawn.course < 0)
    late = np.full(len(stays), 1000)
    assert (drawn.orders_left(stays, late) == 1).all()
    assert (drawn.quantity_left(stays, late) == 1).all()


def test_causes_take_their_courses_as_often_as_said(drawn: Courses) -> None:
    for place, name in enumerate(CAUSES):
        taken = drawn.course[drawn.cause == place]
        found = np.bincount(taken, minlength=len(COURSES)) / len(taken)
        np.testing.assert_allclose(found, SHARES[name], atol=0.09)
        assert (found[np.array(SHARES[name]) == 0] == 0).all()
    assert (drawn.course[drawn.cause < 0] == -1).all()


def test_courses_last_as_long_as_said(scene: Scene, drawn: Courses) -> None:
    scale = scene.config["ramp_scale"]
    for place, name in enumerate(COURSES):
        span = drawn.span[drawn.course == place]
        low, high = SPAN_DAYS[name]
        assert span.min() >= max(1, np.floor(low * scale))
        assert span.max() <= max(1, np.ceil(high * scale))
        assert span.mean() == pytest.approx(max(1, scale * (low + high) / 2), rel=0.06)
    leaking = drawn.course == COURSES.index("leaking")
    assert drawn.later[leaking].mean() == pytest.approx(135 * scale, rel=0.05)


def test_an_unprofitable_client_ends_below_its_cost(
    scene: Scene, life: Life, drawn: Courses
) -> None:
    ends = np.flatnonzero(drawn.course == COURSES.index("unprofitable"))
    share = cost_share(scene.market, life.clients, drawn.onset)[ends]
    paid = (1 - drawn.discount[ends]) / share
    assert ((paid > 0.749) & (paid < 0.921)).all()
    assert paid.mean() == pytest.approx(0.835, abs=0.01)


def test_shares_of_courses_sum_to_one() -> None:
    assert set(SHARES) == set(CAUSES)
    assert {round(sum(shares), 12) for shares in SHARES.values()} == {1.0}
    assert set(KIND_OF) < set(COURSES)
