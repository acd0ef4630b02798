from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from segml.outcomes import Rows, fit_churn, split
from segml.outcomes.additive import Learnt, fit_additive
from segml.outcomes.churn import CURVES
from segml.outcomes.halves import Recipe

RECIPE = Recipe(loss="logistic", curves=CURVES, seed=0, threads=1)


def _learnt(rows: Rows, label_days: int = 60) -> Learnt:
    return fit_additive(rows, split(rows, label_days=label_days), RECIPE)


def test_a_trial_knows_no_client_and_no_late_label_of_what_it_is_asked(rows: Rows) -> None:
    found = _learnt(rows).trials
    assert len(found) == 6
    for trial in found:
        assert not set(rows.client[trial.known]) & set(rows.client[trial.asked])
        assert rows.cutoff[trial.known].max() + 60 <= rows.cutoff[trial.asked].min()
        assert len(trial.known) == len(trial.known_raw) > 0
        assert len(trial.asked) == len(trial.asked_raw) > 0


def test_a_season_that_turns_has_no_part_in_what_its_trial_foretold(rows: Rows) -> None:
    late = rows.cutoff == rows.cutoff.max()
    turned = rows.labelled(np.where(late, 1.0, rows.y))
    plain, other = (
        fit_churn(one, horizon_days=60, gap_days=0, seed=1, threads=1) for one in (rows, turned)
    )
    day = str(int(rows.cutoff.max()))
    # all of the last season are lost, and the trial had not foreseen any of it
    assert other.record["level_error"]["seen"][day] > 2
    assert abs(plain.record["level_error"]["seen"][day]) < 0.5


def test_a_season_that_turns_shows_in_the_record_and_widens_the_interval(
    made: Callable[..., Rows],
) -> None:
    rows = made(300, 6)
    rng = np.random.default_rng(0)
    worse = (rows.cutoff == 1150) & (rng.random(len(rows)) < 0.6)
    turned = rows.labelled(np.where(worse, 1.0, rows.y))
    calm, rough = (
        fit_churn(one, horizon_days=60, gap_days=0, seed=0, threads=1) for one in (rows, turned)
    )
    width = [np.subtract(*m.interval(rows.X)[::-1]).mean() for m in (calm, rough)]
    assert width[1] > 1.5 * width[0]
    assert rough.record["metrics"]["log_loss"] > calm.record["metrics"]["log_loss"]


def test_known_rows_are_at_the_level_of_what_the_fold_learnt(rows: Rows) -> None:
    for trial in _learnt(rows).trials:
        told = 1 / (1 + np.exp(-trial.known_raw))
        assert told.mean() == pytest.approx(rows.y[trial.known].mean(), abs=0.06)


def test_a_short_history_is_tried_on_other_clients_of_the_same_cutoffs(
    made: Callable[..., Rows],
) -> None:
    rows = made(60, 3)
    found = _learnt(rows, label_days=200).trials
    assert len(found) == 2
    for trial in found:
        assert not set(rows.client[trial.known]) & set(rows.client[trial.asked])
        assert len(trial.known) + len(trial.asked) == len(rows)
