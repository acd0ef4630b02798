import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segml.outcomes import DOWN, STAY, UP, MoveRows, Moves, learn_moves
from segml.outcomes.moves import best_share, fit_moves

TIERS, DAYS = 4, 60


def made(clients: int, cutoffs: int, *, seed: int = 0, told: float = 2.0) -> MoveRows:
    """Clients whose chance to rise and to fall depends on the first quantity by `told`."""
    rng = np.random.default_rng(seed)
    n = clients * cutoffs
    quantity = rng.normal(size=n)
    rank = rng.integers(1, TIERS + 1, n)
    up = np.where(rank > 1, np.exp(told * quantity - 2.5), 0.0)
    down = np.where(rank < TIERS, np.exp(-told * quantity - 2.5), 0.0)
    drawn = rng.random(n) * (1 + up + down)
    move = np.select([drawn < up, drawn < up + down], [UP, DOWN], STAY)
    noise = rng.normal(size=n)
    noise[::7] = np.nan
    return MoveRows(
        quantities=np.column_stack([quantity, noise]),
        columns=("said", "noise"),
        rank=rank,
        move=move,
        client=np.tile([f"c{i:04d}" for i in range(clients)], cutoffs).astype(object),
        cutoff=np.repeat(1000 + 30 * np.arange(cutoffs), clients),
    )


@pytest.fixture(scope="module")
def rows() -> MoveRows:
    return made(400, 6)


@pytest.fixture(scope="module")
def moves(rows: MoveRows) -> Moves:
    learnt = learn_moves(rows, horizon_days=DAYS, tiers=TIERS)
    assert learnt is not None
    return learnt


@given(
    quantities=arrays(np.float64, (6, 2), elements=st.floats(allow_nan=True, width=32)),
    rank=arrays(np.int64, 6, elements=st.integers(1, TIERS)),
)
@settings(deadline=None, max_examples=60)
def test_chances_sum_to_one_and_nobody_leaves_the_scale(
    moves: Moves, quantities: np.ndarray, rank: np.ndarray
) -> None:
    told = moves.probabilities(quantities, rank)
    assert told.sum(axis=1) == pytest.approx(1.0)
    assert (told >= 0).all()
    assert (told[rank == 1, UP] == 0).all()
    assert (told[rank == TIERS, DOWN] == 0).all()
    assert (told[rank > 1, UP] > 0).all()


def test_chances_are_those_that_came(moves: Moves) -> None:
    fresh = made(3000, 1, seed=9)
    told = moves.probabilities(fresh.quantities, fresh.rank)
    high = fresh.quantities[:, 0] > 1
    for some in (high, ~high):
        for way in (UP, DOWN):
            came = (fresh.move[some] == way).mean()
            assert told[some, way].mean() == pytest.approx(came, abs=0.03)


def test_moves_are_tried_on_later_days_and_beat_the_tiers_own_rates(moves: Moves) -> None:
    record = moves.record
    assert record["folds"] == "time and client"
    assert record["validated_rows"] == 400
    assert record["metrics"]["log_loss"] < 0.9 * record["metrics"]["log_loss_of_rates"]
    assert record["metrics"]["down_calibration_error"] < 0.06


def test_where_no_later_day_has_moves_they_are_tried_on_other_clients(rows: MoveRows) -> None:
    learnt = learn_moves(rows, horizon_days=365, tiers=TIERS)
    assert learnt is not None
    assert learnt.record["folds"] == "client"
    assert learnt.record["validated_rows"] == len(rows)


def test_quantities_that_say_nothing_are_held_back() -> None:
    rows = made(300, 3, told=0.0)
    learnt = learn_moves(rows, horizon_days=365, tiers=TIERS)
    assert learnt is not None
    told = learnt.probabilities(rows.quantities, rows.rank)
    for tier in range(1, TIERS + 1):
        assert told[rows.rank == tier, DOWN].std() < 0.02


def test_a_word_that_was_too_loud_is_lowered(rows: MoveRows) -> None:
    moves = fit_moves(rows, horizon_days=DAYS, tiers=TIERS, share=1.0, record={})
    louder = dataclasses.replace(
        moves, of_quantity=tuple(tuple(2 * one for one in row) for row in moves.of_quantity)
    )
    assert best_share(louder, rows) == pytest.approx(best_share(moves, rows) / 2, abs=0.01)


def test_too_few_moves_teach_nothing(rows: MoveRows) -> None:
    still = dataclasses.replace(rows, move=np.full(len(rows), STAY))
    assert learn_moves(still, horizon_days=DAYS, tiers=TIERS) is None


def test_moves_are_read_back_as_they_were_written(moves: Moves) -> None:
    assert Moves.from_json(moves.to_json()) == moves
