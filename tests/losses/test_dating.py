"""Declines of a made world, dated and added to what each client's own orders tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import segml
from segml.ledger import Ledger, open_ledger
from segml.losses import dating
from segml.losses.books import Books, client_of, open_books
from segml.losses.dating import Declines, declines_of
from segml.losses.fates import Fates, fates
from segml.losses.transitions import WINDOW_DAYS
from segml.losses.worth_less import may_have_faded


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Ledger, Books, Fates, tuple[str, ...], int, pd.DataFrame]]:
    folder = tmp_path_factory.mktemp("world")
    numbers = {"yearly_loss": 0.4, "cause_mix": {"manager": 1.0, "price": 1.0}}
    config = segml.write_world(folder, clients=900, months=30, seed=11, overrides=numbers).config
    plan = segml.read_settings(config).plan
    with open_ledger(plan.ledger, plan.economics) as ledger:
        end = ledger.last_day + 1
        sql = "SELECT DISTINCT client_id FROM {lines} JOIN {clients} USING (client) ORDER BY 1"
        known = tuple(ledger.past(end - 365).frame(sql)["client_id"])
        books = open_books(
            ledger, known, known=known, start=end - 365, end=end, shrunk_below=0.3, seed=0
        )
        became = fates(books, known, start=end - 365, end=end)
        truth = pd.read_parquet(folder / "truth" / "losses.parquet").set_index("client_id")
        truth["day"] = (pd.to_datetime(truth["onset"]) - pd.Timestamp(0)).dt.days
        yield ledger, books, became, known, end, truth


@pytest.fixture(scope="module")
def declines(opened: tuple) -> Declines:
    ledger, books, became, known, end, _ = opened
    return declines_of(ledger, books, became, known=known, start=end - 365, end=end)


def test_nobody_is_forgotten_and_nobody_has_two_fates(opened: tuple, declines: Declines) -> None:
    before, after = opened[2], declines.fates
    everybody = [*before.lost, *before.lost_before, *before.stayed]
    assert sorted([*after.lost, *after.lost_before, *after.stayed]) == sorted(everybody)
    assert set(before.lost) <= {*after.lost, *after.lost_before}
    # none that was told to have faded by the earlier date is lost again
    assert {*before.lost_before} <= {*after.lost_before}
    assert all(each in after.lost for each in before.lost if each in opened[1].ends)


def test_those_that_faded_are_mostly_lost_in_truth(opened: tuple, declines: Declines) -> None:
    truth, added = opened[5], set(declines.fates.lost) - set(opened[2].lost)
    assert len(added) >= 3
    assert np.mean([each in truth.index for each in added]) > 0.6


def test_nobody_has_faded_that_brings_as_much_as_ever(opened: tuple, declines: Declines) -> None:
    books, end = opened[1], opened[4]
    added = set(declines.fates.lost) - set(opened[2].lost)
    assert all(may_have_faded(client_of(books, each), books.lens, end=end) for each in added)


def test_those_that_faded_were_lost_when_they_had_and_not_when_the_period_began(
    opened: tuple, declines: Declines
) -> None:
    truth, end = opened[5], opened[4]
    start, added = end - 365, set(declines.fates.lost) - set(opened[2].lost)
    complete = (pd.to_datetime(truth["complete_on"]) - pd.Timestamp(0)).dt.days
    complete = complete[complete.index.isin(added) & (complete > start)]
    told = np.array([declines.fates.lost[each].lost_on for each in complete.index])
    assert len(complete) > 10
    assert ((start < told) & (told <= end)).all()
    assert np.median(abs(told - complete)) < 0.75 * np.median(abs(start + 1 - complete))


def test_half_of_the_onsets_are_dated_within_a_quarter(opened: tuple, declines: Declines) -> None:
    truth, end = opened[5], opened[4]
    known = [each for each in declines.fates.lost if each in truth.index]
    both = [each for each in known if truth["day"][each] < end]
    apart = [abs(declines.fates.lost[each].onset.day - truth["day"][each]) for each in both]
    assert len(both) > 25
    assert np.median(apart) <= 91


def test_every_onset_lies_within_its_interval_and_before_its_loss(
    opened: tuple, declines: Declines
) -> None:
    end = opened[4]
    for loss in declines.fates.lost.values():
        assert loss.onset.low <= loss.onset.day <= loss.onset.high
        assert loss.onset.day <= loss.lost_on <= end
        if loss.kind != "left":
            assert loss.lost_on - loss.onset.day >= WINDOW_DAYS


def test_the_chances_of_the_weeks_sum_to_one(declines: Declines) -> None:
    assert declines.dated.chance.sum(axis=1) == pytest.approx(1.0)


def test_the_same_question_has_the_same_answer(opened: tuple, declines: Declines) -> None:
    ledger, books, became, known, end, _ = opened
    again = declines_of(ledger, books, became, known=known[::-1], start=end - 365, end=end)
    assert again.dated.chance.tobytes() == declines.dated.chance.tobytes()
    assert again.fates.lost == declines.fates.lost


def test_who_is_always_looked_at_is_there_beside_a_sample(
    opened: tuple, declines: Declines, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, books, _, known, end, _ = opened
    monkeypatch.setattr(dating, "SAMPLE", 40)
    nobody, always = Fates(lost={}, lost_before=(), stayed=()), known[-3:]
    dates = {"start": end - 365, "end": end}
    found = declines_of(ledger, books, nobody, known=known, **dates, always=always)
    assert set(always) <= set(found.clients)
    assert 40 <= len(found.clients) <= 43
    assert set(found.onsets) <= set(declines.onsets) & set(found.clients)


def test_hardly_a_client_is_lost_in_two_periods_that_follow_one_another(opened: tuple) -> None:
    ledger, _, _, everybody, end, _ = opened
    known, told = everybody[::2], []
    for later in (end - 120, end):
        start = later - 120
        books = open_books(
            ledger, known, known=known, start=start, end=later, shrunk_below=0.3, seed=0
        )
        became = fates(books, known, start=start, end=later)
        found = declines_of(ledger, books, became, known=known, start=start, end=later)
        told.append(set(found.fates.lost))
    assert min(map(len, told)) > 20
    assert len(told[0] & told[1]) < 0.1 * len(told[0] | told[1])
