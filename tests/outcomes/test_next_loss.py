"""Who is lost next: a signal is found on clients never seen, at the level of those asked about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from segml.outcomes import Rows, caught, learn_next_loss
from segml.outcomes.next_loss import LEAST_LOST

CLIENTS, DATES = 600, 3


def world(*, seed: int = 3, level: float = -2.5, slope: float = 2.0) -> tuple[Rows, np.ndarray]:
    """Rows of clients on dates; the first column raises the chance, the other says nothing."""
    draws = np.random.default_rng(seed)
    x = draws.normal(size=(CLIENTS * DATES, 2)).astype(np.float32)
    true = 1.0 / (1.0 + np.exp(-(level + slope * x[:, 0])))
    ids = np.array([f"c{place:04d}" for place in range(CLIENTS)], dtype=object)
    rows = Rows(
        X=x,
        y=(draws.random(len(x)) < true).astype(np.float64),
        cutoff=np.tile(np.arange(DATES) * 60, CLIENTS),
        client=np.repeat(ids, DATES),
        columns=("x", "noise"),
    )
    return rows, true


ALL = np.ones(CLIENTS * DATES, dtype=bool)


def test_the_chance_rises_with_what_foretells_a_loss() -> None:
    rows, _ = world()
    asked = np.array([[-2, 0], [0, 0], [2, 0]], dtype=np.float32)
    found = learn_next_loss(rows, asked, like=[ALL], seed=1, threads=1)
    assert found is not None
    low, middle, high = found.chance
    assert low < middle < high
    assert found.lost == len(set(rows.client[rows.y > 0]))


def test_rows_are_told_by_forests_that_never_saw_their_client() -> None:
    draws = np.random.default_rng(7)
    rows, _ = world(slope=0.0, level=-1.0)
    # every client has a number of its own, which a forest could learn by heart, and its fate
    own = np.repeat(draws.normal(size=CLIENTS), DATES).astype(np.float32)
    fate = np.repeat((draws.random(CLIENTS) < 0.3).astype(np.float64), DATES)
    known = Rows(
        X=np.column_stack([own, own]),
        y=fate,
        cutoff=rows.cutoff,
        client=rows.client,
        columns=rows.columns,
    )
    found = learn_next_loss(known, known.X, like=[ALL], seed=1, threads=1)
    assert found is not None
    # calibration may turn the order of what is noise: how far from even counts, either way
    seen, unseen = (abs(_above(told, fate) - 0.5) for told in (found.chance, found.held_out))
    assert seen > 0.1
    assert unseen < 0.05


def test_what_else_is_said_of_a_client_is_pooled_alike_before_the_level_is_set() -> None:
    rows, true = world(slope=0.0)
    asked = np.array([[0, 0]] * 3, dtype=np.float32)
    alone = learn_next_loss(rows, asked, like=[ALL], seed=1, threads=1)
    odds = np.random.default_rng(5).normal(size=len(true))
    told = replace(rows, y=(odds > np.quantile(odds, 0.8)).astype(np.float64))
    pooled = learn_next_loss(
        told, asked, like=[ALL], seed=1, threads=1, beside=(odds, np.array([-2.0, 0.0, 2.0]))
    )
    assert alone is not None
    assert pooled is not None
    assert np.ptp(alone.chance) < 1e-9
    assert (np.diff(pooled.chance) > 0.001).all()
    assert _above(pooled.held_out, told.y) > 0.95
    assert pooled.held_out.mean() == pytest.approx(0.2, abs=0.02)


def _above(told: np.ndarray, lost: np.ndarray) -> float:
    """How often one that was lost stands above one that was not."""
    pairs = (lost > 0).sum() * (lost == 0).sum()
    return float(mannwhitneyu(told[lost > 0], told[lost == 0]).statistic / pairs)


def test_the_level_is_that_of_the_clients_like_those_asked_about() -> None:
    rows, true = world()
    like = rows.X[:, 1] > 0
    y = np.where(like, rows.y, 0.0)
    found = learn_next_loss(rows.labelled(y), rows.X[like], like=[like], seed=1, threads=1)
    assert found is not None
    assert found.chance.mean() == pytest.approx(true[like].mean(), rel=0.15)


def test_where_too_few_of_the_most_alike_were_lost_the_next_set_the_level() -> None:
    rows, true = world()
    like = rows.X[:, 1] > 0
    few = ALL & (np.arange(len(ALL)) < 30)
    y = np.where(like, rows.y, 0.0)
    found = [
        learn_next_loss(rows.labelled(y), rows.X[like], like=alike, seed=1, threads=1)
        for alike in ([few, like], [like, few], [few])
    ]
    first, second, every = (one.chance.mean() for one in found if one is not None)
    assert first == second == pytest.approx(true[like].mean(), rel=0.15)
    assert every != first


def test_the_order_of_the_rows_changes_nothing_and_each_keeps_its_own_chance() -> None:
    rows, _ = world()
    shuffled = np.random.default_rng(2).permutation(len(rows))
    one = learn_next_loss(rows, rows.X[:9], like=[ALL], seed=1, threads=1)
    two = learn_next_loss(rows.take(shuffled), rows.X[:9], like=[ALL], seed=1, threads=1)
    assert one is not None
    assert two is not None
    np.testing.assert_array_equal(one.chance, two.chance)
    np.testing.assert_array_equal(one.held_out[shuffled], two.held_out)


def test_with_too_few_lost_clients_nothing_is_learnt() -> None:
    rows, _ = world()
    lost = sorted(set(rows.client[rows.y > 0]))
    for count, is_learnt in ((LEAST_LOST - 1, False), (LEAST_LOST, True)):
        y = np.where(np.isin(rows.client, lost[:count]), rows.y, 0.0)
        found = learn_next_loss(rows.labelled(y), rows.X[:2], like=[ALL], seed=1, threads=1)
        assert (found is not None) == is_learnt


def test_nothing_is_learnt_where_everybody_was_lost_or_nobody_is_there() -> None:
    rows, _ = world()
    everybody = rows.labelled(np.ones(len(rows)))
    assert learn_next_loss(everybody, rows.X[:2], like=[ALL], seed=1, threads=1) is None
    nobody = rows.take(np.empty(0, dtype=np.int64))
    assert learn_next_loss(nobody, rows.X[:2], like=[ALL[:0]], seed=1, threads=1) is None


def test_caught_is_the_share_of_the_lost_among_the_first_tenth() -> None:
    score = np.arange(20.0)
    y = np.zeros(20)
    y[[19, 3, 4, 5]] = 1.0
    assert caught(score, y) == 0.25
    assert caught(score, y, top=1.0) == 1.0


def test_ties_at_the_line_count_as_far_as_they_fall_inside() -> None:
    y = np.zeros(20)
    y[0] = 1.0
    assert caught(np.zeros(20), y) == pytest.approx(0.1)


def test_where_nobody_was_lost_nothing_can_be_caught() -> None:
    assert caught(np.arange(5.0), np.zeros(5)) is None
