"""The chance of being lost: learnt where losses are known by then, else the risk of no purchase."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from segml.ledger import date_of, day_of
from segml.losses import LossAnalysis
from segml.losses.asked import DATES, HORIZON_DAYS, past_dates, sample
from segml.losses.ends import End
from segml.losses.foretold import foretell, ranked
from segml.outcomes.next_loss import LEAST_LOST

from .conftest import Ahead


def test_the_horizon_of_every_past_date_has_ended_by_today() -> None:
    days = past_dates(0, 2000, least=180)
    assert len(days) == DATES
    assert max(days) + HORIZON_DAYS <= 2000
    assert len(set(days)) == DATES


def test_no_past_date_lies_before_the_history_that_a_date_needs() -> None:
    assert past_dates(0, 181 + HORIZON_DAYS, least=180) == (181,)  # 1970-07-01
    assert past_dates(0, 180 + HORIZON_DAYS, least=180) == ()


def test_past_dates_are_month_starts_two_months_apart() -> None:
    days = [date_of(day) for day in past_dates(0, 2000, least=180)]
    assert {day.day for day in days} == {1}
    assert {(one.month - two.month) % 12 for one, two in pairwise(days)} == {2}


def test_where_bills_come_by_the_month_past_dates_are_of_todays_day_of_it() -> None:
    today = day_of(dt.date(2025, 8, 31))
    days = past_dates(0, today, least=180, by_month=True)
    assert [str(date_of(day)) for day in days[:3]] == ["2025-02-28", "2024-12-31", "2024-10-31"]
    assert len(days) == DATES
    assert past_dates(today - 365, today, least=180, by_month=True) == days[:1]


def test_equal_chances_stand_by_id_and_unknown_ones_last() -> None:
    chance = pd.Series([np.nan, 0.2, 0.2, 0.0], index=["a", "c", "b", "d"])
    assert ranked(chance).tolist() == [4.0, 2.0, 1.0, 3.0]


def test_the_sample_always_holds_who_is_asked_for_and_bought(ahead: Ahead) -> None:
    chosen = sample(ahead.books.orders, ["coming", "never bought"])
    assert "coming" in chosen
    assert "never bought" not in chosen
    assert chosen == sorted(set(chosen))


def test_with_too_few_losses_the_risk_of_no_purchase_stands_in(
    analysis: LossAnalysis, ahead: Ahead
) -> None:
    assert analysis.summary["next"]["learnt_from"] is None
    assert analysis.summary["next"]["caught"] is None
    assert ahead.analysis.summary["next"]["learnt_from"] >= LEAST_LOST


def test_the_chances_are_not_those_of_no_purchase_once_losses_could_be_learnt_from(
    ahead: Ahead,
) -> None:
    found = foretell(ahead.scene, ahead.books)
    churn = ahead.scene.chances(ahead.scene.end).reindex(found.chance.index)
    assert not np.allclose(found.chance, churn)
    assert found.caught is not None
    assert 0 <= found.caught <= 1


def test_what_is_known_besides_the_ledger_is_learnt_from_too(ahead: Ahead) -> None:
    """The benchmark's learner is ours: told who will be lost, it puts them first."""
    scene = ahead.scene
    plain = foretell(scene, ahead.books)
    doomed = {*ahead.analysis.losses["client_id"]}

    def told(clients: Sequence[str], day: int) -> np.ndarray:
        return np.array([[each in doomed] for each in clients], dtype=np.float32).reshape(-1, 1)

    informed = foretell(scene, ahead.books, told=told)
    assert informed.caught is not None
    assert plain.caught is not None
    assert informed.caught > plain.caught


def test_a_recorded_end_makes_a_client_lost_though_its_rhythm_sees_nothing(ahead: Ahead) -> None:
    assert "big00" in foretell(ahead.scene, ahead.books).chance.index
    last = int(ahead.books.orders["big00"].days[-1])
    ended = dataclasses.replace(ahead.books, ends={"big00": End(last + 1, None)})
    assert "big00" not in foretell(ahead.scene, ended).chance.index


def test_the_same_ledger_gives_the_same_chances(ahead: Ahead) -> None:
    one, two = (foretell(ahead.scene, ahead.books) for _ in range(2))
    pd.testing.assert_series_equal(one.chance, two.chance)
    told = ahead.analysis.next_lost.set_index("client_id")["chance"]
    np.testing.assert_array_equal(one.chance[told.index], told)
    assert one.caught == pytest.approx(ahead.analysis.summary["next"]["caught"])


def test_who_is_known_to_be_lost_is_not_next(ahead: Ahead) -> None:
    assert "big00" not in foretell(ahead.scene, ahead.books, lost={"big00"}).chance.index
