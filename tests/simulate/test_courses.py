from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from segml.simulate.clients import draw_clients
from segml.simulate.courses import COURSES, SHARES, Courses, draw_courses, truth_frame
from segml.simulate.draws import CAUSES, draw_config
from segml.simulate.goods import draw_goods
from segml.simulate.happenings import draw_happenings
from segml.simulate.hazards import Onsets
from segml.simulate.market import draw_market

ONE = np.zeros(1, dtype=np.int64)


def course(name: str) -> Courses:
    """A course from day 100 over 50 days; where it leaks, over 100 more; favourite share 0.6."""
    return Courses(
        course=np.array([COURSES.index(name)]), onset=np.array([100]), span=np.array([50]),
        later=np.array([100]), floor=np.array([0.09]), discount=np.array([0.5]),
        favourite=ONE, share=np.array([0.6]),
    )  # fmt: skip


def rate(name: str, day: int) -> float:
    return float(course(name).rate_factor(ONE, np.array([day]))[0])


@pytest.mark.parametrize(
    ("name", "day", "left"),
    [
        ("sudden", 99, 1.0), ("sudden", 100, 0.0),
        ("ramped", 100, 1.0), ("ramped", 125, 0.5), ("ramped", 150, 0.0), ("ramped", 900, 0.0),
        ("partial", 99, 1.0), ("partial", 150, 0.3), ("partial", 900, 0.3),
        ("leaking", 100, 1.0), ("leaking", 150, 0.4), ("leaking", 200, 0.2), ("leaking", 250, 0.0),
        ("unprofitable", 900, 1.0),
    ],
)  # fmt: skip
def test_what_is_left_of_the_rate(name: str, day: int, left: float) -> None:
    assert rate(name, day) == pytest.approx(left, abs=1e-12)


def test_a_partial_loss_leaves_its_floor_of_the_spend() -> None:
    c, late = course("partial"), np.array([400])
    assert c.rate_factor(ONE, late) * c.basket_factor(ONE, late) == pytest.approx(0.09)
    assert course("ramped").basket_factor(ONE, late) == 1.0


def test_only_the_leaking_lose_their_favourite_first() -> None:
    assert course("leaking").favourite_factor(ONE, np.array([125])) == 0.5
    assert course("ramped").favourite_factor(ONE, np.array([125])) == 1.0


def test_only_the_unprofitable_press_the_discount_up() -> None:
    usual = np.array([0.1])
    days = [99, 125, 150, 900]
    risen = [course("unprofitable").discount_at(usual, ONE, np.array([d]))[0] for d in days]
    np.testing.assert_allclose(risen, [0.1, 0.3, 0.5, 0.5])
    assert course("sudden").discount_at(usual, ONE, np.array([900])) == usual


def test_who_stays_keeps_everything() -> None:
    stay = course("sudden")
    stay = Courses(**{f: getattr(stay, f) for f in stay.__slots__} | {"course": ONE - 1})
    late = np.array([900])
    assert stay.rate_factor(ONE, late) == stay.basket_factor(ONE, late) == 1.0


def test_causes_take_their_courses_as_often_as_said() -> None:
    rng = np.random.default_rng(0)
    count = 20_000
    config = draw_config(rng, clients=count, months=24, seed=0, start=date(2022, 1, 31))
    goods = draw_goods(rng, config)
    clients = draw_clients(rng, config, goods, count=count)
    market = draw_market(rng, config, goods, draw_happenings(rng, config, goods, regions=5))
    cause = rng.integers(-1, len(CAUSES), count)
    onsets = Onsets(
        cause=cause,
        day=np.where(cause < 0, config.days, 300),
        hazard=np.ones((count, len(CAUSES))),
    )
    courses = draw_courses(rng, market, clients, onsets)
    for place, name in enumerate(CAUSES):
        taken = courses.course[cause == place]
        found = np.bincount(taken, minlength=len(COURSES)) / len(taken)
        np.testing.assert_allclose(found, SHARES[name], atol=0.035)
    assert (courses.course[cause < 0] == -1).all()
    truth = truth_frame(config, onsets, courses)
    assert len(truth) == (cause >= 0).sum()
    kinds = dict(zip(truth["course"], truth["kind"], strict=True))
    assert kinds == {"sudden": "left", "ramped": "left", "leaking": "left",
                     "partial": "shrunk", "unprofitable": "unprofitable"}  # fmt: skip
    assert (truth["complete_on"] > truth["onset"]).all()


def test_shares_of_courses_sum_to_one() -> None:
    assert set(SHARES) == set(CAUSES)
    assert {round(sum(shares), 12) for shares in SHARES.values()} == {1.0}
