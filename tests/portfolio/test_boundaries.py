"""Boundaries: what eats the profit of a key client, and where its line leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from segml.ledger import Ledger, quarter_edges, quarters
from segml.portfolio import Scene, boundaries

from .conftest import DAY, contact, line

Opened = Callable[..., Ledger]
Scenes = Callable[..., Scene]

MIDDLES = [30, 120, 210, 300, 395, 485, 575, 665]
"""A day in each of the last eight quarters, as days before the date."""
LONG_AGO = 900


def _each(client: str, profits: list[float], **more: Any) -> list[dict[str, Any]]:
    """A line a quarter whose profit, handling of the order taken off, is that (latest first)."""
    rows = [
        line(client, ago, profit + 1002.0, cost=1000.0, **more)
        for ago, profit in zip(MIDDLES, profits, strict=True)
    ]
    return [*rows, line(client, LONG_AGO)]


def _row(table: pd.DataFrame, client: str = "a") -> pd.Series:
    return table.set_index("client_id").loc[client]


def test_a_line_that_falls_evenly_reaches_zero_where_it_leads(
    opened: Opened, scene_of: Scenes
) -> None:
    # 30 less each quarter: a year brings 4 · 120 less than the one before, and 540 at the last
    profits = [90.0 + 30 * n for n in range(8)]
    found = _row(boundaries(scene_of(opened(_each("a", profits)))))
    assert found["profit"] == pytest.approx(540.0)
    assert found["slope"] == pytest.approx(-480.0)
    assert found["verdict"] == "reaches_zero"
    # today's pace is 540 − 240 a year; it takes 300 / 480 of a year to zero
    assert found["zero_on"] == DAY + dt.timedelta(days=int(np.ceil(365 * 300 / 480)))
    assert found["falling_quarters"] == 4


def test_a_season_is_no_trend(opened: Opened, scene_of: Scenes) -> None:
    found = _row(boundaries(scene_of(opened(_each("a", [10.0, 400.0, 90.0, 700.0] * 2)))))
    assert (found["slope"], found["verdict"], found["zero_on"]) == (0.0, "not_falling", None)


def test_one_odd_quarter_gives_no_date(opened: Opened, scene_of: Scenes) -> None:
    profits = [-200.0, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0]
    found = _row(boundaries(scene_of(opened(_each("a", profits)))))
    assert (found["slope"], found["verdict"]) == (0.0, "not_falling")


@pytest.mark.parametrize(
    ("profits", "verdict"),
    [
        ([-50.0] * 4 + [100.0] * 4, "below_zero"),
        ([96.0] * 4 + [100.0] * 4, "not_within_two_years"),
        ([90.0, 90.0, 110.0, 100.0] + [100.0] * 4, "unclear"),
        ([110.0] * 4 + [100.0] * 4, "not_falling"),
    ],
)
def test_every_line_has_its_verdict(
    opened: Opened, scene_of: Scenes, profits: list[float], verdict: str
) -> None:
    found = _row(boundaries(scene_of(opened(_each("a", profits)))))
    assert found["verdict"] == verdict
    assert found["zero_on"] is None


def test_a_quarter_is_compared_only_with_one_the_client_lived_through(
    opened: Opened, scene_of: Scenes
) -> None:
    rows = _each("a", [90.0] * 4 + [200.0] * 4)[:-2]
    found = _row(boundaries(scene_of(opened([*rows, line("a", 639, 1.0)]))))
    assert found["slope"] == pytest.approx(-440.0)
    assert found["falling_quarters"] == 3
    assert pd.isna(found["profit_before"])


def test_a_client_of_fewer_than_three_such_quarters_is_compared_with_nothing(
    opened: Opened, scene_of: Scenes
) -> None:
    found = _row(boundaries(scene_of(opened([line("a", 500), line("a", 10)]))))
    assert found["verdict"] == "too_young"
    assert pd.isna(found[["slope", "profit_before", "falling_quarters"]].astype(float)).all()
    assert found["pressed_by"] is None


def test_what_presses_is_what_takes_more_of_the_list_than_before(
    opened: Opened, scene_of: Scenes
) -> None:
    lines = [
        *(line("a", ago, 800.0, cost=500.0, discount=200.0) for ago in MIDDLES[:4]),
        *(line("a", ago, 950.0, cost=500.0, discount=50.0) for ago in MIDDLES[4:]),
        *(line("b", ago, 800.0, cost=500.0) for ago in MIDDLES),
        *(line(client, LONG_AGO) for client in "ab"),
    ]
    asked = [contact("b", ago, "discount_request", 200.0) for ago in MIDDLES[:4]]
    told = [contact("b", 50, "support", 30.0)]
    table = boundaries(scene_of(opened(lines, interactions=[*asked, *told])))
    assert table["pressed_by"].tolist() == ["discount", "demands"]
    assert table["pressed_money"].tolist() == pytest.approx([600.0, 800.0])
    assert _row(table, "b")["care"] == pytest.approx(30.0 + 4 * 2.0)
    # of 500 that goods leave at list prices 200 and the handling of the order are eaten
    assert _row(table)["eaten_share"] == pytest.approx((800.0 + 8.0) / 2000.0)
    assert _row(table)["eaten_share_before"] == pytest.approx((200.0 + 8.0) / 2000.0)


def test_a_line_that_falls_with_the_orders_alone_is_no_boundary(
    opened: Opened, scene_of: Scenes
) -> None:
    fewer = [line("a", ago, 400.0 + 80 * n, cost=200.0 + 40 * n) for n, ago in enumerate(MIDDLES)]
    dearer = [
        line("b", ago, 1000.0 + 60 * n, cost=500.0, discount=480.0 - 60 * n)
        for n, ago in enumerate(MIDDLES)
    ]
    rows = [*fewer, *dearer, line("a", LONG_AGO), line("b", LONG_AGO)]
    table = boundaries(scene_of(opened(rows)))
    assert table["verdict"].tolist() == ["reaches_zero", "reaches_zero"]
    assert (table["eaten_share"] < 0.5).all()
    assert table["pressed_by"].tolist()[1] == "discount"
    assert table["on_boundary"].tolist() == [False, True]


def test_a_pace_below_zero_needs_no_date(opened: Opened, scene_of: Scenes) -> None:
    profits = [-150.0, -50.0, 100.0, 200.0, 400.0, 400.0, 400.0, 400.0]
    found = _row(boundaries(scene_of(opened(_each("a", profits)))))
    assert found["profit"] > 0
    assert (found["verdict"], found["zero_on"]) == ("below_zero", None)


def test_rows_of_the_date_or_later_change_nothing(opened: Opened, scene_of: Scenes) -> None:
    rows = _each("a", [100.0] * 8)
    one = boundaries(scene_of(opened(rows)))
    two = boundaries(scene_of(opened([*rows, line("a", 0, -5000.0), line("a", -9, 77.0)])))
    pd.testing.assert_frame_equal(one, two)


def test_four_quarters_are_the_year_of_the_published_profit(today: int) -> None:
    edges = quarter_edges(today, 8)
    assert (edges[0][1], edges[3][0], edges[7][0]) == (today, today - 365, today - 730)
    assert all(later[0] == earlier[1] for later, earlier in pairwise(edges))


def test_quarters_of_nobody_are_empty(opened: Opened, scene_of: Scenes) -> None:
    ledger = opened([line("a", 10)])
    assert quarters(ledger.past(DAY), [], count=8).empty
    assert boundaries(scene_of(ledger, {"a": {"is_key": False}})).empty
