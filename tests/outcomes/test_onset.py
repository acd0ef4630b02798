from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from segml.outcomes.onset import Causes, learn_causes, told_by
from segml.outcomes.onset_hazard import NONE_ALIKE
from segml.outcomes.onset_signs import Signs

CAUSE = np.array([0, 0, 1, 2, 4])
"""Five columns of causes 0 to 2 and of the baseline, 4; cause 3 has none."""
WEIGHTS = np.array([0.03, 0.02, 0.05, 0.0, 0.01])


@dataclass(frozen=True)
class World:
    """Onsets drawn month by month: columns, masses, who was truly behind each."""

    met: np.ndarray
    mass: np.ndarray
    of: np.ndarray
    information: np.ndarray

    def learn(self) -> Causes:
        return learn_causes(self.met, self.mass, CAUSE, 5)


def shares_of(found: Causes, *signs: Signs) -> np.ndarray:
    return found.hazards * told_by(found.hazards, signs)


def draw(weights: np.ndarray, *, months: int = 150_000, seed: int = 1) -> World:
    rng = np.random.default_rng(seed)
    z = (rng.random((months, 5)) < [0.15, 0.3, 0.2, 0.2, 1.0]) * rng.choice([0.5, 1.0], (months, 1))
    z[:, 4] = 1.0
    parts = z * weights
    chance = parts.sum(axis=1)
    hit = rng.random(months) < 1 - np.exp(-chance)
    ends = np.cumsum(parts[hit], axis=1) / chance[hit, None]
    column = (rng.random((hit.sum(), 1)) > ends).sum(axis=1)
    information = (z / np.maximum(chance, 1e-9)[:, None]).T @ z
    return World(z[hit], z.sum(axis=0), CAUSE[column], information)


@pytest.fixture(scope="module")
def world() -> World:
    return draw(WEIGHTS)


@pytest.fixture(scope="module")
def found(world: World) -> Causes:
    return world.learn()


def told(world: World, cause: int, *, seed: int = 4) -> Signs:
    """A sign of three levels, higher under a cause."""
    rng = np.random.default_rng(seed)
    level = rng.binomial(2, np.where(world.of == cause, 0.8, 0.25))
    return Signs(level=level, speaks_for=(cause,))


def log_score(shares: np.ndarray, world: World) -> float:
    return float(np.log(shares[np.arange(len(world.of)), world.of]).mean())


def test_known_weights_are_found(world: World, found: Causes) -> None:
    # the inverse of Fisher's information bounds the error; the never-acting column is at its edge
    spread = np.sqrt(np.diag(np.linalg.inv(world.information)))
    assert (np.abs(found.weights - WEIGHTS) < 4 * spread).all()


def test_shares_are_calibrated(world: World, found: Causes) -> None:
    for cause in (0, 1, 4):
        share = shares_of(found)[:, cause]
        for low in np.arange(0.0, 1.0, 0.2):
            at = (share >= low) & (share <= low + 0.2)
            if at.sum() >= 50:
                error = np.sqrt((share[at] * (1 - share[at])).sum()) / at.sum()
                assert abs((world.of[at] == cause).mean() - share[at].mean()) < 4 * error + 0.03


def test_all_rows_sum_to_one(world: World, found: Causes) -> None:
    signs = (told(world, 0), told(world, 1))
    columns = found.design.shares(found.weights, told_by(found.hazards, signs))
    for shares in (shares_of(found), shares_of(found, *signs), columns):
        assert shares.sum(axis=1) == pytest.approx(1.0)
        assert shares.min() >= 0.0


def test_columns_of_a_cause_sum_to_its_share(world: World, found: Causes) -> None:
    sign = told(world, 0)
    columns = found.design.shares(found.weights, told_by(found.hazards, [sign]))
    for cause in range(5):
        of_cause = columns[:, cause == CAUSE].sum(axis=1)
        assert of_cause == pytest.approx(shares_of(found, sign)[:, cause], abs=1e-12)


def test_the_order_of_rows_and_columns_changes_nothing_else(world: World, found: Causes) -> None:
    sign = told(world, 0)
    rng = np.random.default_rng(8)
    rows, columns = rng.permutation(len(world.met)), rng.permutation(5)
    again = learn_causes(
        world.met[rows][:, columns],
        world.mass[columns],
        CAUSE[columns],
        5,
    )
    moved = Signs(level=sign.level[rows], speaks_for=(0,))
    assert again.weights == pytest.approx(found.weights[columns], rel=1e-9, abs=1e-15)
    shares = shares_of(found, sign)[rows]
    assert shares_of(again, moved) == pytest.approx(shares, rel=1e-9, abs=1e-12)
    assert again.gained == pytest.approx(found.gained[rows], rel=1e-9, abs=1e-12)


