from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from segml.losses.money import Money
from segml.losses.profit_parts import PARTS, SHARES, Account, account, profit_change, profit_parts
from segml.losses.yearly import Stretch
from segml.words.plan import Economics

WAS = Account(listed=1000.0, discount=40.0, goods=600.0, returned=10.0, care=50.0, unpaid=5.0)
NOW = Account(listed=700.0, discount=210.0, goods=430.0, returned=20.0, care=60.0, unpaid=35.0)
COLUMNS = ["row_key", "day", "amount", "discount", "profit", "is_return"]


def lines(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def charges(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["day", "care", "unpaid"])


def by_all_orders(before: Account, after: Account) -> dict[str, float]:
    """The Shapley value by brute force: the mean over every order in which factors change."""
    levels = [
        {"volume": each.listed} | {part: each.share(part) for part in SHARES}
        for each in (before, after)
    ]
    found = dict.fromkeys(PARTS, 0.0)
    for order in itertools.permutations(PARTS):
        state = dict(levels[0])
        for part in order:
            was = state["volume"] * (1 - sum(state[each] for each in SHARES))
            state[part] = levels[1][part]
            now = state["volume"] * (1 - sum(state[each] for each in SHARES))
            found[part] += (was - now) / math.factorial(len(PARTS))
    return found


def test_the_parts_sum_to_the_profit_that_is_gone() -> None:
    assert sum(profit_parts(WAS, NOW).values()) == pytest.approx(WAS.profit - NOW.profit, abs=1e-9)


def test_the_parts_are_the_shapley_value_over_every_order_of_change() -> None:
    found, expected = profit_parts(WAS, NOW), by_all_orders(WAS, NOW)
    assert list(found) == list(PARTS)
    for part in PARTS:
        assert found[part] == pytest.approx(expected[part], abs=1e-9)


def test_there_and_back_is_the_same_with_the_other_sign() -> None:
    there, back = profit_parts(WAS, NOW), profit_parts(NOW, WAS)
    assert [there[part] for part in PARTS] == pytest.approx([-back[part] for part in PARTS])


def test_fewer_sales_at_unchanged_shares_are_volume_alone() -> None:
    found = profit_parts(WAS, WAS.times(0.25))
    assert found["volume"] == pytest.approx(0.75 * WAS.profit)
    assert [found[part] for part in SHARES] == pytest.approx([0.0] * 5, abs=1e-9)


def test_what_is_paid_without_a_sale_counts_to_its_own_part() -> None:
    only_care = Account(listed=0.0, discount=0.0, goods=0.0, returned=30.0, care=22.0)
    found = profit_parts(WAS, only_care)
    assert found["volume"] == pytest.approx(WAS.profit)
    assert (found["returned"], found["care"]) == (30.0, 22.0)
    assert sum(found.values()) == pytest.approx(WAS.profit - only_care.profit)
    assert sum(profit_parts(only_care, WAS).values()) == pytest.approx(-sum(found.values()))


def test_without_costs_a_discount_costs_its_margin_and_goods_nothing() -> None:
    was = Account(listed=100.0, discount=0.0, goods=60.0, returned=0.0, care=0.0)
    now = Account(listed=100.0, discount=30.0, goods=42.0, returned=0.0, care=0.0)
    found = profit_parts(was, now, has_cost=False)
    assert found["goods"] == 0.0
    assert found["discount"] == pytest.approx(12.0)
    assert sum(found.values()) == pytest.approx(was.profit - now.profit)


def test_an_account_has_the_profit_of_its_lines_and_the_handling_of_its_documents() -> None:
    rates = Economics(order=9.0, return_=22.0, commission_rate=0.1)
    # two lines of one order on two days, a rebate line within it, and a return of two lines
    table = lines(
        ("o1", 1, 90.0, 10.0, 90.0 - 50.0 - 9.0 - 9.0, False),
        ("o1", 2, 45.0, 5.0, 45.0 - 25.0 - 4.5, False),
        ("o1", 2, -5.0, 0.0, -5.0 + 0.5, True),
        ("r1", 9, -20.0, 0.0, -20.0 + 12.0 + 2.0 - 22.0, True),
        ("r1", 9, -10.0, 0.0, -10.0 + 6.0 + 1.0, True),
    )
    asked = charges((3, 7.0, 0.0), (5, 0.0, 2.5))
    found = account(table, asked, rates)
    assert found.profit == pytest.approx(table["profit"].sum() - 9.5)
    assert (found.listed, found.discount) == (150.0, 15.0)
    assert found.goods == pytest.approx(75.0)
    assert found.returned == pytest.approx(5.0 + 8.0 + 4.0)
    assert found.care == pytest.approx(0.1 * 100.0 + 9.0 + 22.0 + 7.0)
    assert found.unpaid == 2.5


def test_the_parts_of_a_loss_sum_to_its_money_and_a_client_that_left_has_none() -> None:
    table = lines(*(("o" + str(day), day, 80.0, day / 10, 30.0, False) for day in range(0, 400, 7)))
    before = Stretch(start=0, end=200, factor=1.7)
    after = Stretch(start=200, end=400, factor=1.1)
    lost = 30.0 * (1.7 * len(range(0, 200, 7)) - 1.1 * (len(table) - len(range(0, 200, 7))))
    asked = charges((150, 10.0, 0.0), (250, 0.0, 100.0), (450, 1e6, 1e6))
    lost += 1.1 * 100.0 - 1.7 * 10.0
    money = Money(
        profit_before=0.0, profit_lost=lost, referral_profit_lost=0.0, before=before, after=after
    )
    found = profit_change(table, asked, money, Economics(), has_cost=True)
    assert found is not None
    assert sum(found.parts.values()) == pytest.approx(lost)
    assert found.parts["discount"] > 0
    assert found.parts["unpaid"] > 0
    assert found.after.share("discount") == pytest.approx(
        np.mean(table["discount"][table["day"] >= 200])
        / np.mean((80.0 + table["discount"])[table["day"] >= 200])
    )
    gone = Money(
        profit_before=0.0, profit_lost=lost, referral_profit_lost=0.0, before=before, after=None
    )
    assert profit_change(table, asked, gone, Economics(), has_cost=True) is None
