"""Folds of a rehearsal: purged, apart by client, and a part of the clients that only decides."""

from __future__ import annotations

import numpy as np
import pytest

from segml.bundle import Rehearsal
from segml.evaluation import compare_forests, mae, pinball, rehearsed_folds, rehearsed_losses
from segml.evaluation.log_loss import log_loss
from segml.evaluation.rehearsal import Compared, client_parts
from segml.outcomes import Rows, fit_churn, fit_potential
from segml.outcomes.folds import client_groups
from segml.words.forest import ForestPlan

TIMID = ForestPlan(learning_rate=0.005, num_leaves=4, max_depth=2, lambda_l2=300.0)


def _made(outcome: str, *, clients: int = 120, cutoffs: int = 5, step: int = 60) -> Rehearsal:
    rng = np.random.default_rng(2)
    n = clients * cutoffs
    orders = np.tile(rng.gamma(0.8, 2.0, clients), cutoffs)
    third = rng.random(n)
    odds = 3 * np.sin(9 * third) - np.log(orders)  # waves are the forest's to find, no curve's
    lost = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    rows = Rows(
        X=np.column_stack([orders, 100 * orders, third]).astype(np.float32),
        y=lost if outcome == "churn" else 1 - lost,
        cutoff=np.repeat(10_000 + step * np.arange(cutoffs), clients).astype(np.int64),
        client=np.tile([f"c{i:04d}" for i in range(clients)], cutoffs).astype(object),
        columns=("expected_orders", "profit_365", "third"),
    )
    return Rehearsal(
        outcome=outcome,  # type: ignore[arg-type]  # one of the two, of a test case
        until=10_000 + step * cutoffs,
        rows=rows,
        profit=(1 - lost) * 100 * orders * rng.lognormal(0.0, 0.3, n),
        gap_days=0,
        horizon_days=60,
        fingerprint="f",
    )


@pytest.mark.parametrize("step", [60, 10])
def test_no_client_is_on_both_sides_and_the_deciding_clients_are_in_no_search(step: int) -> None:
    rehearsal = _made("churn", step=step)
    folds, client = rehearsed_folds(rehearsal), rehearsal.rows.client
    searched = [at for fold in folds.search for at in (fold.learn, fold.judge)]
    deciding = {name for fold in folds.deciding for name in client[fold.judge]}
    assert deciding
    assert not deciding & {name for at in searched for name in client[at]}
    for fold in (*folds.search, *folds.deciding):
        assert not set(client[fold.learn]) & set(client[fold.judge])


@pytest.mark.parametrize("step", [35, 60, 90])
def test_labels_learnt_from_had_ended_by_the_cutoff_that_judges(step: int) -> None:
    rehearsal = _made("churn", step=step)
    folds, cutoff = rehearsed_folds(rehearsal), rehearsal.rows.cutoff
    assert folds.by_time
    assert (len(folds.search), len(folds.deciding)) == (9, 3)
    for fold in (*folds.search, *folds.deciding):
        (day,) = set(cutoff[fold.judge])
        assert cutoff[fold.learn].max() + rehearsal.horizon_days <= day


def test_a_short_history_keeps_clients_apart_alone_and_says_so() -> None:
    folds = rehearsed_folds(_made("churn", step=10))
    assert not folds.by_time
    assert [fold.name for fold in folds.deciding] == ["all cut-offs"]
    assert len(folds.search) == 3


def test_few_clients_give_no_fold_and_no_fault() -> None:
    folds = rehearsed_folds(_made("churn", clients=1))
    assert folds.search == ()


def test_the_parts_cut_across_the_groups_of_the_training() -> None:
    """Else a training inside a fold would see clients of one group alone, and validate nothing."""
    client = np.array([f"c{i:04d}" for i in range(400)], dtype=object)
    parts, groups = client_parts(client), client_groups(client)
    for part in range(4):
        assert 0.3 < groups[parts == part].mean() < 0.7
        assert 0.15 < (parts == part).mean() < 0.35


def test_the_loss_of_churn_is_the_log_loss_of_a_training_on_the_learning_rows() -> None:
    rehearsal = _made("churn")
    fold = rehearsed_folds(rehearsal).search[-1]
    learn, judge = rehearsal.rows.take(fold.learn), rehearsal.rows.take(fold.judge)
    model = fit_churn(learn, horizon_days=60, gap_days=0, seed=3, threads=1, forest=TIMID)
    losses = rehearsed_losses(rehearsal, fold, TIMID, seed=3)
    assert losses.mean() == pytest.approx(log_loss(judge.y, model.probability(judge.X)))
    plain = rehearsed_losses(rehearsal, fold, ForestPlan(), seed=3)
    assert plain.mean() < losses.mean()


def test_the_loss_of_potential_is_the_pinball_loss_of_what_a_training_publishes() -> None:
    rehearsal = _made("potential")
    fold = rehearsed_folds(rehearsal).search[-1]
    learn, came = rehearsal.rows.take(fold.learn), rehearsal.profit[fold.judge]
    days = {"horizon_days": 60, "gap_days": 0}
    model = fit_potential(learn, rehearsal.profit[fold.learn], **days, seed=3, threads=1)
    low, median, high = model.interval(rehearsal.rows.X[fold.judge])
    expected = (2 * pinball(came, low, high) + mae(came, median) / 2) / 3 / np.abs(came).mean()
    losses = rehearsed_losses(rehearsal, fold, ForestPlan(), seed=3)
    assert losses.mean() == pytest.approx(expected)


def test_a_plan_beside_itself_differs_by_nothing_and_is_not_better() -> None:
    rehearsal = _made("churn")
    plans = (ForestPlan(), ForestPlan())
    found = compare_forests(rehearsal, rehearsed_folds(rehearsal), plans, seed=0)
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)
    assert not found.is_surely_better


def test_a_plan_that_hardly_learns_is_surely_worse_and_the_other_way_round_better() -> None:
    rehearsal = _made("churn", clients=400)
    folds = rehearsed_folds(rehearsal)
    worse = compare_forests(rehearsal, folds, (ForestPlan(), TIMID), seed=0)
    better = compare_forests(rehearsal, folds, (TIMID, ForestPlan()), seed=0)
    assert worse.low > 0
    assert better.is_surely_better
    assert better.difference == pytest.approx(-worse.difference)
    assert better.low < better.difference < better.high
    assert compare_forests(rehearsal, folds, (TIMID, ForestPlan()), seed=0) == better


def test_one_worse_fold_is_enough_to_doubt() -> None:
    told = Compared(
        names=("a", "b"), before=(0.5, 0.5), after=(0.2, 0.501), low=-0.3, high=-0.1, clients=9
    )
    assert told.difference < 0
    assert not told.is_surely_better