def test_the_same_input_gives_the_same_bytes(world: World) -> None:
    first, second = world.learn(), world.learn()
    sign = told(world, 0)
    assert shares_of(first, sign).tobytes() == shares_of(second, sign).tobytes()
    assert first.weights.tobytes() == second.weights.tobytes()


def test_onsets_that_no_column_leads_to_are_mostly_unknown() -> None:
    world = draw(np.array([0.0, 0.0, 0.0, 0.0, 0.02]))
    found = world.learn()
    assert shares_of(found)[:, 4].mean() > 0.9
    assert abs(found.gained.sum()) < 10.0


def test_drivers_that_act_gain_likelihood(found: Causes) -> None:
    assert found.gained.sum() > 100.0


def test_a_sign_moves_shares_towards_its_cause_and_the_truth(world: World, found: Causes) -> None:
    sign = told(world, 0)
    alone, signed = shares_of(found), shares_of(found, sign)
    both = (alone[:, 0] > 0.1) & (alone[:, 0] < 0.9)
    change = signed[:, 0] - alone[:, 0]
    assert (change[both & (sign.level == 2)] > 0).all()
    assert (change[both & (sign.level == 0)] < 0).all()
    assert log_score(signed, world) > log_score(alone, world) + 0.05


def test_a_sign_of_nothing_moves_next_to_nothing(world: World, found: Causes) -> None:
    level = np.random.default_rng(5).integers(0, 3, len(world.of))
    moved = np.abs(shares_of(found, Signs(level=level, speaks_for=(0, 1))) - shares_of(found))
    assert moved.max() < 0.1
    assert moved.mean() < 0.02


def test_a_sign_that_speaks_against_its_direction_is_not_believed(
    world: World, found: Causes
) -> None:
    turned = Signs(level=2 - told(world, 0).level, speaks_for=(0,))
    assert shares_of(found, turned) == pytest.approx(shares_of(found), abs=1e-3)


def test_an_unseen_sign_moves_nothing(world: World, found: Causes) -> None:
    level = told(world, 0).level + 1
    unseen = np.arange(len(level)) % 3 == 0
    sign = Signs(level=np.where(unseen, 0, level), speaks_for=(0,), has_unseen=True)
    moved = np.abs(shares_of(found, sign) - shares_of(found))
    assert moved[unseen].max() < 1e-12
    assert moved[~unseen].max() > 0.1


def test_a_cause_without_columns_has_no_share(world: World, found: Causes) -> None:
    sign = Signs(level=told(world, 0).level, speaks_for=(3,))
    assert not shares_of(found, sign)[:, 3].any()


def test_an_onset_that_meets_the_baseline_alone_is_unknown(world: World, found: Causes) -> None:
    alone = (world.met[:, :4] == 0).all(axis=1)
    assert alone.any()
    assert (shares_of(found)[alone, 4] == 1.0).all()


def test_columns_without_mass_or_never_met_change_nothing(world: World, found: Causes) -> None:
    n = len(world.met)
    wider = learn_causes(
        np.column_stack([world.met, np.zeros(n), np.ones(n), np.zeros(n)]),
        np.append(world.mass, [500.0, 0.0, 0.0]),
        np.append(CAUSE, [3, 3, 0]),
        5,
    )
    assert wider.weights[5:].tolist() == [0.0, 0.0, 0.0]
    assert shares_of(wider) == pytest.approx(shares_of(found), rel=1e-6, abs=1e-9)


def test_the_baseline_alone_explains_all_and_gains_nothing() -> None:
    found = learn_causes(np.ones((4, 1), dtype=np.float32), [80.0], [2], 3)
    assert found.weights.tolist() == [0.05]
    assert shares_of(found).tolist() == [[0.0, 0.0, 1.0]] * 4
    assert found.gained.sum() == 0.0


def test_no_onsets_are_no_trouble() -> None:
    sign = Signs(level=np.zeros(0, dtype=np.int64), speaks_for=(0,))
    found = learn_causes(np.zeros((0, 2)), [5.0, 9.0], [0, 1], 2)
    assert found.weights.tolist() == [0.0, 0.0]
    assert shares_of(found, sign).shape == (0, 2)
    assert found.gained.sum() == 0.0


