"""The evidence of a decline under way: by clients whose orders are known, one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segml.losses.clock import Clock
from segml.losses.courses import WEEK
from segml.losses.decline_kinds import KINDS, weights_of
from segml.losses.rhythm import Rhythm
from segml.losses.transitions import Lens
from segml.losses.underway import BACK_WEEKS, LIMITS, QUARTERS, UNDERWAY, underway
from segml.losses.weeks import weekly_orders

CLOCK = Clock(0, np.ones(52))
RHYTHM = Rhythm(2.0, 20.0, np.full(7, 1 / 7))
LENS = Lens(rhythm=RHYTHM, clock=CLOCK, shrunk_below=0.3)
TODAY, GAP, STOP = 800, 10, 720


def lines(days: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = [(client_id, int(day)) for client_id, own in days.items() for day in own]
    table = pd.DataFrame(rows, columns=["client_id", "day"])
    return table.assign(category="tools", amount=100.0, discount=0.0, profit=40.0, is_return=False)


EVER = np.arange(0, TODAY + 400, GAP)
BOOK = {
    "steady": EVER,
    "stopped": EVER[EVER < STOP],
    "slower": np.r_[EVER[EVER < STOP - 60], EVER[EVER >= STOP - 60][::3]],
    "long gone": EVER[EVER < TODAY - WEEK * (BACK_WEEKS + 60)],
}


def told(book: dict[str, np.ndarray], day: int = TODAY) -> pd.DataFrame:
    table = lines(book)
    weeks = weekly_orders(table, ["stopped", "slower"], CLOCK, first_day=0, end=TODAY)
    found = underway(
        table,
        list(book),
        day,
        lens=LENS,
        first_day=0,
        weights=weights_of(weeks, RHYTHM),
    )
    assert found.dtype == np.float32
    return pd.DataFrame(found, index=list(book), columns=list(UNDERWAY))


def test_who_stopped_or_slowed_shows_it_and_who_buys_on_does_not() -> None:
    found = told(BOOK)["underway"]
    weeks = np.log(BACK_WEEKS)  # as many onsets, each as likely as none
    assert found["steady"] < weeks < found["stopped"] - 5
    assert found["slower"] > found["steady"] + 3


def test_the_kind_and_the_quarter_of_the_decline_stand_out() -> None:
    found = told(BOOK)
    kinds = [name for name in UNDERWAY[: len(KINDS)] if name != "underway_leaking"]
    assert found.loc["stopped", kinds].idxmax() == "underway_stopped"
    assert found.loc["slower", kinds].idxmax() == "underway_fewer"
    quarters = [f"underway_{weeks}_weeks" for weeks in QUARTERS]
    assert found.loc["stopped", quarters].idxmax() == "underway_13_weeks"
    assert found.loc["slower", quarters].idxmax() == "underway_26_weeks"


def test_rows_of_the_day_and_later_change_nothing() -> None:
    later = {name: own[own < TODAY] for name, own in BOOK.items()}
    pd.testing.assert_frame_equal(told(BOOK), told(later))


def test_a_part_is_no_more_than_the_whole_and_all_within_limits() -> None:
    found = told(BOOK)
    parts = found.drop(columns="underway")
    assert (parts.le(found["underway"] + 1e-3, axis=0)).all(axis=None)
    assert found.to_numpy().min() >= LIMITS[0]
    assert found.to_numpy().max() <= LIMITS[1]


@pytest.mark.parametrize("day", [20, 60, 200])
def test_a_short_history_is_no_obstacle(day: int) -> None:
    assert np.isfinite(told(BOOK, day).to_numpy()).all()


def test_nobody_is_asked_about() -> None:
    weeks = weekly_orders(lines(BOOK), ["stopped"], CLOCK, first_day=0, end=TODAY)
    weights = weights_of(weeks, RHYTHM)
    found = underway(lines(BOOK), [], TODAY, lens=LENS, first_day=0, weights=weights)
    assert found.shape == (0, len(UNDERWAY))
