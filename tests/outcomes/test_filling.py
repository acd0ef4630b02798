from __future__ import annotations

import numpy as np
import pytest

from segml.outcomes import Asked, Rows
from segml.outcomes.filling import filling
from segml.outcomes.season import Season

CLIENTS, HORIZON = 10, 90
DAILY = 2.0
"""What each client earns us a day, all the time."""


def season(*, days: int = 900, orders: float = 5.0, until: int = 800) -> Season:
    return Season(
        first_day=0,
        until=until,
        orders=np.full(days, orders),
        gap_days=0,
        horizon_days=HORIZON,
    )


def known(cutoffs: list[int], *, kept: float = 1.0) -> tuple[Rows, np.ndarray]:
    """Ten clients at each cut-off, whose sums of a year fill from day 0; their profits."""
    cutoff = np.repeat(cutoffs, CLIENTS)
    rows = Rows(
        X=(DAILY * np.minimum(cutoff, 365)).astype(np.float32)[:, None],
        y=np.ones(len(cutoff)),
        cutoff=cutoff.astype(np.int64),
        client=np.array([str(n % CLIENTS) for n in range(len(cutoff))], dtype=object),
        columns=("profit_365",),
        categorical=(),
        monotone=(0,),
    )
    return rows, np.full(len(cutoff), kept * DAILY * HORIZON)


def asked(day: int = 600, **of_season: float) -> Asked:
    matrix = np.full((CLIENTS, 1), DAILY * min(day, 365), dtype=np.float32)
    return Asked(X=matrix, day=day, season=season(**of_season))


def test_a_steady_portfolio_is_told_what_it_earns_though_years_were_filling() -> None:
    """Profit over the sum of a year was twice as much at the cut-offs; twice is expected."""
    rows, profit = known([180, 210, 240])
    told = filling(rows, profit, asked(), np.full(CLIENTS, 2 * DAILY * HORIZON))
    assert told is not None
    assert told.factor == pytest.approx(0.5, abs=0.01)
    assert told.seen == pytest.approx(210 / 365)


def test_what_known_clients_keep_of_their_profit_is_kept_today() -> None:
    rows, profit = known([180, 210, 240], kept=0.7)
    told = filling(rows, profit, asked(), np.full(CLIENTS, DAILY * HORIZON))
    assert told is not None
    assert told.factor == pytest.approx(0.7, abs=0.01)
    assert told.spread == pytest.approx(0.0, abs=0.01)


def test_what_came_because_all_ordered_more_is_no_share_that_is_kept() -> None:
    """From day 240 on all order twice as much, and the profits of the horizons with them."""
    busy = season()
    busy.orders[240:] *= 2
    rows, profit = known([240], kept=2.0)
    today = Asked(X=asked().X, day=700, season=busy)
    told = filling(rows, profit, today, np.full(CLIENTS, DAILY * HORIZON))
    assert told is not None
    assert told.kept == pytest.approx(0.0, abs=0.02)


def test_nothing_moves_where_every_cutoff_had_a_whole_year() -> None:
    rows, profit = known([365, 400])
    assert filling(rows, profit, asked(), np.ones(CLIENTS)) is None


@pytest.mark.parametrize("case", ["no profit came", "none is expected", "nobody is asked"])
def test_nothing_moves_where_a_total_is_no_profit(case: str) -> None:
    rows, profit = known([180, 210])
    today, expected = asked(), np.ones(CLIENTS)
    if case == "no profit came":
        profit = -profit
    elif case == "none is expected":
        expected = -expected
    else:
        today, expected = Asked(X=today.X[:0], day=600, season=today.season), expected[:0]
    assert filling(rows, profit, today, expected) is None


def test_no_level_is_moved_farther_than_fourfold() -> None:
    rows, profit = known([180, 210])
    told = filling(rows, profit, asked(), np.full(CLIENTS, 1e-3))
    assert told is not None
    assert told.factor == 4.0


def test_days_after_the_one_asked_on_change_nothing() -> None:
    rows, profit = known([180, 210])
    plain = filling(rows, profit, asked(500), np.ones(CLIENTS))
    later = asked(500)
    later.season.orders[500:] = 99.0
    assert filling(rows, profit, later, np.ones(CLIENTS)) == plain