@pytest.mark.parametrize(
    ("sign", "said"),
    [
        (Signs(level=np.array([0]), speaks_for=(0,)), "tells of each onset once"),
        (Signs(level=np.array([0, 1]), speaks_for=(1,)), "speaks for causes from 0 to 0"),
        (Signs(level=np.array([0, 1]), speaks_for=(-1,)), "speaks for causes from 0 to 0"),
    ],
)
def test_signs_that_do_not_fit_the_columns_are_refused(sign: Signs, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        told_by(np.ones((2, 2)), [sign])


def test_an_onset_is_told_by_what_the_others_taught() -> None:
    met = np.array([[1.0, 1.0]] * 9 + [[0.0, 1.0]] * 3)
    teaches = np.arange(12) != 0
    found = learn_causes(met, [100.0, 1000.0], [0, 1], 2, teaches=teaches)
    alone = learn_causes(met[1:], [100.0, 1000.0], [0, 1], 2)
    assert found.weights == pytest.approx(alone.weights)
    assert shares_of(found)[0] == pytest.approx(shares_of(alone)[0])
    assert found.gained[1:] == pytest.approx(alone.gained)


def test_an_onset_that_meets_what_no_other_met_is_told_by_what_was_likely_beforehand() -> None:
    met = np.array([[1.0, 1.0, 0.0]] * 5 + [[0.0, 1.0, 1.0]])
    found = learn_causes(met, [10.0, 50.0, 50.0], [0, 2, 1], 3, teaches=np.arange(6) < 5)
    share = shares_of(found)[5]
    assert share[0] == 0.0
    assert 0.0 < share[1] < found.design.beforehand(5).mean[2] / found.hazards[5].sum()
    assert np.isfinite(found.gained).all()


def test_signs_teach_the_hazard_causes_that_are_always_met_together() -> None:
    """Two causes met in the same months, of which one acts, and shows afterwards."""
    rng = np.random.default_rng(6)
    both = np.arange(600) < 400
    met = np.column_stack([both, both, np.ones(600)]).astype(float)
    acts = both & (rng.random(600) < 0.8)
    sign = Signs(level=rng.binomial(2, np.where(acts, 0.7, 0.3)), speaks_for=(0,))
    mass, cause = [4000.0, 4000.0, 10_000.0], [0, 1, 2]
    alone = learn_causes(met, mass, cause, 3).weights
    signed = learn_causes(met, mass, cause, 3, signs=[sign]).weights
    assert alone[0] == pytest.approx(alone[1])
    assert signed[0] > 2.0 * signed[1]


def test_one_of_many_events_is_drawn_to_what_they_all_weigh() -> None:
    """Twenty events met by a tenth of the months each; onsets meet one of them by chance."""
    draws = np.random.default_rng(3)
    met = np.c_[draws.random((200, 20)) < 0.1, np.ones(200)].astype(float)
    met[:20, 0] = 1.0
    mass = np.r_[np.full(20, 200.0), 2000.0]
    cause = np.r_[np.zeros(20, int), 1]
    alike = np.r_[np.zeros(20, int), NONE_ALIKE]
    alone = learn_causes(met, mass, cause, 2).weights
    drawn = learn_causes(met, mass, cause, 2, alike=alike).weights
    usual = (drawn[:20] * mass[:20]).sum() / mass[:20].sum()
    assert usual < drawn[0] < alone[0]
    assert drawn[:20].std() < alone[:20].std()
    assert drawn[:20].min() > 0.0


def test_an_event_that_no_onset_met_weighs_something_for_its_kind() -> None:
    met = [[1.0, 0.0, 1.0]] * 30 + [[0.0, 0.0, 1.0]] * 10
    mass, cause = [100.0, 100.0, 1000.0], [0, 0, 1]
    assert learn_causes(met, mass, cause, 2).weights[1] == 0.0
    drawn = learn_causes(met, mass, cause, 2, alike=[0, 0, NONE_ALIKE]).weights
    assert 0.0 < drawn[1] < 0.2 * drawn[0]


def test_an_event_that_touched_few_is_told_by_its_kind_rather_than_by_chance() -> None:
    """Two hundred small events, of which each onset meets one: what one weighs is chance."""
    draws = np.random.default_rng(5)
    place = draws.integers(200, size=150)
    met = np.c_[np.eye(200)[place], np.ones(150)]
    mass = np.r_[np.full(200, 10.0), 4000.0]
    alike = np.r_[np.zeros(200, int), NONE_ALIKE]
    weights = learn_causes(met, mass, np.r_[np.zeros(200, int), 1], 2, alike=alike).weights[:200]
    assert weights.max() < 8.0 * weights.min()
