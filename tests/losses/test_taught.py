"""Shares of reasons by what the other declines taught, on columns written out."""

from __future__ import annotations

import numpy as np
import pytest

from segml.losses.exposures import Column
from segml.losses.taught import DRAWS, FOLDS, shares_of

COUNT, MONTHS = 60, 6000.0
MET = np.zeros((COUNT, 3))
MET[:, 0] = 1.0
MET[:30, 1] = 1.0
MET[30:33, 2] = 1.0
FOLD = np.arange(COUNT) % FOLDS
MASS = (MONTHS, MONTHS / 10, MONTHS / 100)


def columns() -> list[Column]:
    """A baseline of all months, a driver of a tenth of them, one that few ever meet."""
    named = (("unknown", "(unknown)"), ("service", "complaints_90"), ("payment", "overdue_share"))
    return [
        Column(reason=reason, feature=feature, event_ids=(), mass=mass, met=met)  # type: ignore[arg-type]  # a reason
        for (reason, feature), mass, met in zip(named, MASS, MET.T, strict=True)
    ]


def shares(seed: int = 0) -> np.ndarray:
    return shares_of(MET, columns(), FOLD, (), draws=np.random.default_rng(seed))


def test_shares_of_an_onset_sum_to_one_and_none_is_of_a_column_it_did_not_meet() -> None:
    found = shares()
    assert found.sum(axis=1) == pytest.approx(np.ones(COUNT))
    assert found.min() >= 0.0
    assert (found[MET == 0.0] == 0.0).all()


def test_half_of_all_onsets_in_a_tenth_of_the_months_are_the_drivers() -> None:
    assert shares()[:30, 1].min() > 0.7


def test_what_three_onsets_say_is_said_less_surely_than_what_thirty_say() -> None:
    found = shares()
    driven, rare = found[:30, 1], found[30:33, 2]
    assert rare.max() < driven.min()
    assert rare.std() > driven.std()


def test_same_draws_give_the_same_shares_and_no_draw_alone_decides() -> None:
    assert (shares() == shares()).all()
    apart = np.abs(shares(0) - shares(1))
    assert 0.0 < apart[:30].max() < 1.0 / DRAWS
