from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segml.outcomes import Rows, split
from segml.outcomes.folds import GROUPS, VALIDATED, client_groups


@pytest.mark.parametrize(("cutoffs", "label_days"), [(6, 30), (6, 60), (6, 150), (12, 95)])
def test_no_client_is_on_both_sides_and_no_label_reaches_into_the_test(
    made: Callable[..., Rows], cutoffs: int, label_days: int
) -> None:
    rows = made(40, cutoffs)
    folds = split(rows, label_days=label_days)
    assert folds.kind == "time and client"
    for fold in folds.folds:
        assert not set(rows.client[fold.learn]) & set(rows.client[fold.validate])
        validating = set(rows.cutoff[fold.validate])
        assert len(validating) == 1
        assert rows.cutoff[fold.learn].max() + label_days <= validating.pop()


@given(
    cutoffs=st.sets(st.integers(0, 900), min_size=1, max_size=9),
    clients=st.integers(1, 12),
    label_days=st.integers(1, 400),
    left_out=st.randoms(use_true_random=False),
)
def test_whatever_the_cutoffs_and_clients_every_split_is_purged(
    cutoffs: set[int], clients: int, label_days: int, left_out: random.Random
) -> None:
    asked = [(c, f"c{i}") for c in sorted(cutoffs) for i in range(clients)]
    asked = [one for one in asked if left_out.random() < 0.8] or asked[:1]
    rows = Rows(
        X=np.zeros((len(asked), 1), np.float32),
        y=np.zeros(len(asked)),
        cutoff=np.array([c for c, _ in asked], dtype=np.int64),
        client=np.array([name for _, name in asked], dtype=object),
        columns=("x",),
    )
    folds = split(rows, label_days=label_days)
    validated = [row for fold in folds.folds for row in fold.validate.tolist()]
    assert len(validated) == len(set(validated))
    for fold in folds.folds:
        assert not set(rows.client[fold.learn]) & set(rows.client[fold.validate])
        if folds.kind == "time and client":
            assert rows.cutoff[fold.learn].max() + label_days <= rows.cutoff[fold.validate].min()


def test_labels_that_end_one_day_late_are_purged(made: Callable[..., Rows]) -> None:
    rows = made(40, 3)
    kept = split(rows, label_days=60)
    assert {int(c) for f in kept.folds for c in rows.cutoff[f.learn]} == {1000}
    assert split(rows, label_days=61).kind == "client"


def test_a_history_too_short_for_time_still_keeps_clients_apart_and_says_so(
    made: Callable[..., Rows],
) -> None:
    rows = made(40, 3)
    folds = split(rows, label_days=365)
    assert folds.kind == "client"
    assert "too short" in (folds.note or "")
    for fold in folds.folds:
        assert not set(rows.client[fold.learn]) & set(rows.client[fold.validate])


def test_every_row_validates_at_most_once_and_the_latest_cutoffs_do(
    made: Callable[..., Rows],
) -> None:
    rows = made(40, 12)
    folds = split(rows, label_days=30)
    validated = np.concatenate([fold.validate for fold in folds.folds])
    assert len(validated) == len(set(validated.tolist()))
    assert folds.cutoffs == tuple(int(c) for c in np.unique(rows.cutoff)[-VALIDATED:])


def test_one_class_cannot_be_split_and_says_so(made: Callable[..., Rows]) -> None:
    rows = made(40, 6)
    folds = split(rows, label_days=30).teaching(np.ones(len(rows)))
    assert folds.kind == "none"
    assert folds.folds == ()
    assert "too few" in (folds.note or "")


def test_a_clients_group_depends_on_its_id_alone() -> None:
    many = np.array([f"клиент {i}" for i in range(200)], dtype=object)
    groups = client_groups(many)
    assert set(groups.tolist()) == set(range(GROUPS))
    assert (client_groups(many[::-1]) == groups[::-1]).all()
    assert (client_groups(many[:7]) == groups[:7]).all()
