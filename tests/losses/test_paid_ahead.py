"""Years that are paid at once."""

from __future__ import annotations

import numpy as np
import pytest

from segml.losses.clock import Clock
from segml.losses.history import EMPTY, History
from segml.losses.paid_ahead import RENEWED_DAYS, YEAR, paid_until
from segml.losses.rhythm import Rhythm
from segml.losses.silence import silence
from segml.losses.transitions import Client, Lens, transition
from segml.losses.worth_less import may_have_faded

MONTHLY = np.arange(0, 2 * YEAR, 30)
RHYTHM = Rhythm(4.0, 120.0, np.full(7, 1 / 7))
LENS = Lens(rhythm=RHYTHM, clock=Clock(0, np.ones(52)), shrunk_below=0.3)
SWITCHED = int(MONTHLY[-1]) + 30


def of(days: np.ndarray, worth: np.ndarray) -> History:
    return History(days, worth, days, worth, worth)


def switching(bill: float, *, small: tuple[int, ...] = ()) -> History:
    """Bills of 10 a month, then one bill and small ones so many days after it."""
    later = SWITCHED + np.array([0, *small])
    worth = np.array([*np.full(len(MONTHLY), 10.0), bill, *np.ones(len(small))])
    return of(np.concatenate([MONTHLY, later]), worth)


@pytest.mark.parametrize(
    ("bill", "pays"), [(10.0, False), (50.0, False), (80.0, True), (220.0, True), (900.0, False)]
)
def test_a_bill_of_about_a_year_pays_for_one(bill: float, pays: bool) -> None:
    assert paid_until(switching(bill)) == (SWITCHED + YEAR if pays else None)
    assert paid_until(switching(bill, small=(20, 50, 200))) == (SWITCHED + YEAR if pays else None)


def test_a_renewal_pays_for_the_next_year_whatever_came_between() -> None:
    days = np.array([0, 100, YEAR + 3, YEAR + 120, 2 * YEAR + 10, 2 * YEAR + 40])
    worth = np.array([100.0, 4.0, 110.0, 3.0, 90.0, 5.0])
    assert paid_until(of(days, worth)) == 3 * YEAR + 10
    early = days - np.array([0, 0, 40, 0, 0, 0])  # by more than a year is paid ahead of its time
    assert paid_until(of(early[:3], worth[:3])) is None


def test_of_nothing_or_one_bill_or_of_losses_no_year_is_told() -> None:
    assert paid_until(EMPTY) is None
    assert paid_until(of(np.array([5]), np.array([100.0]))) is None
    assert paid_until(of(MONTHLY, -np.ones(len(MONTHLY)))) is None


def test_who_pays_a_year_ahead_is_not_lost_until_the_renewal_is_overdue() -> None:
    for small in ((), (15, 100, 250)):
        own = switching(110.0, small=small)
        asked = Client(client_id="a", own=own, value=own)
        for end in range(SWITCHED + 60, SWITCHED + YEAR + RENEWED_DAYS, 25):
            assert transition(asked, LENS, end=end) is None
            assert not may_have_faded(asked, LENS, end=end)
        quiet = silence(own, LENS.rhythm, LENS.clock)
        assert quiet is not None
        assert quiet.due_on == SWITCHED + YEAR
        found = transition(asked, LENS, end=SWITCHED + YEAR + 120)
        assert found is not None
        assert found.kind == "left"
        assert found.lost_on == SWITCHED + YEAR + RENEWED_DAYS + 1


def test_who_stops_after_an_ordinary_bill_is_lost_as_ever() -> None:
    own = switching(12.0)
    found = transition(Client(client_id="a", own=own, value=own), LENS, end=SWITCHED + 200)
    assert found is not None
    assert found.lost_on < SWITCHED + 130
