from __future__ import annotations

import numpy as np
import pytest

from segml.losses.by_year import poor_since
from segml.losses.history import History
from segml.losses.silence import YEAR

YEARS = 5


def shop(worth: list[float], *, lately: float = 0.0) -> History:
    """Two collections a year, a large order and two small ones each, the years worth so much."""
    draws = np.random.default_rng(0)
    days = np.array(
        [y * YEAR + day for y in range(len(worth)) for day in (30, 44, 60, 210, 230, 250)]
    )
    part = np.tile([0.35, 0.05, 0.1, 0.3, 0.15, 0.05], len(worth))
    money = np.repeat(worth, 6) * part * draws.lognormal(0.0, 0.1, len(part))
    if lately:
        days, money = np.append(days, len(worth) * YEAR - 20), np.append(money, lately)
    return History(days, money, days, money, money)


def since(own: History, *, end: int = YEARS * YEAR, share: float = 0.3) -> int | None:
    known = own.until(end)
    return poor_since(known, known, share=share, end=end)


def test_a_year_worth_a_fifth_of_each_of_two_before_is_a_fall_whatever_its_orders() -> None:
    found = since(shop([100.0, 90.0, 110.0, 100.0, 18.0]))
    assert found is not None
    assert 4 * YEAR + 60 < found <= YEARS * YEAR
    assert since(shop([100.0, 90.0, 110.0, 100.0, 18.0]), end=found - 7) is None


@pytest.mark.parametrize(
    "worth",
    [
        [100.0, 90.0, 110.0, 100.0, 60.0],
        [100.0, 90.0, 20.0, 100.0, 18.0],  # the rich year was the exception
        [100.0, 90.0, 110.0, 12.0, 18.0],  # it fell long ago: that year was told then
    ],
)
def test_no_less_than_a_share_of_the_poorer_year_is_no_fall(worth: list[float]) -> None:
    assert since(shop(worth)) is None


def test_who_is_back_of_late_or_is_hardly_known_has_not_fallen() -> None:
    fell = [100.0, 90.0, 110.0, 100.0, 14.0]
    assert since(shop(fell)) is not None
    usual = shop([100.0, 90.0, 110.0, 100.0, 90.0], lately=10.0)
    days = YEARS * YEAR - 20 - YEAR
    money = np.where(usual.days < 4 * YEAR, usual.profit, usual.profit * 0.1)
    money[-1] = 9.0
    again = np.append(usual.days, [days, days - YEAR])
    order = again.argsort()
    both = np.append(money, [10.0, 10.0])[order]
    back = History(again[order], both, again[order], both, both)
    assert since(back) is None
    assert since(shop(fell[3:]), end=2 * YEAR) is None


def test_who_orders_twice_a_year_has_no_pace() -> None:
    own = shop([100.0, 90.0, 110.0, 100.0, 18.0])
    kept = np.isin(own.days % YEAR, (30, 210))
    few = History(
        *(each[kept] for each in (own.days, own.earned, own.money_days, own.profit, own.revenue))
    )
    assert since(few) is None
